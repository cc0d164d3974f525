"""How tax is said in words: its rates, and whether prices include it."""

from collections.abc import Sequence
from datetime import date
from operator import attrgetter

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.numerals import percent
from marketplace.taxes.rules import DeliveryTaxing, TaxCategory, Taxing
from marketplace.web import countries

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


_RATES = {
    (True, False): Text("%(rates)s in the price of the goods"),
    (False, False): Text("%(rates)s on the goods"),
    (True, True): Text("%(rates)s in the prices of goods and delivery"),
    (False, True): Text("%(rates)s on goods and delivery"),
}
"""What is said beside an amount of tax, by whether prices include it, and whether it is of the delivery too."""


_DELIVERIES = {
    (DeliveryTaxing.NONE, False): Text("Deliveries are not taxed."),
    (DeliveryTaxing.NONE, True): Text(
        "Deliveries to %(countries)s are taxed like the goods they go with, others are not."
    ),
    (DeliveryTaxing.LIKE_GOODS, False): Text("Deliveries are taxed like the goods they go with."),
    (DeliveryTaxing.LIKE_GOODS, True): Text(
        "Deliveries are taxed like the goods they go with, but not to %(countries)s."
    ),
}
"""What is said of deliveries, by what holds everywhere and whether it is otherwise in some countries."""


def label(*, is_included: bool) -> str:
    """Return what the row of the tax is called: an included one is not added to the others."""
    return INCLUDED if is_included else ADDED


def rates_note(rates: Sequence[int], *, is_included: bool, is_delivery_taxed: bool = False) -> str:
    """Return the rates beside an amount of tax: "7 %, 19 % on the goods"; "" for none."""
    said = ", ".join(map(percent, rates))
    return _(_RATES[is_included, is_delivery_taxed], rates=said) if said else ""


def deliveries_note(taxing: Taxing, day: date) -> str:
    """Return where deliveries are taxed on a day: like the goods they go with."""
    begun = sorted((rule for rule in taxing.delivery if rule.valid_from <= day), key=attrgetter("valid_from"))
    said = {rule.country: rule.taxing for rule in begun}
    usually = said.pop("", DeliveryTaxing.NONE)
    others = {code for code, own in said.items() if own is not usually}
    return _(_DELIVERIES[usually, bool(others)], countries=", ".join(countries.grouped(others)))


def price_note(taxing: Taxing, category: TaxCategory, country: str, day: date) -> str:
    """Return what is said of the tax beside a price, for goods to a country; "" for the shop's own."""
    rate = taxing.rate(category, country, day)
    notes = _NOTES_IN if taxing.depends_on_country else _NOTES
    where = countries.name(country or taxing.home)
    return _(notes[taxing.is_included, bool(rate)], rate=percent(rate), country=where)
