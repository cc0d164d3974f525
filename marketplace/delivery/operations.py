"""What sellers write of their delivery profiles: make, change, and the zones in them."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.delivery import queries, rules
from marketplace.delivery.models import DeliveryProfile, DeliveryZone
from marketplace.delivery.rules import Zone
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.language import gettext as _


def make_profile(
    session: Session, *, seller_id: int, name: str, currency: str, handling_days: int, zone: Zone, now: datetime
) -> int:
    """Make a profile with its first zone, whose amounts are in `currency`, and return its id.

    Raises Invalid naming the field, Conflict for too many.
    """
    rules.check_days(handling_days)
    kept = select(func.count()).where(DeliveryProfile.seller_id == seller_id, DeliveryProfile.archived_at.is_(None))
    if session.execute(kept).scalar_one() >= rules.MOST_PROFILES:
        raise Conflict(_("At most %(number)s profiles. Archive one first.", number=rules.MOST_PROFILES))
    row = DeliveryProfile(
        seller_id=seller_id,
        name=_free_name(session, seller_id, name, None),
        currency=currency,
        handling_days=handling_days,
        created_at=now,
    )
    session.add(row)
    session.flush()
    write_zone(session, seller_id=seller_id, profile_id=row.id, zone=zone)
    return row.id


def change_profile(session: Session, *, seller_id: int, profile_id: int, name: str, handling_days: int) -> None:
    """Rename a profile and say anew how long sending takes. Raises Invalid naming the field, NotFound."""
    row = own(session, seller_id, profile_id)
    row.name = _free_name(session, seller_id, name, profile_id)
    row.handling_days = rules.check_days(handling_days)


def write_zone(session: Session, *, seller_id: int, profile_id: int, zone: Zone) -> int:
    """Write a zone of a profile anew, or add it where its id is 0; return its id.

    Raises Invalid naming the field, NotFound for a foreign profile or zone, Conflict for too many.
    """
    own(session, seller_id, profile_id)
    rules.check_zone(zone)
    rows = _zones(session, profile_id)
    if zone.zone_id and zone.zone_id not in rows:
        raise NotFound(_("There is no such zone."))
    if not zone.zone_id and len(rows) >= rules.MOST_ZONES:
        raise Conflict(_("At most %(number)s zones.", number=rules.MOST_ZONES))
    others = [queries.zone_of(zone_id, row) for zone_id, row in rows.items() if zone_id != zone.zone_id]
    rules.check_together([*others, zone])
    row = rows.get(zone.zone_id) or DeliveryZone(profile_id=profile_id)
    row.countries = list(zone.countries)
    row.method = zone.method
    row.price_minor = zone.price_minor
    row.free_from_minor = zone.free_from_minor
    row.transit_first, row.transit_last = zone.transit_first, zone.transit_last
    row.bands = [[band.up_to_grams, band.price_minor] for band in zone.bands]
    session.add(row)
    session.flush()
    return row.id


def remove_zone(session: Session, *, seller_id: int, profile_id: int, zone_id: int) -> None:
    """Take a zone out of a profile: nothing is sent there any more. Raises NotFound, Conflict for the last one."""
    own(session, seller_id, profile_id)
    rows = _zones(session, profile_id)
    row = rows.get(zone_id)
    if row is None:
        raise NotFound(_("There is no such zone."))
    if len(rows) == 1:
        raise Conflict(_("A profile has at least one zone. Change this one, or archive the profile."))
    session.delete(row)


def own(session: Session, seller_id: int, profile_id: int) -> DeliveryProfile:
    """Return a seller's own profile that is not archived; raises NotFound."""
    row = session.get(DeliveryProfile, profile_id)
    if row is None or row.seller_id != seller_id or row.archived_at is not None:
        raise NotFound(_("There is no such delivery profile."))
    return row


def _zones(session: Session, profile_id: int) -> dict[int, DeliveryZone]:
    rows = session.execute(select(DeliveryZone).where(DeliveryZone.profile_id == profile_id)).scalars()
    return {row.id: row for row in rows}


def _free_name(session: Session, seller_id: int, text: str, profile_id: int | None) -> str:
    name = " ".join(text.split())
    if not name or not name.isprintable() or len(name) > 64:
        raise Invalid(_("Give it a name, at most 64 characters."), field="name")
    taken = select(DeliveryProfile.id).where(
        DeliveryProfile.seller_id == seller_id, DeliveryProfile.name == name, DeliveryProfile.archived_at.is_(None)
    )
    if name.casefold() == "standard" or session.execute(taken).scalar() not in {None, profile_id}:
        raise Invalid(_("You have a profile of this name already."), field="name")
    return name
