"""Write, call, write: the one way a request reaches a provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import structlog
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.language import Text
from marketplace.outbound import operations, requests, rules
from marketplace.outbound.models import CallKind
from marketplace.outbound.operations import TakenCall
from marketplace.outbound.requests import Answer
from marketplace.providers import patience
from marketplace.providers.base import Provider, Refused, Unknown

log = structlog.get_logger()

_BATCH = 50
NOT_FOUND = "not_found"
"""The code of an outcome that nobody knows: the provider shows no such object, and the request is too old to repeat."""
_GONE = Text("The provider has no such object, and the request is too old to be sent again.")


class Outcome(Protocol):
    """What a concept does with its call's outcome, in the transaction that records it. None: none will come."""

    def __call__(self, session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
        """Write the outcome for row `subject_id`; `code` is the provider's word for a refusal, or NOT_FOUND."""


class Looked(StrEnum):
    """What came of looking a call's object up."""

    FOUND = "found"
    NOT_THERE = "not_there"
    NOT_SHOWN = "not_shown"
    """The provider does not let us look: whoever owns it has taken our access away, say."""
    NO_ANSWER = "no_answer"
    CONTRADICTS = "contradicts"
    """It is there, and does not fit what its row has come to since."""


class NotShown(Exception):
    """The provider refuses to show whether a call's object is there, and will go on refusing."""


@dataclass(frozen=True)
class Sent:
    """How a call ended for the caller who waits: an answer, a refusal, or neither (unknown)."""

    answer: Answer | None = None
    refusal: Refused | None = None
    is_elsewhere: bool = False
    """Whether another process makes the call, or has made it."""

    @property
    def is_unknown(self) -> bool:
        """Return whether nobody knows yet."""
        return self.answer is None and self.refusal is None


Outcomes = Mapping[CallKind, Outcome]


def send(call_id: int, *, providers: Mapping[str, Provider], outcomes: Outcomes, now: datetime) -> Sent:
    """Make one call and record what came of it. Never raises for what the provider does.

    For somebody who has waited long enough nothing is begun: the call stays planned, and the next tick sends it.
    """
    db.forbid_open_transaction()
    if patience.is_over():
        return Sent()
    call = db.atomic(operations.take_up, (db.TURN,), call_id=call_id, now=now)
    if call is None:
        return Sent(is_elsewhere=True)
    provider = providers[call.provider]
    try:
        answer = _look_up(provider, call) if call.look_up_only else requests.send(provider, call)
    except NotShown as error:
        because = f"It could not be looked up. {error}"
        if rules.stays_unseen(call.first_sent_at, now):
            db.atomic(_hand_over, (db.TURN,), call=call, outcome=outcomes[call.kind], because=because, now=now)
        else:
            db.atomic(operations.doubt, (), call_id=call_id, message=because, now=now)
        return Sent()
    except Unknown as error:
        db.atomic(operations.doubt, (), call_id=call_id, message=str(error), now=now)
        return Sent()
    except Refused as error:
        db.atomic(_refused, (db.TURN,), call=call, outcome=outcomes[call.kind], refusal=error, now=now)
        return Sent(refusal=error)
    if answer is None:
        db.atomic(_hand_over, (db.TURN,), call=call, outcome=outcomes[call.kind], because=_GONE, now=now)
        return Sent()
    db.atomic(done, (db.TURN,), call=call, outcome=outcomes[call.kind], answer=answer, now=now)
    return Sent(answer=answer)


def send_due(*, providers: Mapping[str, Provider], outcomes: Outcomes, now: datetime) -> int:
    """Go on with every call that has no outcome and is due; return how many were looked after.

    One whose answer fits nothing we know stops no other: it is without an outcome, and the ladder comes back to it.
    """
    call_ids = db.atomic(operations.due, (), now=now, limit=_BATCH)
    for call_id in call_ids:
        try:
            send(call_id, providers=providers, outcomes=outcomes, now=now)
        except Exception:
            log.exception("call without an outcome", call_id=call_id)
    return len(call_ids)


def look_at_blocked(*, providers: Mapping[str, Provider], outcomes: Outcomes, now: datetime) -> int:
    """Look up the objects of calls that wait for a person, once a day; return how many have turned up."""
    return sum(
        look_again(call, providers=providers, outcomes=outcomes, now=now) is Looked.FOUND
        for call in db.atomic(operations.blocked_due, (), now=now, limit=_BATCH)
    )


def look_again(call: TakenCall, *, providers: Mapping[str, Provider], outcomes: Outcomes, now: datetime) -> Looked:
    """Look a call's object up without sending anything, and end the call when it is there.

    Never raises for what the provider does.
    """
    db.forbid_open_transaction()
    try:
        answer = _look_up(providers[call.provider], call)
        if answer is None:
            return Looked.NOT_THERE
        db.atomic(done, (db.TURN,), call=call, outcome=outcomes[call.kind], answer=answer, now=now)
    except NotShown as error:
        log.info("call not looked up", call_id=call.id, because=str(error))
        return Looked.NOT_SHOWN
    except Unknown as error:
        log.info("call not looked up", call_id=call.id, because=str(error))
        return Looked.NO_ANSWER
    except Exception:
        log.exception("call without an outcome", call_id=call.id)
        return Looked.CONTRADICTS
    return Looked.FOUND


def _look_up(provider: Provider, call: TakenCall) -> Answer | None:
    """Look the call's object up. That the provider does not let us look says nothing about what the call has done."""
    try:
        return requests.look_up(provider, call)
    except Refused as error:
        raise NotShown(str(error)) from error


def done(session: Session, *, call: operations.TakenCall, outcome: Outcome, answer: Answer, now: datetime) -> None:
    """End a call whose object is there, with all that follows; nothing when another process was first."""
    if operations.finish(session, call_id=call.id, object_id=requests.object_id(call.kind, answer), now=now):
        outcome(session, subject_id=call.subject_id, answer=answer, code="", now=now)


def _refused(
    session: Session, *, call: operations.TakenCall, outcome: Outcome, refusal: Refused, now: datetime
) -> None:
    if operations.refuse(session, call_id=call.id, code=refusal.code, message=refusal.message, now=now):
        outcome(session, subject_id=call.subject_id, answer=None, code=refusal.code, now=now)


def _hand_over(session: Session, *, call: operations.TakenCall, outcome: Outcome, because: str, now: datetime) -> None:
    if operations.block(session, call_id=call.id, message=because, now=now):
        outcome(session, subject_id=call.subject_id, answer=None, code=NOT_FOUND, now=now)
