"""What keeps the shares of a payment of high risk where they are, from its assessment until an admin has decided."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import BlockReason
from marketplace.payouts import calling_off
from marketplace.risk.models import RiskReview

_NOTE = "The payment looks like fraud, with a score of {score}. An admin decides."


def set_for(session: Session, review: RiskReview, *, payment_id: int, score: int, now: datetime) -> None:
    """Block every share of a payment; a payout that has not sent one yet is called off."""
    shares = select(PaymentTransaction.id).where(PaymentTransaction.payment_id == payment_id)
    for share_id in session.execute(shares.order_by(PaymentTransaction.id)).scalars().all():
        because = f"Payment {payment_id} waits for an admin's look."
        calling_off.call_off_for(session, transaction_id=share_id, because=because, now=now)
        session.add(
            PaymentBlock(
                transaction_id=share_id,
                reason=BlockReason.RISK,
                subject_id=review.id,
                note=_NOTE.format(score=score),
                set_at=now,
            )
        )
    session.flush()


def lift(session: Session, review: RiskReview, *, now: datetime) -> None:
    """Let the shares of a payment move again, as far as nothing else blocks them."""
    session.execute(
        update(PaymentBlock)
        .where(
            PaymentBlock.reason == BlockReason.RISK,
            PaymentBlock.subject_id == review.id,
            PaymentBlock.lifted_at.is_(None),
        )
        .values(lifted_at=now)
    )
