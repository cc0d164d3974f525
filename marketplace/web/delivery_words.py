"""How delivery is said in words: where to, for how much, how fast, and when something is expected."""

from datetime import date

from babel.dates import format_date

from marketplace import language
from marketplace.delivery import rules
from marketplace.delivery.rules import Agreed, Arrival, Method, Profile, Zone
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.money import Money
from marketplace.numerals import kilograms_text
from marketplace.orders.agreed_queries import AgreedTerms
from marketplace.web import countries, tax_words
from marketplace.web.pages import money

_NAMED = 4


def where(zone: Zone) -> str:
    """Return the countries of a zone: "Sweden, Norway", "The European Union" or "All other countries"."""
    if not zone.countries:
        return _("All other countries")
    left, names = set(zone.countries), []
    if left.issuperset(rules.EUROPEAN_UNION):
        names.append(_("the European Union"))
        left.difference_update(rules.EUROPEAN_UNION)
    names += [countries.name(code) for code in zone.countries if code in left]
    more = len(names) - _NAMED
    said = ", ".join(names[:_NAMED])
    if more > 0:
        said = _("%(countries)s and %(number)s more", countries=said, number=more)
    return said[:1].upper() + said[1:]


def price(zone: Zone, currency: str) -> str:
    """Return what a zone costs: "12.00 kr, free from 500.00 kr"."""
    if zone.method is Method.PICKUP:
        return _("You collect it from the seller, at no charge")
    if zone.method is Method.BY_WEIGHT:
        said = "; ".join(
            _(
                "up to %(weight)s kg %(price)s",
                weight=kilograms_text(band.up_to_grams),
                price=_amount(band.price_minor, currency),
            )
            for band in zone.bands
        )
    else:
        said = _amount(zone.price_minor, currency)
    if zone.free_from_minor is None:
        return said
    return _("%(price)s; free from %(amount)s", price=said, amount=money(Money(zone.free_from_minor, currency)))


def days(profile: Profile, zone: Zone) -> str:
    """Return how long it takes until goods are there, from the payment on: "3 to 5 working days"."""
    first, last = profile.handling_days + zone.transit_first, profile.handling_days + zone.transit_last
    span = str(last) if first == last else _("%(first)s to %(last)s", first=first, last=last)
    count = last if first == last else 2
    return ngettext("%(days)s working day", "%(days)s working days", count, days=span)


def expected(arrival: Arrival, *, is_pickup: bool) -> str:
    """Return when goods are there: "Expected 26 to 28 November 2026"."""
    days = _span(arrival.first, arrival.last)
    return _("Ready to collect %(days)s", days=days) if is_pickup else _("Expected %(days)s", days=days)


def label(*, is_pickup: bool) -> str:
    """Return what the row of the delivery is called for the buyer."""
    return _("You collect it") if is_pickup else _("Delivery")


def agreed_note(agreed: Agreed | None, country: str, today: date) -> str:
    """Return where an order goes and when it is expected if it is paid `today`; "" for the standard delivery."""
    if agreed is None:
        return ""
    said = expected(agreed.arrival(today), is_pickup=agreed.is_pickup)
    if not country or agreed.is_pickup:
        return said
    return _("%(expected)s, to %(country)s", expected=said, country=countries.name(country))


def order_notes(found: AgreedTerms) -> dict[str, str]:
    """Return what is said beside an order's delivery, how and when, and beside its tax, the rates; "" for nothing."""
    of = {"is_included": found.is_tax_included, "is_delivery_taxed": found.is_delivery_taxed}
    notes = {"delivery": "", "tax": tax_words.rates_note(found.tax_rates, **of)}
    if found.delivery:
        arrival = Arrival(found.delivery.arrives_first, found.delivery.arrives_last)
        said = f"{found.delivery.name}. {expected(arrival, is_pickup=found.delivery.is_pickup)}"
        place = found.delivery.pickup_place
        notes["delivery"] = _("%(when)s, %(place)s", when=said, place=place) if place else said
    return notes


def _amount(minor: int, currency: str) -> str:
    return money(Money(minor, currency)) if minor else _("free")


def _span(first: date, last: date) -> str:
    if first == last:
        return _day(last)
    if (first.year, first.month) == (last.year, last.month):
        begin = str(first.day)
    else:
        begin = _day(first, "d MMMM" if first.year == last.year else "d MMMM y")
    return _("%(first)s to %(last)s", first=begin, last=_day(last))


def _day(day: date, pattern: str = "d MMMM y") -> str:
    return format_date(day, pattern, locale=language.current())
