"""What can be taken back from sellers' accounts at the provider, what was, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, bindparam, func, select
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.debts.models import SellerDebt
from marketplace.history import StatusChange
from marketplace.payments.models import PaymentTransaction
from marketplace.payouts.models import Payout, TransferReversal
from marketplace.payouts.states import ReversalStatus


@dataclass(frozen=True, slots=True)
class ReversalRow:
    """One reversal, minor units of its share's currency; `because` is the last word about it."""

    id: int
    payout_number: str
    order_id: int
    amount_minor: int
    status: ReversalStatus
    because: str
    asked: str
    """Who asked for it, and why."""


_MINOR = TransferReversal.amount_minor.type
PENDING_OF_SHARE = (
    select(func.coalesce(func.sum(TransferReversal.amount_minor), 0).cast(_MINOR))
    .where(TransferReversal.transaction_id == PaymentTransaction.id, TransferReversal.status == ReversalStatus.PENDING)
    .scalar_subquery()
)
"""What of a share is on its way back right now, minor units."""
_PENDING_OF_DEBT = (
    select(func.coalesce(func.sum(TransferReversal.amount_minor), 0).cast(_MINOR))
    .where(
        TransferReversal.transaction_id == SellerDebt.transaction_id,
        TransferReversal.subject == SellerDebt.subject,
        TransferReversal.status == ReversalStatus.PENDING,
    )
    .scalar_subquery()
)
_POSSIBLE = (
    select(
        SellerDebt.transaction_id,
        func.least(
            SellerDebt.open_minor - _PENDING_OF_DEBT, PaymentTransaction.paid_out_minor - PENDING_OF_SHARE
        ).label("minor"),
    )
    .join(PaymentTransaction, PaymentTransaction.id == SellerDebt.transaction_id)
    .where(SellerDebt.subject == bindparam("subject"), SellerDebt.is_open())
    .order_by(SellerDebt.id)
)


def _word(verb: str) -> ColumnElement[str]:
    """Return why a reversal was moved so last; with no verb, its last word at all."""
    statement = select(StatusChange.because).where(
        StatusChange.subject == "transfer_reversal", StatusChange.subject_id == TransferReversal.id
    )
    if verb:
        statement = statement.where(StatusChange.verb == verb)
    return func.coalesce(statement.order_by(StatusChange.id.desc()).limit(1).scalar_subquery(), "")


_OF_SUBJECTS = (
    select(
        TransferReversal.id,
        Payout.number,
        PaymentTransaction.order_id,
        TransferReversal.amount_minor,
        TransferReversal.status,
        _word(""),
        _word("begin"),
    )
    .join(Payout, Payout.id == TransferReversal.payout_id)
    .join(PaymentTransaction, PaymentTransaction.id == TransferReversal.transaction_id)
    .where(TransferReversal.subject.like(bindparam("subjects")))
    .order_by(TransferReversal.id)
)


def possible(connection: Session | Connection, subject: str) -> dict[int, int]:
    """Return what can be taken back for the debts that `subject` made, minor units by share; one reading for all.

    No more than is still owed, and no more than was transferred for the share and is not on its way back.
    """
    rows = connection.execute(_POSSIBLE, {"subject": subject}).all()
    return {int(share_id): int(minor) for share_id, minor in rows if minor > 0}


def possible_minor(subject: str) -> int:
    """Return what can be taken back for the debts that `subject` made, minor units, for a page."""
    return sum(int(row.minor) for row in db.read(_POSSIBLE, {"subject": subject}) if row.minor > 0)


def of_cause(cause: str) -> Sequence[ReversalRow]:
    """Return all reversals that a refund's approvals or a dispute's losses have planned, oldest first.

    `cause` is `refund:9` or `dispute:3`, whatever its attempts and losses.
    """
    return [ReversalRow(*tuple(row)) for row in db.read(_OF_SUBJECTS, {"subjects": f"{cause}:%"})]
