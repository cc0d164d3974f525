"""How long somebody who waits for a page waits for providers: past that, no further request is begun.

A request that is under way ends by the provider's own timeout; so a page takes at most both together. Jobs have all the
time there is.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from marketplace.failpoints import is_watched

_until: ContextVar[float | None] = ContextVar("patience", default=None)


def begin(seconds: float) -> None:
    """Let whoever waits here have patience for some seconds from now on."""
    _until.set(time.monotonic() + seconds)


def end() -> None:
    """Let nobody wait here any more."""
    _until.set(None)


@contextmanager
def lasting(seconds: float) -> Iterator[None]:
    """Have patience for some seconds inside the block, none of it is left after it."""
    begin(seconds)
    try:
        yield
    finally:
        end()


def is_over(more: float = 0) -> bool:
    """Return whether somebody waits here and has waited long enough, and `more` seconds on top."""
    until = _until.get()
    return until is not None and not is_watched() and time.monotonic() >= until + more
