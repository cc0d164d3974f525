"""Breaks and lines as pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, true

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.disputes.models import Dispute
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger.models import LedgerEntry
from marketplace.paging import ALWAYS, Amounts, Cursor, Listed, Period, Sort, read_page
from marketplace.payouts.models import Payout, PayoutPause
from marketplace.provider_events.models import ProviderEvent
from marketplace.reconciliation import read_line_queries
from marketplace.reconciliation.breaks import subject_of_pause
from marketplace.reconciliation.models import Break, BreakDecision, Correction, ProviderLine
from marketplace.reconciliation.read_line_queries import LineRow
from marketplace.reconciliation.rules import Cause, CounterAccount, Kind, Proposal
from marketplace.reconciliation.states import BreakStatus
from marketplace.refunds.models import Refund

_B, _L = Break.__table__.c, ProviderLine.__table__.c


class Age(StrEnum):
    """How long a break has been open; `days` is where the next one begins, None for the last."""

    label: str
    days: int | None

    def __new__(cls, value: str, label: str = "", days: int | None = None) -> Self:
        """Make an age."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.days = label, days
        return member

    TODAY = "today", Text("Less than a day"), 1
    WEEK = "week", Text("1 to 7 days"), 7
    OLDER = "older", Text("More than 7 days"), None


@dataclass(frozen=True, slots=True)
class BreakRow:
    """One break in a list; the difference is provider less ledger, minor units."""

    id: int
    number: str
    kind: Kind
    cause: Cause
    proposal: Proposal
    status: BreakStatus
    currency: str | None
    difference_minor: int
    object_id: str | None
    payment_id: int | None
    is_explained: bool
    note: str
    found_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class BreakDetail:
    """One break with what each side has of it."""

    row: BreakRow
    subject: str
    account_id: str
    attempts: int
    line: LineRow | None
    entry_id: int | None
    entry_key: str | None
    entry_text: str | None
    refund_number: str | None
    payout_number: str | None
    dispute_number: str | None
    event_id: int | None
    event_type: str | None
    run_id: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What an admin did about a break."""

    deed: str
    reason: str
    outcome: str
    admin: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A correction that waits for a second admin, or one that is booked."""

    id: int
    amount_minor: int
    currency: str
    account: CounterAccount
    reason: str
    asked_by_id: int
    asked_by: str
    entry_id: int | None
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sought:
    """Which breaks are wanted."""

    status: BreakStatus
    kind: Kind | None = None
    age: Age | None = None
    period: Period = ALWAYS

    def conditions(self, now: datetime) -> list[ColumnElement[bool]]:
        """Return what a break must meet, the status aside."""
        found = [self.period.of(_B.found_at)]
        if self.kind is not None:
            found.append(_B.kind == self.kind)
        return [*found, _is_of(self.age, now)] if self.age is not None else found


_BREAK: Select[Any] = select(
    _B.id,
    _B.number,
    _B.kind,
    _B.cause,
    _B.proposal,
    _B.status,
    _B.currency,
    _B.difference_minor,
    _B.object_id,
    _B.payment_id,
    _B.is_explained,
    _B.note,
    _B.found_at,
    _B.closed_at,
)
_DETAIL = (
    select(
        _B.subject,
        _B.account_id,
        _B.attempts,
        _B.entry_id,
        LedgerEntry.key,
        LedgerEntry.description,
        Refund.number,
        Payout.number,
        Dispute.number,
        _B.event_id,
        ProviderEvent.type,
        _B.run_id,
        _B.line_id,
        *_BREAK.selected_columns,
    )
    .outerjoin(LedgerEntry, LedgerEntry.id == _B.entry_id)
    .outerjoin(Refund, Refund.id == _B.refund_id)
    .outerjoin(Payout, Payout.id == _B.payout_id)
    .outerjoin(Dispute, Dispute.id == _B.dispute_id)
    .outerjoin(ProviderEvent, ProviderEvent.id == _B.event_id)
)
_DECISIONS = (
    select(BreakDecision.deed, BreakDecision.reason, BreakDecision.outcome, User.name, BreakDecision.decided_at)
    .join(User, User.id == BreakDecision.admin_id)
    .order_by(BreakDecision.id.desc())
)
_CORRECTIONS = (
    select(
        Correction.id,
        Correction.amount_minor,
        Correction.currency,
        Correction.account,
        Correction.reason,
        Correction.asked_by_id,
        User.name,
        LedgerEntry.id,
        Correction.undone_at,
    )
    .join(User, User.id == Correction.asked_by_id)
    .outerjoin(LedgerEntry, LedgerEntry.key == "correction:" + func.cast(Correction.id, LedgerEntry.key.type))
    .order_by(Correction.id)
)


