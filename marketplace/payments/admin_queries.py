"""What admins see of one payment: everything that is known about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.orders.agreed_queries import IS_COLLECTED
from marketplace.orders.models import Order, Purchase
from marketplace.orders.states import OrderStatus, PurchaseStatus
from marketplace.outbound.models import OF_PAYMENT, CallKind, OutboundCall
from marketplace.outbound.states import CallStatus
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus
from marketplace.payments.models import (
    BalanceTransaction,
    PaymentTracker,
    PaymentTransaction,
    UnappliedReceipt,
)
from marketplace.payments.queries import SHARE_COLUMNS, Share
from marketplace.payments.states import TrackerStatus


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """S1.21's record of one payment, with whom and what it is for; amount in minor units."""

    id: int
    purchase_id: int | None
    purchase_number: str | None
    purchase_status: PurchaseStatus | None
    user_id: int
    buyer_name: str
    buyer_email: str
    amount_minor: int
    currency: str
    credits_to_add: int
    package_id: str | None
    package_name: str | None
    credits_added_at: datetime | None
    credit_transaction_id: int | None
    provider: str
    provider_session_id: str | None
    provider_payment_id: str | None
    session_closed_at: datetime | None
    status: PaymentStatus
    error_code: str | None
    error_message: str | None
    verification_attempts: int
    metadata: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tracker:
    """The provider's payment intent as we know it (S0.5)."""

    id: int
    payment_intent_id: str
    status: TrackerStatus
    attempts: int
    failure_code: str | None
    failure_reason: str | None
    stripe_error_data: Mapping[str, Any] | None
    notes: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SellerShare:
    """One seller's share with the order it is for."""

    share: Share
    order_number: str
    order_status: OrderStatus
    is_collected: bool
    """Whether the buyer collects the order."""
    shop_name: str


@dataclass(frozen=True, slots=True)
class Call:
    """One frozen request to the provider and what became of it."""

    id: int
    kind: CallKind
    attempt: int
    idempotency_key: str
    request: Mapping[str, Any]
    status: CallStatus
    sends: int
    first_sent_at: datetime | None
    next_attempt_at: datetime | None
    provider_object_id: str | None
    error_code: str | None
    error_message: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """One line of the provider's own account for us; minor units, net = amount - fee."""

    id: int
    provider_id: str
    kind: str
    currency: str
    amount_minor: int
    fee_minor: int
    net_minor: int
    available_on: datetime
    created_at: datetime


_RECORD = (
    select(
        Payment.id,
        Payment.purchase_id,
        Purchase.number,
        Purchase.status,
        Payment.user_id,
        User.name,
        User.email,
        Payment.amount_minor,
        Payment.currency,
        Payment.credits_to_add,
        Payment.package_id,
        Payment.package_name,
        Payment.credits_added_at,
        Payment.credit_transaction_id,
        Payment.provider,
        Payment.provider_session_id,
        Payment.provider_payment_id,
        Payment.session_closed_at,
        Payment.status,
        Payment.error_code,
        Payment.error_message,
        Payment.verification_attempts,
        Payment.details,
        Payment.created_at,
        Payment.updated_at,
        Payment.completed_at,
        Payment.expires_at,
    )
    .join(User, User.id == Payment.user_id)
    .join(Purchase, Purchase.id == Payment.purchase_id, isouter=True)
    .where(Payment.id == bindparam("payment_id"))
)
_TRACKERS = (
    select(
        PaymentTracker.id,
        PaymentTracker.payment_intent_id,
        PaymentTracker.status,
        PaymentTracker.attempts,
        PaymentTracker.failure_code,
        PaymentTracker.failure_reason,
        PaymentTracker.stripe_error_data,
        PaymentTracker.notes,
        PaymentTracker.created_at,
        PaymentTracker.updated_at,
    )
    .where(PaymentTracker.payment_id == bindparam("payment_id"))
    .order_by(PaymentTracker.id)
)
_SHARES = (
    select(Order.number, Order.status, IS_COLLECTED, Shop.name, *SHARE_COLUMNS)
    .join(Order, Order.id == PaymentTransaction.order_id)
    .join(Shop, Shop.seller_id == PaymentTransaction.seller_id)
    .where(PaymentTransaction.payment_id == bindparam("payment_id"))
    .order_by(PaymentTransaction.id)
)
_CALLS = select(
    OutboundCall.id,
    OutboundCall.kind,
    OutboundCall.attempt,
    OutboundCall.idempotency_key,
    OutboundCall.request,
    OutboundCall.status,
    OutboundCall.sends,
    OutboundCall.first_sent_at,
    OutboundCall.next_attempt_at,
    OutboundCall.provider_object_id,
    OutboundCall.error_code,
    OutboundCall.error_message,
    OutboundCall.created_at,
).order_by(OutboundCall.id)
_OWN_CALLS = or_(
    and_(
        OutboundCall.kind.in_(OF_PAYMENT),
        OutboundCall.subject_id == bindparam("payment_id"),
    ),
    and_(
        OutboundCall.kind == CallKind.RETURN,
        OutboundCall.subject_id.in_(
            select(UnappliedReceipt.id).where(UnappliedReceipt.payment_id == bindparam("payment_id"))
        ),
    ),
)
_PROVIDER_LINES = (
    select(
        BalanceTransaction.id,
        BalanceTransaction.provider_id,
        BalanceTransaction.kind,
        BalanceTransaction.currency,
        BalanceTransaction.amount_minor,
        BalanceTransaction.fee_minor,
        BalanceTransaction.net_minor,
        BalanceTransaction.available_on,
        BalanceTransaction.created_at,
    )
    .where(BalanceTransaction.payment_id == bindparam("payment_id"))
    .order_by(BalanceTransaction.id)
)


def payment(payment_id: int) -> PaymentRecord:
    """Return the record of one payment; raises NotFound."""
    found = db.read_one(_RECORD, {"payment_id": payment_id})
    if found is None:
        raise NotFound(_("There is no payment with this number."))
    return PaymentRecord(*tuple(found))


def trackers(payment_id: int) -> Sequence[Tracker]:
    """Return the provider's intents of one payment; none until the buyer has tried to pay (S0.1)."""
    return [Tracker(*tuple(row)) for row in db.read(_TRACKERS, {"payment_id": payment_id})]


def seller_shares(payment_id: int) -> Sequence[SellerShare]:
    """Return each seller's share of one payment."""
    rows: list[tuple[Any, ...]] = [tuple(row) for row in db.read(_SHARES, {"payment_id": payment_id})]
    return [SellerShare(Share(*columns), *of_order) for *of_order, columns in ((*row[:4], row[4:]) for row in rows)]


def calls(payment_id: int, refund_ids: Sequence[int], others: Mapping[CallKind, Sequence[int]]) -> Sequence[Call]:
    """Return the calls to the provider made for one payment, for its refunds and for the return of its money.

    `others` are the ids of what else belongs to it (disputes, payouts), by the kind of their calls.
    """
    named = {CallKind.REFUND: refund_ids, **others}.items()
    more = [and_(OutboundCall.kind == kind, OutboundCall.subject_id.in_(ids)) for kind, ids in named if ids]
    statement = _CALLS.where(or_(_OWN_CALLS, *more))
    return [Call(*tuple(row)) for row in db.read(statement, {"payment_id": payment_id})]


def provider_lines(payment_id: int) -> Sequence[ProviderLine]:
    """Return the lines of the provider's own account about one payment."""
    return [ProviderLine(*tuple(row)) for row in db.read(_PROVIDER_LINES, {"payment_id": payment_id})]
