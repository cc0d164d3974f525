"""What a seller does with the pictures of a listing: add, order, describe, take away. Their files lie in the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from marketplace.catalog import rules
from marketplace.catalog.models import Listing, ListingPicture
from marketplace.errors import Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.media import picture_names
from marketplace.queue import JobName, enqueue


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the pictures shall stand: ids in order, what each shows by id, and those to take away."""

    order: Sequence[int]
    alts: Mapping[int, str]
    removed: Sequence[int] = ()


def check_room(session: Session, *, seller_id: int, listing_id: int, more: int, most: int) -> None:
    """Raise Invalid when `more` pictures would be more than `most`, NotFound for another seller's listing."""
    _check_own(session, seller_id, listing_id)
    free = most - len(_taken(session, listing_id))
    if more > free:
        room = _("There is room for %(free)s more.", free=free) if free > 0 else _("Take one away first.")
        raise Invalid(_("A listing has at most %(most)s pictures. %(room)s", most=most, room=room), field="pictures")


def add_pictures(
    session: Session, *, seller_id: int, listing_id: int, names: Sequence[str], most: int, now: datetime
) -> None:
    """Add pictures whose files lie in the store behind the others; drawings of the demo make room for them.

    Raises NotFound for another seller's listing, Invalid when there would be more than `most`.
    """
    check_room(session, seller_id=seller_id, listing_id=listing_id, more=len(names), most=most)
    drawn = [row.id for row in _rows(session, listing_id) if picture_names.is_drawn(row.file_name)]
    session.execute(delete(ListingPicture).where(ListingPicture.id.in_(drawn)))
    last = max((row.position for row in _taken(session, listing_id)), default=0)
    values = [
        {"listing_id": listing_id, "position": last + place, "file_name": name, "alt": "", "sent_at": now}
        for place, name in enumerate(names, start=1)
    ]
    session.execute(insert(ListingPicture), values)
    enqueue(session, JobName.SIZE_PICTURES, listing_id=listing_id)


def arrange(session: Session, *, seller_id: int, listing_id: int, wanted: Arrangement) -> None:
    """Put the pictures of a listing in order, describe them and take some away.

    Ids that are not of this listing are passed over; pictures that `wanted` does not name stay behind the others.
    The files of those taken away go with the next sweep. Raises NotFound for another seller's listing, Invalid for
    words that are too long.
    """
    _check_own(session, seller_id, listing_id)
    rows = {row.id: row for row in _rows(session, listing_id)}
    gone = [picture_id for picture_id in wanted.removed if picture_id in rows]
    session.execute(delete(ListingPicture).where(ListingPicture.id.in_(gone)))
    named = dict.fromkeys(picture_id for picture_id in wanted.order if picture_id in rows)
    order = [picture_id for picture_id in dict.fromkeys([*named, *rows]) if picture_id not in gone]
    of_listing = update(ListingPicture).where(ListingPicture.listing_id == listing_id)
    # Below nothing first: no two may stand in one place, not for a moment.
    session.execute(of_listing.values(position=-ListingPicture.position))
    for place, picture_id in enumerate(order, start=1):
        alt = rules.clean_alt(wanted.alts.get(picture_id, rows[picture_id].alt))
        session.execute(update(ListingPicture).where(ListingPicture.id == picture_id).values(position=place, alt=alt))


def mark_sized(session: Session, *, picture_ids: Sequence[int]) -> None:
    """Write down that the smaller sizes of these pictures lie in the store."""
    session.execute(update(ListingPicture).where(ListingPicture.id.in_(picture_ids)).values(is_sized=True))


def _taken(session: Session, listing_id: int) -> list[ListingPicture]:
    return [row for row in _rows(session, listing_id) if not picture_names.is_drawn(row.file_name)]


def _rows(session: Session, listing_id: int) -> Sequence[ListingPicture]:
    statement = select(ListingPicture).where(ListingPicture.listing_id == listing_id).order_by(ListingPicture.position)
    return session.execute(statement).scalars().all()


def _check_own(session: Session, seller_id: int, listing_id: int) -> None:
    if session.execute(select(Listing.seller_id).where(Listing.id == listing_id)).scalar() != seller_id:
        raise NotFound(_("There is no such listing."))
