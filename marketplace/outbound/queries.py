"""The calls to providers as admins see them: lists by how they stand, and one with all that was tried and decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ColumnElement, bindparam, or_, select

from marketplace import counting, db
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.outbound.models import CallDecision, OutboundCall, Watch, WatchKind
from marketplace.outbound.states import CallKind, CallStatus, CallStep
from marketplace.paging import ALWAYS, Cursor, Listed, Period, read_page

_S = CallStatus
_LARGEST_ID = 2**63 - 1


class CallTab(StrEnum):
    """How calls stand, as the tabs of their list say it."""

    label: str
    statuses: tuple[CallStatus, ...]

    def __new__(cls, value: str, label: str, *statuses: CallStatus) -> Self:
        """Make a tab of these statuses."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.statuses = statuses
        return member

    BLOCKED = "blocked", Text("Needs a person"), _S.BLOCKED
    UNKNOWN = "unknown", Text("Outcome unknown"), _S.UNKNOWN
    WAITING = "waiting", Text("Waiting"), _S.PLANNED, _S.SENDING
    REFUSED = "refused", Text("Refused or called off"), _S.REFUSED, _S.CANCELED
    DONE = "done", Text("Done"), _S.DONE

    def count_of(self, counts: Mapping[CallStatus, int]) -> int:
        """Return how many calls the tab has."""
        return sum(counts.get(status, 0) for status in self.statuses)


@dataclass(frozen=True, slots=True)
class CallSummary:
    """One call in a list."""

    id: int
    provider: str
    kind: CallKind
    subject_id: int
    attempt: int
    idempotency_key: str
    status: CallStatus
    sends: int
    first_sent_at: datetime | None
    next_attempt_at: datetime | None
    provider_object_id: str | None
    error_code: str | None
    error_message: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CallDetail:
    """One call with its frozen request; redact it before it is shown."""

    summary: CallSummary
    request: Mapping[str, Any]
    attempts: tuple[tuple[int, int, CallStatus], ...]
    """All attempts for the same row: the call's id, the attempt's number, how it stands."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a call."""

    id: int
    step: CallStep
    reason: str
    admin_id: int
    result: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Asking:
    """When the provider is asked next about a row, and what it said last."""

    next_look_at: datetime | None
    looks: int
    note: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Which calls are wanted: `text` is a key or an object's id in full, or the number of a row; "" for all."""

    text: str = ""
    kind: CallKind | None = None
    period: Period = ALWAYS

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a call must meet, how it stands aside."""
        found = [self.period.of(OutboundCall.__table__.c.created_at)]
        if self.kind is not None:
            found.append(OutboundCall.kind == self.kind)
        if self.text.isascii() and self.text.isdigit() and int(self.text) <= _LARGEST_ID:
            # All kinds by name, so that the index by kind and row serves.
            found.append(OutboundCall.kind.in_([self.kind] if self.kind else list(CallKind)))
            found.append(OutboundCall.subject_id == int(self.text))
        elif self.text:
            found.append(or_(OutboundCall.idempotency_key == self.text, OutboundCall.provider_object_id == self.text))
        return found


_COLUMNS = (
    OutboundCall.id,
    OutboundCall.provider,
    OutboundCall.kind,
    OutboundCall.subject_id,
    OutboundCall.attempt,
    OutboundCall.idempotency_key,
    OutboundCall.status,
    OutboundCall.sends,
    OutboundCall.first_sent_at,
    OutboundCall.next_attempt_at,
    OutboundCall.provider_object_id,
    OutboundCall.error_code,
    OutboundCall.error_message,
    OutboundCall.created_at,
)
_DETAIL = select(OutboundCall.request, *_COLUMNS).where(OutboundCall.id == bindparam("call_id"))
_FOR_ROW = (
    select(*_COLUMNS)
    .where(OutboundCall.kind == bindparam("kind"), OutboundCall.subject_id == bindparam("subject_id"))
    .order_by(OutboundCall.attempt)
)
_ATTEMPTS = (
    select(OutboundCall.id, OutboundCall.attempt, OutboundCall.status)
    .where(OutboundCall.kind == bindparam("kind"), OutboundCall.subject_id == bindparam("subject_id"))
    .order_by(OutboundCall.attempt)
)
_DECISIONS = (
    select(
        CallDecision.id,
        CallDecision.step,
        CallDecision.reason,
        CallDecision.admin_id,
        CallDecision.result,
        CallDecision.decided_at,
    )
    .where(CallDecision.call_id == bindparam("call_id"))
    .order_by(CallDecision.id.desc())
)
_ASKING = select(Watch.next_look_at, Watch.looks, Watch.note).where(
    Watch.kind == bindparam("kind"), Watch.subject_id == bindparam("subject_id")
)


def calls(sought: Sought, tab: CallTab, cursor: Cursor) -> Listed[CallSummary]:
    """Return one page of the calls of a tab, newest first unless the cursor says otherwise."""
    statement = select(*_COLUMNS).where(*sought.conditions(), OutboundCall.status.in_(tab.statuses))
    return read_page(statement, OutboundCall.__table__.c.id, cursor, CallSummary)


def call_counts(sought: Sought) -> dict[CallStatus, int]:
    """Return how many of the calls that are sought stand how, up to a thousand each."""
    calls_sought = select(OutboundCall.id).where(*sought.conditions())
    return counting.by_value(calls_sought, OutboundCall.__table__.c.status, CallStatus)


def call(call_id: int) -> CallDetail:
    """Return one call; raises NotFound."""
    found = db.read_one(_DETAIL, {"call_id": call_id})
    if found is None:
        raise NotFound(_("There is no call with this number."))
    request, *columns = tuple(found)
    summary = CallSummary(*columns)
    same = db.read(_ATTEMPTS, {"kind": summary.kind, "subject_id": summary.subject_id})
    return CallDetail(summary, request, tuple((row.id, row.attempt, row.status) for row in same))


def calls_for(kind: CallKind, subject_id: int) -> Sequence[CallSummary]:
    """Return every attempt of a call for one row, in order."""
    return [CallSummary(*tuple(row)) for row in db.read(_FOR_ROW, {"kind": kind, "subject_id": subject_id})]


def calls_about(subjects: Mapping[CallKind, Sequence[int]]) -> Sequence[CallSummary]:
    """Return the calls of each kind about some rows, in the order they were planned."""
    named = [(OutboundCall.kind == kind) & OutboundCall.subject_id.in_(ids) for kind, ids in subjects.items() if ids]
    rows = db.read(select(*_COLUMNS).where(or_(*named)).order_by(OutboundCall.id)) if named else ()
    return [CallSummary(*tuple(row)) for row in rows]


def decisions(call_id: int) -> Sequence[Decision]:
    """Return what people decided about a call, newest first."""
    return [Decision(*tuple(row)) for row in db.read(_DECISIONS, {"call_id": call_id})]


def asking(kind: WatchKind, subject_id: int) -> Asking | None:
    """Return when the provider is asked next about a row; None for one that was never asked about."""
    found = db.read_one(_ASKING, {"kind": kind, "subject_id": subject_id})
    return Asking(*tuple(found)) if found else None
