"""Numbers and days in texts, as the language that is read writes them; money and times are web/pages.py's."""

from datetime import date
from decimal import Decimal
from functools import cache

from babel.dates import get_month_names
from babel.numbers import get_decimal_symbol, get_group_symbol

from marketplace import language
from marketplace.language import ENGLISH


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
