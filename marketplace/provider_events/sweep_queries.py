"""How far what is watched has come, as far as the sweeper has to know before it asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, select

from marketplace import db
from marketplace.checkout.attempts import Attempt
from marketplace.disputes.models import Dispute
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.outbound.models import CallKind, OutboundCall
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus
from marketplace.payments.models import BalanceTransaction, UnappliedReceipt
from marketplace.payments.states import ReceiptStatus
from marketplace.payouts.models import Payout, SellerAccount
from marketplace.payouts.states import PayoutStatus
from marketplace.refunds.models import Refund
from marketplace.refunds.states import RefundStatus

_CHARGES = ("charge", "payment")
"""The kinds of line that say what the provider took for a payment."""


@dataclass(frozen=True, slots=True)
class PaymentStanding:
    """A payment, its page, and whether what the provider took for it is known."""

    provider: str
    status: PaymentStatus
    purchase_id: int
    user_id: int
    session_id: str | None
    checkout_url: str | None
    session_closed_at: datetime | None
    expires_at: datetime | None
    completed_at: datetime | None
    intent_id: str | None
    has_fee: bool

    @property
    def is_open(self) -> bool:
        """Return whether it may still bring money: its page takes some, or a method is clearing."""
        has_ended = self.completed_at is not None or self.session_closed_at is not None
        has_page = self.session_id is not None or self.status is PaymentStatus.PENDING
        return self.status is PaymentStatus.PROCESSING or (has_page and not has_ended)

    @property
    def lacks_fee(self) -> bool:
        """Return whether the money is there and what the provider took for it is not known."""
        return self.completed_at is not None and not self.has_fee

    def attempt(self, payment_id: int) -> Attempt:
        """Return it as the checkout follows it."""
        return Attempt(
            payment_id=payment_id,
            purchase_id=self.purchase_id,
            buyer_id=self.user_id,
            provider=self.provider,
            status=self.status,
            session_id=self.session_id,
            checkout_url=self.checkout_url,
            session_closed_at=self.session_closed_at,
            expires_at=self.expires_at,
        )


@dataclass(frozen=True, slots=True)
class ReturnStanding:
    """Money on its way back to a buyer."""

    provider: str
    provider_refund_id: str | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class PayoutStanding:
    """A payout's transfer and its payment to the bank."""

    provider: str
    transfer_id: str | None
    provider_payout_id: str | None
    account_id: str | None
    """From which account at the provider the bank is paid."""
    is_over: bool


@dataclass(frozen=True, slots=True)
class DisputeStanding:
    """A dispute, and whether the bank has decided."""

    provider: str
    provider_dispute_id: str
    is_over: bool


_PAYMENT = select(
    Payment.provider,
    Payment.status,
    Payment.purchase_id,
    Payment.user_id,
    Payment.provider_session_id,
    Payment.checkout_url,
    Payment.session_closed_at,
    Payment.expires_at,
    Payment.completed_at,
    Payment.provider_payment_id,
    select(BalanceTransaction.id)
    .where(BalanceTransaction.payment_id == Payment.id, BalanceTransaction.kind.in_(_CHARGES))
    .exists(),
).where(Payment.id == bindparam("row_id"))
_REFUND = (
    select(Payment.provider, Refund.provider_refund_id, Refund.status)
    .join(Payment, Payment.id == Refund.payment_id)
    .where(Refund.id == bindparam("row_id"))
)
_RECEIPT = (
    select(Payment.provider, UnappliedReceipt.provider_refund_id, UnappliedReceipt.status)
    .join(Payment, Payment.id == UnappliedReceipt.payment_id)
    .where(UnappliedReceipt.id == bindparam("row_id"))
)
_SENT_FROM = (
    select(OutboundCall.request["account_id"].astext)
    .where(OutboundCall.kind == CallKind.BANK_PAYOUT, OutboundCall.subject_id == Payout.id)
    .order_by(OutboundCall.attempt.desc())
    .limit(1)
    .correlate(Payout)
    .scalar_subquery()
)
_PAYOUT = (
    select(SellerAccount.provider, Payout.transfer_id, Payout.provider_payout_id, _SENT_FROM, Payout.status)
    .join(SellerAccount, SellerAccount.id == Payout.seller_account_id)
    .where(Payout.id == bindparam("row_id"))
)
_DISPUTE = select(Dispute.provider, Dispute.provider_dispute_id, Dispute.closed_at.is_not(None)).where(
    Dispute.id == bindparam("row_id")
)
_ON_THE_WAY = (RefundStatus.APPROVED, RefundStatus.PROCESSING)


def payment(payment_id: int) -> PaymentStanding:
    """Return how far a payment is; raises NotFound."""
    return PaymentStanding(*_one(_PAYMENT, payment_id))


def refund(refund_id: int) -> ReturnStanding:
    """Return how far a refund is; raises NotFound."""
    provider, provider_refund_id, status = _one(_REFUND, refund_id)
    return ReturnStanding(provider, provider_refund_id, status not in _ON_THE_WAY)


def receipt(receipt_id: int) -> ReturnStanding:
    """Return how far the return of money that could not be used is; raises NotFound."""
    provider, provider_refund_id, status = _one(_RECEIPT, receipt_id)
    return ReturnStanding(provider, provider_refund_id, status is not ReceiptStatus.RETURNING)


def payout(payout_id: int) -> PayoutStanding:
    """Return how far a payout is; raises NotFound."""
    provider, transfer_id, provider_payout_id, account_id, status = _one(_PAYOUT, payout_id)
    return PayoutStanding(provider, transfer_id, provider_payout_id, account_id, status is not PayoutStatus.IN_TRANSIT)


def dispute(dispute_id: int) -> DisputeStanding:
    """Return whether the bank has decided about a dispute; raises NotFound."""
    return DisputeStanding(*_one(_DISPUTE, dispute_id))


def _one(statement: Executable, row_id: int) -> tuple[Any, ...]:
    found = db.read_one(statement, {"row_id": row_id})
    if found is None:
        raise NotFound(_("There is no such row."))
    return tuple(found)
