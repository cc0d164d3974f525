"""What the books say about documents that are not at their end, and about credit notes whose cause is gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select

from marketplace import db
from marketplace.disputes.models import DisputeShare
from marketplace.invoices.models import Invoice
from marketplace.invoices.rules import Standing
from marketplace.invoices.states import OPEN, InvoiceStatus
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from marketplace.payments.models import PaymentTransaction
from marketplace.prepared import is_any
from marketplace.refunds.models import Refund


@dataclass(frozen=True, slots=True)
class Open:
    """One document that is not at its end."""

    id: int
    standing: Standing
    paid_at: datetime | None
    """When the books got the money."""


_MOST = 500
_IS_OPEN = is_any(Invoice.status, OPEN)
_PAID_AT = (
    select(func.min(PaymentTransaction.payment_received_date))
    .where(PaymentTransaction.order_id == Invoice.__table__.c.order_id)
    .correlate(Invoice)
    .scalar_subquery()
)
_OPEN = (
    select(
        Invoice.id,
        Invoice.kind,
        Invoice.status,
        Invoice.paid_minor != Invoice.total_minor,
        Invoice.due_at,
        _PAID_AT,
        func.coalesce(Order.status == OrderStatus.CANCELLED, False),
    )
    .outerjoin(Order, Order.id == Invoice.order_id)
    .where(_IS_OPEN, Invoice.id > bindparam("after"))
    .order_by(Invoice.id)
    .limit(_MOST)
)
TO_FOLLOW = select(Invoice.id).where(_IS_OPEN)
"""Documents that are not at their end."""
_LIVE = Invoice.status != InvoiceStatus.CANCELLED
CAME_BACK = (
    select(Invoice.id)
    .join(Refund, Refund.id == Invoice.refund_id)
    .where(Refund.came_back_at.is_not(None), _LIVE)
    .where(or_(Refund.completed_at.is_(None), Refund.amount_minor != -Invoice.total_minor))
    .union_all(
        select(Invoice.id)
        .join(DisputeShare, DisputeShare.id == Invoice.dispute_share_id)
        .where(DisputeShare.lost_minor != -Invoice.total_minor, _LIVE)
    )
)
"""Live credit notes whose cause is gone. A refund that failed may have been rejected or agreed to anew since."""


def open_documents(after: int) -> Sequence[Open]:
    """Return documents that are not at their end, of ids above `after`, at most 500."""
    found = []
    for invoice_id, kind, status, is_due, due_at, paid_at, is_off in map(tuple, db.read(_OPEN, {"after": after})):
        standing = Standing(kind, status, is_due, due_at, is_paid=paid_at is not None, is_off=is_off)
        found.append(Open(invoice_id, standing, paid_at))
    return found


def without_cause() -> Sequence[int]:
    """Return live credit notes whose refund came back, or whose dispute was won after all or lost otherwise."""
    return [int(row[0]) for row in db.read(CAME_BACK)]
