"""Where a seller sends, what it costs there and when it arrives. Pure.

A listing without a profile is sent everywhere for its own delivery amount: that is the standard delivery.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from marketplace.errors import Invalid
from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.numerals import as_written, number_text, short_typing_text, typed_number

MOST_PROFILES, MOST_ZONES, MOST_BANDS = 30, 20, 6
LONGEST_DAYS = 60
"""Working days that sending or the way may take."""
HEAVIEST_GRAMS = 2_000_000
LARGEST_PRICE_MINOR = 99_999_999
EUROPEAN_UNION = tuple("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
"""Its member states, ISO 3166-1 alpha-2."""
_SATURDAY = 5
_MOST_TYPED_GRAMS = 10_000_000


class Method(Labelled):
    """How goods come to the buyer in one zone."""

    FLAT = "flat", Text("One price per order")
    BY_WEIGHT = "by_weight", Text("By weight")
    PICKUP = "pickup", Text("The buyer collects it")


@dataclass(frozen=True, slots=True)
class Band:
    """What a parcel of at most so many grams costs, minor units of the profile's currency."""

    up_to_grams: int
    price_minor: int


@dataclass(frozen=True, slots=True)
class Zone:
    """Some countries that are served alike. Amounts in minor units of the profile's currency."""

    zone_id: int
    countries: tuple[str, ...]
    """ISO 3166-1 alpha-2; none: every country that no other zone of the profile names."""
    method: Method
    price_minor: int
    """Of a flat delivery; 0 for the other methods."""
    free_from_minor: int | None
    """From goods of this price on it costs nothing."""
    transit_first: int
    """Working days on the way, at least, and at most."""
    transit_last: int
    bands: tuple[Band, ...] = ()
    """Of a delivery by weight, lightest first."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How a seller sends some of the listings."""

    profile_id: int
    seller_id: int
    name: str
    currency: str
    handling_days: int
    """Working days until it is on its way."""
    zones: tuple[Zone, ...]
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """What of one seller goes by one profile: the price of the goods before tax and discount, and their weight."""

    profile: Profile
    goods: Money
    grams: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """The first and the last day on which goods are expected."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Agreed:
    """How an order is delivered, as it is frozen with it: working days until it is sent and on the way."""

    name: str
    is_pickup: bool
    grams: int
    handling_days: int
    transit_first: int
    transit_last: int

    def arrival(self, paid_on: date) -> Arrival:
        """Return when an order that is paid on a day is expected."""
        sent = working_days_after(paid_on, self.handling_days)
        return Arrival(working_days_after(sent, self.transit_first), working_days_after(sent, self.transit_last))


def zones_for(profile: Profile, country: str) -> list[Zone]:
    """Return the zones that serve a country: none, or one, or one to be sent and one to collect.

    Zones that name the country come before those for all others.
    """
    named = [zone for zone in profile.zones if country in zone.countries]
    return named or [zone for zone in profile.zones if not zone.countries]


def zone_for(profile: Profile, country: str, *, collects: bool = False) -> Zone | None:
    """Return the zone that serves a country; None: nothing is sent there. "" stands for a country not known yet.

    Where there are two, it is the one that is sent, unless the buyer collects; before an address is known the first.
    """
    if not country:
        return next(iter(profile.zones), None)
    found = zones_for(profile, country)
    wanted = (zone for zone in found if (zone.method is Method.PICKUP) == collects)
    return next(wanted, None) or next(iter(found), None)


def can_collect(profile: Profile, country: str) -> bool:
    """Return whether buyers of a country may collect; not before the country is known."""
    return bool(country) and any(zone.method is Method.PICKUP for zone in zones_for(profile, country))


def price_of(zone: Zone, goods: Money, grams: int) -> Money | None:
    """Return what delivery of goods of this price and weight costs in a zone; None for what is too heavy."""
    band = next((band for band in zone.bands if grams <= band.up_to_grams), None)
    if zone.method is Method.BY_WEIGHT and band is None:
        return None
    if zone.free_from_minor is not None and goods.minor >= zone.free_from_minor:
        return Money.zero(goods.currency)
    minor = {Method.FLAT: zone.price_minor, Method.PICKUP: 0}.get(zone.method, band.price_minor if band else 0)
    return Money(minor, goods.currency)


def heaviest(zone: Zone) -> int | None:
    """Return up to how many grams a zone is served; None where weight does not count."""
    return zone.bands[-1].up_to_grams if zone.method is Method.BY_WEIGHT and zone.bands else None


def agreed(loads: Sequence[Load], country: str, *, collects: bool = False) -> Agreed | None:
    """Return how one seller's loads are delivered together, all of which can be; None for no load.

    Together they are there when the slowest is. `collects` is what the buyer chose, where there is a choice.
    """
    served = [(load, zone) for load in loads if (zone := zone_for(load.profile, country, collects=collects))]
    if not served:
        return None
    return Agreed(
        name=", ".join(dict.fromkeys(load.profile.name for load, _zone in served))[:200],
        is_pickup=all(zone.method is Method.PICKUP for _load, zone in served),
        grams=sum(load.grams for load, _zone in served),
        handling_days=max(load.profile.handling_days for load, _zone in served),
        transit_first=max(zone.transit_first for _load, zone in served),
        transit_last=max(zone.transit_last for _load, zone in served),
    )


def working_days_after(day: date, count: int) -> date:
    """Return the day that is `count` working days after `day`; Saturdays and Sundays don't count."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < _SATURDAY
    return day


