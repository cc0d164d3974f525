"""Numbers and days in texts, as the language that is read writes them; money and times are web/pages.py's."""

import re
from datetime import date
from decimal import Decimal
from functools import cache

from babel.dates import get_month_names
from babel.numbers import get_decimal_symbol, get_group_symbol

from marketplace import language
from marketplace.language import ENGLISH

_PLAIN = re.compile(r"([0-9]{1,9})(?:([.,])([0-9]+))?", re.ASCII)
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}", re.ASCII)


def number_text(number: int) -> str:
    """Return a whole number as people read it: 12,500 or 12 500."""
    return as_written(f"{number:,}")


def percent(basis_points: int) -> str:
    """Return a rate as people read it: 3 %, 2.9 % or 2,9 %."""
    whole, part = divmod(basis_points, 100)
    return as_written(f"{whole}.{part:02d}".rstrip("0").rstrip(".")) + " %"


def kilograms_text(grams: int) -> str:
    """Return a weight as people read it, in kilograms: 12.5 or 12,5."""
    return as_written(f"{Decimal(grams).scaleb(-3):,f}".rstrip("0").rstrip("."))


def typed_number(text: str, digits: int, *, code: str = "", is_grouped: bool = True) -> int | None:
    """Return what was typed, times ten for each of `digits`; None for what is no number or could be another one.

    Signs are those of the language `code`, by default of the one that is read. The point of others counts where it
    can't be misread: "1234.50" is one in Swedish, "1.234" and the English "12,50" are not. What has no thousands to
    be told apart, `is_grouped` says no, takes both signs.
    """
    point, group = _points(code or language.current())
    plain = " ".join(text.split())
    if is_grouped:
        plain = _ungrouped(_ungrouped(plain, group), " ")
    found = _PLAIN.fullmatch(plain)
    if found is None or len(found[3] or "") > digits:
        return None
    if found[2] and found[2] != point and ((is_grouped and found[2] == group) or _THOUSANDS.fullmatch(plain)):
        return None
    return int(found[1] + (found[3] or "").ljust(digits, "0"))


def typing_text(number: int, digits: int) -> str:
    """Return not negative `number`, `digits` of it behind the sign, as a person types it: 1234.50 or 1234,50."""
    whole, part = divmod(number, 10**digits)
    return as_written(f"{whole}.{part:0{digits}d}") if digits else str(whole)


def short_typing_text(number: int, digits: int) -> str:
    """Return the same without zeros at its end: 12.5, 12,5 or 12."""
    text = typing_text(number, digits)
    return text.rstrip("0").rstrip(".,") if digits else text


def date_text(moment: date) -> str:
    """Return a day, or the UTC day of a moment, as people read it: 21 Dec 2026.

    Days are those of the books, the same for both sides of a sale; by the reader's clock are only times.
    """
    return f"{moment.day} {_month(moment.month, language.current())} {moment.year:04d}"


def month_text(moment: date) -> str:
    """Return a month as people read it: Dec 2026."""
    return f"{_month(moment.month, language.current())} {moment.year:04d}"


def as_written(number: str) -> str:
    """Return a number in English signs, such as 1,234.50, in those of the language that is read."""
    code = language.current()
    return number if code == ENGLISH else number.translate(_signs(code))


@cache
def _month(month: int, code: str) -> str:
    return str(get_month_names("abbreviated", locale="en_US" if code == ENGLISH else code)[month])


@cache
def _signs(code: str) -> dict[int, str]:
    return {ord(","): get_group_symbol(code), ord("."): get_decimal_symbol(code)}


def _ungrouped(text: str, sign: str) -> str:
    found = re.fullmatch(rf"([0-9]{{1,3}}(?:{re.escape(sign)}[0-9]{{3}})+)((?:[.,][0-9]+)?)", text, re.ASCII)
    return found[1].replace(sign, "") + found[2] if found else text


@cache
def _points(code: str) -> tuple[str, str]:
    """Return the decimal sign and the sign between thousands that people of a language type."""
    if code == ENGLISH:
        return ".", ","
    return get_decimal_symbol(code), get_group_symbol(code).strip() or " "
