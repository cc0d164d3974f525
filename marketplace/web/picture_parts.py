"""Addresses of pictures in the sizes that a page needs; a name says which there are (`media/picture_names.py`)."""

from dataclasses import dataclass
from functools import lru_cache

from marketplace.media import picture_names

NO_PICTURE = "/static/img/no-picture.svg"
_THUMB, _WIDE = 320, 1280
_DRAWN_SIZE = (800, 600)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture as components/listing_gallery.html takes it: width and height in pixels keep its place."""

    url: str
    srcset: str
    thumb_url: str
    alt: str
    width: int
    height: int
    is_whole: bool
    """Whether all of it is to be seen: a photograph may be upright; drawings fill their place."""


def picture_url(file_name: str | None, width: int = _THUMB) -> str:
    """Return the address of a picture of at least `width` pixels; the stand-in of a listing without one."""
    if file_name is None:
        return NO_PICTURE
    return f"/media/{picture_names.sized_name(file_name, width)}"


@lru_cache(maxsize=4_096)
def picture_set(file_name: str | None) -> str:
    """Return the addresses of all sizes of a picture as `srcset` has them; "" where there is one size only."""
    widths = picture_names.widths_of(file_name) if file_name else ()
    if not file_name or not widths:
        return ""
    sizes = [f"/media/{picture_names.sized_name(file_name, width)} {width}w" for width in widths]
    whole = picture_names.size_of(file_name)
    if whole and widths[-1] < _WIDE:
        sizes.append(f"/media/{file_name} {whole[0]}w")
    return ", ".join(sizes)


def shot(file_name: str | None, alt: str) -> Shot:
    """Return a picture for the gallery; `None` is the stand-in."""
    sent = picture_names.size_of(file_name) if file_name else None
    width, height = sent or _DRAWN_SIZE
    return Shot(
        url=picture_url(file_name, _WIDE),
        srcset=picture_set(file_name),
        thumb_url=picture_url(file_name),
        alt=alt,
        width=width,
        height=height,
        is_whole=sent is not None,
    )
