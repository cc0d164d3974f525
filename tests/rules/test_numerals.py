"""Numbers as people type them, in each language: what is read, what is refused, and what a field shows back."""

import pytest

from marketplace.language import reading
from marketplace.numerals import short_typing_text, typed_number, typing_text


@pytest.mark.parametrize(
    ("code", "text", "number"),
    [
        ("en", "1,234.50", 123_450),
        ("en", "1 234.5", 123_450),
        ("en", "1,234", 123_400),
        ("en", "1,234,567.8", 123_456_780),
        ("en", "0.05", 5),
        ("sv", "1 234,50", 123_450),
        ("sv", "1\xa0234,50", 123_450),
        ("sv", "1\u202f234,50", 123_450),
        ("sv", "1234,5", 123_450),
        ("sv", " 1234.50 ", 123_450),
        ("sv", "1 234 567", 123_456_700),
        ("sv", "0,05", 5),
    ],
)
def test_an_amount_is_typed_in_the_signs_of_its_language(code: str, text: str, number: int) -> None:
    with reading(code):
        assert typed_number(text, 2) == number


@pytest.mark.parametrize(
    ("code", "text"),
    [
        *(("en", text) for text in ("12,50", "1,23", "1,2345", "1.234", "1.234,50", "12,34.50", "1,234,50")),
        *(("sv", text) for text in ("1.234", "1,234", "1.234,50", "1,234.50", "12 34,50", "1 234 5", "1,234,50")),
        *((code, text) for code in ("en", "sv") for text in ("", " ", "kr 5", "-1", "+1", "1.", ",5", "1e3", "\u0663")),
    ],
)
def test_what_could_be_another_amount_or_is_none_is_refused(code: str, text: str) -> None:
    with reading(code):
        assert typed_number(text, 2) is None


@pytest.mark.parametrize(("code", "other"), [("en", "1,250"), ("sv", "1.250")])
def test_what_has_no_thousands_takes_both_signs_where_they_cannot_be_misread(code: str, other: str) -> None:
    with reading(code):
        assert [typed_number(text, 3, is_grouped=False) for text in ("12,5", "12.5", "0,125", "0.125")] == [
            12_500, 12_500, 125, 125,
        ]  # fmt: skip
        assert typed_number(other, 3, is_grouped=False) is None


@pytest.mark.parametrize("code", ["en", "sv"])
@pytest.mark.parametrize("number", [0, 5, 50, 100, 1_250, 123_450, 99_999_999])
def test_what_a_field_shows_is_read_back_as_the_same(code: str, number: int) -> None:
    with reading(code):
        assert typed_number(typing_text(number, 2), 2) == number
        assert typed_number(short_typing_text(number, 2), 2, is_grouped=False) == number


def test_a_field_shows_the_signs_of_the_language() -> None:
    with reading("sv"):
        assert (typing_text(123_450, 2), typing_text(500, 0)) == ("1234,50", "500")
        assert (short_typing_text(12_500, 3), short_typing_text(12_000, 3)) == ("12,5", "12")
    assert (typing_text(123_450, 2), short_typing_text(1_250, 3)) == ("1234.50", "1.25")
