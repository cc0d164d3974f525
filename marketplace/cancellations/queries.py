"""What pages show of cancelled orders, and of what cancelling one would send back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, select

from marketplace import db
from marketplace.cancellations.models import Cancellation
from marketplace.cancellations.rules import CancelReason, Side
from marketplace.config import MoneyPolicy
from marketplace.disputes.models import Dispute, DisputeShare
from marketplace.disputes.states import DisputeStatus
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import BlockReason
from marketplace.refunds import planning_queries
from marketplace.refunds.models import Refund
from marketplace.refunds.rules import Plan
from marketplace.refunds.states import RefundStatus


@dataclass(frozen=True, slots=True)
class CancellationRow:
    """Who cancelled a paid order and why; `refund_number` is None when nothing was left to send back."""

    side: Side
    reason: CancelReason
    note: str
    is_back_on_sale: bool
    cancelled_at: datetime
    refund_number: str | None
    amount_minor: int | None
    refund_status: RefundStatus | None


_CANCELLATION = (
    select(
        Cancellation.side,
        Cancellation.reason,
        Cancellation.note,
        Cancellation.is_back_on_sale,
        Cancellation.cancelled_at,
        Refund.number,
        Refund.amount_minor,
        Refund.status,
    )
    .join(Refund, Refund.id == Cancellation.refund_id, isouter=True)
    .where(Cancellation.order_id == bindparam("order_id"))
)

_X = PaymentTransaction
TO_SEND_ON = (
    select(Cancellation.order_id)
    .join(DisputeShare, DisputeShare.order_id == Cancellation.order_id)
    .join(Dispute, Dispute.id == DisputeShare.dispute_id)
    .join(_X, _X.id == DisputeShare.transaction_id)
    # A refund that was made when it was cancelled is about all of it: while that has failed, a person decides.
    .where(Dispute.status == DisputeStatus.WON, Cancellation.refund_id.is_(None))
    .where(_X.gross_minor > _X.refunded_minor + _X.charged_back_minor)
    .where(
        ~exists().where(
            PaymentBlock.transaction_id == _X.id,
            PaymentBlock.reason == BlockReason.DISPUTE,
            PaymentBlock.lifted_at.is_(None),
        )
    )
)
"""Cancelled orders of which a bank has given money back, after nothing was left to send when they were cancelled."""
_MOST = 50


def to_send_on() -> list[int]:
    """Return cancelled orders with money that a bank has given back and nobody has sent on, at most 50."""
    return sorted({int(row[0]) for row in db.read(TO_SEND_ON.limit(_MOST))})


def of_order(order_id: int) -> CancellationRow | None:
    """Return who cancelled a paid order and why; None for an order that stands, or was never paid."""
    found = db.read_one(_CANCELLATION, {"order_id": order_id})
    return CancellationRow(*tuple(found)) if found else None


def preview(order_id: int, policy: MoneyPolicy) -> Plan | None:
    """Return the plan that cancelling a paid order would execute now; None when nothing is left to send back."""
    return planning_queries.preview_rest(order_id, policy)
