"""Where a share stands once nothing of it is left, and when some of it has come back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.history import Actor
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import BlockReason, TransactionStatus


def end(session: Session, share: PaymentTransaction, *, actor: Actor, now: datetime, because: str) -> None:
    """Move an available share with nothing left to its end: refunded if the buyer has all of it back, else paid out."""
    is_given_back = _is_given_back(session, share)
    if not (is_given_back and share.machine.can(share.status, "refund")):
        history.move(session, share, "pay_out", actor=actor, at=now, because=because)
    if is_given_back:
        history.move(session, share, "refund", actor=actor, at=now)


def reopen(session: Session, share: PaymentTransaction, *, actor: Actor, now: datetime, because: str) -> None:
    """Make a share available again if money of it came back after its end. One in a payout is looked at when that ends.

    A refunded one stays refunded while nothing of it is left.
    """
    if share.left_minor and share.machine.can(share.status, "reopen"):
        history.move(session, share, "reopen", actor=actor, at=now, because=because)


def refund_whole(session: Session, share_ids: Sequence[int], *, actor: Actor, now: datetime) -> None:
    """Let those of some paid out shares end as refunded whose buyers had got all of it back while they were paid."""
    whole = select(PaymentTransaction).where(
        PaymentTransaction.id.in_(share_ids),
        PaymentTransaction.status == TransactionStatus.PAID_OUT,
        PaymentTransaction.refunded_minor == PaymentTransaction.gross_minor,
    )
    for share in session.execute(whole).scalars().all():
        if _is_given_back(session, share):
            history.move(session, share, "refund", actor=actor, at=now)


def _is_given_back(session: Session, share: PaymentTransaction) -> bool:
    """Return whether all of a share has gone back to its buyer, and no refund is under way any more."""
    open_refund = select(PaymentBlock.id).where(
        PaymentBlock.transaction_id == share.id,
        PaymentBlock.reason == BlockReason.REFUND,
        PaymentBlock.lifted_at.is_(None),
    )
    return share.refunded_minor == share.gross_minor and session.execute(open_refund).first() is None
