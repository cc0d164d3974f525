"""When a seller is paid, known from the moment of payment on (S3.4), and what stands in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, or_, select

from marketplace import db
from marketplace.config import MoneyPolicy
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.outbound.flows import NOT_FOUND
from marketplace.outbound.models import CallKind, OutboundCall
from marketplace.outbound.states import CallStatus
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import TransactionStatus
from marketplace.payouts import rules, schedules
from marketplace.payouts.models import Payout, PayoutLine, PayoutSkip, TransferReversal
from marketplace.payouts.rules import Schedule, SkipCause
from marketplace.payouts.states import PayoutStatus

_X = PaymentTransaction
_OPEN = (PayoutStatus.PENDING, PayoutStatus.REFUSED, PayoutStatus.IN_TRANSIT, PayoutStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Expected:
    """When the money of a share is paid out, and what stands in the way."""

    at: datetime | None
    """The day it is sent, or, once it is on its way, the day the bank should have it; None: nobody can say."""
    cause: SkipCause | None
    """Why it is not simply paid on that day; None when nothing stands in the way."""
    payout_number: str | None
    """The payout that has taken it up."""


@dataclass(frozen=True, slots=True)
class TakenUpBy:
    """The payout that has taken a share up and is not over."""

    number: str
    status: PayoutStatus
    can_be_called_off: bool
    """Whether nothing of it can have moved: the provider was not asked yet, or has refused."""


_TAKEN_UP_BY = (
    select(
        Payout.number,
        Payout.status,
        or_(
            (Payout.status == PayoutStatus.REFUSED) & Payout.failure_code.is_distinct_from(NOT_FOUND),
            (Payout.status == PayoutStatus.PENDING)
            & exists().where(
                OutboundCall.kind == CallKind.TRANSFER,
                OutboundCall.subject_id == Payout.id,
                OutboundCall.status == CallStatus.PLANNED,
            ),
        ),
    )
    .join(PayoutLine, PayoutLine.payout_id == Payout.id)
    .where(PayoutLine.transaction_id == bindparam("share_id"), Payout.status.in_(_OPEN))
    .order_by(Payout.id.desc())
    .limit(1)
)
_OPEN_PAYOUT = (
    select(PayoutLine.transaction_id, func.max(Payout.id).label("payout_id"))
    .join(Payout, Payout.id == PayoutLine.payout_id)
    .where(Payout.status.in_(_OPEN), PayoutLine.transaction_id.in_(bindparam("ids", expanding=True)))
    .group_by(PayoutLine.transaction_id)
    .subquery()
)
_STANDING = select(Payout.status, Payout.failure_reason).where(Payout.id == bindparam("payout_id"))
_PAYOUTS_OF = select(PayoutLine.payout_id.label("id")).where(
    PayoutLine.transaction_id.in_(bindparam("ids", expanding=True))
)
_REVERSALS_OF = select(TransferReversal.id).where(TransferReversal.transaction_id.in_(bindparam("ids", expanding=True)))
_SHARES = (
    select(
        _X.id,
        _X.status,
        _X.planned_release_date,
        PaymentBlock.is_open_for(_X.id).label("is_blocked"),
        PayoutSkip.cause,
        PayoutSkip.planned_run,
        Payout.number,
        Payout.arrives_at,
    )
    .outerjoin(
        PayoutSkip,
        (PayoutSkip.seller_id == _X.seller_id) & (PayoutSkip.currency == _X.currency) & PayoutSkip.ended_at.is_(None),
    )
    .outerjoin(_OPEN_PAYOUT, _OPEN_PAYOUT.c.transaction_id == _X.id)
    .outerjoin(Payout, Payout.id == _OPEN_PAYOUT.c.payout_id)
    .where(_X.seller_id == bindparam("seller_id"), _X.id.in_(bindparam("ids", expanding=True)))
)


def taken_up_by(share_id: int) -> TakenUpBy | None:
    """Return the payout that has taken a share up, and whether a stop could still call it off; None for none."""
    found = db.read_one(_TAKEN_UP_BY, {"share_id": share_id})
    return TakenUpBy(*tuple(found)) if found else None


def standing_of(payout_id: int) -> tuple[PayoutStatus, str | None]:
    """Return how a payout stands, and why where it was refused or failed; raises NotFound."""
    found = db.read_one(_STANDING, {"payout_id": payout_id})
    if found is None:
        raise NotFound(_("There is no such payout."))
    return found.status, found.failure_reason


def calls_of(share_ids: Sequence[int]) -> dict[CallKind, list[int]]:
    """Return what calls that paid some shares, or took them back, have as their subjects, by kind."""
    values = {"ids": list(share_ids)}
    payouts = [row.id for row in db.read(_PAYOUTS_OF, values)]
    reversals = [row.id for row in db.read(_REVERSALS_OF, values)]
    return {CallKind.TRANSFER: payouts, CallKind.BANK_PAYOUT: payouts, CallKind.REVERSAL: reversals}


def expected_dates(
    seller_id: int, transaction_ids: Sequence[int], *, policy: MoneyPolicy, now: datetime
) -> dict[int, Expected]:
    """Return for each of a seller's own shares that is not paid yet when it will be; two queries for all of them."""
    if not transaction_ids:
        return {}
    schedule = schedules.schedule_of(seller_id, policy).schedule
    rows = db.read(_SHARES, {"seller_id": seller_id, "ids": list(transaction_ids)})
    found = {row.id: _expected(row, schedule, now) for row in rows}
    return {share_id: expected for share_id, expected in found.items() if expected is not None}


def _expected(row: Row[Any], schedule: Schedule, now: datetime) -> Expected | None:
    if row.status is TransactionStatus.TRANSFERRING:
        return Expected(row.arrives_at, None, row.number)
    if row.status not in {TransactionStatus.HELD, TransactionStatus.AVAILABLE}:
        return None
    is_held = row.status is TransactionStatus.HELD
    ready_at = max(row.planned_release_date, now) if is_held and row.planned_release_date else now
    at = rules.next_run(schedule, ready_at)
    if not is_held and row.cause == SkipCause.SCHEDULED:
        at = row.planned_run or at
    if row.is_blocked:
        return Expected(at, SkipCause.BLOCKED, None)
    if not is_held and row.cause is not None:
        return Expected(at, SkipCause(row.cause), None)
    return Expected(at, SkipCause.MANUAL if at is None else None, None)
