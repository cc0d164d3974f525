"""Numbers in the texts of rules, as the language that is read writes them; money and dates are web/pages.py's."""

from decimal import Decimal

from babel.numbers import format_decimal

from marketplace import language


def number_text(number: int) -> str:
    """Return a whole number as people read it: 12,500 or 12 500."""
    return format_decimal(number, locale=language.current())


def percent(basis_points: int) -> str:
    """Return a rate as people read it: 3 %, 2.9 % or 2,9 %."""
    return format_decimal(basis_points / 100, format="0.##", locale=language.current()) + " %"


def kilograms_text(grams: int) -> str:
    """Return a weight as people read it, in kilograms: 12.5 or 12,5."""
    return format_decimal(Decimal(grams).scaleb(-3), format="0.###", locale=language.current())
