"""A crowd in real threads: nobody has a baton, the machine and the database say who comes first.

What the baton forbids can happen here: two transactions open at the same moment, a deadlock, a lock somebody else
holds, a collision no generator has drawn. The price is that a seed only fixes what is meant to be done: a story that
broke a rule can be tried again, not repeated.
"""

import threading
import time
from collections.abc import Callable
from random import Random

from flask import Flask

from marketplace.simulation.scheduler import PATIENCE_SECONDS, Scheduler, Stuck, Task

MOST_THREADS = 8
"""More would wait for the shop's connections, not for each other."""
_LONGEST_PAUSE_SECONDS = 0.004


class Crowd(Scheduler):
    """A scheduler that schedules nothing: whoever begins goes on at once, up to the number of threads."""

    takes_turns = False

    def __init__(self, app: Flask, chance: Random, *, width: int) -> None:
        super().__init__(app, chance, width=width)
        # Requests arrive at the provider in threads of its own: what befalls them is drawn for all together.
        self.current = Task(0, "somebody", Random(chance.getrandbits(64)))
        self._ended = threading.Condition()

    def begin(self, task: Task, deed: Callable[[], str]) -> None:
        """Let somebody start at once."""
        with self._ended:
            self.running.append(task)
        self._threads.submit(self._live, task, deed)

    def step(self) -> None:
        """Wait until there is room for one more. Raises Stuck."""
        self._wait(self.width - 1)

    def finish(self) -> None:
        """Wait until nobody is on their way any more. Raises Stuck."""
        self._wait(0)

    def pause(self) -> None:
        """Lose a moment, so that others may overtake; does nothing in a thread that does not act."""
        task = self.task()
        if task is not None:
            time.sleep(task.chance.random() * _LONGEST_PAUSE_SECONDS)

    def _live(self, task: Task, deed: Callable[[], str]) -> None:
        self._act_out(task, deed)
        with self._ended:
            task.is_over = True
            self.running.remove(task)
            self._ended.notify_all()

    def _wait(self, most: int) -> None:
        with self._ended:
            if not self._ended.wait_for(lambda: len(self.running) <= most, PATIENCE_SECONDS):
                raise Stuck(f"{', '.join(task.what for task in self.running)}: nobody comes back")
