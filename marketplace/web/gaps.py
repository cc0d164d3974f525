"""Gaps: places of a page that belong to whoever looks or to one request, so that the rest is the same for everybody.

A template leaves one by `gap(name)`. While a page is drawn for everybody (`web/drawing.py`) it stays open, and whatever
would tell who looks refuses to.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from markupsafe import Markup

Gap = tuple[str, str]
"""The name of a gap and what its layout says beside it, "" for nothing."""

# Nobody outside can know it, so no text that a page shows can be taken for a gap.
_SIGN = secrets.token_hex(16)
_MARK = re.compile(f"{_SIGN}\\.(\\w+)\\.(\\w*)\\.{_SIGN}", re.ASCII)

_are_open: ContextVar[bool] = ContextVar("gaps are open", default=False)


@contextmanager
def left_open() -> Iterator[None]:
    """Draw for everybody in this block."""
    token = _are_open.set(True)
    try:
        yield
    finally:
        _are_open.reset(token)


def are_left_open() -> bool:
    """Return whether what is drawn now is for everybody."""
    return _are_open.get()


def refuse_for_everybody() -> None:
    """Raise RuntimeError while a page is drawn for everybody: what is asked for belongs to one of them."""
    if _are_open.get():
        raise RuntimeError("a page for everybody asks who looks: leave a gap for that")


def mark(gap: Gap) -> Markup:
    """Return what stands in the place of a gap that is left open. Raises ValueError for more than plain words."""
    text = f"{_SIGN}.{gap[0]}.{gap[1]}.{_SIGN}"
    if not _MARK.fullmatch(text):
        raise ValueError("a gap has a name, and beside it at most a word")
    return Markup(text)  # noqa: S704  letters and digits


def split(text: str) -> tuple[list[str], list[Gap]]:
    """Return the texts around the gaps of a drawn page, one more than there are gaps, and the gaps."""
    texts, gaps, end = [], [], 0
    for found in _MARK.finditer(text):
        texts.append(text[end : found.start()])
        gaps.append((found[1], found[2]))
        end = found.end()
    return [*texts, text[end:]], gaps
