"""What does the person at the terminal see?"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator

COLOURS = {"green": "32", "red": "31", "yellow": "33", "blue": "34", "magenta": "35", "cyan": "36", "bold": "1"}


class Failure(Exception):
    """Something the person can mend; its text is shown instead of a traceback."""


def paint(text: str, colour: str) -> str:
    """Colour a text for a terminal. Returns it unchanged where the output is a file or a pipe."""
    return f"\033[{COLOURS[colour]}m{text}\033[0m" if sys.stdout.isatty() else text


def say(text: str) -> None:
    """Print one line at once, so that lines of several processes keep their order."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def show(what: str) -> None:
    """Replace the unfinished line of a step by what it is at; a file or a pipe gets none of that."""
    if sys.stdout.isatty():
        sys.stdout.write(f"\r  {what} ...")
        sys.stdout.flush()


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Print what is being done, and the seconds it took once it is done."""
    started = time.monotonic()
    if sys.stdout.isatty():
        sys.stdout.write(f"  {what} ...")
        sys.stdout.flush()
    try:
        yield
    except BaseException as error:
        end = "failed" if isinstance(error, Exception) else "stopped"
        say(f"{_line_start()}{paint('x', 'red')} {what}: {end} after {time.monotonic() - started:.1f} s")
        raise
    say(f"{_line_start()}{paint('+', 'green')} {what} ({time.monotonic() - started:.1f} s)")


def _line_start() -> str:
    """Return what takes the cursor back over the unfinished line and wipes it."""
    return "\r\033[K" if sys.stdout.isatty() else ""
