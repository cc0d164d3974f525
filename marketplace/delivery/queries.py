"""What pages and the checkout read of delivery profiles."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, select

from marketplace import db
from marketplace.delivery.models import DeliveryProfile, DeliveryZone
from marketplace.delivery.rules import Band, Method, Profile, Zone
from marketplace.errors import NotFound
from marketplace.language import gettext as _

Rows = Callable[[Select[*tuple[Any, ...]], dict[str, Any]], Sequence[Any]]
"""How rows are read: for a page, or in a transaction."""

_PROFILES: Select[*tuple[Any, ...]] = (
    select(
        DeliveryProfile.id,
        DeliveryProfile.seller_id,
        DeliveryProfile.name,
        DeliveryProfile.currency,
        DeliveryProfile.handling_days,
        DeliveryProfile.archived_at.is_not(None).label("is_archived"),
        DeliveryZone.id.label("zone_id"),
        DeliveryZone.countries,
        DeliveryZone.method,
        DeliveryZone.price_minor,
        DeliveryZone.free_from_minor,
        DeliveryZone.transit_first,
        DeliveryZone.transit_last,
        DeliveryZone.bands,
    )
    .join(DeliveryZone, DeliveryZone.profile_id == DeliveryProfile.id, isouter=True)
    .order_by(DeliveryProfile.id, DeliveryZone.id)
)
_BY_ID = _PROFILES.where(DeliveryProfile.id.in_(bindparam("profile_ids", expanding=True)))
_OF_SELLER = _PROFILES.where(DeliveryProfile.seller_id == bindparam("seller_id"))


def read_profiles(rows: Rows, profile_ids: Iterable[int]) -> Mapping[int, Profile]:
    """Return profiles by their ids; asks nothing for none."""
    wanted = sorted(set(profile_ids))
    found = _profiles(rows(_BY_ID, {"profile_ids": wanted})) if wanted else ()
    return {profile.profile_id: profile for profile in found}


def profile(profile_id: int) -> Profile:
    """Return one profile, for a page; raises NotFound."""
    found = read_profiles(db.read, [profile_id])
    if not found:
        raise NotFound(_("There is no such delivery profile."))
    return found[profile_id]


def own_profile(profile_id: int, seller_id: int) -> Profile:
    """Return a seller's own profile; raises NotFound for an unknown or foreign one."""
    found = profile(profile_id)
    if found.seller_id != seller_id:
        raise NotFound(_("There is no such delivery profile."))
    return found


def profiles_of(seller_id: int) -> list[Profile]:
    """Return a seller's profiles in the order they were made, archived ones too."""
    return _profiles(db.read(_OF_SELLER, {"seller_id": seller_id}))


def zone_of(zone_id: int, row: Row[*tuple[Any, ...]] | DeliveryZone) -> Zone:
    """Return the zone that a row of the above or one of the table says."""
    return Zone(
        zone_id,
        tuple(row.countries),
        Method(row.method),
        row.price_minor,
        row.free_from_minor,
        row.transit_first,
        row.transit_last,
        tuple(Band(grams, minor) for grams, minor in row.bands),
    )


def _profiles(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Profile]:
    zones: dict[int, list[Zone]] = {}
    heads: dict[int, Row[*tuple[Any, ...]]] = {}
    for row in rows:
        heads[row.id] = row
        zones.setdefault(row.id, [])
        if row.zone_id is not None:
            zones[row.id].append(zone_of(row.zone_id, row))
    return [
        Profile(
            row.id,
            row.seller_id,
            row.name,
            row.currency,
            row.handling_days,
            tuple(zones[row.id]),
            is_archived=row.is_archived,
        )
        for row in heads.values()
    ]
