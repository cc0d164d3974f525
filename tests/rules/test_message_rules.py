"""What may be written, what becomes a link, and what is taken out of a picture before it is kept."""

from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from marketplace.errors import Invalid, NotAllowed, NotFound
from marketplace.media import storing
from marketplace.messages import rules
from marketplace.messages.rules import Piece, Writer
from tests.evidence import opened, pdf, photo

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OLD = Writer(NOW - timedelta(days=100), 0, 0)
NEW = Writer(NOW - timedelta(hours=1), 0, 0)
SECRET = b"59.3293N 18.0686E <script>"


def kept(text: str, *, writer: Writer = OLD, is_question: bool = True, has_files: bool = False) -> str:
    return rules.check_text(text, has_files=has_files, is_question=is_question, writer=writer, now=NOW)


def links(text: str) -> list[str]:
    return [piece.url for paragraph in rules.paragraphs(text) for line in paragraph for piece in line if piece.url]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Write something"),
        (" \n\u200b\x00 ", "Write something"),
        ("x" * 4_001, "At most 4,000"),
        ("http://a.se http://b.se http://c.se www.d.se", "At most 3 links"),
        ("Write to bo.buyer@example.com", "e-mail addresses out"),
        ("Write to bo [at] example.com", "e-mail addresses out"),
    ],
)
def test_what_is_no_message_is_told_at_its_field(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        kept(text)
    assert refused.value.field == "text"


def test_a_new_account_sends_no_links_before_it_has_bought() -> None:
    with pytest.raises(Invalid, match="Your account is new"):
        kept("See https://example.com", writer=NEW)
    assert kept("See https://example.com", writer=NEW, is_question=False)
    assert kept("My address is bo@example.com", is_question=False)
    assert kept("", has_files=True) == ""


def test_signs_that_hide_or_turn_words_are_taken_out() -> None:
    assert kept("pay\u202egnp.exe\x00\r\n\r\n\r\n\r\nnow ") == "paygnp.exe\n\nnow"


def test_how_much_may_be_written() -> None:
    for writer, limits in ((NEW, rules.NEWCOMER), (OLD, rules.ANYBODY)):
        busy = Writer(writer.registered_at, limits.hourly, 0)
        curious = Writer(writer.registered_at, 0, limits.begun_daily)
        with pytest.raises(NotAllowed, match=f"{limits.hourly} messages within an hour"):
            rules.check_pace(busy, begins=False, is_question=False, now=NOW)
        with pytest.raises(NotAllowed, match=f"about {limits.begun_daily} listings"):
            rules.check_pace(curious, begins=True, is_question=True, now=NOW)
        rules.check_pace(curious, begins=False, is_question=True, now=NOW)
        rules.check_pace(curious, begins=True, is_question=False, now=NOW)


def test_only_whole_web_addresses_become_links() -> None:
    assert rules.paragraphs("See https://example.com/a?b=1, please.\nIt\n\nfits.") == (
        (
            (Piece("See "), Piece("https://example.com/a?b=1", "https://example.com/a?b=1"), Piece(", please.")),
            (Piece("It"),),
        ),
        ((Piece("fits."),),),
    )
    assert links("(https://example.com)") == ["https://example.com"]
    for text in (
        "javascript:alert(1)", "data:text/html,x", "https://user:pw@example.com", "http://localhost/x", "//example.com",
        "<a href=https://x>", "https://[", "http://\u0435xample.com",
    ):  # fmt: skip
        assert links(text) == [], text
    assert links('https://example.com/"onclick=x') == ["https://example.com/"]


def test_no_reason_no_look() -> None:
    rules.check_ground("R-1", ["R-1"])
    with pytest.raises(NotFound):
        rules.check_ground("", [])


def test_a_picture_is_sent_on_upright_and_says_nothing() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, SECRET.decode()
    file, content = storing.check(photo(64, 48, exif=exif, comment=SECRET), "lamp.JPG")
    assert (file.media_type, file.file_name, file.size_bytes) == ("image/jpeg", "lamp.JPG", len(content))
    assert opened(content).size == (48, 64)
    assert SECRET not in content
    assert b"Exif" not in content


def test_a_png_stays_one_without_its_words() -> None:
    told = PngInfo()
    told.add_text("Comment", SECRET.decode())
    file, content = storing.check(photo(kind="PNG", pnginfo=told), "..\\..\\lamp")
    assert (file.media_type, file.file_name) == ("image/png", "lamp.png")
    assert SECRET not in content


def test_names_are_cleaned_and_say_the_type() -> None:
    names = {"../../etc/passwd": "passwd.pdf", "a\0b.pdf": "ab.pdf", "": "file.pdf", "lamp.exe": "lamp.exe.pdf"}
    for name, shown in names.items():
        assert storing.check(pdf(), name)[0].file_name == shown
    assert len(storing.check(pdf(), "x" * 200)[0].file_name) == 104
