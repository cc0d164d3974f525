"""What was taken back for a refund from its seller's account at the provider, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from marketplace import db
from marketplace.history import StatusChange
from marketplace.payouts.models import Payout, TransferReversal
from marketplace.payouts.states import ReversalStatus


@dataclass(frozen=True, slots=True)
class ReversalRow:
    """One reversal, minor units of its refund's currency; `because` is the last word about it."""

    id: int
    payout_number: str
    amount_minor: int
    status: ReversalStatus
    because: str


_LAST_WORD = (
    select(StatusChange.because)
    .where(StatusChange.subject == "transfer_reversal", StatusChange.subject_id == TransferReversal.id)
    .order_by(StatusChange.id.desc())
    .limit(1)
    .scalar_subquery()
)
_OF_REFUND = (
    select(
        TransferReversal.id,
        Payout.number,
        TransferReversal.amount_minor,
        TransferReversal.status,
        func.coalesce(_LAST_WORD, ""),
    )
    .join(Payout, Payout.id == TransferReversal.payout_id)
    .where(TransferReversal.subject.like(bindparam("subject")))
    .order_by(TransferReversal.id)
)


def of_refund(refund_id: int) -> Sequence[ReversalRow]:
    """Return all reversals that a refund's approvals have planned, oldest first."""
    return [ReversalRow(*tuple(row)) for row in db.read(_OF_REFUND, {"subject": f"refund:{refund_id}:%"})]
