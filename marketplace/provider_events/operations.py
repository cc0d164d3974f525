"""The rows of the inbox: loaded, applied, parked with a date for the next look, or not needed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, literal, select
from sqlalchemy.orm import Session

from marketplace import db, history, hot_history
from marketplace.errors import Conflict, NotFound
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.outbound.models import Installation
from marketplace.prepared import is_any
from marketplace.provider_events.models import EventAttempt, ProviderEvent
from marketplace.provider_events.states import EVENT, EventRoad, EventStatus, Outcome
from marketplace.providers.base import InboundEvent, installation_of
from marketplace.queue import JobName, enqueue

# An event that fits nothing we know is looked at again on this ladder, and then waits for a person.
_LADDER = (
    timedelta(seconds=2),
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
_HOURLY = _LADDER.index(timedelta(hours=1)) + 1
"""The look that comes an hour after the one before is this one."""
INSTALLATION = select(Installation.uuid).scalar_subquery()
"""This installation's name, as a column."""
_EVENT = select(ProviderEvent, INSTALLATION)
_INBOX = Actor.job("inbox")
_known = ProviderEvent.__table__.c
_DELIVERED_AGAIN = insert(EventAttempt).from_select(
    ["event_id", "road", "outcome", "note", "reason", "at"],
    select(
        _known.id,
        literal(EventRoad.WEBHOOK.value),
        literal(Outcome.KNOWN.value),
        literal("The provider sent it once more."),
        literal(""),
        bindparam("at", type_=EventAttempt.__table__.c.at.type),
    ).where(_known.provider == bindparam("provider_name"), _known.event_id == bindparam("event_id")),
)

DUE = (
    select(ProviderEvent.id, ProviderEvent.provider)
    .where(
        is_any(ProviderEvent.status, (EventStatus.RECEIVED, EventStatus.PARKED)),
        ProviderEvent.next_attempt_at <= bindparam("now"),
    )
    .order_by(ProviderEvent.next_attempt_at)
)
"""Events that wait for their effect or for another look."""


@dataclass(frozen=True)
class StoredEvent:
    """One event as stored."""

    id: int
    type: str
    object_id: str | None
    livemode: bool
    is_foreign: bool
    """Whether another installation on the same account made the object."""
    account: str | None
    """The seller's account at the provider in which it happened; None: in ours."""
    payload: dict[str, Any]


def load(session: Session, *, event_id: int) -> StoredEvent:
    """Return a stored event; raises NotFound."""
    found = session.execute(_EVENT.where(ProviderEvent.id == event_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no event %(id)s.", id=event_id))
    event, ours = found
    return stored(event.id, event, installation=str(ours))


def stored(event_row_id: int, event: ProviderEvent | InboundEvent, *, installation: str) -> StoredEvent:
    """Return an event, as it came or as it was loaded, as the stored event it is."""
    payload = event.payload
    data = payload.get("data")
    found = data.get("object") if isinstance(data, dict) else None
    theirs = installation_of(found) if isinstance(found, dict) else ""
    is_foreign = theirs not in {"", installation}
    return StoredEvent(
        id=event_row_id,
        type=event.type,
        object_id=event.object_id,
        livemode=bool(payload.get("livemode")),
        is_foreign=is_foreign,
        account=payload.get("account"),
        payload=payload,
    )


def due(session: Session, *, now: datetime, limit: int) -> list[tuple[int, str]]:
    """Return id and provider of events that wait for their effect or for another look at `now`."""
    return [(row.id, row.provider) for row in session.execute(DUE.limit(limit), {"now": now})]


def queue_reading(session: Session, *, event_id: int) -> None:
    """Let a job apply an event that needs the provider's word; the tick is behind it."""
    enqueue(session, JobName.READ_EVENT, event_id=event_id)


def applied(
    session: Session,
    *,
    event_id: int,
    status: EventStatus,
    attempts: int,
    payment_id: int | None,
    note: str,
    source: Actor,
    now: datetime,
) -> None:
    """Record that the event's fact is in the books, in the same transaction as its effect; `source` is the event.

    `status` is the one it had. The row of an event that is applied as it comes travels with the last batch.
    """
    changed = {"attempts": attempts, "next_attempt_at": None, "payment_id": payment_id, "note": note}
    if status == EVENT.initial:
        hot_history.move_later(
            session, ProviderEvent, event_id, "apply", actor=source, at=now, because=note, values=changed
        )
    else:
        history.move_many(
            session, ProviderEvent, [event_id], "apply", actor=source, at=now, because=note, values=changed
        )


def park(session: Session, *, event_id: int, note: str, now: datetime, is_silence: bool = False) -> None:
    """Keep an event for another look; after the last one it stays in the unmatched list for a person.

    `is_silence`: the provider did not answer. That says nothing about the event: it is looked at every hour until
    there is an answer, however long that takes (fault F20).
    """
    event = session.get_one(ProviderEvent, event_id)
    if not EVENT.can(event.status, "apply"):
        return
    rung = min(event.attempts, _HOURLY - 1) if is_silence else event.attempts
    event.next_attempt_at = now + _LADDER[rung] if rung < len(_LADDER) else None
    event.attempts = min(event.attempts + 1, _HOURLY) if is_silence else event.attempts + 1
    event.note = note
    if event.status is EventStatus.PARKED:
        looked = EventAttempt(
            event_id=event.id, road=EventRoad.REREAD, outcome=Outcome.WAITS, note=note, actor_user_id=None, at=now
        )
        session.add(looked)
    if EVENT.can(event.status, "park"):
        history.move(session, event, "park", actor=_INBOX, at=now, because=note)


def take_up(session: Session, *, event_id: int, admin_id: int, now: datetime) -> None:
    """Let an event that was put aside wait again; raises NotFound, or Conflict when it was not."""
    event = session.get(ProviderEvent, event_id)
    if event is None:
        raise NotFound(_("There is no event %(id)s.", id=event_id))
    if not EVENT.can(event.status, "take_up"):
        raise Conflict(_("This event was not put aside."))
    event.next_attempt_at = now
    history.move(session, event, "take_up", actor=Actor.user(admin_id, "admin"), at=now)


def delivered_again(*, provider_name: str, event_id: str, now: datetime) -> None:
    """Record that the provider sent an event that was stored before. Runs alone, outside `atomic`."""
    db.append(_DELIVERED_AGAIN, {"provider_name": provider_name, "event_id": event_id, "at": now})


def ignore(session: Session, *, event_id: int, note: str, now: datetime) -> None:
    """Keep an event that no rule needs; a later version may replay it."""
    event = session.get_one(ProviderEvent, event_id)
    if EVENT.can(event.status, "ignore"):
        event.next_attempt_at = None
        event.note = note
        history.move(session, event, "ignore", actor=_INBOX, at=now, because=note)
