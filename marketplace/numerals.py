"""Numbers in the texts of rules, as the language that is read writes them; money and dates are web/pages.py's."""

from babel.numbers import format_decimal

from marketplace import language


def number_text(number: int) -> str:
    """Return a whole number as people read it: 12,500 or 12 500."""
    return format_decimal(number, locale=language.current())


def percent(basis_points: int) -> str:
    """Return a rate as people read it: 3 %, 2.9 % or 2,9 %."""
    return format_decimal(basis_points / 100, format="0.##", locale=language.current()) + " %"
