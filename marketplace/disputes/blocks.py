"""What a dispute keeps from moving: exactly the shares it is about, from its first report until its end."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.disputes.models import Dispute, DisputeShare
from marketplace.disputes.states import OPEN, TAKEN
from marketplace.payments.models import PaymentBlock
from marketplace.payments.states import BlockReason
from marketplace.payouts import calling_off

_OURS = (BlockReason.DISPUTE, BlockReason.REVIEW)
_NOTES = {
    BlockReason.DISPUTE: "Dispute {number}: the buyer's bank has taken the money back until it decides.",
    BlockReason.REVIEW: "Dispute {number}: the buyer's bank asks about the payment.",
}


def agree(session: Session, dispute: Dispute, *, now: datetime) -> None:
    """Set and lift blocks until they say what the dispute's status asks for.

    A chargeback blocks as DISPUTE: a refund would pay twice. Inquiries and warnings block as REVIEW: the share may not
    move to its seller, and a refund is the best answer there is. A payout that has not sent a share yet is called off.
    """
    wanted = _wanted(session, dispute)
    for block in _open_blocks(session, dispute):
        if wanted.get(block.transaction_id) is block.reason:
            del wanted[block.transaction_id]
        else:
            block.lifted_at = now
    for transaction_id, reason in wanted.items():
        because = f"Dispute {dispute.number} is about one of its orders."
        calling_off.call_off_for(session, transaction_id=transaction_id, because=because, now=now)
        note = _NOTES[reason].format(number=dispute.number)
        session.add(
            PaymentBlock(transaction_id=transaction_id, reason=reason, subject_id=dispute.id, note=note, set_at=now)
        )
    session.flush()


def _wanted(session: Session, dispute: Dispute) -> dict[int, BlockReason]:
    if dispute.status not in OPEN:
        return {}
    reason = BlockReason.DISPUTE if dispute.status in TAKEN else BlockReason.REVIEW
    concerned = select(DisputeShare.transaction_id).where(
        DisputeShare.dispute_id == dispute.id, DisputeShare.amount_minor > 0
    )
    return dict.fromkeys(session.execute(concerned).scalars(), reason)


def _open_blocks(session: Session, dispute: Dispute) -> list[PaymentBlock]:
    """Return the dispute's own open blocks: no other concept sets a block for these reasons."""
    shares = select(DisputeShare.transaction_id).where(DisputeShare.dispute_id == dispute.id)
    statement = select(PaymentBlock).where(
        PaymentBlock.transaction_id.in_(shares),
        PaymentBlock.reason.in_(_OURS),
        PaymentBlock.subject_id == dispute.id,
        PaymentBlock.lifted_at.is_(None),
    )
    return list(session.execute(statement).scalars())
