"""The inbox at work: store first, apply in one transaction, read the object again when a message does not fit."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace import batches, db, hot_history
from marketplace.checkout import following
from marketplace.checkout.settlement import Contradiction
from marketplace.config import Settings
from marketplace.errors import DomainError, NotFound
from marketplace.history import Actor
from marketplace.language import ENGLISH, Text, reading
from marketplace.language import gettext as _
from marketplace.payouts.account_flows import NO_ACCESS
from marketplace.payouts.onboarding import NotOurs
from marketplace.provider_events import operations, rules
from marketplace.provider_events.handler import Handler
from marketplace.provider_events.handlers import handler_of
from marketplace.provider_events.models import FOREIGN, ProviderEvent
from marketplace.provider_events.owning import owned
from marketplace.provider_events.states import EVENT, EventRoad, EventStatus
from marketplace.providers.base import InboundEvent, Provider, Refused, Unknown

_NEW = ("provider event_id type object_id account road headers payload body_sha256 next_attempt_at received_at").split()
_columns = ProviderEvent.__table__.c
# Columns with a default of their own are written out: then nothing of the statement has to be made anew each time.
_fixed = {column.name: column.default.arg for column in _columns if column.default and column.default.is_scalar}
_inserted = (
    insert(ProviderEvent)
    .values({**_fixed, **{name: bindparam(f"new_{name}", type_=_columns[name].type) for name in _NEW}})
    .on_conflict_do_nothing(index_elements=["provider", "event_id"])
    .returning(ProviderEvent.id)
    .cte("inserted")
)
_first = hot_history.first_of(_inserted, ProviderEvent, because="The provider sent it.")
_STORE = select(_inserted.c.id, operations.INSTALLATION.label("installation")).add_cte(_first.cte("first"))

Look = tuple[str, str | None, str | None]
"""What was looked at: the first word of the events' types, the object, and whose it is."""
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
log = structlog.get_logger()

_LEASE = timedelta(minutes=1)
_BATCH = 50
_STATUS = select(ProviderEvent.status).where(ProviderEvent.id == bindparam("event_id"))
_WHOSE = select(ProviderEvent.provider).where(ProviderEvent.id == bindparam("event_id"))
_STANDING = "SELECT status, event_id, attempts FROM provider_event WHERE id = %s"


def receive(
    event: InboundEvent,
    body: bytes,
    *,
    provider: Provider,
    settings: Settings,
    now: datetime,
    headers: Mapping[str, str] = NO_HEADERS,
    road: EventRoad = EventRoad.WEBHOOK,
) -> None:
    """Store a verified event and apply it at once if it needs no second look; a known event changes nothing.

    `headers` are those of the request that brought it. Raises only when the event could not be stored: then the
    provider must send it again (fault F36).
    """
    handler = handler_of(event.type, event.account, event.payload)
    needs_reading = handler is not None and handler.parse is None
    due_at = now if needs_reading else now + _LEASE
    kept = rules.kept_headers(headers, event.proof)
    arrived = {"provider": provider.name, "road": road, "headers": kept, "next_attempt_at": due_at, "received_at": now}
    stored = _store(event, body, arrived)
    if stored is None:
        if road is EventRoad.WEBHOOK:  # a list names what we know again and again
            operations.delivered_again(provider_name=provider.name, event_id=event.event_id, now=now)
        return
    try:
        if needs_reading:
            # It needs the provider's word, and the provider waits for our answer: a job asks, or the tick.
            db.atomic(operations.queue_reading, (), event_id=stored.id)
            return
        _apply_stored(stored, provider=provider, settings=settings, now=now, reread=False)
    except Exception:
        log.exception("event not applied yet", event_id=stored.id, type=event.type)


def apply(
    event_id: int,
    *,
    provider: Provider,
    settings: Settings,
    now: datetime,
    reread: bool,
    looks: dict[Look, object] | None = None,
) -> None:
    """Apply a stored event: from its payload, or with `reread` from the object as the provider has it now.

    What needs a second look (an object to fetch, a contradiction) is parked and read again by the tick. An event that
    has had its effect is left alone: its job may come after the tick. `looks` are those made since it came; its own is
    added where it answers other events as well.
    """
    if reread and not _waits(event_id):
        return
    event = db.atomic(operations.load, (), event_id=event_id)
    _apply_stored(event, provider=provider, settings=settings, now=now, reread=reread, looks=looks)


