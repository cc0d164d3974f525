"""One payout a day: whether today's has begun, and what is still to be released before it."""

from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, bindparam, func, select

from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import TransactionStatus
from marketplace.payouts.models import Payout, PayoutLine
from marketplace.payouts.states import PayoutStatus

PAYOUT_LINES = 500
"""The most shares one payout pays; a seller with more gets several, so that no transaction grows without end."""


def paid_today(seller_id: ColumnElement[int], currency: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that the house has begun a payout since `today`; a full one has another part to follow."""
    lines = select(func.count()).where(PayoutLine.payout_id == Payout.id).scalar_subquery()
    begun = select(Payout.id).where(
        Payout.seller_id == seller_id,
        Payout.currency == currency,
        Payout.status != PayoutStatus.CANCELED,
        ~Payout.is_requested,
        Payout.__table__.c.started_at >= bindparam("today"),
        lines < PAYOUT_LINES,
    )
    return begun.exists()


def more_today(seller_id: ColumnElement[int], currency: ColumnElement[str]) -> ColumnElement[datetime | None]:
    """Return when the last hold of the day ends, of orders that have arrived and that nothing blocks."""
    planned = PaymentTransaction.__table__.c.planned_release_date
    return (
        select(func.max(planned))
        .join(Order, Order.id == PaymentTransaction.order_id)
        .where(
            PaymentTransaction.seller_id == seller_id,
            PaymentTransaction.currency == currency,
            PaymentTransaction.status == TransactionStatus.HELD,
            planned > bindparam("now"),
            planned < bindparam("tomorrow"),
            Order.status == OrderStatus.DELIVERED,
            ~PaymentBlock.is_open_for(PaymentTransaction.id),
        )
        .scalar_subquery()
    )


def moment(now: datetime) -> dict[str, datetime]:
    """Return `now` and the day around it, as the conditions above and those of their statements name them."""
    today = datetime.combine(now.date(), time(), now.tzinfo)
    return {"now": now, "today": today, "tomorrow": today + timedelta(days=1)}
