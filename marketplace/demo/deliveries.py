"""How the sellers of the demo shop deliver, and the tax of goods and deliveries there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.catalog import delivering, shop_operations
from marketplace.delivery import operations
from marketplace.delivery.rules import EUROPEAN_UNION, Band, Method, Zone
from marketplace.demo.parts import DemoPart
from marketplace.demo.people import BECKER, HARBOUR, HOLM, LUMEN, Person
from marketplace.taxes import operations as taxes
from marketplace.taxes.rules import DeliveryRule, DeliveryTaxing, Rate, TaxCategory


@dataclass(frozen=True)
class DemoProfile:
    """How a seller sends the parts: all but those that go free of charge anyway."""

    seller: Person
    name: str
    handling_days: int
    zones: tuple[Zone, ...]


def _flat(*countries: str, minor: int, days: tuple[int, int], free_from: int | None = None) -> Zone:
    return Zone(0, countries, Method.FLAT, minor, free_from, *days)


def _by_weight(
    *countries: str, days: tuple[int, int], free_from: int | None, bands: tuple[tuple[int, int], ...]
) -> Zone:
    return Zone(
        0, countries, Method.BY_WEIGHT, 0, free_from, *days, tuple(Band(kg * 1_000, minor) for kg, minor in bands)
    )


def _pickup(*countries: str) -> Zone:
    return Zone(0, countries, Method.PICKUP, 0, None, 0, 0)


_NEAR = tuple(country for country in EUROPEAN_UNION if country != "DE")
PROFILES = (
    DemoProfile(
        HARBOUR, "Carrier or counter", 1,
        (
            _by_weight("US", days=(2, 4), free_from=250_00,
                       bands=((2, 6_50), (8, 12_90), (20, 18_00), (60, 34_00), (250, 89_00))),
            _pickup("US"),
        ),
    ),
    DemoProfile(
        LUMEN, "Parcel or counter", 0,
        (_flat("US", minor=8_90, days=(1, 3), free_from=150_00), _pickup("US"), _flat("CA", minor=24_00, days=(4, 7))),
    ),
    DemoProfile(
        HOLM, "PostNord", 1,
        (
            _flat("SE", minor=89_00, days=(1, 2), free_from=1_500_00),
            _pickup("SE"),
            _flat("NO", "DK", "FI", minor=249_00, days=(2, 4)),
            _flat(minor=490_00, days=(5, 9)),
        ),
    ),
    DemoProfile(
        BECKER, "DHL", 0,
        (
            _by_weight("DE", days=(1, 2), free_from=250_00,
                       bands=((2, 4_90), (10, 7_90), (31, 14_90), (250, 69_00))),
            _by_weight(*_NEAR, days=(2, 4), free_from=None,
                       bands=((2, 11_90), (10, 17_90), (31, 34_90), (250, 149_00))),
            _pickup("DE"),
        ),
    ),
)  # fmt: skip
GRAMS = {
    "battery": 21_500, "brake_disc": 14_000, "brake_pads": 1_900, "clutch_kit": 9_500, "coil_spring": 6_800,
    "ecu": 1_100, "oil_filter": 900, "radiator": 6_200, "shock_absorber": 7_500, "spark_plugs": 400,
    "steering_wheel": 2_400, "turbocharger": 8_400, "wheel": 9_200, "wiper_blades": 700,
}  # fmt: skip
"""What one of these weighs, packed, by its shape."""
_INCLUDED = BECKER
RATES = {"DE": 19_00, "AT": 20_00, "FR": 20_00, "NL": 21_00, "SE": 25_00}
"""The tax inside the prices of the German shop, in basis points, by country."""


def set_up(session: Session, ids: Mapping[str, int], now: datetime) -> dict[str, int]:
    """Keep the sellers' profiles, their rates of tax, and that the European Union taxes deliveries like the goods.

    Returns the ids of the profiles by the sellers' e-mail addresses.
    """
    seller_id = ids[_INCLUDED.email]
    shop_operations.say_prices_include_tax(session, seller_id=seller_id, includes=True)
    for country, basis_points in RATES.items():
        rate = Rate(country, TaxCategory.STANDARD, basis_points, now.date())
        taxes.keep_rate(session, seller_id=seller_id, rate=rate, now=now)
    for country in EUROPEAN_UNION:
        rule = DeliveryRule(country, DeliveryTaxing.LIKE_GOODS, now.date())
        taxes.keep_delivery_rule(session, rule=rule, admin_id=None, now=now)
    return {wanted.seller.email: _make(session, ids[wanted.seller.email], wanted, now) for wanted in PROFILES}


def send_by(session: Session, *, seller_id: int, listing_id: int, part: DemoPart, profile_id: int) -> None:
    """Send a part by its seller's profile."""
    delivering.choose(
        session,
        seller_id=seller_id,
        listing_id=listing_id,
        profile_id=profile_id,
        weight_grams=GRAMS.get(part.shape),
    )


def _make(session: Session, seller_id: int, wanted: DemoProfile, now: datetime) -> int:
    first, *others = wanted.zones
    profile_id = operations.make_profile(
        session,
        seller_id=seller_id,
        name=wanted.name,
        currency=wanted.seller.currency,
        handling_days=wanted.handling_days,
        zone=first,
        now=now,
    )
    for zone in others:
        operations.write_zone(session, seller_id=seller_id, profile_id=profile_id, zone=zone)
    return profile_id
