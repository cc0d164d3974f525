"""Where a share stands once nothing of it is left, and when some of it has come back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.history import Actor, StatusChange
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


def agree(session: Session, share: PaymentTransaction, *, actor: Actor, now: datetime, because: str) -> None:
    """Let a share stand where its money is, after refunds and disputes have given some back or taken it.

    Refunded once its buyer has all of it and nothing is left; else where it stood before, and available again if money
    came back after its end. One in a payout follows when that ends.
    """
    if _is_given_back(session, share) and not share.left_minor:
        if share.machine.can(share.status, "refund"):
            history.move(session, share, "refund", actor=actor, at=now, because=because)
    elif share.status is TransactionStatus.REFUNDED:
        where = TransactionStatus.AVAILABLE if share.left_minor else TransactionStatus.PAID_OUT
        if stood(session, share) is TransactionStatus.HELD:
            where = TransactionStatus.HELD
        history.move(session, share, f"restore_{where}", actor=actor, at=now, because=because)
    else:
        reopen(session, share, actor=actor, now=now, because=because)


def stood(session: Session, share: PaymentTransaction) -> TransactionStatus:
    """Return where a share's money stands: its status, or the one before all of it went back to the buyer."""
    if share.status is not TransactionStatus.REFUNDED:
        return share.status
    last = (
        select(StatusChange.from_status)
        .where(
            StatusChange.subject == "payment_transaction",
            StatusChange.subject_id == share.id,
            StatusChange.verb == "refund",
        )
        .order_by(StatusChange.id.desc())
        .limit(1)
    )
    return TransactionStatus(str(session.execute(last).scalar_one()))


def refund_whole(session: Session, share_ids: Sequence[int], *, actor: Actor, now: datetime) -> None:
    """Let those of some paid out shares end as refunded whose buyers had got all of it back while they were paid."""
    whole = select(PaymentTransaction).where(
        PaymentTransaction.id.in_(share_ids),
        PaymentTransaction.status == TransactionStatus.PAID_OUT,
        PaymentTransaction.refunded_minor + PaymentTransaction.charged_back_minor >= PaymentTransaction.gross_minor,
        PaymentTransaction.subsidy_taken_minor >= PaymentTransaction.subsidy_minor,
    )
    for share in session.execute(whole).scalars().all():
        if _is_given_back(session, share):
            history.move(session, share, "refund", actor=actor, at=now)


def _is_given_back(session: Session, share: PaymentTransaction) -> bool:
    """Return whether refunds and lost disputes gave all of a share back to its buyer, and no refund is under way."""
    open_refund = select(PaymentBlock.id).where(
        PaymentBlock.transaction_id == share.id,
        PaymentBlock.reason == BlockReason.REFUND,
        PaymentBlock.lifted_at.is_(None),
    )
    # A share that the marketplace alone has paid has nothing to give back to its buyer, and yet it stands.
    is_sold = share.subsidy_taken_minor < share.subsidy_minor
    is_whole = share.refunded_minor + share.charged_back_minor >= share.gross_minor and not is_sold
    return is_whole and session.execute(open_refund).first() is None
