"""What a file that people send must be: whole, by its structure and not by its name or first bytes alone. Pure.

Evidence is kept as it was sent and only downloaded; pictures of listings and messages are written anew (`pictures`).
What hides something behind its end, claims to be endless or can do something by itself is not taken (reliability.md
section 7).
"""

import re
from zlib import crc32

from marketplace.errors import Invalid
from marketplace.language import gettext as _

LARGEST_FILE_BYTES = 5 * 1024 * 1024
LONGEST_SIDE = 10_000
MOST_PIXELS = 52_000_000
"""A small file can name a picture that fills the memory of whoever opens it."""
_PNG, _JPEG, _PDF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"%PDF-"
_RIFF, _WEBP = b"RIFF", b"WEBP"
_SIZES_OF_JPEG = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _END_OF_JPEG = 0xDA, 0xD9
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_IN_SCAN = frozenset({0x00, *range(0xD0, 0xD8)})
_ACTS_BY_ITSELF = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA")
_END_OF_PDF = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z")
_TABLE = re.compile(rb"\s*(xref\b|\d+\s+\d+\s+obj\b)")
_VERSION = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[\r\n ]")


_LONGEST_NAME = 100


class _Broken(Exception):
    """The file is not what it begins as."""


def file_type(content: bytes) -> tuple[str, str]:
    """Return media type and ending of a file by its structure.

    Raises Invalid for nothing, more than 5 MB, another type, a picture too large to be looked at, anything behind the
    end of a picture, or a PDF that is cut off or could act by itself.
    """
    if not content:
        raise Invalid(_("Choose a file."), field="file")
    if len(content) > LARGEST_FILE_BYTES:
        raise Invalid(_("The file is larger than 5 MB."), field="file")
    try:
        return _type(content)
    except (_Broken, IndexError) as error:
        raise _damaged(error) from error


def picture_type(content: bytes) -> str:
    """Return the media type of a picture that is going to be written anew, by its structure.

    Telephones hang a second picture or a short film on a JPEG: that may follow, because it isn't kept. Raises Invalid
    for another type, a picture with too many pixels, one that is cut off, and one that anything else follows.
    """
    try:
        if content.startswith(_PNG):
            width, height, end = _size_of_png(content)
            check_size(width, height)
            _check_end(content, end)
            return "image/png"
        if content.startswith(_JPEG):
            width, height, end = _size_of_jpeg(content)
            check_size(width, height)
            _check_end(content, len(content) if _is_from_telephone(content[end:]) else end)
            return "image/jpeg"
        if content.startswith(_RIFF) and content[8:12] == _WEBP:
            _check_end(content, 8 + int.from_bytes(content[4:8], "little"))
            return "image/webp"
    except (_Broken, IndexError) as error:
        raise _damaged(error) from error
    raise Invalid(_("Choose a JPEG, a PNG or a WebP picture."), field="file")


def shown_name(name: str) -> str:
    """Return a contributor's file name as it may be shown: its last part, without what no name needs."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*').strip(". ")
    return kept[-_LONGEST_NAME:] or "file"


def _type(content: bytes) -> tuple[str, str]:
    if content.startswith(_PNG):
        width, height, end = _size_of_png(content)
        _check_end(content, end)
        check_size(width, height)
        return "image/png", "png"
    if content.startswith(_JPEG):
        width, height, end = _size_of_jpeg(content)
        _check_end(content, end)
        check_size(width, height)
        return "image/jpeg", "jpg"
    if content.startswith(_PDF):
        _check_pdf(content)
        return "application/pdf", "pdf"
    raise Invalid(_("Choose a PDF, a JPEG or a PNG."), field="file")


def _damaged(error: Exception) -> Invalid:
    return Invalid(_("This file is damaged: %(error)s. Save it once more and send that.", error=error), field="file")


def _check_end(content: bytes, end: int) -> None:
    if end > len(content):
        raise _Broken(_("a part of the picture is missing"))
    if content[end:].strip(b"\0"):
        raise _Broken(_("something else follows the picture"))


def _is_from_telephone(rest: bytes) -> bool:
    """Return whether what follows a JPEG is another JPEG, a film, or what Samsung hangs on every photograph."""
    is_film = rest[4:8] == b"ftyp"
    return is_film or rest.lstrip(b"\0").startswith(b"\xff\xd8\xff") or rest.endswith(b"SEFT")


def check_size(width: int, height: int) -> None:
    """Raise Invalid for a picture with no pixels, or with more than can be opened safely."""
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE and width * height <= MOST_PIXELS):
        raise Invalid(
            _("The picture has %(width)s by %(height)s pixels. Send a smaller one.", width=width, height=height),
            field="file",
        )


def _size_of_png(content: bytes) -> tuple[int, int, int]:
    """Return width, height and where the picture ends; every chunk is whole and has its sum."""
    place, size, has_picture = len(_PNG), (0, 0), False
    while True:
        length, name = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        body, end = content[place + 8 : place + 8 + length], place + 12 + length
        if end > len(content) or crc32(name + body) != int.from_bytes(content[end - 4 : end]):
            raise _Broken(_("a part of the picture is missing or changed"))
        if (place == len(_PNG)) != (name == b"IHDR"):
            raise _Broken(_("the picture does not begin with its size"))
        if name == b"IHDR":
            size = int.from_bytes(body[:4]), int.from_bytes(body[4:8])
        has_picture |= name == b"IDAT"
        place = end
        if name == b"IEND":
            break
    if not has_picture:
        raise _Broken(_("there is no picture in it"))
    return *size, place


def _size_of_jpeg(content: bytes) -> tuple[int, int, int]:
    """Return width, height and where the picture ends; every segment is whole."""
    place, size, has_picture = len(_JPEG), (0, 0), False
    while True:
        if content[place] != 0xFF:
            raise _Broken(_("a part of the picture is missing or changed"))
        if content[place + 1] == 0xFF:  # any number of these may stand before a mark
            place += 1
            continue
        marker = content[place + 1]
        place += 2
        if marker == _END_OF_JPEG:
            break
        if marker in _WITHOUT_LENGTH:
            continue
        length = int.from_bytes(content[place : place + 2])
        if length < 2 or place + length > len(content):
            raise _Broken(_("a part of the picture is missing"))
        if marker in _SIZES_OF_JPEG:
            size = int.from_bytes(content[place + 5 : place + 7]), int.from_bytes(content[place + 3 : place + 5])
        place += length
        if marker == _SCAN:
            has_picture, place = True, _end_of_scan(content, place)
    if not has_picture:
        raise _Broken(_("there is no picture in it"))
    return *size, place


def _end_of_scan(content: bytes, place: int) -> int:
    """Return where the marker after a scan begins: inside it 0xFF stands only before what is no marker."""
    while (place := content.find(b"\xff", place)) >= 0:
        if place + 1 < len(content) and content[place + 1] not in _IN_SCAN:
            return place
        place += 2
    raise _Broken(_("the picture has no end"))


def _check_pdf(content: bytes) -> None:
    end = _END_OF_PDF.search(content, max(len(content) - 2_048, 0))
    if not _VERSION.match(content) or end is None:
        raise _Broken(_("the document has no end, or something else follows it"))
    if not _TABLE.match(content, int(end[1])):
        raise _Broken(_("the document has lost its contents"))
    if any(word in content for word in _ACTS_BY_ITSELF):
        raise Invalid(_("This PDF contains a program or another file. Print it into a new PDF."), field="file")
