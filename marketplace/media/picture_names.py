"""What a stored picture is called: its name says how large it is, so that pages need no further question. Pure.

A picture is `<32 random hex signs>-<width>x<height>.jpg` (or .webp); its smaller sizes are `<the same>.<width>.webp`.
No name is given twice: what is under it never changes. Drawn pictures are .svg under their content's hash.
"""

import re
import secrets
from functools import lru_cache

WIDTHS = (320, 640, 1280)
"""The widths, in pixels, that are derived of every picture which is wider."""
_TAKEN = re.compile(r"([0-9a-f]{32}-([1-9][0-9]{0,4})x([1-9][0-9]{0,4}))\.(?:jpg|webp)", re.ASCII)
_SIZED = re.compile(r"([0-9a-f]{32}-[1-9][0-9]{0,4}x[1-9][0-9]{0,4})\.(?:320|640|1280)\.webp", re.ASCII)
_DRAWN = re.compile(r"[0-9a-f]{64}\.svg", re.ASCII)


def new_name(width: int, height: int, ending: str) -> str:
    """Return a name for a picture of so many pixels that nobody can guess and nothing else has."""
    return f"{secrets.token_hex(16)}-{width}x{height}.{ending}"


@lru_cache(maxsize=4_096)
def size_of(name: str) -> tuple[int, int] | None:
    """Return width and height in pixels of a picture that was sent; None for a drawn one."""
    found = _TAKEN.fullmatch(name)
    return (int(found[2]), int(found[3])) if found else None


@lru_cache(maxsize=4_096)
def widths_of(name: str) -> tuple[int, ...]:
    """Return the widths that are derived of a picture, in pixels, smallest first; none of a drawn one."""
    size = size_of(name)
    return tuple(width for width in WIDTHS if size and width < size[0])


def sized_name(name: str, width: int) -> str:
    """Return the name of a picture in the smallest size of at least `width` pixels: its own where none is."""
    wide = next((each for each in widths_of(name) if each >= width), None)
    return f"{name.partition('.')[0]}.{wide}.webp" if wide else name


def originals_of(name: str) -> tuple[str, ...]:
    """Return the names that a picture of this or any size may have as a whole; none for what is no picture's name."""
    if _DRAWN.fullmatch(name):
        return (name,)
    found = _TAKEN.fullmatch(name) or _SIZED.fullmatch(name)
    return (f"{found[1]}.jpg", f"{found[1]}.webp") if found else ()


def is_drawn(name: str) -> bool:
    """Return whether a picture is a drawing of the demo and not one that somebody sent."""
    return name.endswith(".svg")
