"""Who is told what about payouts: the seller always, admins what waits for a person or was done without them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.orders.models import Order
from marketplace.payments.models import PaymentTransaction
from marketplace.payouts.models import Payout, PayoutSkip, TransferReversal


def sent(session: Session, payout: Payout, *, now: datetime) -> None:
    """Tell the seller that a payout is on its way to their bank."""
    _tell_seller(session, payout, NotificationKind.PAYOUT_SENT, now)


def paid(session: Session, payout: Payout, *, now: datetime) -> None:
    """Tell the seller that their bank has it."""
    _tell_seller(session, payout, NotificationKind.PAYOUT_PAID, now)


def refused(session: Session, payout: Payout, *, now: datetime) -> None:
    """Tell seller and admins that the provider did not make the transfer."""
    _tell_seller(session, payout, NotificationKind.PAYOUT_REFUSED, now)
    _tell_admins(session, payout, NotificationKind.PAYOUT_REFUSED, now)


def failed(session: Session, payout: Payout, *, now: datetime) -> None:
    """Tell seller and admins that the bank did not take it."""
    _tell_seller(session, payout, NotificationKind.PAYOUT_FAILED, now)
    _tell_admins(session, payout, NotificationKind.PAYOUT_FAILED, now)


def taken_back(session: Session, payout: Payout, reversal: TransferReversal, *, now: datetime) -> None:
    """Tell seller and admins that money of a payout was taken back at the provider, which nobody here has asked for."""
    admins = select(User.id).where(User.is_admin, User.id != payout.seller_id).order_by(User.id)
    for user_id, role in [(payout.seller_id, "seller"), *((admin, "admin") for admin in session.scalars(admins))]:
        notifications.tell(
            session,
            user_id=user_id,
            kind=NotificationKind.PAYOUT_TAKEN_BACK,
            subject="transfer_reversal",
            subject_id=reversal.id,
            facts=_facts(payout, role) | {"amount_minor": reversal.amount_minor},
            now=now,
        )


def reversal_ended(
    session: Session, reversal: TransferReversal, share: PaymentTransaction, kind: NotificationKind, *, now: datetime
) -> None:
    """Tell the seller and the admins what became of taking money back from the seller's account at the provider."""
    order = session.get_one(Order, share.order_id)
    facts = {
        "number": order.number,
        "payment_id": share.payment_id,
        "amount_minor": reversal.amount_minor,
        "currency": share.currency,
        "cause": reversal.subject.partition(":")[0],
    }
    admins = select(User.id).where(User.is_admin, User.id.not_in([order.buyer_id, order.seller_id])).order_by(User.id)
    told = [(share.seller_id, "seller"), *((admin_id, "admin") for admin_id in session.scalars(admins))]
    for user_id, role in told:
        notifications.tell(
            session,
            user_id=user_id,
            kind=kind,
            subject="transfer_reversal",
            subject_id=reversal.id,
            facts={**facts, "role": role},
            now=now,
        )


def skipped(session: Session, skip: PayoutSkip, *, now: datetime) -> None:
    """Tell the seller, once for as long as the cause holds, why they are not paid what is available."""
    notifications.tell(
        session,
        user_id=skip.seller_id,
        kind=NotificationKind.PAYOUT_SKIPPED,
        subject="payout_skip",
        subject_id=skip.id,
        facts={"cause": skip.cause, "amount_minor": skip.amount_minor, "currency": skip.currency},
        now=now,
    )


def _tell_seller(session: Session, payout: Payout, kind: NotificationKind, now: datetime) -> None:
    _tell(session, payout, kind, payout.seller_id, "seller", now)


def _tell_admins(session: Session, payout: Payout, kind: NotificationKind, now: datetime) -> None:
    admins = select(User.id).where(User.is_admin, User.id != payout.seller_id).order_by(User.id)
    for user_id in session.scalars(admins):
        _tell(session, payout, kind, user_id, "admin", now)


def _tell(session: Session, payout: Payout, kind: NotificationKind, user_id: int, role: str, now: datetime) -> None:
    notifications.tell(
        session,
        user_id=user_id,
        kind=kind,
        subject="payout",
        subject_id=payout.id,
        facts=_facts(payout, role),
        now=now,
    )


def _facts(payout: Payout, role: str) -> dict[str, Any]:
    return {
        "number": payout.number,
        "amount_minor": payout.amount_minor,
        "currency": payout.currency,
        "bank": " ".join(part for part in (payout.bank_name, payout.bank_last4) if part),
        "arrives_at": payout.arrives_at.isoformat() if payout.arrives_at else None,
        "reason": payout.failure_reason,
        "role": role,
    }
