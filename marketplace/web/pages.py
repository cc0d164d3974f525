"""What every page shares: how money and times read, and the names templates may use."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache

from babel.numbers import format_currency
from flask import Flask
from jinja2 import StrictUndefined

from marketplace.config import Settings
from marketplace.money import Money, exponent
from marketplace.web import headers


def money_text(minor: int, currency: str) -> str:
    """Return `minor` units of `currency` as people read it: $1,234.50, with a true minus sign."""
    digits = exponent(currency)
    whole, fraction = divmod(abs(minor), 10**digits)
    number = f"{whole:,}" + (f".{fraction:0{digits}d}" if digits else "")
    symbol = _symbol(currency)
    text = f"{symbol}{number}" if len(symbol) == 1 or symbol.endswith("$") else f"{symbol}\N{NO-BREAK SPACE}{number}"
    return f"\N{MINUS SIGN}{text}" if minor < 0 else text


def money(amount: Money) -> str:
    """Return `amount` as people read it."""
    return money_text(amount.minor, amount.currency)


def rate_text(basis_points: int) -> str:
    """Return a rate as people read it: 7.25 %, 25 %."""
    whole, part = divmod(basis_points, 100)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".") + " %"


def decimal(minor: int, currency: str) -> Decimal:
    """Return `minor` units of `currency` as a number in whole units, as files for spreadsheets hold it: 1234.50."""
    return Decimal(minor).scaleb(-exponent(currency))


def date_text(moment: date) -> str:
    """Return a day, or the UTC day of a moment, as people read it: 21 Dec 2026."""
    return f"{moment.day} {moment:%b %Y}"


def time_text(moment: datetime) -> str:
    """Return a UTC date and time as people read it: 21 Dec 2026, 14:05 UTC."""
    return f"{date_text(moment)}, {moment:%H:%M} UTC"


def sentence(text: str) -> str:
    """Return `text` with a large first letter and the rest as it is: names of months keep theirs."""
    return text[:1].upper() + text[1:]


def register(app: Flask, settings: Settings) -> None:
    """Make undefined names an error and give templates their globals and filters."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(csp_nonce=headers.nonce, demo_mode=settings.demo)
    app.jinja_env.filters.update(money=money, date=date_text, time=time_text)


@cache
def _symbol(currency: str) -> str:
    return format_currency(0, currency, format="¤", locale="en_US", currency_digits=False)
