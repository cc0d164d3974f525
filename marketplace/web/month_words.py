"""A month as people write it out, where there is room for that; in tables it is `pages.month_text`."""

from datetime import date

from babel.dates import format_date

from marketplace import language


def month_name(day: date) -> str:
    """Return the month of a day: December 2026."""
    return str(format_date(day, "LLLL y", locale=language.current()))