def read_again(event_id: int, *, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> None:
    """Apply a stored event by what its own provider says of its object; raises NotFound for one never stored."""
    found = db.read_one(_WHOSE, {"event_id": event_id})
    if found is None:
        raise NotFound(_("There is no event %(id)s.", id=event_id))
    apply(event_id, provider=providers[found.provider], settings=settings, now=now, reread=True)


def _waits(event_id: int) -> bool:
    """Return whether an event still has to have its effect; raises NotFound for one that was never stored."""
    found = db.read_one(_STATUS, {"event_id": event_id})
    if found is None:
        raise NotFound(_("There is no event %(id)s.", id=event_id))
    return found.status in {EventStatus.RECEIVED, EventStatus.PARKED}


@reading(ENGLISH)  # what it writes down stays
def _apply_stored(
    event: operations.StoredEvent,
    *,
    provider: Provider,
    settings: Settings,
    now: datetime,
    reread: bool,
    looks: dict[Look, object] | None = None,
) -> None:
    event_id = event.id
    handler = handler_of(event.type, event.account, event.payload)
    obstacle = not_needed(event, settings)
    if obstacle or handler is None:
        db.atomic(operations.ignore, (), event_id=event_id, note=obstacle, now=now)
        return
    try:
        facts = _seen(handler, event, provider, reread=reread, looks=looks)
        _in_turn(event_id, handler, facts, settings, now)
    except NotOurs as error:
        db.atomic(operations.ignore, (), event_id=event_id, note=str(error), now=now)
    except (Contradiction, Unknown, Refused, DomainError) as error:
        is_silence = isinstance(error, Unknown)
        db.atomic(operations.park, (), event_id=event_id, note=str(error), now=now, is_silence=is_silence)


def apply_due(*, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> int:
    """Go on with every stored event that waits; return how many were looked at. One bad event stops no other."""
    waiting = db.atomic(operations.due, (), now=now, limit=_BATCH)
    looks: dict[Look, object] = {}
    for event_id, provider_name in waiting:
        try:
            apply(event_id, provider=providers[provider_name], settings=settings, now=now, reread=True, looks=looks)
        except Exception:
            log.exception("event not applied", event_id=event_id)
            db.atomic(operations.park, (), event_id=event_id, note=Text("It raised an unexpected error."), now=now)
    return len(waiting)


def _store(event: InboundEvent, body: bytes, arrived: Mapping[str, Any]) -> operations.StoredEvent | None:
    """Insert the event and its first status READ COMMITTED and return it; None when it was stored before."""
    told = {name: getattr(event, name) for name in ("event_id", "type", "object_id", "account", "payload")}
    values = {**arrived, **told, "body_sha256": hashlib.sha256(body).digest()}
    change = {"change_source": event.event_id[:64], "change_at": arrived["received_at"]}
    rows = db.append(_STORE, {**{f"new_{name}": value for name, value in values.items()}, **change})
    return operations.stored(rows[0].id, event, installation=str(rows[0].installation)) if rows else None


def not_needed(event: operations.StoredEvent, settings: Settings) -> str:
    """Return why no rule of ours needs an event, in words; "" when one does."""
    if event.livemode != settings.livemode:
        return Text("It belongs to the provider's other mode.")
    if event.is_foreign:
        return FOREIGN
    return "" if handler_of(event.type, event.account, event.payload) else Text("No rule of ours needs this type.")


def _seen(
    handler: Handler,
    event: operations.StoredEvent,
    provider: Provider,
    *,
    reread: bool,
    looks: dict[Look, object] | None,
) -> object:
    """Return `facts_of` an event; a look that was made since it came answers it as well, where its handler says so."""
    if looks is None or not handler.is_one_look:
        return facts_of(handler, event, provider, reread=reread)
    look = (event.type.partition(".")[0], event.object_id, event.account)
    if look not in looks:
        looks[look] = facts_of(handler, event, provider, reread=reread)
    return looks[look]


def facts_of(handler: Handler, event: operations.StoredEvent, provider: Provider, *, reread: bool) -> object:
    """Return what an event reports: from its payload, or with `reread`, or where it must be, from the provider.

    Raises Contradiction when the payload does not say it; Unknown or Refused when the provider does not; NotOurs when
    it never will, because the account it is about is no longer open to us.
    """
    if handler.read is not None and (reread or handler.parse is None):
        if event.object_id is None:
            raise Contradiction("the event names no object")
        db.forbid_open_transaction()
        try:
            return handler.read(provider, event.object_id, event.payload)
        except Refused as refusal:
            if event.account and refusal.code == NO_ACCESS:
                raise NotOurs("The seller has taken our access to their account away.") from refusal
            raise
    if handler.parse is None:
        raise Contradiction("nothing can be read from this event")
    try:
        return handler.parse(event.payload["data"]["object"])
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise Contradiction(f"the payload is not what this type carries: {error!r}") from error


def _in_turn(event_id: int, handler: Handler, facts: object, settings: Settings, now: datetime) -> None:
    standing: batches.Question = (_STANDING, (event_id,))
    asked = following.question(facts)

    def _apply(session: Session) -> None:
        [found] = batches.rows(session, standing)
        if EVENT.can(found.status, "apply"):
            _put_into_books(session, event_id, found, handler=handler, facts=facts, settings=settings, now=now)

    db.in_turn(_apply, [standing, asked] if asked else [standing])


def _put_into_books(
    session: Session, event_id: int, found: Any, *, handler: Handler, facts: object, settings: Settings, now: datetime
) -> None:
    """Give an event its effect; `found` is its row as it stands: columns, as an object costs four times as much."""
    source = Actor.provider(found.event_id[:64])
    facts = owned(session, facts)
    note = handler.apply(session, facts, source, settings, now)
    operations.applied(
        session,
        event_id=event_id,
        status=EventStatus(found.status),
        attempts=found.attempts + 1,
        payment_id=handler.payment_id(facts),
        note=note,
        source=source,
        now=now,
    )
