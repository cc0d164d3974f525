"""Days, lists of amounts and parts of a hundred as the language that is read writes them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from babel.core import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from marketplace import language
from marketplace.language import ENGLISH
from marketplace.language import gettext as _


def day_text(day: date, pattern: str) -> str:
    """Return a day by a pattern of Unicode: `EEEE d MMMM` is Thursday 3 December, `LLLL y` December 2026."""
    return format_date(day, pattern, locale=_locale(language.current()))


def joined(texts: Sequence[str]) -> str:
    """Return texts as one list: $5.00 and €3.00; "" for none."""
    if not texts:
        return ""
    found = texts[0]
    for text in texts[1:]:
        found = _("%(first)s and %(second)s", first=found, second=text)
    return found


def percent_text(tenths: int) -> str:
    """Return tenths of a per cent, none of them below zero: 12.4%, 12,4 %."""
    number = format_decimal(Decimal(tenths).scaleb(-1), format="0.0", locale=_locale(language.current()))
    return _("%(number)s%%", number=number)


@cache
def _locale(code: str) -> Locale:
    return Locale.parse("en_US" if code == ENGLISH else code)
