"""What a purchase keeps for its buyer while it waits to be paid: its goods, and one use of its discount code."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.auctions import keeping
from marketplace.catalog import stock
from marketplace.catalog.stock import SoldOut
from marketplace.discounts import uses
from marketplace.history import Actor
from marketplace.orders.models import Order, OrderLine, Purchase


def give_back(session: Session, *, purchase_id: int, actor: Actor, now: datetime, because: str | None = None) -> int:
    """Let go of what a purchase keeps; return how many reservations of goods that were."""
    uses.let_go(session, purchase_id=purchase_id, actor=actor, now=now, because=because)
    return stock.give_back(session, purchase_id=purchase_id, actor=actor, now=now, because=because)


def redeem(session: Session, *, purchase_id: int, actor: Actor, now: datetime) -> bool:
    """Make what a purchase keeps the buyer's, because it is paid; return False when its goods are not kept any more.

    Then nothing is done. A use of its code that was let go meanwhile is taken again, beyond the limit if need be.
    """
    if not stock.redeem(session, purchase_id=purchase_id, actor=actor, now=now):
        return False
    uses.take_again(session, purchase_id=purchase_id, actor=actor, now=now, is_paid=True)
    uses.keep(session, purchase_id=purchase_id, actor=actor, now=now)
    return True


def renew(session: Session, *, purchase_id: int, expires_at: datetime, actor: Actor, now: datetime) -> str | None:
    """Keep a purchase's goods once more, because money for it is coming after all, and one use of its code with them.

    Return what is missing, in words, and then nothing is kept.
    """
    units = ordered_units(session, purchase_id)
    try:
        with session.begin_nested():
            if keeping.is_of_auction(session, purchase_id):
                keeping.lend(session, purchase_id=purchase_id, expires_at=expires_at)
            else:
                stock.reserve(
                    session, purchase_id=purchase_id, quantities=units, expires_at=expires_at, actor=actor, now=now
                )
    except SoldOut as error:
        return error.message
    uses.take_again(session, purchase_id=purchase_id, actor=actor, now=now, is_paid=True)
    return None


def take(session: Session, *, purchase: Purchase, expires_at: datetime, actor: Actor, now: datetime) -> None:
    """Keep a purchase's goods until `expires_at` because its buyer goes to pay: of an auction, or from stock.

    Raises SoldOut when they are not to be had, Conflict when the time to pay for an auction is over.
    """
    if purchase.cart_id is None and keeping.is_of_auction(session, purchase.id):
        keeping.lend(session, purchase_id=purchase.id, expires_at=expires_at, now=now)
        return
    units = ordered_units(session, purchase.id)
    stock.reserve(session, purchase_id=purchase.id, quantities=units, expires_at=expires_at, actor=actor, now=now)


def ordered_units(session: Session, purchase_id: int) -> dict[int, int]:
    """Return the units a purchase ordered, by listing."""
    rows = session.execute(
        select(OrderLine.listing_id, OrderLine.quantity)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.purchase_id == purchase_id)
    )
    units: dict[int, int] = {}
    for row in rows:
        units[row.listing_id] = units.get(row.listing_id, 0) + row.quantity
    return units
