"""Keep a listing, let it go, and tell its keepers when it costs less."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing, PriceDrop
from marketplace.catalog.states import ListingStatus
from marketplace.errors import Conflict, NotFound
from marketplace.language import gettext as _
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.saved.models import SavedListing
from marketplace.saved.search_rules import MOST_LISTINGS

_AT_ONCE = 100
DROPS = select(PriceDrop.id, PriceDrop.listing_id).where(~PriceDrop.is_told).order_by(PriceDrop.id).limit(_AT_ONCE)
"""Lowered prices that nobody has been told of."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What was kept, and whether it was not kept before."""

    title: str
    is_new: bool


def save(session: Session, *, user_id: int, listing_id: int, now: datetime) -> Saved:
    """Keep a listing for sale, with the price it has now. Saving it again changes nothing.

    Raises NotFound for what is not for sale, Conflict for one's own listing and for more than 500.
    """
    listing = session.get(Listing, listing_id)
    if listing is None or listing.status != ListingStatus.ACTIVE:
        raise NotFound(_("This listing is not for sale any more, or never was."))
    if listing.seller_id == user_id:
        raise Conflict(_("This is your own listing."))
    own = SavedListing.user_id == user_id
    if session.execute(select(SavedListing.id).where(own, SavedListing.listing_id == listing_id)).first():
        return Saved(listing.title, is_new=False)
    if session.execute(select(func.count()).select_from(SavedListing).where(own)).scalar_one() >= MOST_LISTINGS:
        raise Conflict(_("You have saved %(most)s listings. Remove some first.", most=MOST_LISTINGS))
    price = listing.price_minor
    session.add(
        SavedListing(
            user_id=user_id, listing_id=listing_id, price_minor=price, told_minor=price, currency=listing.currency,
            saved_at=now,
        )
    )  # fmt: skip
    return Saved(listing.title, is_new=True)


def remove(session: Session, *, user_id: int, listing_id: int) -> bool:
    """Let a listing go; return whether it was kept."""
    mine = (SavedListing.user_id == user_id, SavedListing.listing_id == listing_id)
    return session.execute(delete(SavedListing).where(*mine).returning(SavedListing.id)).first() is not None


def tell_price_drops(session: Session, *, now: datetime) -> int:
    """Tell the keepers of listings that have become cheaper; return how many were told.

    A price counts only below the lowest that somebody knows, and only while the listing can be bought.
    """
    drops = session.execute(DROPS).all()
    if not drops:
        return 0
    latest = {drop.listing_id: drop.id for drop in drops}
    cheaper = (
        select(SavedListing.id, SavedListing.user_id, SavedListing.told_minor, Listing)
        .join(Listing, Listing.id == SavedListing.listing_id)
        .where(
            SavedListing.listing_id.in_(latest),
            Listing.status == ListingStatus.ACTIVE,
            Listing.in_stock > 0,
            Listing.price_minor < SavedListing.told_minor,
        )
        .order_by(SavedListing.id)
    )
    rows = session.execute(cheaper).all()
    notifications.tell_new(session, [_fact(row, latest[row.Listing.id]) for row in rows], now=now)
    told: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        told[row.Listing.price_minor].append(row.id)
    for price, ids in told.items():
        session.execute(update(SavedListing).where(SavedListing.id.in_(ids)).values(told_minor=price))
    session.execute(update(PriceDrop).where(PriceDrop.id.in_([drop.id for drop in drops])).values(is_told=True))
    return len(rows)


def _fact(row: Row[int, int, int, Listing], drop_id: int) -> NewFact:
    listing: Listing = row.Listing
    facts = {
        "title": listing.title,
        "slug": listing.slug,
        "was_minor": row.told_minor,
        "price_minor": listing.price_minor,
        "currency": listing.currency,
    }
    return NewFact(row.user_id, NotificationKind.PRICE_DROPPED, "price_drop", drop_id, facts)
