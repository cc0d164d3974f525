"""What every page shares: how money and times read, hashed static addresses, template globals."""

import hashlib
from datetime import datetime
from pathlib import Path

from babel.numbers import format_currency
from flask import Flask, url_for
from jinja2 import StrictUndefined

from marketplace.config import Settings
from marketplace.money import Money, exponent
from marketplace.web import headers

_CSS_ORDER = ("tokens.css", "base.css", "layout.css")


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


def date_text(moment: datetime) -> str:
    """Return a UTC date as people read it: 21 Dec 2026."""
    return f"{moment.day} {moment:%b %Y}"


def time_text(moment: datetime) -> str:
    """Return a UTC date and time as people read it: 21 Dec 2026, 14:05 UTC."""
    return f"{date_text(moment)}, {moment:%H:%M} UTC"


def register(app: Flask, settings: Settings) -> None:
    """Make undefined names an error and give templates their globals and filters."""
    static = Path(str(app.static_folder))
    hashes = _hashes(static)
    sheets = _stylesheets(static)

    def static_url(name: str) -> str:
        return url_for("static", filename=name, v=hashes[name])

    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        static_url=static_url,
        stylesheets=lambda: [static_url(sheet) for sheet in sheets],
        csp_nonce=headers.nonce,
        demo_mode=settings.demo,
    )
    app.jinja_env.filters.update(money=money, date=date_text, time=time_text)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000


def _symbol(currency: str) -> str:
    return format_currency(0, currency, format="¤", locale="en_US", currency_digits=False)


def _hashes(static: Path) -> dict[str, str]:
    files = [path for path in static.rglob("*") if path.is_file()]
    return {path.relative_to(static).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in files}


def _stylesheets(static: Path) -> list[str]:
    components = sorted(f"css/components/{path.name}" for path in (static / "css" / "components").glob("*.css"))
    return [f"css/{name}" for name in _CSS_ORDER] + components
