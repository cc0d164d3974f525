"""Amounts of money as people type them."""

import re

from marketplace.money import exponent

_AMOUNT = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,3}))?", re.ASCII)


def typed_minor(text: str, currency: str) -> int | None:
    """Return the minor units of `currency` that `text` says ("98", "98.5", "98,50"), or None for what is no amount."""
    found = _AMOUNT.fullmatch(text.strip())
    digits = exponent(currency)
    if found is None or len(found[2] or "") > digits:
        return None
    return int(found[1] + (found[2] or "").ljust(digits, "0"))


def typing_text(minor: int, currency: str) -> str:
    """Return not negative `minor` units as a person would type them: 98.00."""
    digits = exponent(currency)
    whole, fraction = divmod(minor, 10**digits)
    return f"{whole}.{fraction:0{digits}d}" if digits else str(whole)
