"""Which payouts pay the money of an order: what each takes of it, and where it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace import db
from marketplace.orders.models import Order
from marketplace.payments.models import PaymentTransaction
from marketplace.payouts.models import Payout, PayoutLine
from marketplace.payouts.states import PayoutStatus


@dataclass(frozen=True, slots=True)
class PaidIn:
    """What one payout takes of one order, minor units."""

    number: str
    order_number: str
    currency: str
    amount_minor: int
    status: PayoutStatus
    started_at: datetime


_LINES = (
    select(Payout.number, Order.number, Payout.currency, PayoutLine.amount_minor, Payout.status, Payout.started_at)
    .join(PayoutLine, PayoutLine.payout_id == Payout.id)
    .join(PaymentTransaction, PaymentTransaction.id == PayoutLine.transaction_id)
    .join(Order, Order.id == PaymentTransaction.order_id)
    .order_by(PayoutLine.id)
)


def payouts_of(share_ids: Iterable[int]) -> Sequence[PaidIn]:
    """Return what payouts take of these shares, the oldest first."""
    ids = list(share_ids)
    rows = db.read(_LINES.where(PayoutLine.transaction_id.in_(ids))) if ids else ()
    return [PaidIn(*tuple(row)) for row in rows]
