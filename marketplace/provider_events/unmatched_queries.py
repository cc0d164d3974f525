"""Events that fit nothing we know: what waits for an admin, what was put aside, and what others on the account did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, func, select

from marketplace import db
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.orders.models import Purchase
from marketplace.paging import ALWAYS, Cursor, Listed, Period, Sort, read_page
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus
from marketplace.provider_events.models import FOREIGN, ProviderEvent
from marketplace.provider_events.states import EventStatus

_NOT_PAID = (
    PaymentStatus.PENDING,
    PaymentStatus.PROCESSING,
    PaymentStatus.FAILED,
    PaymentStatus.EXPIRED,
    PaymentStatus.CANCELLED,
)
_CANDIDATES = 10


class UnmatchedTab(StrEnum):
    """Why an event fits nothing."""

    WAITING = "waiting"
    PUT_ASIDE = "put_aside"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Unmatched:
    """One event that fits nothing; `matter` is the payment or else the object it is about, at the provider."""

    id: int
    provider: str
    event_id: str
    type: str
    object_id: str | None
    intent_id: str | None
    matter: str
    amount_minor: int | None
    currency: str | None
    account: str | None
    status: EventStatus
    attempts: int
    next_attempt_at: datetime | None
    note: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A purchase that the money could be for: same amount and currency, and not paid."""

    number: str
    placed_at: datetime
    status: PaymentStatus


_event = ProviderEvent.__table__.c
_object: Any = _event.payload["data"]["object"]
_named_intent = func.coalesce(
    _object["payment_intent"].astext,
    func.substring(_event.object_id, "^pi_.*$"),
)
_matter = func.coalesce(_named_intent, _event.object_id, _event.event_id)
_amount = func.coalesce(_object["amount_total"].astext, _object["amount"].astext)
_COLUMNS = (
    _event.id,
    _event.provider,
    _event.event_id,
    _event.type,
    _event.object_id,
    _named_intent,
    _matter,
    cast(func.substring(_amount, "^[0-9]{1,15}$"), _event.id.type),
    func.upper(cast(_object["currency"].astext, String)),
    _event.account,
    _event.status,
    _event.attempts,
    _event.next_attempt_at,
    _event.note,
    _event.received_at,
)
_ONE = select(*_COLUMNS).where(_event.id == bindparam("event_row_id"))
_OF = {
    UnmatchedTab.WAITING: _event.status == EventStatus.PARKED,
    UnmatchedTab.PUT_ASIDE: _event.status == EventStatus.SET_ASIDE,
    UnmatchedTab.FOREIGN: and_(_event.status == EventStatus.IGNORED, _event.note == FOREIGN),
}
_COUNTS = select(*(select(func.count()).where(of).scalar_subquery() for of in _OF.values()))
_CANDIDATE = (
    select(Purchase.number, Purchase.created_at, Payment.status)
    .join(Purchase, Purchase.id == Payment.purchase_id)
    .where(
        Payment.currency == bindparam("currency"),
        Payment.amount_minor == bindparam("amount_minor"),
        Payment.status.in_(_NOT_PAID),
        Payment.provider_payment_id.is_(None),
    )
    .order_by(Payment.id.desc())
    .limit(_CANDIDATES)
)
_TOGETHER = (
    select(_event.id, _event.type, _event.received_at)
    .where(_event.status == EventStatus.PARKED, _matter == bindparam("matter"))
    .order_by(_event.id)
    .limit(50)
)


def is_about(matter: str) -> ColumnElement[bool]:
    """Return the condition that an event is about this payment or object at the provider."""
    return _matter == matter


def unmatched(event_row_id: int) -> Unmatched:
    """Return one event as what fits nothing, whatever its status; raises NotFound."""
    found = db.read_one(_ONE, {"event_row_id": event_row_id})
    if found is None:
        raise NotFound(_("There is no event with this number."))
    return Unmatched(*tuple(found))


def listed(tab: UnmatchedTab, cursor: Cursor, period: Period = ALWAYS) -> Listed[Unmatched]:
    """Return one page of a tab, oldest first unless the cursor says otherwise."""
    statement = select(*_COLUMNS).where(_OF[tab], period.of(_event.received_at))
    return read_page(statement, _event.id, cursor, Unmatched, sort=Sort.OLDEST)


def counts() -> dict[UnmatchedTab, int]:
    """Return how many events each tab has."""
    found: Any = db.read(_COUNTS)[0]
    return dict(zip(_OF, tuple(found), strict=True))


def together(found: Unmatched) -> Sequence[tuple[int, str, datetime]]:
    """Return id, type and time of the events that wait because of the same thing, the oldest fifty."""
    rows: Sequence[Any] = db.read(_TOGETHER, {"matter": found.matter})
    return [(row.id, row.type, row.received_at) for row in rows]


def candidates(amount_minor: int, currency: str) -> Sequence[Candidate]:
    """Return the latest purchases that this much money (minor units) could be for."""
    value = {"amount_minor": amount_minor, "currency": currency}
    return [Candidate(*tuple(row)) for row in db.read(_CANDIDATE, value)]
