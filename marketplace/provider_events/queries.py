"""The inbox as admins see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, union_all
from sqlalchemy.orm import aliased

from marketplace import counting, db
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.paging import ALWAYS, Cursor, Listed, Period, read_page
from marketplace.provider_events.models import ProviderEvent
from marketplace.provider_events.states import Endpoint, EventRoad, EventStatus


@dataclass(frozen=True, slots=True)
class EventSummary:
    """One stored event in a list."""

    id: int
    provider: str
    event_id: str
    type: str
    object_id: str | None
    account: str | None
    road: EventRoad
    payment_id: int | None
    status: EventStatus
    attempts: int
    next_attempt_at: datetime | None
    note: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class EventDetail:
    """One stored event with its payload as it came; redact it before it is shown."""

    summary: EventSummary
    body_sha256: bytes
    headers: Mapping[str, Any]
    payload: Mapping[str, Any]


_COLUMNS = (
    ProviderEvent.id,
    ProviderEvent.provider,
    ProviderEvent.event_id,
    ProviderEvent.type,
    ProviderEvent.object_id,
    ProviderEvent.account,
    ProviderEvent.road,
    ProviderEvent.payment_id,
    ProviderEvent.status,
    ProviderEvent.attempts,
    ProviderEvent.next_attempt_at,
    ProviderEvent.note,
    ProviderEvent.received_at,
)
_SUMMARY = select(*_COLUMNS)
_DETAIL = select(ProviderEvent.body_sha256, ProviderEvent.headers, ProviderEvent.payload, *_COLUMNS).where(
    ProviderEvent.id == bindparam("event_row_id")
)
_OF_PAYMENT = _SUMMARY.where(ProviderEvent.payment_id == bindparam("payment_id")).order_by(ProviderEvent.id)
_ABOUT = _SUMMARY.where(ProviderEvent.object_id == bindparam("object_id")).order_by(ProviderEvent.id)
_LAST = select(ProviderEvent.received_at).order_by(ProviderEvent.__table__.c.id.desc()).limit(1)
_NAMED = (
    select(ProviderEvent.payment_id)
    .where(
        or_(ProviderEvent.event_id == bindparam("text"), ProviderEvent.object_id == bindparam("text")),
        ProviderEvent.payment_id.is_not(None),
    )
    .distinct()
    .limit(100)
)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which events are wanted: `text` is an id of an event, an object or an account, or a type; "" for all."""

    text: str = ""
    status: EventStatus | None = None
    period: Period = ALWAYS
    type: str = ""
    endpoint: Endpoint | None = None
    road: EventRoad | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what an event must meet, the status aside."""
        found = [self.period.of(ProviderEvent.__table__.c.received_at)]
        if self.text:
            found.append(_named(self.text))
        if self.type:
            found.append(ProviderEvent.type == self.type)
        if self.endpoint is not None:
            account = ProviderEvent.account
            of_paypal = ProviderEvent.__table__.c.provider == "paypal"
            found.append(
                {
                    Endpoint.OURS: and_(account.is_(None), ~of_paypal),
                    Endpoint.ACCOUNTS: account.is_not(None),
                    Endpoint.PAYPAL: of_paypal,
                }[self.endpoint]
            )
        if self.road is not None:
            found.append(ProviderEvent.road == self.road)
        return found


_same = aliased(ProviderEvent)


def _named(text: str) -> ColumnElement[bool]:
    """Return the condition that an event has this type, or that this is its id, its object's or its account's."""
    if "." in text:
        return ProviderEvent.type == text
    # One set of ids, each part by its own index: an OR over three columns would read all events.
    columns = (_same.event_id, _same.object_id, _same.account)
    return ProviderEvent.id.in_(union_all(*(select(_same.id).where(column == text) for column in columns)))


def events(sought: Sought, cursor: Cursor) -> Listed[EventSummary]:
    """Return one page of the events that are sought, newest first unless the cursor says otherwise."""
    statement = _SUMMARY.where(*sought.conditions())
    if sought.status is not None:
        statement = statement.where(ProviderEvent.status == sought.status)
    return read_page(statement, ProviderEvent.__table__.c.id, cursor, EventSummary)


def event(event_row_id: int) -> EventDetail:
    """Return one stored event; raises NotFound."""
    found = db.read_one(_DETAIL, {"event_row_id": event_row_id})
    if found is None:
        raise NotFound(_("There is no event with this number."))
    digest, headers, payload, *columns = tuple(found)
    return EventDetail(EventSummary(*columns), digest, headers, payload)


def events_of_payment(payment_id: int) -> Sequence[EventSummary]:
    """Return the events that turned out to be about one payment, in the order they came."""
    return [EventSummary(*tuple(row)) for row in db.read(_OF_PAYMENT, {"payment_id": payment_id})]


def events_about(object_id: str) -> Sequence[EventSummary]:
    """Return the events about one object of the provider, in the order they came."""
    return [EventSummary(*tuple(row)) for row in db.read(_ABOUT, {"object_id": object_id})]


def last_received_at() -> datetime | None:
    """Return when the last event was stored, whatever it is about; None before the first."""
    found = db.read_one(_LAST)
    return found.received_at if found else None


def event_counts(sought: Sought) -> dict[EventStatus, int]:
    """Return how many of the events that are sought have each status, whatever is asked for, up to a thousand each."""
    events_sought = select(ProviderEvent.id).where(*sought.conditions())
    return counting.by_value(events_sought, ProviderEvent.__table__.c.status, EventStatus)


def payments_named(text: str) -> Sequence[int]:
    """Return the payments that the event `text`, or events about the provider's object `text`, were matched to."""
    return [row[0] for row in db.read(_NAMED, {"text": text})]
