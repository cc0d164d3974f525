"""One payout a day: whether today's has begun, and what is still to be released before it."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import ARRAY, ColumnElement, String, bindparam, func, select, true

from marketplace import db
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import TransactionStatus
from marketplace.payouts import rules
from marketplace.payouts.models import Payout, PayoutLine
from marketplace.payouts.rules import Schedule, Today
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


_seller = select(bindparam("seller_id").label("id")).subquery()
_named = select(func.unnest(bindparam("currencies", type_=ARRAY(String))).label("currency")).subquery()
_OF_CURRENCIES = select(
    paid_today(_seller.c.id, _named.c.currency).label("is_paid"),
    more_today(_seller.c.id, _named.c.currency).label("more_at"),
).select_from(_seller.join(_named, true()))


def next_payout(seller_id: int, currencies: Sequence[str], schedule: Schedule, now: datetime) -> datetime | None:
    """Return when a seller's next payout by schedule is in the first of some currencies; None: on request."""
    values = {"seller_id": seller_id, "currencies": list(currencies), **moment(now)}
    rows = db.read(_OF_CURRENCIES, values) if currencies else []
    found = [Today(row.is_paid, row.more_at) for row in rows] or [Today(is_paid=False, more_at=None)]
    runs = [run for today in found if (run := rules.next_payout(schedule, today, now)) is not None]
    return min(runs, default=None)


def moment(now: datetime) -> dict[str, datetime]:
    """Return `now` and the day around it, as the conditions above and those of their statements name them."""
    today = datetime.combine(now.date(), time(), now.tzinfo)
    return {"now": now, "today": today, "tomorrow": today + timedelta(days=1)}
