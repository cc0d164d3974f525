"""Numbers in texts, as the language that is read writes them; money and dates are web/pages.py's."""

from decimal import Decimal
from functools import cache

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


def as_written(number: str) -> str:
    """Return a number in English signs, such as 1,234.50, in those of the language that is read."""
    code = language.current()
    return number if code == ENGLISH else number.translate(_signs(code))


@cache
def _signs(code: str) -> dict[int, str]:
    return {ord(","): get_group_symbol(code), ord("."): get_decimal_symbol(code)}
