"""Several processes that play seeds, each on databases of its own."""

import gc
import logging
import multiprocessing
import tempfile
from collections.abc import Iterator, Sequence
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty
from typing import Self

from marketplace.simulation.databases import Databases
from marketplace.simulation.opening import open_shop
from marketplace.simulation.profiles import PROFILES
from marketplace.simulation.running import Outcome, play_seed
from marketplace.simulation.stage import open_stage

Seed = tuple[int, str]
"""A number and the name of its profile."""
_LOOK_SECONDS = 5.0
_LEFTOVERS = 100_000
"""After so many new objects the collector looks for cycles; a seed makes millions."""
_context = multiprocessing.get_context("spawn")


class PlayerLost(Exception):
    """A process that plays has given up."""


class Crew:
    """One process for each pair of databases; use it as a context manager."""

    def __init__(self, databases: Sequence[Databases], threads: int = 0) -> None:
        self._asked: Queue[Seed | None] = _context.Queue()
        self._played: Queue[Outcome | str] = _context.Queue()
        self._processes = [
            _context.Process(target=_player, args=(each, threads, self._asked, self._played), daemon=True)
            for each in databases
        ]

    def __enter__(self) -> Self:
        for process in self._processes:
            process.start()
        return self

    def __exit__(self, *_: object) -> None:
        for _process in self._processes:
            self._asked.put(None)
        for process in self._processes:
            process.join(20)
            if process.is_alive():
                process.terminate()

    def play(self, seeds: Sequence[Seed]) -> Iterator[Outcome]:
        """Play seeds, each with its profile; yield how each went, as they end. Raises PlayerLost."""
        for seed in seeds:
            self._asked.put(seed)
        for _ in seeds:
            outcome = self._next()
            if not isinstance(outcome, Outcome):
                raise PlayerLost(outcome)
            yield outcome

    def _next(self) -> Outcome | str:
        while True:
            try:
                return self._played.get(timeout=_LOOK_SECONDS)
            except Empty:
                if any(process.exitcode is not None for process in self._processes):
                    raise PlayerLost("A player has died; what it said stands above.") from None


def _next_seed(asked: "Queue[Seed | None]") -> Seed | None:
    """Return what to play next; None at the end, and when nobody is left who would hear of it.

    A player who went on alone would play on the databases of the next run's.
    """
    parent = multiprocessing.parent_process()
    while parent is not None and parent.is_alive():
        try:
            return asked.get(timeout=_LOOK_SECONDS)
        except Empty:
            continue
    return None


def _player(databases: Databases, threads: int, asked: "Queue[Seed | None]", played: "Queue[Outcome | str]") -> None:
    try:
        with tempfile.TemporaryDirectory(prefix="simulation-") as folder, open_stage(databases, Path(folder)) as stage:
            open_shop(stage)
            # A collision in the middle of a pipeline is what this is about; the driver's word for it is no news.
            logging.getLogger("psycopg").setLevel(logging.ERROR)
            # What is there now stays there: the collector need not look at it again and again.
            gc.freeze()
            gc.set_threshold(_LEFTOVERS, 20, 50)
            while (seed := _next_seed(asked)) is not None:
                played.put(play_seed(stage, seed[0], PROFILES[seed[1]], threads=threads))
    except Exception as error:  # noqa: BLE001  told to whoever waits
        played.put(f"a player gave up: {error!r}")
