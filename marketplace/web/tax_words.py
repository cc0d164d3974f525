"""How tax is said in words: its rates, and whether prices include it."""

from collections.abc import Sequence
from datetime import date

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.taxes.rules import TaxCategory, Taxing
from marketplace.web import countries
from marketplace.web.pages import rate_text

ADDED, INCLUDED = Text("Tax"), Text("Included tax")
_NOTES = {
    (True, True): Text("Includes %(rate)s tax."),
    (True, False): Text("No tax is due."),
    (False, True): Text("Plus %(rate)s sales tax, shown before you pay."),
    (False, False): Text("No tax is added."),
}
"""What is said beside a price, by whether it includes tax, and whether there is any."""
_NOTES_IN = {
    (True, True): Text("Includes %(rate)s tax in %(country)s."),
    (True, False): Text("No tax is due in %(country)s."),
    (False, True): Text("Plus %(rate)s sales tax in %(country)s, shown before you pay."),
    (False, False): Text("No tax is added in %(country)s."),
}
"""The same where the rate depends on the country."""


def label(*, is_included: bool) -> str:
    """Return what the row of the tax is called: an included one is not added to the others."""
    return INCLUDED if is_included else ADDED


def rates_note(rates: Sequence[int], *, is_included: bool) -> str:
    """Return the rates beside an amount of tax: "7 %, 19 % on the goods"; "" for none."""
    said = ", ".join(map(rate_text, rates))
    if not said:
        return ""
    return (
        _("%(rates)s in the price of the goods", rates=said) if is_included else _("%(rates)s on the goods", rates=said)
    )


def price_note(taxing: Taxing, category: TaxCategory, country: str, day: date) -> str:
    """Return what is said of the tax beside a price, for goods to a country; "" for the shop's own."""
    rate = taxing.rate(category, country, day)
    notes = _NOTES_IN if taxing.depends_on_country else _NOTES
    where = countries.name(country or taxing.home)
    return _(notes[taxing.is_included, bool(rate)], rate=rate_text(rate), country=where)
