"""What a PDF of ours says: its words in the order of its structure, its language, and what it claims to be."""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_FONT = re.compile(rb"/(f\d+) (\d+) 0 R")
_CHARACTERS = re.compile(rb"<([0-9A-F]+)> <([0-9A-F]+)>")
_DRAWN = re.compile(rb"/(f\d+) [\d.]+ Tf|(\()|(BDC)|(EMC)", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@dataclass(frozen=True)
class Pdf:
    """A PDF as a reader has it."""

    text: str
    """Each marked piece of it on a line of its own."""
    language: str
    is_kept: bool
    """Whether it says that it is PDF/A-3b and PDF/UA-1."""

    def says(self, words: str) -> bool:
        """Return whether these words stand in it, wherever a line ends."""
        return "".join(words.split()) in "".join(self.text.split())


def read_pdf(content: bytes) -> Pdf:
    """Return what a PDF made by Typst says."""
    objects = {int(number): body for number, body in _OBJECT.findall(content)}
    pages = [body for body in objects.values() if b"/Type/Page/" in body]
    text = "\n".join(piece for page in pages for piece in _page(page, objects))
    language = re.search(rb"/Type/Catalog.*?/Lang\(([^)]*)\)", content)
    about = b"".join(_stream(body) for body in objects.values() if b"/Type/Metadata" in body)
    is_kept = b"<pdfaid:part>3" in about and b"<pdfuaid:part>1" in about
    return Pdf(text, language[1].decode() if language else "", is_kept)


def _page(page: bytes, objects: Mapping[int, bytes]) -> Iterator[str]:
    fonts = {
        name: _characters(_stream(_named(b"ToUnicode", objects[int(number)], objects)))
        for name, number in _FONT.findall(_named(b"Resources", page, objects))
    }
    return _pieces(_stream(_named(b"Contents", page, objects)), fonts)


def _named(name: bytes, body: bytes, objects: Mapping[int, bytes]) -> bytes:
    """Return the object that another one names."""
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found
    return objects[int(found[1])]


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found
    return zlib.decompress(found[1]) if b"/FlateDecode" in body else found[1]


def _characters(table: bytes) -> Mapping[bytes, str]:
    """Return the texts of a font's glyphs by the two bytes that draw them."""
    return {
        bytes.fromhex(glyph.decode()): bytes.fromhex(text.decode()).decode("utf-16-be")
        for part in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL)
        for glyph, text in _CHARACTERS.findall(part)
    }


def _pieces(drawing: bytes, fonts: Mapping[bytes, Mapping[bytes, str]]) -> Iterator[str]:
    font: Mapping[bytes, str] = {}
    piece, at = "", 0
    while match := _DRAWN.search(drawing, at):
        name, opens, *_marks = match.groups()
        at = match.end()
        if name:
            font = fonts[name]
        elif opens:
            at = _closing(drawing, at)
            glyphs = _ESCAPED.sub(_sign, drawing[match.end() : at - 1])
            piece += "".join(font[glyphs[place : place + 2]] for place in range(0, len(glyphs), 2))
        elif piece:
            yield piece
            piece = ""


def _closing(drawing: bytes, at: int) -> int:
    """Return where a string ends that begins at `at`; brackets that match stand in it as they are."""
    depth = 1
    while depth:
        sign = drawing[at : at + 1]
        depth += {b"(": 1, b")": -1}.get(sign, 0)
        at += 2 if sign == b"\\" else 1
    return at


def _sign(escaped: re.Match[bytes]) -> bytes:
    code = escaped[1]
    return bytes([int(code, 8)]) if code.isdigit() else _SIGNS.get(code, code)
