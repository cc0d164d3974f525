"""What buyers and sellers see of payments: shares, attempts, declines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from marketplace import db
from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.orders.models import Purchase
from marketplace.orders.states import PurchaseStatus
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus
from marketplace.payments.models import (
    PaymentBlock,
    PaymentFailure,
    PaymentTracker,
    PaymentTransaction,
    UnappliedReceipt,
)
from marketplace.payments.states import BlockReason, HoldReason, ReceiptStatus, TransactionStatus


@dataclass(frozen=True, slots=True)
class Share:
    """One seller's share of one payment (S0); amounts in minor units of `currency`."""

    id: int
    payment_id: int
    order_id: int
    currency: str
    gross_minor: int
    platform_fee_minor: int
    processing_fee_minor: int
    net_minor: int
    refunded_minor: int
    """How much goes or went back to the buyer."""
    net_taken_minor: int
    """How much of the net refunds have taken."""
    subsidy_minor: int
    """What the marketplace adds to the gross for its own discount."""
    status: TransactionStatus
    failure_code: str | None
    failure_reason: str | None
    hold_reason: HoldReason | None
    days_to_hold: int | None
    hold_start_date: datetime | None
    planned_release_date: datetime | None
    payment_received_date: datetime | None
    created_at: datetime

    @property
    def held_minor(self) -> int:
        """Return what is held for the seller now: the net less what refunds have taken."""
        return self.net_minor - self.net_taken_minor if self.status is TransactionStatus.HELD else 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to pay, as a row of a list; amount in minor units."""

    id: int
    purchase_id: int | None
    purchase_number: str | None
    amount_minor: int
    currency: str
    provider: str
    status: PaymentStatus
    error_code: str | None
    created_at: datetime
    completed_at: datetime | None
    expires_at: datetime | None
    verification_attempts: int
    package_name: str | None
    provider_payment_id: str | None
    credits_to_add: int
    credits_added_at: datetime | None
    purchase_status: PurchaseStatus | None


@dataclass(frozen=True, slots=True)
class Decline:
    """One refused try of one payment."""

    id: int
    payment_id: int
    charge_id: str
    code: str
    decline_code: str | None
    reason: str
    """The provider's words, for admins."""
    error_data: Mapping[str, Any]
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """An open reason why a share must not move."""

    reason: BlockReason
    note: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class HeldTotal:
    """What is held for a seller in one currency, minor units."""

    currency: str
    held_minor: int
    orders: int
    next_release: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that counted for nothing and goes back to the buyer, minor units."""

    id: int
    currency: str
    amount_minor: int
    cause: str
    status: ReceiptStatus
    provider_refund_id: str | None
    created_at: datetime


SHARE_COLUMNS = (
    PaymentTransaction.id,
    PaymentTransaction.payment_id,
    PaymentTransaction.order_id,
    PaymentTransaction.currency,
    PaymentTransaction.gross_minor,
    PaymentTransaction.platform_fee_minor,
    PaymentTransaction.processing_fee_minor,
    PaymentTransaction.net_minor,
    PaymentTransaction.refunded_minor,
    PaymentTransaction.net_taken_minor,
    PaymentTransaction.subsidy_minor,
    PaymentTransaction.status,
    PaymentTransaction.payment_failure_code,
    PaymentTransaction.payment_failure_reason,
    PaymentTransaction.hold_reason,
    PaymentTransaction.days_to_hold,
    PaymentTransaction.hold_start_date,
    PaymentTransaction.planned_release_date,
    PaymentTransaction.payment_received_date,
    PaymentTransaction.created_at,
)
_CURRENT_SHARES = (
    select(*SHARE_COLUMNS)
    .ext(distinct_on(PaymentTransaction.order_id))
    .where(PaymentTransaction.order_id.in_(bindparam("order_ids", expanding=True)))
    .order_by(
        PaymentTransaction.order_id,
        # The share that was paid counts, whatever other attempts there were; else the latest one.
        PaymentTransaction.status.in_([TransactionStatus.PENDING, TransactionStatus.FAILED]),
        PaymentTransaction.id.desc(),
    )
)
# Also the base of search_queries.
ATTEMPT = select(
    Payment.id,
    Payment.purchase_id,
    Purchase.number,
    Payment.amount_minor,
    Payment.currency,
    Payment.provider,
    Payment.status,
    Payment.error_code,
    Payment.created_at,
    Payment.completed_at,
    Payment.expires_at,
    Payment.verification_attempts,
    Payment.package_name,
    Payment.provider_payment_id,
    Payment.credits_to_add,
    Payment.credits_added_at,
    Purchase.status,
).join(Purchase, Purchase.id == Payment.purchase_id, isouter=True)
_OWN_ATTEMPT = ATTEMPT.where(Payment.id == bindparam("payment_id"), Payment.user_id == bindparam("user_id"))
_PURCHASE_ATTEMPTS = ATTEMPT.where(Payment.purchase_id == bindparam("purchase_id")).order_by(Payment.id.desc())
_DECLINES = (
    select(
        PaymentFailure.id,
        PaymentTracker.payment_id,
        PaymentFailure.charge_id,
        PaymentFailure.code,
        PaymentFailure.decline_code,
        PaymentFailure.reason,
        PaymentFailure.error_data,
        PaymentFailure.failed_at,
    )
    .join(PaymentTracker, PaymentTracker.id == PaymentFailure.tracker_id)
    .where(PaymentTracker.payment_id.in_(bindparam("payment_ids", expanding=True)))
    .order_by(PaymentFailure.failed_at, PaymentFailure.id)
)
_BLOCKS = select(PaymentBlock.reason, PaymentBlock.note, PaymentBlock.set_at).where(
    PaymentBlock.transaction_id == bindparam("share_id"), PaymentBlock.lifted_at.is_(None)
)
_HELD = (
    select(
        PaymentTransaction.currency,
        func.sum(PaymentTransaction.net_minor - PaymentTransaction.net_taken_minor).cast(Payment.amount_minor.type),
        func.count(),
        func.min(PaymentTransaction.planned_release_date),
    )
    .where(PaymentTransaction.seller_id == bindparam("seller_id"), PaymentTransaction.status == TransactionStatus.HELD)
    .group_by(PaymentTransaction.currency)
    .order_by(PaymentTransaction.currency)
)
_RECEIPTS = select(
    UnappliedReceipt.id,
    UnappliedReceipt.currency,
    UnappliedReceipt.amount_minor,
    UnappliedReceipt.cause,
    UnappliedReceipt.status,
    UnappliedReceipt.provider_refund_id,
    UnappliedReceipt.created_at,
).where(UnappliedReceipt.payment_id == bindparam("payment_id"))
_CLEARING = select(Payment.purchase_id).where(
    Payment.purchase_id.in_(bindparam("purchase_ids", expanding=True)), Payment.status == PaymentStatus.PROCESSING
)

_TRANSFERS = select(Payment.purchase_id, Payment.id).where(
    Payment.purchase_id.in_(bindparam("purchase_ids", expanding=True)),
    Payment.status == PaymentStatus.PENDING,
    Payment.provider == BANK_TRANSFER,
)


def shares_of_orders(order_ids: Iterable[int]) -> dict[int, Share]:
    """Return each order's share that counts: the paid one, else the latest; orders without one are left out."""
    rows = db.read(_CURRENT_SHARES, {"order_ids": list(order_ids)})
    shares = [Share(*tuple(row)) for row in rows]
    return {share.order_id: share for share in shares}


