"""An order on its way: the seller sends it, and somebody says that it has arrived (S2.3 to S2.5, S2.29)."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.errors import NotFound
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.orders import rules, telling
from marketplace.orders.models import FurtherParcel, Order, Shipment
from marketplace.orders.rules import Parcel
from marketplace.orders.states import DeliveredBy


def ship(session: Session, *, seller_id: int, number: str, parcel: Parcel, now: datetime) -> None:
    """Record that the seller has sent the own order `number` as `parcel`, and tell the buyer.

    Raises NotFound for another seller's order, AlreadyThere when it was sent, MoveNotAllowed when it is not paid.
    """
    order = _order(session, number, Order.seller_id == seller_id)
    rules.check_can_ship(order.status)
    history.move(session, order, "ship", actor=Actor.user(seller_id), at=now)
    session.add(Shipment(order_id=order.id, **asdict(parcel), shipped_at=now))
    telling.shipped(session, order=order, parcel=parcel, now=now)


def add_parcel(session: Session, *, seller_id: int, number: str, parcel: Parcel, now: datetime) -> None:
    """Record that a further parcel of the own order `number` was sent, and tell the buyer.

    Raises NotFound for another seller's order, MoveNotAllowed for one that is not on its way, Invalid for a parcel it
    has already, Conflict when it has as many as it may.
    """
    order = _order(session, number, Order.seller_id == seller_id)
    rules.check_is_on_its_way(order.status)
    first = session.get_one(Shipment, order.id)
    further = session.execute(select(FurtherParcel).where(FurtherParcel.order_id == order.id)).scalars()
    known = [(each.carrier, each.tracking_number) for each in (first, *further)]
    rules.check_can_add(known, parcel)
    added = FurtherParcel(order_id=order.id, **asdict(parcel), sent_at=now)
    session.add(added)
    session.flush()
    telling.parcel_added(session, order=order, parcel_id=added.id, parcel=parcel, now=now)


def keep_note(session: Session, *, seller_id: int, number: str, text: str) -> None:
    """Keep the seller's own note about the own order `number`, in the place of the one before.

    Raises NotFound for another seller's order, Invalid for a note that is too long.
    """
    order = _order(session, number, Order.seller_id == seller_id)
    order.seller_note = rules.check_note(text)


def mark_delivered(session: Session, *, seller_id: int, number: str, now: datetime) -> None:
    """Record that the seller says the own order `number` has arrived, and tell both sides.

    Raises NotFound for another seller's order, AlreadyThere when it has arrived, MoveNotAllowed when it was not sent.
    """
    order = _order(session, number, Order.seller_id == seller_id)
    _deliver(session, order, DeliveredBy.SELLER, Actor.user(seller_id), "The seller says that it has arrived.", now)


def confirm_received(session: Session, *, buyer_id: int, number: str, now: datetime) -> int:
    """Record that the buyer has received the own order `number`, tell both sides, and return the order's id.

    Raises NotFound for another buyer's order, AlreadyThere when it has arrived, MoveNotAllowed when it was not sent.
    """
    order = _order(session, number, Order.buyer_id == buyer_id)
    _deliver(session, order, DeliveredBy.BUYER, Actor.user(buyer_id), "The buyer has received it.", now)
    return order.id


def _order(session: Session, number: str, is_own: ColumnElement[bool]) -> Order:
    order = session.execute(select(Order).where(Order.number == number, is_own)).scalar_one_or_none()
    if order is None:
        raise NotFound(_("There is no order with this number among yours."))
    return order


def _deliver(session: Session, order: Order, by: DeliveredBy, actor: Actor, because: str, now: datetime) -> None:
    history.move(session, order, "deliver", actor=actor, at=now, because=because)
    shipment = session.get_one(Shipment, order.id)
    # A clock that was set back since must not make it arrive before it was sent (F26).
    shipment.delivered_at, shipment.delivered_by = max(now, shipment.shipped_at), by
    telling.delivered(session, order=order, by=by, now=now)
