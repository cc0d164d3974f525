"""An event applied once more, at any time: first without keeping it, to see what it would change, then for real.

The same handlers run as on the first day. Its effect is unique per fact, so a replay of what is in the books changes
nothing, and a test replays everything to prove it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from marketplace import db, history, rehearsal
from marketplace.checkout.settlement import Contradiction
from marketplace.config import Settings
from marketplace.errors import DomainError
from marketplace.history import Actor, ActorKind
from marketplace.language import ENGLISH, Text, reading
from marketplace.payouts.onboarding import NotOurs
from marketplace.provider_events import flows, operations
from marketplace.provider_events.handler import Handler
from marketplace.provider_events.handlers import handler_of
from marketplace.provider_events.models import EventAttempt, ProviderEvent
from marketplace.provider_events.operations import StoredEvent
from marketplace.provider_events.owning import owned
from marketplace.provider_events.states import EVENT, EventRoad, Outcome
from marketplace.providers.base import Provider, Refused, Unknown
from marketplace.rehearsal import RowChange

log = structlog.get_logger()

_STEP = 200
_ASKED_AGAIN = frozenset({"read_at", "updated_at"})
"""Columns that only say when we looked."""
_ATTEMPT = insert(EventAttempt)
_STANDING = select(ProviderEvent.provider, ProviderEvent.event_id, ProviderEvent.status, ProviderEvent.attempts)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay, or would come of it; `changes` are the rows, the event's own left out."""

    event_id: int
    outcome: Outcome
    note: str
    changes: tuple[RowChange, ...] = ()


@dataclass(frozen=True, slots=True)
class By:
    """Who has an event replayed, and why: an admin on the page, nobody in particular on the command line."""

    admin_id: int | None
    reason: str

    def actor(self, event_id: str) -> Actor:
        """Return who caused what the replay changes; the event stays its source."""
        kind = ActorKind.JOB if self.admin_id is None else ActorKind.USER
        return Actor(kind, event_id[:64], self.admin_id)


NOBODY = By(None, "")
"""Replays without keeping anything."""


def rehearse(event_id: int, *, provider: Provider, settings: Settings, now: datetime) -> Replayed:
    """Return what a replay of a stored event would change; nothing is kept. Raises NotFound."""
    return _replay(event_id, provider=provider, settings=settings, by=None, now=now)


def replay(event_id: int, *, provider: Provider, settings: Settings, by: By, now: datetime) -> Replayed:
    """Apply a stored event again, record who wanted it and why, and return what it changed. Raises NotFound."""
    return _replay(event_id, provider=provider, settings=settings, by=by, now=now)


def replay_all(
    *,
    providers: Mapping[str, Provider],
    settings: Settings,
    since: datetime,
    by: By | None,
    now: datetime,
) -> Iterator[Replayed]:
    """Replay every event since a moment in the order they came, and yield each; without `by` nothing is kept.

    One that raises an unexpected error is told and stops no other.
    """
    after = 0
    while rows := _page(since, after):
        for event_id, name in rows:
            try:
                yield _replay(event_id, provider=providers[name], settings=settings, by=by, now=now)
            except Exception:
                log.exception("event not replayed", event_id=event_id)
                yield Replayed(event_id, Outcome.WAITS, Text("It raised an unexpected error."))
        after = rows[-1][0]


def _page(since: datetime, after: int) -> Sequence[tuple[int, str]]:
    statement = select(ProviderEvent.id, ProviderEvent.provider).where(
        ProviderEvent.received_at >= since, ProviderEvent.__table__.c.id > after
    )
    return [(row.id, row.provider) for row in db.read(statement.order_by(ProviderEvent.id).limit(_STEP))]


@reading(ENGLISH)  # what it writes down stays
def _replay(event_id: int, *, provider: Provider, settings: Settings, by: By | None, now: datetime) -> Replayed:
    event = db.atomic(operations.load, (), event_id=event_id)
    handler = handler_of(event.type, event.account, event.payload)
    obstacle = flows.not_needed(event, settings)
    if obstacle or handler is None:
        return _ended(event, Outcome.NOT_NEEDED, obstacle, by, now)
    try:
        return _played(event, handler, provider, settings, by, now)
    except NotOurs as error:
        return _ended(event, Outcome.NOT_NEEDED, str(error), by, now)
    except (Contradiction, Unknown, Refused, DomainError) as error:
        return _ended(event, Outcome.WAITS, str(error), by, now)


