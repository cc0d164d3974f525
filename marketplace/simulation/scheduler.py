"""One baton for all who act: exactly one goes on, and one seeded generator says who.

Everybody acts in a thread of their own and gives the baton back only between two steps: before and after a
transaction, around a provider call, between two requests. So every order of steps can happen and none is an accident:
the same seed takes the same way.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

from flask import Flask

PATIENCE_SECONDS = 120
"""Longer than anybody waits for a lock or for the provider; who keeps the baton longer is stuck."""
_MOST_BESIDE = 16
"""Who comes along with one deed acts beside it."""


def _taken() -> threading.Lock:
    """Return a lock that somebody else has to release."""
    lock = threading.Lock()
    lock.acquire()
    return lock


class Crash(BaseException):
    """The process dies here: nothing of the shop may catch this."""


class Stuck(Exception):
    """Somebody kept the baton and does not come back."""


@dataclass
class Task:
    """Somebody on their way through one deed."""

    number: int
    what: str
    chance: Random
    """The deed's own generator: what befalls it does not depend on what else there is."""
    baton: threading.Lock = field(default_factory=_taken, repr=False)
    """Released by whoever gives it, and taken by the one who waits for it: a semaphore costs three times as much."""
    is_over: bool = False
    ended: str = ""
    """What came of it, in words for the story."""
    failure: BaseException | None = None
    crashed_at: str = ""
    """The step at which its process died, '' when it lives."""


class Scheduler:
    """Lets tasks go on one at a time. Used by the thread that plays; `pause` is called by those who act."""

    takes_turns = True

    def __init__(self, app: Flask, chance: Random, *, width: int = 8) -> None:
        self._app = app
        self._chance = chance
        self.width = width
        self._mine = _taken()
        self._here = threading.local()
        self._threads = ThreadPoolExecutor(2 * width + _MOST_BESIDE, thread_name_prefix="actor")
        self._fresh: list[Task] = []
        self.running: list[Task] = []
        self.current: Task | None = None

    def close(self) -> None:
        """End the threads; nobody may be on their way."""
        self._threads.shutdown(wait=True)

    def task(self) -> Task | None:
        """Return the task of this thread, None in a thread that does not act."""
        return getattr(self._here, "task", None)

    def begin(self, task: Task, deed: Callable[[], str]) -> None:
        """Let somebody start; they wait for the baton."""
        self._fresh.append(task)
        self.running.append(task)
        self._threads.submit(self._act, task, deed)

    def step(self) -> None:
        """Let one of those on their way go on to the next pause. Raises Stuck."""
        task = self._chance.choice(self.running)
        self.current = task
        task.baton.release()
        if not self._mine.acquire(timeout=PATIENCE_SECONDS):
            raise Stuck(f"{task.what} does not come back")
        self.current = None
        if task.is_over:
            self.running.remove(task)

    def finish(self) -> None:
        """Go on until nobody is on their way any more."""
        while self.running:
            self.step()

    def pause(self) -> None:
        """Give the baton back and wait for it; does nothing in a thread that does not act."""
        task = self.task()
        if task is not None:
            self._mine.release()
            task.baton.acquire()

    def _act(self, task: Task, deed: Callable[[], str]) -> None:
        task.baton.acquire()
        self._act_out(task, deed)
        task.is_over = True
        self._mine.release()

    def _act_out(self, task: Task, deed: Callable[[], str]) -> None:
        """Do the deed in this thread and keep how it ended; nothing of it gets out of here."""
        self._here.task = task
        try:
            with self._app.app_context():
                task.ended = deed()
        except Crash as crash:
            task.crashed_at = str(crash)
            task.ended = f"the process died {crash}"
        except BaseException as failure:  # noqa: BLE001  whoever plays decides what it means
            task.failure = failure
            task.ended = f"{type(failure).__name__}: {failure}"
        finally:
            self._here.task = None
