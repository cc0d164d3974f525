"""Events that no webhook brought, read from the provider's own list and taken in through the same door (scar S70).

What is older than the list goes (thirty days) is made up for from the objects themselves.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from marketplace import db
from marketplace.checkout.settlement import Contradiction
from marketplace.config import Settings
from marketplace.errors import DomainError
from marketplace.outbound import watching
from marketplace.provider_events import cursors, flows, sweeping
from marketplace.provider_events.cursors import Reading
from marketplace.provider_events.handlers import handler_of
from marketplace.provider_events.states import EventRoad
from marketplace.providers.base import InboundEvent, Provider, Refused, Unknown
from marketplace.providers.events import KEPT

log = structlog.get_logger()

_LISTS = 20
_SPAN, _WIDEST = timedelta(hours=6), timedelta(days=4)
# A seller's account has a few events a week, and a week between two readings.
_ACCOUNT_SPAN = timedelta(days=8)
_FEW = 100
"""A span with fewer events than these is followed by one twice as long: a month of silence is ten questions."""
# The provider's clock may differ from ours, and its list may show an event after a younger one (fault F26).
_OVERLAP = timedelta(minutes=15)
# A request takes its time, so the list is left a little before its end is lost.
_LISTED = KEPT - timedelta(hours=1)


def read_missed(*, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> int:
    """Take in what the lists have whose turn has come; return how many events were new. One bad list stops no other."""
    listed = [provider for name, provider in providers.items() if name not in cursors.WITHOUT_LIST]
    return sum(_read_due(provider, settings, now) for provider in listed)


def read_all(*, now: datetime) -> None:
    """Let the next `read_missed` read every list, because everything was stopped for a while."""
    db.atomic(cursors.all_due, (), now=now)


def _read_due(provider: Provider, settings: Settings, now: datetime) -> int:
    taken = 0
    for reading in db.atomic(cursors.due, (), provider=provider.name, now=now, limit=_LISTS):
        try:
            taken += _read(reading, provider, settings, now)
        except Unknown as error:
            # The provider does not answer: the other lists would only wait as long.
            db.atomic(cursors.not_read, (), reading=reading, note=str(error), now=now)
            break
        except Refused as error:
            # A seller who has taken our access away: nothing of theirs is ours to read.
            log.info("list of events not read", account=reading.account, because=str(error))
            db.atomic(cursors.not_read, (), reading=reading, note=str(error), now=now)
        except Exception as error:
            log.exception("list of events not read", account=reading.account)
            db.atomic(cursors.not_read, (), reading=reading, note=f"{type(error).__name__}: {error}", now=now)
    return taken


def _read(reading: Reading, provider: Provider, settings: Settings, now: datetime) -> int:
    """Read one list from its cursor to now, span by span: what stops in the middle goes on there."""
    taken, since = 0, reading.read_until
    if now - since > _LISTED:
        _read_objects(reading, provider, settings, now)
        since = now - _LISTED
    span = _ACCOUNT_SPAN if reading.account else _SPAN
    while since < now:
        end = min(since + span, now)
        # The last span is open: the provider's clock may be ahead of ours.
        until = None if end == now else end
        account = reading.account or None
        found = provider.events.since(since - _OVERLAP, until=until, account=account)
        taken += _take_in(found, provider, settings, now)
        note = f"{taken} new" if taken else ""
        db.atomic(cursors.moved, (), reading=reading, until=end, note=note, now=now)
        since, span = end, max(span, min(2 * span, _WIDEST)) if len(found) < _FEW else _SPAN
    return taken


def _take_in(found: tuple[InboundEvent, ...], provider: Provider, settings: Settings, now: datetime) -> int:
    """Let the inbox have what it lacks; types that no rule needs are what no webhook was asked for either."""
    needed = [event for event in found if handler_of(event.type, event.account, event.payload)]
    ids = [event.event_id for event in needed]
    new = db.atomic(cursors.unknown_of, (), provider=provider.name, event_ids=ids) if ids else set()
    for event in needed:
        if event.event_id in new:
            flows.receive(event, _body(event), provider=provider, settings=settings, now=now, road=EventRoad.LISTED)
    return len(new)


def _read_objects(reading: Reading, provider: Provider, settings: Settings, now: datetime) -> None:
    """Make up for events that are gone: all we follow has its turn at once, and what is new at the provider is read.

    Refunds and disputes may have been made there without us; everything else is made by a call of ours. What fits
    nothing yet, because its payment is not known to be paid, say, goes on from the inbox like an event that came.
    """
    if reading.account:
        return
    db.atomic(watching.all_due, (), since=reading.read_until, now=now)
    for event in provider.events.made_since(reading.read_until, livemode=settings.livemode):
        try:
            sweeping.read_object(event.type, str(event.object_id), provider=provider, settings=settings, now=now)
            continue
        except Unknown:
            raise
        except (Refused, Contradiction, DomainError) as error:
            log.info("object not taken over", object_id=event.object_id, because=str(error))
        except Exception:
            log.exception("object not taken over", object_id=event.object_id)
        flows.receive(event, _body(event), provider=provider, settings=settings, now=now, road=EventRoad.MADE)


def _body(event: InboundEvent) -> bytes:
    return json.dumps(event.payload, separators=(",", ":"), sort_keys=True).encode()
