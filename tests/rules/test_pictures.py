"""Pictures that people send: what is taken of them, and what is refused in words. Names say how large they are."""

import struct
from zlib import crc32

import pytest
from PIL import Image, ImageCms

from marketplace.errors import Invalid
from marketplace.media import picture_names, pictures
from marketplace.media.file_rules import shown_name
from tests.evidence import jpeg, opened, pdf, photo, png

SECRET = b"59.3293N 18.0686E"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def exif(turned: int) -> Image.Exif:
    """Return what a telephone writes into a picture: which way is up, where and when it was taken."""
    said = Image.Exif()
    said[0x0112] = turned
    said[0x010E] = SECRET.decode()
    said.get_ifd(0x8825).update({1: "N", 2: (59.0, 19.0, 45.0), 3: "E", 4: (18.0, 4.0, 7.0)})
    return said


def bomb(width: int, height: int) -> bytes:
    """Return a small whole PNG that claims to be large: its sums are right, so only its size tells."""
    whole = png()
    size = struct.pack(">II", width, height) + whole[24:29]
    return whole[:16] + size + crc32(b"IHDR" + size).to_bytes(4) + whole[33:]


def test_a_photograph_is_upright_and_tells_nothing() -> None:
    kept = pictures.rewritten(photo(64, 48, exif=exif(6), comment=SECRET))
    image = opened(kept.content)
    assert (kept.width, kept.height, kept.media_type, kept.ending) == (48, 64, "image/jpeg", "jpg")
    assert image.size == (48, 64)
    red, blue = image.getpixel((40, 30)), image.getpixel((5, 30))
    assert red[0] > red[2], "turned to the right, what was above is on the right"
    assert blue[2] > blue[0]
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    assert SECRET not in kept.content


def test_all_eight_ways_of_holding_a_telephone_end_upright() -> None:
    for turned in range(1, 9):
        kept = pictures.rewritten(photo(64, 48, exif=exif(turned)))
        assert (kept.width, kept.height) == ((48, 64) if turned > 4 else (64, 48)), turned


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (photo(), "jpg"),
        (photo(kind="PNG"), "jpg"),
        (photo(kind="WEBP"), "jpg"),
        (photo(kind="PNG", mode="RGBA"), "webp"),
        (photo(kind="PNG", mode="P"), "jpg"),
        (photo(kind="PNG", mode="L"), "jpg"),
        (photo(kind="PNG", mode="I;16"), "jpg"),
        (photo(mode="CMYK"), "jpg"),
        (photo(progressive=True), "jpg"),
        # Behind it a second picture, as newer telephones write it, a short film, or a Samsung's own words.
        (photo() + photo(16, 12), "jpg"),
        (photo() + b"\0\0\0\x18ftypmp42" + bytes(64), "jpg"),
        (photo() + b"\0\0\x01\x0aImage_UTC_DataSEFHjSEFT", "jpg"),
    ],
)
def test_what_telephones_and_programs_write_is_taken_and_nothing_else_of_it(content: bytes, ending: str) -> None:
    kept = pictures.rewritten(content)
    assert kept.ending == ending
    assert opened(kept.content).size == (kept.width, kept.height) == (64, 48)
    assert b"ftyp" not in kept.content
    assert b"SEFT" not in kept.content


def test_wide_colours_become_those_of_browsers() -> None:
    wide = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert pictures.rewritten(photo(icc_profile=wide)), "a profile that does not fit is as none"
    assert pictures.rewritten(photo(icc_profile=b"no profile at all"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert "icc_profile" not in opened(pictures.rewritten(photo(icc_profile=srgb)).content).info


def test_the_longer_side_ends_somewhere_and_its_sizes_are_webp() -> None:
    kept = pictures.rewritten(photo(4_000, 3_000))
    assert (kept.width, kept.height) == (2_560, 1_920)
    small = opened(pictures.sized(kept.content, 320))
    assert (small.format, small.size) == ("WEBP", (320, 240))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (SVG, "Choose a JPEG, a PNG or a WebP"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>" + SVG, "Choose a JPEG"),
        (b"GIF89a" + bytes(20), "Choose a JPEG"),
        (pdf(), "Choose a JPEG"),
        (b"MZ a program", "Choose a JPEG"),
        (photo() + bytes(20 * 1024 * 1024), "larger than 15 MB"),
        (bomb(60_000, 60_000), "60000 by 60000 pixels"),
        (bomb(9_999, 9_999), "9999 by 9999 pixels"),
        (bomb(5_000, 5_000), "damaged"),
        (photo() + b"PK\x03\x04 a second file", "something else follows"),
        (photo() + SVG, "something else follows"),
        (photo(kind="PNG") + b"<?php evil(); ?>", "something else follows"),
        (photo(kind="WEBP") + b"<script>alert(1)</script>", "something else follows"),
        (photo()[:-30], "no end"),
        (photo(kind="PNG")[:-30], "missing or changed"),
        (photo(kind="WEBP")[:-30], "missing"),
        (jpeg(), "damaged"),
        (b"RIFF\x04\0\0\0WEBP", "damaged"),
        (b"RIFF\x1c\0\0\0WEBPVP8 " + bytes(20), "damaged"),
        (b"\x89PNG\r\n\x1a\n" + photo()[2:], "damaged"),
    ],
)
def test_what_is_no_whole_picture_is_refused_in_words(content: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        pictures.rewritten(content)


def test_a_page_between_the_pixels_does_not_survive() -> None:
    """A file that is a whole picture and a page at once: what is written anew is only the picture."""
    both = photo(comment=b"<html><script>alert(1)</script></html>")
    assert b"<script>" in both
    assert b"<script>" not in pictures.rewritten(both).content


def test_names_say_how_large_and_nothing_else() -> None:
    name = picture_names.new_name(2_560, 1_920, "jpg")
    assert picture_names.size_of(name) == (2_560, 1_920)
    stem = name.removesuffix(".jpg")
    assert [picture_names.sized_name(name, width) for width in (1, 320, 321, 1_280, 1_281)] == [
        f"{stem}.320.webp", f"{stem}.320.webp", f"{stem}.640.webp", f"{stem}.1280.webp", name
    ]  # fmt: skip
    assert picture_names.originals_of(f"{stem}.640.webp") == (name, f"{stem}.webp")
    assert picture_names.widths_of(picture_names.new_name(640, 900, "webp")) == (320,)
    drawn = "a" * 64 + ".svg"
    assert picture_names.sized_name(drawn, 320) == drawn
    for odd in ("../etc/passwd", f"{stem}.641.webp", f"{stem}.svg", f"{name}.new", "a" * 64 + ".html", "\u0661" + name):
        assert picture_names.originals_of(odd) == (), odd


def test_a_name_from_outside_is_only_ever_shown() -> None:
    assert shown_name("../../../../etc/cron.d/lamp.jpg") == "lamp.jpg"
    assert shown_name("x" * 200) == "x" * 100
