"""Delivery profiles for tests, made and chosen by the real operations."""

from marketplace import db
from marketplace.catalog import delivering
from marketplace.delivery import operations, queries
from marketplace.delivery.rules import Band, Method, Zone
from tests.builders import World


def flat(*countries: str, price: int = 900, free_from: int | None = None, days: tuple[int, int] = (1, 2)) -> Zone:
    """Return a zone of one price; no country is all others."""
    return Zone(0, countries, Method.FLAT, price, free_from, *days)


def by_weight(*countries: str, bands: tuple[tuple[int, int], ...], free_from: int | None = None) -> Zone:
    """Return a zone of prices by weight: pairs of grams and minor units."""
    return Zone(0, countries, Method.BY_WEIGHT, 0, free_from, 2, 5, tuple(Band(*band) for band in bands))


def pickup(*countries: str) -> Zone:
    """Return a zone whose buyers collect."""
    return Zone(0, countries, Method.PICKUP, 0, None, 0, 0)


def profile(
    world: World, seller_id: int, *zones: Zone, name: str = "Parcel", currency: str = "USD", handling_days: int = 1
) -> tuple[int, list[int]]:
    """Make a profile, with zones for the United States and Canada unless told; return its id and those of its zones."""
    first, *others = zones or (flat("US"), flat("CA", price=2_100, days=(4, 8)))
    profile_id = db.atomic(
        operations.make_profile,
        (),
        seller_id=seller_id,
        name=name,
        currency=currency,
        handling_days=handling_days,
        zone=first,
        now=world.now,
    )
    for zone in others:
        db.atomic(delivering.write_zone, (), seller_id=seller_id, profile_id=profile_id, zone=zone)
    return profile_id, [zone.zone_id for zone in queries.profile(profile_id).zones]


def send_by(seller_id: int, listing_id: int, profile_id: int | None, grams: int | None = None) -> None:
    """Send a listing by a profile; None for the standard delivery."""
    db.atomic(
        delivering.choose, (), seller_id=seller_id, listing_id=listing_id, profile_id=profile_id, weight_grams=grams
    )
