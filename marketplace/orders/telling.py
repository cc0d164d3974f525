"""Who is told what while an order is on its way (S2.29)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.catalog.models import Shop
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.orders.models import Order, Shipment
from marketplace.orders.rules import BY_HAND, Parcel
from marketplace.orders.states import DeliveredBy


def parcel_added(session: Session, *, order: Order, parcel_id: int, parcel: Parcel, now: datetime) -> None:
    """Tell the buyer that a further parcel of an order was sent, and how to follow it."""
    told = NewFact(
        order.buyer_id, NotificationKind.PARCEL_SENT, "further_parcel", parcel_id, _sending(session, order, parcel)
    )
    notifications.tell_new(session, [told], now=now)


def shipped(session: Session, *, order: Order, parcel: Parcel, now: datetime) -> None:
    """Tell the buyer that an order was sent, and how to follow it."""
    facts = _sending(session, order, parcel)
    told = NewFact(order.buyer_id, NotificationKind.ORDER_SHIPPED, "order", order.id, facts)
    notifications.tell_new(session, [told], now=now)


def delivered(session: Session, *, order: Order, by: DeliveredBy, now: datetime) -> None:
    """Tell buyer and seller that an order counts as delivered, and on whose word."""
    facts = {"number": order.number, "shop_name": _shop_name(session, order), "by": by.value}
    if session.get_one(Shipment, order.id).carrier == BY_HAND:
        facts["way"] = BY_HAND
    told = [
        NewFact(user_id, NotificationKind.ORDER_DELIVERED, "order", order.id, {**facts, "to": role})
        for user_id, role in ((order.buyer_id, "buyer"), (order.seller_id, "seller"))
    ]
    notifications.tell_new(session, told, now=now)


def _sending(session: Session, order: Order, parcel: Parcel) -> dict[str, str]:
    return {
        "number": order.number,
        "shop_name": _shop_name(session, order),
        "carrier_name": parcel.carrier_name,
        "tracking_number": parcel.tracking_number,
        **({"way": BY_HAND} if parcel.carrier == BY_HAND else {}),
    }


def _shop_name(session: Session, order: Order) -> str:
    return session.execute(select(Shop.name).where(Shop.seller_id == order.seller_id)).scalar_one()
