"""What every page shares: how money and times read, and the names templates may use."""

from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import cache

from babel.numbers import format_currency
from flask import Flask, g, has_request_context
from jinja2 import StrictUndefined
from sqlalchemy.exc import SQLAlchemyError

from marketplace import language, numerals
from marketplace.accounts import time_zones
from marketplace.config import Settings
from marketplace.language import ENGLISH, ngettext
from marketplace.money import CREDIT, Money, exponent
from marketplace.numerals import as_written, number_text
from marketplace.web import gaps, guards, headers

date_text, month_text = numerals.date_text, numerals.month_text


def money_text(minor: int, currency: str) -> str:
    """Return `minor` units of `currency` as people read it: $1,234.50 or 1 234,50 US$, with a true minus sign."""
    if currency == CREDIT:
        return _credits_text(minor)
    digits, code = exponent(currency), language.current()
    whole, fraction = divmod(abs(minor), 10**digits)
    number = f"{whole:,}" + (f".{fraction:0{digits}d}" if digits else "")
    symbol = _symbol(currency, code)
    if code != ENGLISH:
        text = f"{as_written(number)}\N{NO-BREAK SPACE}{symbol}"
    elif len(symbol) == 1 or symbol.endswith("$"):
        text = f"{symbol}{number}"
    else:
        text = f"{symbol}\N{NO-BREAK SPACE}{number}"
    return f"\N{MINUS SIGN}{text}" if minor < 0 else text


def money(amount: Money) -> str:
    """Return `amount` as people read it."""
    return money_text(amount.minor, amount.currency)


def decimal(minor: int, currency: str) -> Decimal:
    """Return `minor` units of `currency` as a number in whole units, as files for spreadsheets hold it: 1234.50."""
    return Decimal(minor).scaleb(-exponent(currency))


def time_text(moment: datetime) -> str:
    """Return a moment as people read it, by the clock of the reader's time zone: 21 Dec 2026, 14:05 UTC."""
    zone = reading_zone()
    there = moment if zone is UTC else moment.astimezone(zone)
    name = there.tzname() or "UTC"
    # Zones without letters of their own are called by their distance: +03.
    return f"{date_text(there)}, {there:%H:%M} {f'UTC{name}' if name[0] in '+-' else name}"


def read_in(name: str | None) -> None:
    """Let this request's reader read times in the zone of this name, None is UTC."""
    g.time_zone = time_zones.zone(name) if name else UTC


def reading_zone() -> tzinfo:
    """Return the zone in which this request's reader reads times; UTC where there is no reader.

    Raises RuntimeError while a page is drawn for everybody: a time belongs into a gap there.
    """
    if not has_request_context():
        return UTC
    gaps.refuse_for_everybody()
    if "time_zone" not in g:
        read_in(_viewers_zone())
    found: tzinfo = g.time_zone
    return found


def _viewers_zone() -> str | None:
    try:
        viewer = guards.current_viewer()
    except SQLAlchemyError:  # a page that says so must still be drawn
        return None
    return viewer.time_zone if viewer else None


def sentence(text: str) -> str:
    """Return `text` with a large first letter and the rest as it is: names of months keep theirs."""
    return text[:1].upper() + text[1:]


def register(app: Flask, settings: Settings) -> None:
    """Make undefined names an error and give templates their globals and filters."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update(gettext=language.gettext, ngettext=language.ngettext, pgettext=language.pgettext)
    app.jinja_env.globals.update(_=language.gettext, language=language.current)
    app.jinja_env.globals.update(csp_nonce=headers.nonce, demo_mode=settings.demo)
    app.jinja_env.filters.update(money=money, date=date_text, number=number_text, time=time_text)


def _credits_text(count: int) -> str:
    text = ngettext("%(number)s credit", "%(number)s credits", abs(count), number=number_text(abs(count)))
    return f"\N{MINUS SIGN}{text}" if count < 0 else text


@cache
def _symbol(currency: str, code: str) -> str:
    locale = "en_US" if code == ENGLISH else code
    return format_currency(0, currency, format="¤", locale=locale, currency_digits=False)
