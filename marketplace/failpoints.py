"""Named points between two steps, where a simulation takes over and a crash test kills. Production watches none."""

import time
from collections.abc import Callable
from enum import StrEnum


class Failpoint(StrEnum):
    """The steps of write, call, write (DESIGN 4.3); between any two of them everything may stop for good."""

    BEGIN = "begin"
    """Before a unit of work; no transaction is open."""
    WRITTEN = "written"
    """All is written and not committed; a transaction is open, so nobody else may be let in here."""
    COMMITTED = "committed"
    """After a unit of work; no transaction is open."""
    CALL = "call"
    """Before a request to a provider."""
    ANSWERED = "answered"
    """After its answer, of whatever kind, before anything is made of it."""
    WAITING = "waiting"
    """While one request waits for what another one does."""


Watcher = Callable[[Failpoint, str], None]
_watcher: Watcher | None = None


def watch(watcher: Watcher | None) -> None:
    """Let `watcher` see each point as it is reached; it may wait, raise or end the process. None watches no longer."""
    global _watcher  # noqa: PLW0603  one watcher per process, set by a test or a simulation only
    _watcher = watcher


def is_watched() -> bool:
    """Return whether somebody watches: a step may then take any time, and how long one took says nothing."""
    return _watcher is not None


def reach(point: Failpoint, what: str) -> None:
    """Tell the watcher, if there is one, that `what` (an operation, a call) has come to `point`."""
    if _watcher is not None:
        _watcher(point, what)


def wait(seconds: float, what: str) -> None:
    """Let `seconds` pass before somebody looks for `what` again; a watcher lets others go on instead."""
    if _watcher is None:
        time.sleep(seconds)
    else:
        _watcher(Failpoint.WAITING, what)