def check_zone(zone: Zone) -> Zone:
    """Return a zone that can be kept; raises Invalid naming the field."""
    if any(len(code) != 2 or not code.isascii() or not code.isupper() for code in zone.countries):
        raise Invalid(_("Name countries only."), field="countries")
    for name, days in (("transit_first", zone.transit_first), ("transit_last", zone.transit_last)):
        if not 0 <= days <= LONGEST_DAYS:
            raise Invalid(_("Enter a number from 0 to %(most)s.", most=LONGEST_DAYS), field=name)
    if zone.transit_last < zone.transit_first:
        raise Invalid(_("This can't be less than the first."), field="transit_last")
    for name, minor in (("price", zone.price_minor), ("free_from", zone.free_from_minor or 0)):
        if not 0 <= minor <= LARGEST_PRICE_MINOR:
            raise Invalid(_("Enter an amount that is not negative, and below a million."), field=name)
    if zone.method is Method.BY_WEIGHT:
        _check_bands(zone.bands)
    elif zone.bands:
        raise Invalid(_("Weights count only where it is charged by weight."), field="method")
    return zone


def check_together(zones: Iterable[Zone]) -> None:
    """Raise Invalid when two zones of a profile serve the same country, or two are for all others.

    A country may have one zone to which is sent and one whose buyers collect: they choose at the checkout.
    """
    every = list(zones)
    _check_apart(zone for zone in every if zone.method is Method.PICKUP)
    _check_apart(zone for zone in every if zone.method is not Method.PICKUP)


def _check_apart(zones: Iterable[Zone]) -> None:
    named: set[str] = set()
    has_others = False
    for zone in zones:
        if not zone.countries and has_others:
            raise Invalid(_("Another zone is for all other countries already."), field="countries")
        has_others = has_others or not zone.countries
        twice = named.intersection(zone.countries)
        if twice:
            raise Invalid(
                _("Another zone has %(countries)s already.", countries=", ".join(sorted(twice))), field="countries"
            )
        named.update(zone.countries)


def typed_grams(text: str, *, field: str) -> int:
    """Return a weight typed in kilograms, to the gram: 12.5 or 12,5 is 12,500. Raises Invalid naming `field`."""
    grams = typed_number(text, 3, is_grouped=False)
    if grams is None or grams >= _MOST_TYPED_GRAMS:
        example = as_written("12.5")
        raise Invalid(_("Write the weight in kilograms like this: %(example)s", example=example), field=field)
    return grams


def kilograms(grams: int) -> str:
    """Return a weight as people type it, in kilograms: 12.5 or 12,5."""
    return short_typing_text(grams, 3)


def check_days(days: int) -> int:
    """Return the working days until something is sent; raises Invalid naming `handling_days`."""
    if not 0 <= days <= LONGEST_DAYS:
        raise Invalid(_("Enter a number from 0 to %(most)s.", most=LONGEST_DAYS), field="handling_days")
    return days


def countries_of(text: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """Return the codes of countries as they were typed: names or codes between commas, "EU" for its members.

    `known` is code to name. Nothing typed is none: all other countries. Raises Invalid for what is no country.
    """
    by_word = {name.casefold(): code for code, name in known.items()} | {code.casefold(): code for code in known}
    union = {"eu", "european union", _("European Union").casefold()}
    found: dict[str, None] = {}
    for word in (" ".join(part.split()) for part in text.replace("\n", ",").replace(";", ",").split(",")):
        if word.casefold() in union:
            found.update(dict.fromkeys(EUROPEAN_UNION))
        elif word:
            code = by_word.get(word.casefold())
            if code is None:
                raise Invalid(_("There is no country called “%(word)s”.", word=word[:60]), field="countries")
            found[code] = None
    return tuple(found)


def _check_bands(bands: Sequence[Band]) -> None:
    if not bands:
        raise Invalid(_("Enter at least one weight with its price."), field="band_1_kg")
    if len(bands) > MOST_BANDS:
        raise Invalid(_("At most %(number)s weights.", number=MOST_BANDS), field="band_1_kg")
    for number, band in enumerate(bands, start=1):
        if not 0 < band.up_to_grams <= HEAVIEST_GRAMS:
            raise Invalid(
                _("Enter a weight up to %(most)s kg.", most=number_text(HEAVIEST_GRAMS // 1000)),
                field=f"band_{number}_kg",
            )
        if not 0 <= band.price_minor <= LARGEST_PRICE_MINOR:
            raise Invalid(_("Enter an amount that is not negative, and below a million."), field=f"band_{number}_price")
    for number, (lighter, heavier) in enumerate(pairwise(bands), start=2):
        if heavier.up_to_grams <= lighter.up_to_grams:
            raise Invalid(_("Each weight must be above the one before."), field=f"band_{number}_kg")