def _played(
    event: StoredEvent, handler: Handler, provider: Provider, settings: Settings, by: By | None, now: datetime
) -> Replayed:
    """Apply the event as it came; where that contradicts what we know, as the provider has its object now."""
    try:
        return _applied(event, handler, flows.facts_of(handler, event, provider, reread=False), settings, by, now)
    except Contradiction:
        if handler.read is None or handler.parse is None:
            raise
    return _applied(event, handler, flows.facts_of(handler, event, provider, reread=True), settings, by, now)


def _applied(
    event: StoredEvent, handler: Handler, facts: object, settings: Settings, by: By | None, now: datetime
) -> Replayed:
    values: dict[str, Any] = {
        "event_id": event.id,
        "handler": handler,
        "facts": facts,
        "settings": settings,
        "now": now,
    }
    if by is None:
        rehearsed = rehearsal.rehearse(_again, (db.TURN,), by=NOBODY, **values)
        note, changes = rehearsed.answer, effects(rehearsed.changes)
    else:
        # What it changed is known right before the commit, and so in here after it.
        told: list[RowChange] = []
        note, changes = db.atomic(_again_and_tell, (db.TURN,), by=by, told=told, **values), tuple(told)
    return Replayed(event.id, Outcome.CHANGED if changes else Outcome.UNCHANGED, note, changes)


def effects(changes: Sequence[RowChange]) -> tuple[RowChange, ...]:
    """Return the changes without the event's own rows, and without those that only say when we looked."""
    return tuple(change for change in changes if not _is_own(change) and not _ASKED_AGAIN.issuperset(change.columns))


def _is_own(change: RowChange) -> bool:
    is_history = change.table == "status_change" and change.after.get("subject") == EVENT.name
    return is_history or change.table in {EVENT.name, "event_attempt"}


def _again(
    session: Session, *, event_id: int, handler: Handler, facts: object, settings: Settings, by: By, now: datetime
) -> str:
    found = session.execute(_STANDING.where(ProviderEvent.id == event_id)).one()
    actor = by.actor(found.event_id)
    facts = owned(session, facts)
    note = handler.apply(session, facts, actor, settings, now)
    if verb := next((verb for verb in ("apply", "replay") if EVENT.can(found.status, verb)), None):
        changed = {
            "attempts": found.attempts + 1,
            "next_attempt_at": None,
            "payment_id": handler.payment_id(facts),
            "note": note,
        }
        history.move_many(session, ProviderEvent, [event_id], verb, actor=actor, at=now, because=note, values=changed)
    return note


def _again_and_tell(
    session: Session, /, *, event_id: int, by: By, now: datetime, told: list[RowChange], **values: Any
) -> str:
    """Apply the event and record the attempt, in one transaction; put into `told` what that changes."""
    notes: list[str] = []

    def record(session: Session, changes: tuple[RowChange, ...]) -> None:
        told[:] = effects(changes)
        outcome = Outcome.CHANGED if told else Outcome.UNCHANGED
        session.connection().execute(_ATTEMPT, _attempt(event_id, outcome, notes[-1], by, now))

    rehearsal.watch(session, record)
    notes.append(_again(session, event_id=event_id, by=by, now=now, **values))
    return notes[-1]


def _ended(event: StoredEvent, outcome: Outcome, note: str, by: By | None, now: datetime) -> Replayed:
    """Record a replay that came to nothing."""
    if by is not None:
        db.append(_ATTEMPT, _attempt(event.id, outcome, note, by, now))
    return Replayed(event.id, outcome, note)


def _attempt(event_id: int, outcome: Outcome, note: str, by: By, now: datetime) -> dict[str, object]:
    return {
        "event_id": event_id,
        "road": EventRoad.REPLAY,
        "outcome": outcome,
        "note": note,
        "actor_user_id": by.admin_id,
        "reason": by.reason,
        "at": now,
    }
