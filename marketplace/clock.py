"""The only reader of the system clock. Business time is virtual in demo mode; signatures and sessions use system time.

The file that moves it holds the whole seconds it is ahead, or `@` and Unix seconds: then time stands still there until
the file says otherwise, as a simulation needs it to happen twice in the same way.

Only doors (web, cli, jobs, demo) import this module; everything below them receives `now` as an argument (DESIGN 4.14).
"""

import fcntl
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

_STANDING = "@"
_offset_file: Path | None = None


def follow(offset_file: Path | None) -> None:
    """Take business time from `offset_file` (see above); None follows the system clock."""
    global _offset_file  # noqa: PLW0603  one clock per process, set once by create_app
    _offset_file = offset_file


def now() -> datetime:
    """Return business time in UTC: system time plus the demo offset, or the moment at which time stands."""
    written = _written()
    if written.startswith(_STANDING):
        return datetime.fromtimestamp(int(written[1:]), UTC)
    return datetime.now(UTC) + timedelta(seconds=int(written or "0"))


def system_now() -> datetime:
    """Return system time in UTC, for sign-in sessions, signatures and rate limits."""
    return datetime.now(UTC)


def system_seconds() -> int:
    """Return system time as whole Unix seconds, as webhook signatures carry it."""
    return int(time.time())


def offset() -> timedelta:
    """Return how far business time is ahead of system time; zero outside demo mode."""
    written = _written()
    if written.startswith(_STANDING):
        return datetime.fromtimestamp(int(written[1:]), UTC) - datetime.now(UTC)
    return timedelta(seconds=int(written or "0"))


def advance(span: timedelta) -> timedelta:
    """Move business time forward by whole seconds, for every program that follows the file; return the new offset.

    Two that move at once move by both: who reads and writes the file holds the lock beside it.
    Raises ValueError when `span` is negative, RuntimeError outside demo mode.
    """
    if _offset_file is None:
        raise RuntimeError("Only the demo's time can be moved.")
    if span < timedelta(0):
        raise ValueError("Time only moves forward.")
    with _offset_file.with_name("clock.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        written = _written()
        mark = _STANDING if written.startswith(_STANDING) else ""
        moved = int(written.removeprefix(_STANDING) or "0") + span // timedelta(seconds=1)
        draft = _offset_file.with_name(f"clock.{os.getpid()}.new")
        draft.write_text(f"{mark}{moved}\n", "ascii")
        draft.replace(_offset_file)
    return offset()


def _written() -> str:
    """Return what the file says; an empty text where there is none."""
    if _offset_file is None:
        return ""
    try:
        return _offset_file.read_text("ascii").strip()
    except FileNotFoundError:
        return ""
