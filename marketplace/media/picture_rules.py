"""A picture without what it says beside its pixels: no place where it was taken, no comment to hide something in. Pure.

A telephone writes into every picture where it was taken; who sends a picture of a broken lamp does not mean to tell
where they live. What stays is what the picture cannot be drawn without, its colours, and which way is up.
"""

from marketplace.media.file_rules import end_of_scan

_PNG = b"\x89PNG\r\n\x1a\n"
_KEPT_IN_PNG = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"})
_SCAN, _END, _EXIF, _COMMENT, _ADOBE = 0xDA, 0xD9, 0xE1, 0xFE, 0xEE
_FIRST_APPLICATION, _LAST_APPLICATION = 0xE0, 0xEF
_ADOBE_BYTES = 14
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_UPRIGHT = range(2, 9)


def without_metadata(content: bytes, media_type: str) -> bytes:
    """Return a picture that `file_rules.file_type` has found whole, without its metadata; anything else as it is."""
    if media_type == "image/png":
        return _png(content)
    return _jpeg(content) if media_type == "image/jpeg" else content


def _png(content: bytes) -> bytes:
    parts, place = [_PNG], len(_PNG)
    while place < len(content):
        end = place + 12 + int.from_bytes(content[place : place + 4])
        if content[place + 4 : place + 8] in _KEPT_IN_PNG:
            parts.append(content[place:end])
        place = end
    return b"".join(parts)


def _jpeg(content: bytes) -> bytes:
    parts, place = [content[:2]], 2
    while (marker := content[place + 1]) != _END:
        if marker in _WITHOUT_LENGTH:
            place += 2
            continue
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4])
        if marker == _SCAN:
            end = end_of_scan(content, end)
        parts.append(_kept(marker, content[place:end]))
        place = end
    return b"".join([*parts, content[place:]])


def _kept(marker: int, segment: bytes) -> bytes:
    """Return a segment of a JPEG, what is left of it, or nothing."""
    body = segment[4:]
    if marker == _EXIF:
        turned = _orientation(body)
        return _only_orientation(turned) if turned in _UPRIGHT else b""
    if marker == _ADOBE and body.startswith(b"Adobe"):  # says how the colours are mixed
        return segment[:2] + (_ADOBE_BYTES).to_bytes(2) + body[: _ADOBE_BYTES - 2]
    is_said_beside = marker == _COMMENT or _FIRST_APPLICATION <= marker <= _LAST_APPLICATION
    return b"" if is_said_beside else segment


def _orientation(body: bytes) -> int:
    """Return which way is up, 1 to 8 (CIPA DC-008, tag 0x0112); 0 where it is not said."""
    if not body.startswith(b"Exif\0\0") or body[6:8] not in {b"II", b"MM"}:
        return 0
    tiff, is_little = body[6:], body[6:8] == b"II"

    def number(place: int, size: int) -> int:
        return int.from_bytes(tiff[place : place + size], "little" if is_little else "big")

    directory = number(4, 4)
    for entry in range(directory + 2, directory + 2 + 12 * min(number(directory, 2), 64), 12):
        if number(entry, 2) == 0x0112 and number(entry + 2, 2) == 3:
            return number(entry + 8, 2)
    return 0


def _only_orientation(turned: int) -> bytes:
    """Return an Exif segment with one entry: which way is up."""
    tiff = b"MM\0\x2a\0\0\0\x08" + b"\0\x01" + b"\x01\x12\0\x03\0\0\0\x01" + turned.to_bytes(2) + b"\0\0" + b"\0\0\0\0"
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body
