"""Amounts of money as people type them, in the signs of the language they read."""

from marketplace import numerals
from marketplace.money import exponent


def typed_minor(text: str, currency: str) -> int | None:
    """Return the minor units of `currency` that `text` says ("98", "98.5", "98,50"), or None for what is no amount."""
    return numerals.typed_number(text, exponent(currency))


def typing_text(minor: int, currency: str) -> str:
    """Return not negative `minor` units as a person would type them: 98.00 or 98,00."""
    return numerals.typing_text(minor, exponent(currency))


def amount_text(minor: int | None, currency: str) -> str:
    """Return an amount as a form field holds it: 98, or 98.50 or 98,50; "" for none."""
    if minor is None:
        return ""
    digits = exponent(currency)
    return numerals.typing_text(minor, digits) if minor % 10**digits else str(minor // 10**digits)


def percentage_text(basis_points: int) -> str:
    """Return a rate as a form field holds it: 12.5, 12,5 or 20."""
    return numerals.short_typing_text(basis_points, 2)
