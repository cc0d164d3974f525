"""The rules that send money back by themselves: how often each applied, and each time with what came of it (S4.10)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from marketplace import db
from marketplace.cancellations.models import Cancellation
from marketplace.orders.models import Order, Purchase
from marketplace.paging import Cursor, Listed, Period, read_page
from marketplace.payment_records.models import Payment
from marketplace.payments.models import AutomaticRefund, UnappliedReceipt
from marketplace.payments.rules import RefundRule
from marketplace.payments.states import ReceiptStatus
from marketplace.refunds.models import Refund
from marketplace.refunds.states import RefundStatus


@dataclass(frozen=True, slots=True)
class Applied:
    """One time a rule applied. It is about a cancelled order and its refund, or about a receipt that goes back."""

    id: int
    rule: RefundRule
    applied_at: datetime
    payment_id: int
    purchase_number: str | None
    order_number: str | None
    refund_number: str | None
    refund_status: RefundStatus | None
    receipt_status: ReceiptStatus | None
    provider_refund_id: str | None
    currency: str
    amount_minor: int
    """Minor units of `currency`."""


_COUNTS = (
    select(AutomaticRefund.rule, func.count())
    .where(AutomaticRefund.applied_at >= bindparam("since"))
    .group_by(AutomaticRefund.rule)
)
_LOG = (
    select(
        AutomaticRefund.id,
        AutomaticRefund.rule,
        AutomaticRefund.applied_at,
        AutomaticRefund.payment_id,
        Purchase.number,
        Order.number,
        Refund.number,
        Refund.status,
        UnappliedReceipt.status,
        func.coalesce(Refund.provider_refund_id, UnappliedReceipt.provider_refund_id),
        AutomaticRefund.currency,
        AutomaticRefund.amount_minor,
    )
    .join(Payment, Payment.id == AutomaticRefund.payment_id)
    .join(Purchase, Purchase.id == Payment.purchase_id, isouter=True)
    .join(Order, Order.id == AutomaticRefund.order_id, isouter=True)
    .join(Cancellation, Cancellation.order_id == AutomaticRefund.order_id, isouter=True)
    .join(Refund, Refund.id == Cancellation.refund_id, isouter=True)
    .join(UnappliedReceipt, UnappliedReceipt.id == AutomaticRefund.receipt_id, isouter=True)
)


def counts(since: datetime) -> dict[RefundRule, int]:
    """Return how often each rule applied from `since` on; rules that did not are left out."""
    return dict(map(tuple, db.read(_COUNTS, {"since": since})))


def log(rule: RefundRule | None, period: Period, cursor: Cursor) -> Listed[Applied]:
    """Return one page of the times that `rule` (None: any) applied in `period`, newest first."""
    statement = _LOG
    if rule is not None:
        statement = statement.where(AutomaticRefund.rule == rule)
    columns = AutomaticRefund.__table__.c
    return read_page(statement.where(period.of(columns.applied_at)), columns.id, cursor, Applied)
