"""The rows of the outbound table: planned with their cause, taken up before the call, closed with its outcome."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.errors import NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.outbound import rules
from marketplace.outbound.models import CallKind, Installation, OutboundCall
from marketplace.outbound.states import CallStatus
from marketplace.prepared import is_any

SENDER = Actor.job("outbound")
GIVEN_UP = "given_up"
"""The code of an outcome that a person has decided: it never happened."""
_LOOK_AGAIN = timedelta(days=1)
_LOST_SIGHT = Text("Sent again: whoever sent it before left no answer.")
_LOOKS = Text("Looked up: the provider may have forgotten the key, so it is not sent again.")
_UNFINISHED = (CallStatus.PLANNED, CallStatus.SENDING, CallStatus.UNKNOWN)
_HAS_TURN = OutboundCall.next_attempt_at <= bindparam("now")
DUE = (
    select(OutboundCall.id)
    .where(is_any(OutboundCall.status, _UNFINISHED), _HAS_TURN)
    .order_by(OutboundCall.next_attempt_at)
)
"""Calls without an outcome whose turn has come."""
BLOCKED_DUE = (
    select(OutboundCall)
    .where(OutboundCall.status == CallStatus.BLOCKED, _HAS_TURN)
    .order_by(OutboundCall.next_attempt_at)
)
"""Calls that wait for a person and are to be looked up once more."""


@dataclass(frozen=True)
class TakenCall:
    """A call that this process may make now."""

    id: int
    provider: str
    kind: CallKind
    subject_id: int
    idempotency_key: str
    request: dict[str, Any]
    first_sent_at: datetime
    look_up_only: bool
    installation: str
    """Whose call it is, as the request says."""


def plan(
    session: Session,
    *,
    provider: str,
    kind: CallKind,
    subject_id: int,
    request: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> int:
    """Freeze a request to `provider` about row `subject_id` as a new attempt; return the call's id.

    The installation's name goes with it, so that two installations on one account know their own objects.
    """
    attempts = select(func.count()).where(OutboundCall.kind == kind, OutboundCall.subject_id == subject_id)
    attempt = session.execute(attempts).scalar_one() + 1
    ours = installation(session)
    call = OutboundCall(
        provider=provider,
        kind=kind,
        subject_id=subject_id,
        attempt=attempt,
        idempotency_key=rules.idempotency_key(ours, kind, subject_id, attempt),
        request={**request, "installation": ours},
        next_attempt_at=now,
        created_at=now,
    )
    session.add(call)
    session.flush()
    history.begin(session, OutboundCall, [call.id], actor=actor, at=now, because=Text("Planned with its cause."))
    return call.id


def installation(session: Session) -> str:
    """Return this installation's name."""
    return str(session.execute(select(Installation.uuid)).scalar_one())


def is_under_way(session: Session, *, kind: CallKind, subject_id: int) -> bool:
    """Return whether a call of `kind` about row `subject_id` has no outcome yet; another would be in its way."""
    statement = select(OutboundCall.id).where(
        OutboundCall.kind == kind, OutboundCall.subject_id == subject_id, OutboundCall.status.in_(_UNFINISHED)
    )
    return session.execute(statement).first() is not None


def take_up(session: Session, *, call_id: int, now: datetime) -> TakenCall | None:
    """Mark a call as being sent; None when it has an outcome, or another process has it in hand.

    `next_attempt_at` is the lease: a process that dies in the middle is followed by the janitor.
    """
    call = _known(session, call_id)
    in_hand = call.status == CallStatus.SENDING and call.next_attempt_at is not None and call.next_attempt_at > now
    if in_hand or not call.machine.can(call.status, "send"):
        return None
    call.first_sent_at = call.first_sent_at or now
    call.sends += 1
    call.next_attempt_at = rules.next_attempt_at(call.sends, now)
    looks_up = rules.must_look_up(call.first_sent_at, now, call.provider)
    because = _LOOKS if looks_up else _LOST_SIGHT if call.status == CallStatus.SENDING else None
    history.move(session, call, "send", actor=SENDER, at=now, because=because)
    return taken(call, first_sent_at=call.first_sent_at, look_up_only=looks_up)


def taken(call: OutboundCall, *, first_sent_at: datetime, look_up_only: bool) -> TakenCall:
    """Return a call as it is made or looked up."""
    return TakenCall(
        id=call.id,
        provider=call.provider,
        kind=call.kind,
        subject_id=call.subject_id,
        idempotency_key=call.idempotency_key,
        request=call.request,
        first_sent_at=first_sent_at,
        look_up_only=look_up_only,
        installation=str(call.request.get("installation", "")),
    )


