"""Who keeps web, sandbox and worker running, and ends all of them together?"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from launcher.console import Failure, paint, say
from launcher.processes import ending_with_parent

SECONDS_TO_END = 20  # the worker may finish its job, gunicorn its requests
SECONDS_TO_BE_READY = 60
LONGEST_PAUSE_SECONDS = 30
CRASHES_BEFORE_GIVING_UP = 3  # while nothing has worked yet
LONGEST_LINE_BYTES = 16_384
HEARTBEAT_SECONDS = 0.2


@dataclass
class Program:
    """One supervised process: how to start it, and how it fares."""

    name: str
    colour: str
    command: list[str]
    variables: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    crashes: int = 0
    restart_at: float = 0.0
    started_at: float = 0.0
    rest: bytes = field(default=b"", repr=False)

    def running(self) -> bool:
        """Tell whether the process lives."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Starts programs, shows their lines with a prefix, starts crashed ones again, stops all of them."""

    def __init__(self, folder: Path, programs: list[Program], in_a_hurry: Callable[[], bool] = lambda: False) -> None:
        self.folder = folder
        self.programs = programs
        self.in_a_hurry = in_a_hurry
        self.width = max(len(program.name) for program in programs)
        self.settled = False
        self._selector = selectors.DefaultSelector()

    def start(self) -> None:
        """Start every program that is not started yet."""
        for program in self.programs:
            if program.process is None:
                self._start(program, program.command)

    def start_ahead(self, program: Program, command: list[str]) -> Callable[[], None]:
        """Start a program by a command that gets ready and then waits for a line of input; return what writes it.

        Started again after a crash, it is started by its own command. Nothing it says is passed on while it waits.
        """
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as told:
            self._start(program, command, told)

        def go_on() -> None:
            with suppress(BrokenPipeError), os.fdopen(writing, "wb") as teller:  # one that has ended starts again
                teller.write(b"Go on.\n")

        return go_on

    def wait_for(self, what_is_missing: Callable[[], str]) -> None:
        """Return once nothing is missing. Raises Failure after a minute, or when a program keeps crashing."""
        limit = time.monotonic() + SECONDS_TO_BE_READY
        while missing := what_is_missing():
            if time.monotonic() > limit:
                raise Failure(f"Not ready after {SECONDS_TO_BE_READY} seconds: {missing}.")
            self.tend()
        self.settled = True

    def tend(self) -> None:
        """Pass on what the programs say for a moment, and start again what has crashed."""
        self._pass_on(HEARTBEAT_SECONDS)
        for program in self.programs:
            if program.process is not None and not program.running():
                self._note_end(program)
            elif program.process is None and time.monotonic() >= program.restart_at:
                self._start(program, program.command)

    def stop(self) -> None:
        """Stop the programs in the order given, letting each end its work; kill what does not end in time."""
        for program in self.programs:
            self._signal(program, signal.SIGTERM)
            limit = time.monotonic() + SECONDS_TO_END
            while program.running() and time.monotonic() < limit and not self.in_a_hurry():
                self._pass_on(0.05)
            self._signal(program, signal.SIGKILL)
            if program.process:
                program.process.wait()
        self._pass_on(0.0)
        for key in list(self._selector.get_map().values()):
            self._close(key)  # what a killed grandchild held has no end of its own

    def _start(self, program: Program, command: list[str], told: IO[bytes] | None = None) -> None:
        program.process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=dict(program.variables),
            stdin=told or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone; we stop the programs in order
            preexec_fn=ending_with_parent(signal.SIGTERM),
        )
        program.started_at = time.monotonic()
        program.rest = b""
        pipe = program.process.stdout
        if pipe:
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ, program)

    def _note_end(self, program: Program) -> None:
        code = program.process.returncode if program.process else 0
        self._signal(program, signal.SIGKILL)  # what it may have left in its session
        program.process = None
        if time.monotonic() - program.started_at > LONGEST_PAUSE_SECONDS:
            program.crashes = 0
        program.crashes += 1
        if not self.settled and program.crashes >= CRASHES_BEFORE_GIVING_UP:
            raise Failure(f"{program.name} does not start (exit {code}); its lines are above.")
        pause = min(2 ** (program.crashes - 1), LONGEST_PAUSE_SECONDS)
        program.restart_at = time.monotonic() + pause
        reason = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
        say(paint(f"{program.name} has ended ({reason}); it starts again in {pause} s.", "yellow"))

    def _signal(self, program: Program, which: signal.Signals) -> None:
        """Signal a program; SIGKILL goes to its whole session, so that no grandchild stays."""
        if program.process is None:
            return
        try:
            if which is signal.SIGKILL:
                os.killpg(program.process.pid, which)
            elif program.running():
                program.process.send_signal(which)
        except ProcessLookupError:
            pass  # it has just ended by itself

    def _close(self, key: selectors.SelectorKey) -> None:
        self._selector.unregister(key.fileobj)
        cast("IO[bytes]", key.fileobj).close()

    def _pass_on(self, seconds: float) -> None:
        """Print the lines that arrive within a time, each under its program's name."""
        for key, _ in self._selector.select(seconds):
            program: Program = key.data
            chunk = os.read(key.fd, 65_536)
            if not chunk:
                self._close(key)
            *lines, program.rest = (program.rest + chunk).split(b"\n")
            if program.rest and (not chunk or len(program.rest) > LONGEST_LINE_BYTES):
                lines, program.rest = [*lines, program.rest], b""
            prefix = paint(f"{program.name:<{self.width}} |", program.colour)
            for line in lines:
                say(f"{prefix} {line.decode(errors='replace').rstrip()}")
