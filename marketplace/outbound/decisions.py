"""What a person may decide about a call that machines can't end, kept with the reason and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.outbound import adopting, operations, rules
from marketplace.outbound.flows import Outcome
from marketplace.outbound.models import CallDecision, OutboundCall
from marketplace.outbound.operations import TakenCall
from marketplace.outbound.states import CallKind, CallStatus, CallStep
from marketplace.reasons import check_reason

_OPEN = (CallStatus.UNKNOWN, CallStatus.BLOCKED)
_SEEN = Text("Something has happened to this call since you looked at it. Look again.")


@dataclass(frozen=True)
class Begun:
    """A decision on its way: its row and the call it is about."""

    decision_id: int
    call: TakenCall


def steps_of(kind: CallKind, status: CallStatus, first_sent_at: datetime | None, now: datetime) -> list[CallStep]:
    """Return what a person may decide about a call as it stands."""
    if status not in _OPEN:
        return []
    found = [CallStep.LOOK_UP]
    if status is CallStatus.UNKNOWN and first_sent_at is not None and not rules.must_look_up(first_sent_at, now):
        found.append(CallStep.SEND_AGAIN)
    if adopting.can_read(kind):
        found.append(CallStep.ADOPT)
    return [*found, CallStep.GIVE_UP]


def standing(status: CallStatus, sends: int, decisions: int) -> str:
    """Return the fingerprint of a call as a person sees it: whoever decides on another has not seen it."""
    return f"{status}:{sends}:{decisions}"


def begin(
    session: Session,
    *,
    call_id: int,
    step: CallStep,
    reason: str,
    admin_id: int,
    token: str,
    seen: str,
    now: datetime,
) -> Begun | None:
    """Keep what a person decides, before it is done; None when this very form has decided before.

    Raises NotFound, Invalid without a reason, Conflict when the call has changed since it was `seen`, NotAllowed when
    the call does not allow it.
    """
    if session.execute(select(CallDecision.id).where(CallDecision.token == token)).first() is not None:
        return None
    call = session.get(OutboundCall, call_id)
    if call is None:
        raise NotFound(_("There is no such call."))
    text = check_reason(reason)
    decided = select(func.count()).where(CallDecision.call_id == call_id)
    if seen != standing(call.status, call.sends, session.execute(decided).scalar_one()):
        raise Conflict(_(_SEEN))
    if step not in steps_of(call.kind, call.status, call.first_sent_at, now):
        raise NotAllowed(
            _("This call is %(status)s; that can't be decided about it.", status=call.status.label.lower())
        )
    decision = CallDecision(call_id=call_id, step=step, reason=text, admin_id=admin_id, token=token, decided_at=now)
    session.add(decision)
    session.flush()
    taken = operations.taken(call, first_sent_at=call.first_sent_at or call.created_at, look_up_only=True)
    return Begun(decision.id, taken)


def end(session: Session, *, decision_id: int, result: str) -> None:
    """Keep what came of a decision."""
    session.get_one(CallDecision, decision_id).result = result


def give_up(session: Session, *, call: TakenCall, outcome: Outcome, reason: str, admin_id: int, now: datetime) -> bool:
    """End a call that never happened, with all that follows for its row; False when it has come to an end meanwhile."""
    row = session.get_one(OutboundCall, call.id)
    if not row.machine.can(row.status, "give_up"):
        return False
    row.error_code, row.error_message, row.next_attempt_at = operations.GIVEN_UP, reason[:500], None
    actor = Actor.user(admin_id, "admin")
    history.move(session, row, "give_up", actor=actor, at=now, because=reason[:200])
    outcome(session, subject_id=call.subject_id, answer=None, code=operations.GIVEN_UP, now=now)
    return True
