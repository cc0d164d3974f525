"""How tax is said in words: its rates, and whether prices include it."""

from collections.abc import Sequence
from datetime import date

from marketplace.taxes.rules import TaxCategory, Taxing
from marketplace.web import countries
from marketplace.web.pages import rate_text

ADDED, INCLUDED = "Tax", "Included tax"


def label(*, is_included: bool) -> str:
    """Return what the row of the tax is called: an included one is not added to the others."""
    return INCLUDED if is_included else ADDED


def rates_note(rates: Sequence[int], *, is_included: bool) -> str:
    """Return the rates beside an amount of tax: "7 %, 19 % on the goods"; "" for none."""
    said = ", ".join(map(rate_text, rates))
    where = "in the price of the goods" if is_included else "on the goods"
    return f"{said} {where}" if said else ""


def price_note(taxing: Taxing, category: TaxCategory, country: str, day: date) -> str:
    """Return what is said of the tax beside a price, for goods to a country; "" for the shop's own."""
    rate = taxing.rate(category, country, day)
    there = f" in {countries.name(country or taxing.home)}" if taxing.depends_on_country else ""
    if taxing.is_included:
        return f"Includes {rate_text(rate)} tax{there}." if rate else f"No tax is due{there}."
    return f"Plus {rate_text(rate)} sales tax{there}, shown before you pay." if rate else f"No tax is added{there}."
