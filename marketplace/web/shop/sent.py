"""How a listing with a delivery profile is sent, on its page."""

from dataclasses import dataclass
from datetime import date

from marketplace.delivery import queries, rules
from marketplace.delivery.rules import Method, Profile, Zone
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.web import countries, delivery_words
from marketplace.web.pages import money


@dataclass(frozen=True, slots=True)
class SentRow:
    """One zone: where, for how much, when."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What a listing's page says of its delivery; equal ones make equal pages."""

    summary: str
    """Beside the price: what it costs where the viewer is, or where most are."""
    refused: str
    """That it is not delivered to the viewer's country; "" where it is, or where nobody knows."""
    rows: tuple[SentRow, ...]


def of(profile_id: int | None, price: Money, grams: int, country: str, today: date) -> Sent | None:
    """Return how one unit is sent; None for the standard delivery. `country` is the viewer's, "" while unknown."""
    if profile_id is None:
        return None
    profile = queries.profile(profile_id)
    zone = rules.zone_for(profile, country)
    costs = rules.price_of(zone, price, grams) if zone else None
    there, also = countries.name(country), rules.can_collect(profile, country)
    refused = _("It is not delivered to %(country)s.", country=there) if zone is None or costs is None else ""
    return Sent(
        summary="" if refused or zone is None or costs is None else _summary(zone, costs, there, also=also),
        refused=refused if country else "",
        rows=tuple(_row(profile, each, today) for each in profile.zones),
    )


def _summary(zone: Zone, costs: Money, there: str, *, also: bool) -> str:
    """Return what delivery costs; `also`: the buyer may collect it instead."""
    if zone.method is Method.PICKUP:
        return _("You collect it from the seller")
    where = there or delivery_words.where(zone)
    said = {"price": money(costs), "country": where}
    if not costs:
        return (
            _("Free delivery to %(country)s, or collect it", **said)
            if also
            else _("Free delivery to %(country)s", **said)
        )
    if also:
        return _("Delivery %(price)s to %(country)s, or collect it", **said)
    return _("Delivery %(price)s to %(country)s", **said)


def _row(profile: Profile, zone: Zone, today: date) -> SentRow:
    agreed = rules.Agreed(
        "", zone.method is Method.PICKUP, 0, profile.handling_days, zone.transit_first, zone.transit_last
    )
    said = delivery_words.expected(agreed.arrival(today), is_pickup=agreed.is_pickup)
    return SentRow(
        delivery_words.where(zone),
        _(
            "%(price)s. %(expected)s, if paid today.",
            price=delivery_words.price(zone, profile.currency),
            expected=said,
        ),
    )
