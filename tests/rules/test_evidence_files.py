"""Files for the bank: whole by their structure, of a size that can be opened, with nothing behind their end."""

import pytest

from marketplace.errors import Invalid
from marketplace.media.file_rules import LARGEST_FILE_BYTES, file_type
from tests.evidence import jpeg, pdf, png

MIDDLE = len(png()) // 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pdf(), ("application/pdf", "pdf")),
        (pdf().rstrip(), ("application/pdf", "pdf")),
        (png(), ("image/png", "png")),
        (png(4_000, 6_000), ("image/png", "png")),
        (jpeg(), ("image/jpeg", "jpg")),
        (jpeg(4_000, 6_000), ("image/jpeg", "jpg")),
    ],
)
def test_whole_files_are_taken(content: bytes, expected: tuple[str, str]) -> None:
    assert file_type(content) == expected


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Choose a file"),
        (b"MZ a program", "Choose a PDF"),
        (b"GIF89a", "Choose a PDF"),
        (pdf() + bytes(LARGEST_FILE_BYTES), "larger than 5 MB"),
        (b"%PDF-1.7 only a name", "no end"),
        (b"%PDF-9.9" + pdf()[8:], "no end"),
        (pdf() + b"MZ a program", "no end"),
        (pdf()[:-20], "no end"),
        (pdf().replace(b"xref\n0 1", b"XREF\n0 1"), "lost its contents"),
        (pdf(extra=b"/OpenAction<</S/JavaScript/JS(x)>>"), "contains a program"),
        (pdf(extra=b"/Names<</EmbeddedFiles 9 0 R>>"), "contains a program"),
        (png() + b"PK a second file", "something else follows"),
        (png()[:-5], "missing or changed"),
        (png()[:MIDDLE] + b"!" + png()[MIDDLE + 1 :], "missing or changed"),
        (png()[:8], "missing or changed"),
        (b"\x89PNG\r\n\x1a\n" + png()[33:], "does not begin with its size"),
        (png(10_001, 1), "10001 by 1 pixels"),
        (png(8_000, 8_000), "8000 by 8000 pixels"),
        (png(0, 1), "0 by 1 pixels"),
        (jpeg() + b"<script>", "something else follows"),
        (jpeg()[:-2], "no end"),
        (jpeg()[:9], "damaged"),
        (b"\xff\xd8\xff\xd9", "no picture"),
        (b"\xff\xd8\xffalmost", "damaged"),
        (jpeg(60_000, 60_000), "60000 by 60000 pixels"),
    ],
)
def test_what_is_not_whole_or_hides_something_is_not_taken(content: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        file_type(content)
