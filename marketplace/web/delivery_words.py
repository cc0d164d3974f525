"""How delivery is said in words: where to, for how much, how fast, and when something is expected."""

from datetime import date

from marketplace.delivery import rules
from marketplace.delivery.rules import Agreed, Arrival, Method, Profile, Zone
from marketplace.money import Money
from marketplace.orders.agreed_queries import AgreedTerms
from marketplace.web import countries, tax_words
from marketplace.web.pages import money

_NAMED = 4


def where(zone: Zone) -> str:
    """Return the countries of a zone: "Sweden, Norway", "The European Union" or "All other countries"."""
    if not zone.countries:
        return "All other countries"
    left, names = set(zone.countries), []
    if left.issuperset(rules.EUROPEAN_UNION):
        names.append("the European Union")
        left.difference_update(rules.EUROPEAN_UNION)
    names += [countries.name(code) for code in zone.countries if code in left]
    more = len(names) - _NAMED
    said = ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return said[:1].upper() + said[1:]


def price(zone: Zone, currency: str) -> str:
    """Return what a zone costs: "12.00 kr, free from 500.00 kr"."""
    if zone.method is Method.PICKUP:
        return "You collect it from the seller, at no charge"
    if zone.method is Method.BY_WEIGHT:
        said = "; ".join(
            f"up to {kilograms(band.up_to_grams)} kg {_amount(band.price_minor, currency)}" for band in zone.bands
        )
    else:
        said = _amount(zone.price_minor, currency)
    if zone.free_from_minor is None:
        return said
    return f"{said}; free from {money(Money(zone.free_from_minor, currency))}"


def days(profile: Profile, zone: Zone) -> str:
    """Return how long it takes until goods are there, from the payment on: "3 to 5 working days"."""
    first, last = profile.handling_days + zone.transit_first, profile.handling_days + zone.transit_last
    span = str(last) if first == last else f"{first} to {last}"
    return f"{span} working day" if span == "1" else f"{span} working days"


def expected(arrival: Arrival, *, is_pickup: bool) -> str:
    """Return when goods are there: "Expected 26 to 28 November 2026"."""
    begin = "Ready to collect" if is_pickup else "Expected"
    return f"{begin} {_span(arrival.first, arrival.last)}"


def agreed_note(agreed: Agreed | None, country: str, today: date) -> str:
    """Return where an order goes and when it is expected if it is paid `today`; "" for the standard delivery."""
    if agreed is None:
        return ""
    said = expected(agreed.arrival(today), is_pickup=agreed.is_pickup)
    return f"{said}, to {countries.name(country)}" if country and not agreed.is_pickup else said


def order_notes(found: AgreedTerms) -> dict[str, str]:
    """Return what is said beside an order's delivery, how and when, and beside its tax, the rates; "" for nothing."""
    notes = {"delivery": "", "tax": tax_words.rates_note(found.tax_rates, is_included=found.is_tax_included)}
    if found.delivery:
        arrival = Arrival(found.delivery.arrives_first, found.delivery.arrives_last)
        notes["delivery"] = f"{found.delivery.name}. {expected(arrival, is_pickup=found.delivery.is_pickup)}"
    return notes


def kilograms(grams: int) -> str:
    """Return a weight as people read and type it, in kilograms: 12.5."""
    whole, part = divmod(grams, 1000)
    return f"{whole}.{part:03d}".rstrip("0").rstrip(".")


def _amount(minor: int, currency: str) -> str:
    return money(Money(minor, currency)) if minor else "free"


def _span(first: date, last: date) -> str:
    if first == last:
        return f"{last.day} {last:%B %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {last.day} {last:%B %Y}"
    if first.year == last.year:
        return f"{first.day} {first:%B} to {last.day} {last:%B %Y}"
    return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"
