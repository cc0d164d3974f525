"""Units of stock: set aside for a purchase, sold when it is paid, given back when it is not (scar S53)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, insert, select, update
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.catalog.models import Listing, StockReservation
from marketplace.catalog.states import ReservationStatus
from marketplace.catalog.variants import HAS_VARIANTS, SOLD_ALONE, SOLD_AS_VARIANT
from marketplace.errors import Conflict
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _


class SoldOut(Conflict):
    """Somebody else has the last units; `listing_id` names the listing."""

    def __init__(self, title: str, left: int, listing_id: int) -> None:
        few = _("Only %(left)s left of %(title)s.", left=left, title=title)
        super().__init__(few if left else _("Sold out: %(title)s.", title=title))
        self.listing_id = listing_id


def reserve(
    session: Session,
    *,
    purchase_id: int,
    quantities: Mapping[int, int],
    expires_at: datetime,
    actor: Actor,
    now: datetime,
) -> None:
    """Set aside `quantities` (units by listing) until `expires_at`; raises SoldOut when one listing has too few."""
    if not quantities:
        return
    for listing_id in sorted(quantities):
        quantity = quantities[listing_id]
        # Nearly all are sold alone: only what is not pays the look at a variant's listing.
        if not any(_take(session, listing_id, quantity, is_sold) for is_sold in (SOLD_ALONE, SOLD_AS_VARIANT)):
            left = case((HAS_VARIANTS, 0), else_=Listing.in_stock)
            title, units = session.execute(select(Listing.title, left).where(Listing.id == listing_id)).one()
            raise SoldOut(title, units, listing_id)
    rows = [
        {"listing_id": listing_id, "purchase_id": purchase_id, "quantity": quantity, "expires_at": expires_at}
        for listing_id, quantity in sorted(quantities.items())
    ]
    ids = session.execute(insert(StockReservation).values(rows).returning(StockReservation.id)).scalars().all()
    history.begin(session, StockReservation, ids, actor=actor, at=now, because=Text("Set aside while the buyer pays."))


def keep_for_auction(
    session: Session, *, auction_id: int, listing_id: int, ends_at: datetime, actor: Actor, now: datetime
) -> None:
    """Set one unit aside for an auction, until it is paid or let go; raises SoldOut where there is none."""
    if not any(_take(session, listing_id, 1, is_sold) for is_sold in (SOLD_ALONE, SOLD_AS_VARIANT)):
        title = session.execute(select(Listing.title).where(Listing.id == listing_id)).scalar_one()
        raise SoldOut(title, 0, listing_id)
    row = StockReservation(listing_id=listing_id, auction_id=auction_id, quantity=1, expires_at=ends_at)
    session.add(row)
    session.flush()
    history.begin(session, StockReservation, [row.id], actor=actor, at=now, because=Text("Set aside for an auction."))


def lend(session: Session, *, auction_id: int, purchase_id: int, expires_at: datetime) -> bool:
    """Let a purchase have the unit of an auction until `expires_at`; return False when the auction does not have it."""
    lent = (
        update(StockReservation)
        .where(_of_auction(auction_id), StockReservation.purchase_id.is_(None))
        .values(purchase_id=purchase_id, expires_at=expires_at)
        .returning(StockReservation.id)
    )
    return session.execute(lent).first() is not None


def let_go(session: Session, *, auction_id: int, actor: Actor, now: datetime, because: str) -> None:
    """Return the unit of an auction that came to nothing to stock."""
    ids = session.execute(select(StockReservation.id).where(_of_auction(auction_id))).scalars().all()
    moved = history.move_many(session, StockReservation, ids, "give_back", actor=actor, at=now, because=because)
    _add_to_stock(session, moved)


def redeem(session: Session, *, purchase_id: int, actor: Actor, now: datetime) -> bool:
    """Mark the units set aside for a purchase as sold; return False when none are set aside any more."""
    held = StockReservation.purchase_id == purchase_id, StockReservation.status == ReservationStatus.ACTIVE
    ids = session.execute(select(StockReservation.id).where(*held)).scalars().all()
    return bool(history.move_many(session, StockReservation, ids, "redeem", actor=actor, at=now))


def give_back(session: Session, *, purchase_id: int, actor: Actor, now: datetime, because: str | None = None) -> int:
    """Return the units set aside for a purchase to stock; return how many reservations that were.

    What it has of an auction goes back there and stays set aside.
    """
    held = StockReservation.purchase_id == purchase_id, StockReservation.status == ReservationStatus.ACTIVE
    rows = session.execute(select(StockReservation.id, StockReservation.auction_id).where(*held)).all()
    ids, borrowed = [row.id for row in rows if row.auction_id is None], [row.id for row in rows if row.auction_id]
    if borrowed:
        session.execute(update(StockReservation).where(StockReservation.id.in_(borrowed)).values(purchase_id=None))
    moved = history.move_many(session, StockReservation, ids, "give_back", actor=actor, at=now, because=because)
    _add_to_stock(session, moved)
    return len(moved) + len(borrowed)


def take_back(
    session: Session,
    *,
    purchase_id: int,
    listing_ids: Collection[int],
    is_back_on_sale: bool,
    actor: Actor,
    now: datetime,
    because: str,
) -> None:
    """Undo the sale of some listings to a purchase: their units are for sale again, or written off."""
    sold = select(StockReservation.id).where(
        StockReservation.purchase_id == purchase_id,
        StockReservation.listing_id.in_(listing_ids),
        StockReservation.status == ReservationStatus.REDEEMED,
    )
    ids = list(session.execute(sold).scalars())
    verb = "put_back" if is_back_on_sale else "write_off"
    moved = history.move_many(session, StockReservation, ids, verb, actor=actor, at=now, because=because)
    if is_back_on_sale:
        _add_to_stock(session, moved)


def keep_until(session: Session, *, purchase_id: int, expires_at: datetime) -> None:
    """Keep the units set aside for a purchase at least until `expires_at`: a delayed method may clear days later."""
    session.execute(
        update(StockReservation)
        .where(
            StockReservation.purchase_id == purchase_id,
            StockReservation.status == ReservationStatus.ACTIVE,
            StockReservation.expires_at < expires_at,
        )
        .values(expires_at=expires_at)
    )


def _of_auction(auction_id: int) -> ColumnElement[bool]:
    return and_(StockReservation.auction_id == auction_id, StockReservation.status == ReservationStatus.ACTIVE)


def _take(session: Session, listing_id: int, quantity: int, is_sold: ColumnElement[bool]) -> bool:
    taken = session.execute(
        update(Listing)
        .where(Listing.id == listing_id, Listing.in_stock >= quantity, is_sold)
        .values(in_stock=Listing.in_stock - quantity)
        .returning(Listing.id)
    ).first()
    return taken is not None


def _add_to_stock(session: Session, reservation_ids: Sequence[int]) -> None:
    rows = session.execute(
        select(StockReservation.listing_id, StockReservation.quantity)
        .where(StockReservation.id.in_(reservation_ids))
        .order_by(StockReservation.listing_id)
    ).all()
    for row in rows:
        # What was sold before its listing had variants is none of them: the seller counts it in again.
        values = {
            "in_stock": Listing.in_stock + case((HAS_VARIANTS, 0), else_=row.quantity),
            "received_units": Listing.received_units - case((HAS_VARIANTS, row.quantity), else_=0),
        }
        session.execute(update(Listing).where(Listing.id == row.listing_id).values(values))
