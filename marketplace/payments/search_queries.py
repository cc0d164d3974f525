"""The admin's list of payments, found by any id, number or e-mail address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, or_, select, true

from marketplace.accounts.models import User
from marketplace.orders.models import Order, Purchase
from marketplace.paging import Cursor, Listed, read_page
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus
from marketplace.payments.models import BalanceTransaction, PaymentFailure, PaymentTracker, UnappliedReceipt
from marketplace.payments.states import TrackerStatus

LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class PaymentSummary:
    """One payment in the admin's list; amount in minor units."""

    id: int
    purchase_number: str | None
    buyer_name: str
    buyer_email: str
    amount_minor: int
    currency: str
    provider: str
    status: PaymentStatus
    tracker_status: TrackerStatus | None
    declines: int
    provider_payment_id: str | None
    created_at: datetime


_TRACKER = (
    select(PaymentTracker.status, PaymentTracker.attempts, PaymentTracker.payment_intent_id)
    .where(PaymentTracker.payment_id == Payment.id)
    .order_by(PaymentTracker.id.desc())
    .limit(1)
    .lateral("tracker")
)
_SUMMARY = (
    select(
        Payment.id,
        Purchase.number,
        User.name,
        User.email,
        Payment.amount_minor,
        Payment.currency,
        Payment.provider,
        Payment.status,
        _TRACKER.c.status,
        func.coalesce(_TRACKER.c.attempts, 0),
        func.coalesce(Payment.provider_payment_id, _TRACKER.c.payment_intent_id),
        Payment.created_at,
    )
    .join(User, User.id == Payment.user_id)
    .join(Purchase, Purchase.id == Payment.purchase_id, isouter=True)
    .join(_TRACKER, true(), isouter=True)
)


def payments(
    text: str, status: PaymentStatus | None, named_by_events: Sequence[int], cursor: Cursor
) -> Listed[PaymentSummary]:
    """Return one page of payments, newest first, that `text` names by any id and that have `status`.

    `named_by_events` are the payments that provider events of this id or about this object were matched to.
    """
    statement = _SUMMARY
    if text:
        statement = statement.where(or_(_named(text), Payment.id.in_(named_by_events) if named_by_events else false()))
    if status is not None:
        statement = statement.where(Payment.status == status)
    return read_page(statement, Payment.__table__.c.id, cursor, PaymentSummary)


def _named(text: str) -> ColumnElement[bool]:
    if text.isascii() and text.isdigit():
        return Payment.id == int(text) if int(text) <= LARGEST_ID else false()
    if "@" in text:
        return Payment.user_id.in_(select(User.id).where(func.lower(User.email) == text.lower()))
    number = text.upper()
    if number.startswith("TM-"):
        return Payment.purchase_id.in_(select(Order.purchase_id).where(Order.number == number))
    if number.startswith("P-"):
        return Payment.purchase_id.in_(select(Purchase.id).where(Purchase.number == number))
    declined = select(PaymentTracker.payment_id).join(PaymentFailure, PaymentFailure.tracker_id == PaymentTracker.id)
    return or_(
        Payment.provider_session_id == text,
        Payment.provider_payment_id == text,
        Payment.id.in_(select(PaymentTracker.payment_id).where(PaymentTracker.payment_intent_id == text)),
        Payment.id.in_(declined.where(PaymentFailure.charge_id == text)),
        Payment.id.in_(select(BalanceTransaction.payment_id).where(BalanceTransaction.provider_id == text)),
        Payment.id.in_(select(UnappliedReceipt.payment_id).where(UnappliedReceipt.provider_refund_id == text)),
    )
