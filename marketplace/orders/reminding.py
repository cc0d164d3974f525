"""Sellers are reminded, in the morning of the last day, of what they have not sent."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, aliased

from marketplace import db
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import Notification, NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.orders import rules
from marketplace.orders.models import Order, OrderDelivery
from marketplace.orders.states import OrderStatus

_LOOKS_BACK = timedelta(days=10)
"""Whoever has not sent for so long was reminded before, or will not be moved by a reminder."""
_LOOKS_BACK_AT_SLOW = timedelta(days=100)
"""How far it looks back at what takes long by its delivery profile: at most sixty working days."""
_SLOW_DAYS = 5
_REMINDED = aliased(Notification)


def _was_told(kind: NotificationKind) -> ColumnElement[bool]:
    told = aliased(Notification)
    return exists().where(
        told.user_id == Order.seller_id, told.kind == kind, told.subject == "order", told.subject_id == Order.id
    )


# Sellers are told of an order when it is paid; that row has the time, and its table an index by time.
_WAITING = (
    select(
        Order.id,
        Order.number,
        Order.seller_id,
        Notification.created_at.label("paid_at"),
        OrderDelivery.handling_days,
        OrderDelivery.is_pickup,
    )
    .join(Notification, and_(Notification.subject == "order", Notification.subject_id == Order.id))
    .outerjoin(OrderDelivery, OrderDelivery.order_id == Order.id)
    .outerjoin(
        _REMINDED,
        and_(
            _REMINDED.user_id == Order.seller_id,
            _REMINDED.kind == NotificationKind.SHIP_BY_REMINDER,
            _REMINDED.subject == "order",
            _REMINDED.subject_id == Order.id,
        ),
    )
    .where(
        Notification.kind == NotificationKind.ORDER_RECEIVED,
        Order.status == OrderStatus.CONFIRMED,
        _REMINDED.id.is_(None),
        # While its payment is looked at, a seller is told not to send.
        ~_was_told(NotificationKind.CHECK_BEGAN) | _was_told(NotificationKind.CHECK_CLEARED),
    )
    .order_by(Order.id)
)


def due(now: datetime) -> list[NewFact]:
    """Return what sellers are to be reminded of on the day of `now`: each order once, on its last day or after."""
    found = []
    at, is_slow = Notification.created_at, OrderDelivery.handling_days > _SLOW_DAYS
    recent = db.read(_WAITING.where(at > now - _LOOKS_BACK, at <= now))
    slow = db.read(_WAITING.where(is_slow, at > now - _LOOKS_BACK_AT_SLOW, at <= now - _LOOKS_BACK))
    for row in (*recent, *slow):
        last_day = rules.ship_by(row.paid_at, row.handling_days)
        if last_day <= now.date():
            facts = {"number": row.number, "last_day": last_day.isoformat()}
            facts |= {"way": rules.BY_HAND} if row.is_pickup else {}
            found.append(NewFact(row.seller_id, NotificationKind.SHIP_BY_REMINDER, "order", row.id, facts))
    return found


def remind(session: Session, *, facts: list[NewFact], now: datetime) -> int:
    """Tell the sellers `facts`, which `due` has just found to be new; return how many."""
    notifications.tell_new(session, facts, now=now)
    return len(facts)
