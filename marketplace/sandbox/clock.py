"""Virtual time: the system's clock plus an offset that only grows, or a moment at which time stands."""

import fcntl
import os
import time
from pathlib import Path

_STANDING = "@"


class ClockBackwards(Exception):
    """Somebody asked the clock to run backwards."""


class VirtualClock:
    """System time plus the whole seconds written in `$VAR_DIR/clock`.

    Other programs read and write the same file, so it is looked at again whenever it has changed. The first number
    found may be negative, so that a shop can start in the past; from then on it only grows. `@` and Unix seconds in the
    file let time stand at that moment, so that a simulation can be repeated; who writes the file moves it.
    """

    def __init__(self, var_dir: Path) -> None:
        self._file = var_dir / "clock"
        self._seen: tuple[int, int, int] | None = None
        self._offset: int | None = None
        self._standing: int | None = None

    def now(self) -> int:
        """Return the virtual time in Unix seconds."""
        offset = self.offset()
        return int(time.time()) + offset if self._standing is None else self._standing

    def offset(self) -> int:
        """Return how many seconds virtual time is ahead of system time."""
        try:
            status = self._file.stat()
        except FileNotFoundError:
            self._offset = self._offset or 0
            return self._offset
        mark = (status.st_mtime_ns, status.st_ino, status.st_size)
        if mark != self._seen:
            text = self._file.read_text("ascii").strip()
            self._standing = int(text[1:]) if text.startswith(_STANDING) else None
            found = _whole_seconds(text)
            if found is not None:
                self._offset = found if self._offset is None else max(self._offset, found)
            self._seen = mark
        return self._offset or 0

    def advance(self, seconds: int) -> int:
        """Move virtual time forward by `seconds` for every program that reads the file; return the new offset.

        Who writes the file holds the lock beside it, so two that move it at once move it by both.
        Raises ClockBackwards when `seconds` is negative.
        """
        if seconds < 0:
            raise ClockBackwards("Virtual time only moves forward.")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.with_name("clock.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            offset = self.offset() + seconds
            text = f"{offset}" if self._standing is None else f"{_STANDING}{self._standing + seconds}"
            draft = self._file.with_name(f"clock.{os.getpid()}.new")
            draft.write_text(f"{text}\n", "ascii")
            draft.replace(self._file)
        return self.offset()


def system_seconds() -> int:
    """Return system time in Unix seconds; webhook signatures use it, never virtual time."""
    return int(time.time())


def _whole_seconds(text: str) -> int | None:
    # A writer that is not atomic may be caught between truncating and writing: an empty file changes nothing.
    if not text:
        return None
    return int(text[1:]) - int(time.time()) if text.startswith(_STANDING) else int(text)
