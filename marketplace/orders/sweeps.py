"""What time alone decides of an order: sent long ago and nobody said otherwise, it counts as delivered."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.history import Actor
from marketplace.orders import telling
from marketplace.orders.models import Order, Shipment
from marketplace.orders.states import DeliveredBy, OrderStatus

_BATCH = 50
OVERDUE = (
    select(Order)
    .join(Shipment, Shipment.order_id == Order.id)
    .where(
        Shipment.delivered_at.is_(None),
        Shipment.shipped_at <= bindparam("shipped_until"),
        Order.status == OrderStatus.SHIPPED,
    )
    .order_by(Shipment.shipped_at)
    .limit(_BATCH)
)
"""Orders that count as delivered: sent until then, and nobody has said otherwise."""


def deliver_overdue(session: Session, *, days: int, now: datetime) -> int:
    """Count orders as delivered that were sent `days` ago or earlier, and tell both sides; return how many."""
    shipped_until = now - timedelta(days=days)
    orders = {order.id: order for order in session.execute(OVERDUE, {"shipped_until": shipped_until}).scalars()}
    because = f"It was sent {days} days ago and nobody said that it is missing."
    moved = history.move_many(session, Order, list(orders), "deliver", actor=Actor.job("tick"), at=now, because=because)
    if moved:
        arrived = update(Shipment).where(Shipment.order_id.in_(moved))
        session.execute(arrived.values(delivered_at=now, delivered_by=DeliveredBy.TIME))
    for order_id in moved:
        telling.delivered(session, order=orders[order_id], by=DeliveredBy.TIME, now=now)
    return len(moved)
