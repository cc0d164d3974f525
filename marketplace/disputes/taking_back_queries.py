"""What was paid out for the shares of a dispute, and whether it is to be taken back if that is lost."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, func, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.disputes.models import Dispute, DisputeShare
from marketplace.disputes.states import TAKEN, DisputeStatus
from marketplace.payments.models import PaymentTransaction
from marketplace.payouts import taking_back_queries


@dataclass(frozen=True, slots=True)
class TakeBack:
    """What can be said and done about money of a dispute that was paid out, minor units of its currency."""

    can_be_chosen: bool
    """Whether it may still be said what a loss does."""
    paid_out_minor: int
    """What the sellers were paid for the disputed orders and have not given back, at most what is disputed."""
    possible_minor: int
    """What can be taken back now, after a loss."""
    chosen_by: str | None
    chosen_at: datetime | None
    reason: str
    is_for_coming_loss: bool


_DISPUTE = (
    select(
        Dispute.status,
        Dispute.losses,
        Dispute.is_loss_booked,
        Dispute.take_back_for,
        User.name,
        Dispute.take_back_at,
        Dispute.take_back_reason,
    )
    .outerjoin(User, User.id == Dispute.take_back_by_id)
    .where(Dispute.id == bindparam("dispute_id", type_=BigInteger))
)
_PAID_OUT = (
    select(
        func.coalesce(
            func.sum(
                func.least(
                    DisputeShare.amount_minor, PaymentTransaction.paid_out_minor - taking_back_queries.PENDING_OF_SHARE
                )
            ),
            0,
        )
    )
    .join(PaymentTransaction, PaymentTransaction.id == DisputeShare.transaction_id)
    .where(DisputeShare.dispute_id == bindparam("dispute_id", type_=BigInteger))
)


def of_dispute(dispute_id: int) -> TakeBack:
    """Return what can be said and done about money of a dispute that was paid out."""
    row = tuple(db.read(_DISPUTE, {"dispute_id": dispute_id})[0])
    status, losses, is_loss_booked, take_back_for, by, at, reason = row
    is_open = DisputeStatus(status) in TAKEN
    paid_out = int(db.read(_PAID_OUT, {"dispute_id": dispute_id})[0][0]) if is_open else 0
    possible = taking_back_queries.possible_minor(f"dispute:{dispute_id}:{losses}") if is_loss_booked else 0
    return TakeBack(is_open, paid_out, possible, by, at, reason, take_back_for == losses + 1)