def breaks(sought: Sought, now: datetime, cursor: Cursor) -> Listed[BreakRow]:
    """Return one page of breaks, newest first unless the cursor says otherwise."""
    statement = _BREAK.where(_B.status == sought.status, *sought.conditions(now))
    amounts = Amounts(func.coalesce(_B.currency, ""), func.abs(_B.difference_minor))
    return read_page(statement, _B.id, cursor, BreakRow, sort=Sort.NEWEST, amounts=amounts)


def counts(sought: Sought, now: datetime) -> dict[BreakStatus, int]:
    """Return how many of the breaks that are sought have each status."""
    statement = select(_B.status, func.count()).where(*sought.conditions(now)).group_by(_B.status)
    found: list[tuple[Any, ...]] = [tuple(row) for row in db.read(statement)]
    return {status: int(count) for status, count in found}


def open_by_kind_and_age(now: datetime) -> Mapping[Kind, Mapping[Age, int]]:
    """Return how many breaks are open, by kind and by how long."""
    ages = case(*((_is_of(age, now), age.value) for age in Age), else_=Age.OLDER.value)
    statement = select(_B.kind, ages, func.count()).where(_B.status == BreakStatus.OPEN).group_by(_B.kind, ages)
    found: dict[Kind, dict[Age, int]] = {}
    rows: list[tuple[Any, ...]] = [tuple(row) for row in db.read(statement)]
    for kind, age, count in rows:
        found.setdefault(kind, {})[next(each for each in Age if each.value == age)] = int(count)
    return found


def detail(number: str) -> BreakDetail:
    """Return one break by its number; raises NotFound."""
    rows = db.read(_DETAIL.where(_B.number == number))
    if not rows:
        raise NotFound(_("There is no break with this number."))
    subject, account, attempts, entry, key, text, refund, payout, dispute, event, kind, run, line, *row = tuple(rows[0])
    return BreakDetail(
        row=BreakRow(*row),
        subject=subject,
        account_id=account,
        attempts=attempts,
        line=read_line_queries.line(line) if line is not None else None,
        entry_id=entry,
        entry_key=key,
        entry_text=text,
        refund_number=refund,
        payout_number=payout,
        dispute_number=dispute,
        event_id=event,
        event_type=kind,
        run_id=run,
    )


def decisions(break_id: int) -> Sequence[Decision]:
    """Return what admins did about a break, newest first."""
    return [Decision(*tuple(row)) for row in db.read(_DECISIONS.where(BreakDecision.break_id == break_id))]


def corrections(break_id: int) -> Sequence[Asked]:
    """Return the corrections of a break, the waiting one among them, oldest first."""
    return [Asked(*tuple(row)) for row in db.read(_CORRECTIONS.where(Correction.break_id == break_id))]


def sellers_of(break_id: int) -> Sequence[tuple[int, str]]:
    """Return the sellers that a break keeps or kept from being paid: id and shop."""
    statement = (
        select(PayoutPause.seller_id, Shop.name)
        .join(Shop, Shop.seller_id == PayoutPause.seller_id)
        .where(PayoutPause.subject == subject_of_pause(break_id))
        .order_by(Shop.name)
        .distinct()
    )
    found: list[tuple[Any, ...]] = [tuple(row) for row in db.read(statement)]
    return [(int(seller_id), str(name)) for seller_id, name in found]


def open_of_seller(seller_id: int) -> Sequence[str]:
    """Return the numbers of the open breaks that keep a seller from being paid."""
    statement = (
        select(_B.number)
        .join(PayoutPause, PayoutPause.subject == "break:" + func.cast(_B.id, _B.subject.type))
        .where(PayoutPause.seller_id == seller_id, PayoutPause.ended_at.is_(None))
        .order_by(_B.id)
    )
    return [str(row[0]) for row in db.read(statement)]


def _is_of(age: Age | None, now: datetime) -> ColumnElement[bool]:
    if age is None:
        return true()
    ages = list(Age)
    place = ages.index(age)
    younger = ages[place - 1].days if place else None
    until = _B.found_at > now - timedelta(days=age.days) if age.days is not None else ~false()
    return and_(until, or_(false(), _B.found_at <= now - timedelta(days=younger)) if younger is not None else true())