def doubt(session: Session, *, call_id: int, message: str, now: datetime) -> None:
    """Record that no answer that could be trusted came back; the janitor goes on."""
    call = _known(session, call_id)
    if call.machine.can(call.status, "doubt"):
        call.error_message = message
        history.move(session, call, "doubt", actor=SENDER, at=now, because=message[:200])


def finish(session: Session, *, call_id: int, object_id: str, now: datetime) -> bool:
    """Record that the provider did it and which object that made; False when another process was first."""
    call = _known(session, call_id)
    if not call.machine.can(call.status, "finish"):
        return False
    call.provider_object_id = object_id
    call.next_attempt_at = None
    history.move(session, call, "finish", actor=SENDER, at=now)
    return True


def found_later(session: Session, *, kind: CallKind, subject_id: int, object_id: str, now: datetime) -> bool:
    """Close a call that was handed to a person or given up by one, because what it made has turned up after all.

    Return whether there was one.
    """
    lost = or_(
        OutboundCall.status == CallStatus.BLOCKED,
        and_(OutboundCall.status == CallStatus.REFUSED, OutboundCall.error_code == GIVEN_UP),
    )
    statement = select(OutboundCall).where(OutboundCall.kind == kind, OutboundCall.subject_id == subject_id, lost)
    call = session.execute(statement.order_by(OutboundCall.attempt.desc()).limit(1)).scalar_one_or_none()
    if call is None:
        return False
    call.provider_object_id, call.next_attempt_at, call.error_code = object_id, None, None
    history.move(session, call, "turn_up", actor=SENDER, at=now)
    return True


def is_in_doubt(session: Session, *, kind: CallKind, subject_id: int) -> bool:
    """Return whether nobody knows what a call of `kind` about row `subject_id` has done, and a person must say."""
    statement = select(OutboundCall.id).where(
        OutboundCall.kind == kind, OutboundCall.subject_id == subject_id, OutboundCall.status == CallStatus.BLOCKED
    )
    return session.execute(statement).first() is not None


def refuse(session: Session, *, call_id: int, code: str, message: str, now: datetime) -> bool:
    """Record the provider's definite refusal, which ends this attempt; False when another process was first."""
    call = _known(session, call_id)
    if not call.machine.can(call.status, "refuse"):
        return False
    call.error_code, call.error_message, call.next_attempt_at = code, message, None
    history.move(session, call, "refuse", actor=SENDER, at=now, because=f"{code}: {message}"[:200])
    return True


def block(session: Session, *, call_id: int, message: str, now: datetime) -> bool:
    """Hand a call over to a person: the key may be forgotten and the object was not found.

    False when another process was first.
    """
    call = _known(session, call_id)
    if not call.machine.can(call.status, "block"):
        return False
    call.error_message, call.next_attempt_at = message, now + _LOOK_AGAIN
    history.move(session, call, "block", actor=SENDER, at=now, because=message[:200])
    return True


def blocked_due(session: Session, *, now: datetime, limit: int) -> list[TakenCall]:
    """Return calls that wait for a person and are looked up once more at `now`; their next turn is in a day."""
    found = []
    for call in session.execute(BLOCKED_DUE.limit(limit), {"now": now}).scalars():
        call.next_attempt_at = now + _LOOK_AGAIN
        found.append(taken(call, first_sent_at=call.first_sent_at or call.created_at, look_up_only=True))
    return found


def call_off(session: Session, *, kind: CallKind, subject_id: int, because: str, now: datetime) -> bool:
    """Call off the call of `kind` about row `subject_id` that was never sent; False when there is none."""
    planned = select(OutboundCall).where(
        OutboundCall.kind == kind, OutboundCall.subject_id == subject_id, OutboundCall.status == CallStatus.PLANNED
    )
    call = session.execute(planned).scalar_one_or_none()
    if call is None:
        return False
    call.next_attempt_at = None
    history.move(session, call, "call_off", actor=SENDER, at=now, because=because[:200])
    return True


def due(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Return the calls without an outcome that are due at `now`, oldest first."""
    return list(session.execute(DUE.limit(limit), {"now": now}).scalars())


def _known(session: Session, call_id: int) -> OutboundCall:
    call = session.get(OutboundCall, call_id)
    if call is None:
        raise NotFound(_("There is no such call."))
    return call