def attempt_of_buyer(payment_id: int, user_id: int) -> Attempt:
    """Return the buyer's own attempt; raises NotFound for an unknown or foreign one."""
    found = db.read_one(_OWN_ATTEMPT, {"payment_id": payment_id, "user_id": user_id})
    if found is None:
        raise NotFound(_("There is no payment with this number among yours."))
    return Attempt(*tuple(found))


def attempts_of_purchase(purchase_id: int) -> Sequence[Attempt]:
    """Return all attempts to pay one purchase, newest first."""
    return [Attempt(*tuple(row)) for row in db.read(_PURCHASE_ATTEMPTS, {"purchase_id": purchase_id})]


def clearing_of(purchase_ids: Iterable[int]) -> frozenset[int]:
    """Return those of the purchases that have a payment with the buyer's bank."""
    return frozenset(row.purchase_id for row in db.read(_CLEARING, {"purchase_ids": list(purchase_ids)}))


def transfers_of(purchase_ids: Iterable[int]) -> dict[int, int]:
    """Return those of the purchases that wait for their buyer's transfer, each with its payment."""
    rows = db.read(_TRANSFERS, {"purchase_ids": list(purchase_ids)})
    return {row.purchase_id: row.id for row in rows}


def declines_of(payment_ids: Iterable[int]) -> Sequence[Decline]:
    """Return every decline of these payments, oldest first; kept for ever, also after success (S0.16)."""
    return [Decline(*tuple(row)) for row in db.read(_DECLINES, {"payment_ids": list(payment_ids)})]


def open_blocks(share_id: int) -> Sequence[Block]:
    """Return the reasons why a share must not move now."""
    return [Block(*tuple(row)) for row in db.read(_BLOCKS, {"share_id": share_id})]


def held_totals(seller_id: int) -> Sequence[HeldTotal]:
    """Return what is held for a seller, one row per currency."""
    return [HeldTotal(*tuple(row)) for row in db.read(_HELD, {"seller_id": seller_id})]


def receipts_of(payment_id: int) -> Sequence[Receipt]:
    """Return the part of a payment that goes back because it could not be used; usually none."""
    return [Receipt(*tuple(row)) for row in db.read(_RECEIPTS, {"payment_id": payment_id})]
