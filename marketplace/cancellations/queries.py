"""What pages show of cancelled orders, and of what cancelling one would send back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.cancellations.models import Cancellation
from marketplace.cancellations.rules import CancelReason, Side
from marketplace.config import MoneyPolicy
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


def of_order(order_id: int) -> CancellationRow | None:
    """Return who cancelled a paid order and why; None for an order that stands, or was never paid."""
    found = db.read_one(_CANCELLATION, {"order_id": order_id})
    return CancellationRow(*tuple(found)) if found else None


def preview(order_id: int, policy: MoneyPolicy) -> Plan | None:
    """Return the plan that cancelling a paid order would execute now; None when nothing is left to send back."""
    return planning_queries.preview_rest(order_id, policy)
