"""What an event did: every look at it, and the rows that were written in the same transactions as its effect."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    union,
)

from marketplace import db
from marketplace.accounts.models import User
from marketplace.history import ActorKind, StatusChange
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.notifications.models import Notification, NotificationKind
from marketplace.provider_events.models import EventAttempt
from marketplace.provider_events.states import EVENT, EventRoad, Outcome

_ID: BindParameter[int] = bindparam("event_row_id", type_=BigInteger)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One further look at an event."""

    road: EventRoad
    outcome: Outcome
    note: str
    by: str | None
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """One status that an event changed, or the first one of a row that it made."""

    id: int
    subject: str
    subject_id: int
    verb: str
    from_status: str | None
    to_status: str
    because: str
    actor_kind: ActorKind


@dataclass(frozen=True, slots=True)
class Booked:
    """One entry that an event booked; `amount_minor` is the sum of its debits, minor units."""

    id: int
    key: str
    description: str
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ToldPerson:
    """One notification that an event caused."""

    id: int
    kind: NotificationKind
    subject: str
    subject_id: int
    user_id: int
    user_name: str


@dataclass(frozen=True, slots=True)
class Effects:
    """All that an event did, in the order in which it was written."""

    moved: tuple[Moved, ...]
    booked: tuple[Booked, ...]
    told: tuple[ToldPerson, ...]

    @property
    def is_nothing(self) -> bool:
        """Return whether the event left no trace but its own."""
        return not (self.moved or self.booked or self.told)


def _moments() -> CompoundSelect[datetime, int | None]:
    """Return when and in which transactions the event had an effect."""
    applied = select(StatusChange.at, StatusChange.written_in).where(
        StatusChange.subject == EVENT.name,
        StatusChange.subject_id == _ID,
        StatusChange.verb.in_(["apply", "replay", "set_aside"]),
    )
    again = select(EventAttempt.at, EventAttempt.written_in).where(
        EventAttempt.event_id == _ID, EventAttempt.outcome == Outcome.CHANGED
    )
    return union(applied, again)


_MOMENTS = _moments().subquery()


def _together(at: ColumnElement[datetime], written_in: ColumnElement[int | None]) -> ColumnElement[bool]:
    # The time finds few rows by a small index, the transaction's number tells them apart. Old rows have no number.
    no_number = and_(_MOMENTS.c.written_in.is_(None), written_in.is_(None))
    return and_(at == _MOMENTS.c.at, or_(written_in == _MOMENTS.c.written_in, no_number))


_change, _entry, _told = StatusChange.__table__.c, LedgerEntry.__table__.c, Notification.__table__.c
_MOVED = (
    select(
        _change.id,
        _change.subject,
        _change.subject_id,
        _change.verb,
        _change.from_status,
        _change.to_status,
        _change.because,
        _change.actor_kind,
    )
    .join(_MOMENTS, _together(_change.at, _change.written_in))
    .where(_change.subject != EVENT.name)
    .order_by(_change.id)
)
_BOOKED = (
    select(
        _entry.id,
        _entry.key,
        _entry.description,
        Posting.currency,
        cast(func.sum(Posting.amount_minor).filter(Posting.amount_minor > 0), BigInteger),
    )
    .join(_MOMENTS, _together(_entry.booked_at, _entry.written_in))
    .join(Posting, Posting.entry_id == _entry.id)
    .group_by(_entry.id, _entry.key, _entry.description, Posting.currency)
    .order_by(_entry.id)
)
_TOLD = (
    select(_told.id, _told.kind, _told.subject, _told.subject_id, _told.user_id, User.name)
    .join(_MOMENTS, _together(_told.created_at, _told.written_in))
    .join(User, User.id == _told.user_id)
    .order_by(_told.id)
)
_ATTEMPTS = (
    select(
        EventAttempt.road,
        EventAttempt.outcome,
        EventAttempt.note,
        User.name,
        EventAttempt.reason,
        EventAttempt.at,
    )
    .join(User, User.id == EventAttempt.actor_user_id, isouter=True)
    .where(EventAttempt.event_id == _ID)
    .order_by(EventAttempt.id.desc())
    .limit(100)
)


def attempts(event_row_id: int) -> Sequence[Attempt]:
    """Return the latest hundred further looks at an event, newest first; its status history tells the others."""
    return [Attempt(*tuple(row)) for row in db.read(_ATTEMPTS, {"event_row_id": event_row_id})]


def effects(event_row_id: int) -> Effects:
    """Return what an event did. Three statements."""
    value = {"event_row_id": event_row_id}
    return Effects(
        tuple(Moved(*tuple(row)) for row in db.read(_MOVED, value)),
        tuple(Booked(*tuple(row)) for row in db.read(_BOOKED, value)),
        tuple(ToldPerson(*tuple(row)) for row in db.read(_TOLD, value)),
    )
