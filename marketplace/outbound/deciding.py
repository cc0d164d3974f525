"""Where a person's decision about a call meets the provider: kept first, done then, its result written last."""

from collections.abc import Mapping
from datetime import datetime

import structlog

from marketplace import db
from marketplace.errors import Invalid
from marketplace.outbound import adopting, decisions, flows
from marketplace.outbound.decisions import Begun
from marketplace.outbound.flows import Looked, Outcomes
from marketplace.outbound.states import CallStep
from marketplace.providers.base import Provider, Refused, Unknown

log = structlog.get_logger()

_TWICE = "This was decided already, by the same form."
_FOUND = "The provider has it: the call is done."
_SILENT = "The provider did not answer. Nothing was changed; look again later."
_CONTRADICTS = "It is there, and does not fit what its row has come to since. Nothing was changed."
_RESULTS = {
    Looked.FOUND: _FOUND,
    Looked.NOT_THERE: "The provider has nothing of it.",
    Looked.NO_ANSWER: _SILENT,
    Looked.CONTRADICTS: _CONTRADICTS,
}
_Providers = Mapping[str, Provider]


def decide(
    step: CallStep,
    *,
    call_id: int,
    reason: str,
    object_id: str,
    admin_id: int,
    token: str,
    seen: str,
    providers: _Providers,
    outcomes: Outcomes,
    now: datetime,
) -> str:
    """Do what a person decides about a call, once for each form's `token`; return what came of it, in words.

    `seen` is how the call stood when they looked. Raises what `decisions.begin` raises.
    """
    wanted = _named(object_id) if step is CallStep.ADOPT else ""
    begun = db.atomic(
        decisions.begin,
        [f"call:{call_id}"],
        call_id=call_id,
        step=step,
        reason=reason,
        admin_id=admin_id,
        token=token,
        seen=seen,
        now=now,
    )
    if begun is None:
        return _TWICE
    ends = {
        CallStep.LOOK_UP: lambda: _look_up(begun, providers, outcomes, now),
        CallStep.SEND_AGAIN: lambda: _send_again(begun, providers, outcomes, now),
        CallStep.ADOPT: lambda: _adopt(begun, wanted, providers, outcomes, now),
        CallStep.GIVE_UP: lambda: _give_up(begun, reason, admin_id, providers, outcomes, now),
    }
    result = ends[step]()
    db.atomic(decisions.end, (), decision_id=begun.decision_id, result=result)
    return result


def _named(object_id: str) -> str:
    name = object_id.strip()
    if not 0 < len(name) <= 200:
        raise Invalid("Say which object it made, by the provider's id.", field="object_id")
    return name


def _look_up(begun: Begun, providers: _Providers, outcomes: Outcomes, now: datetime) -> str:
    return _RESULTS[flows.look_again(begun.call, providers=providers, outcomes=outcomes, now=now)]


def _send_again(begun: Begun, providers: _Providers, outcomes: Outcomes, now: datetime) -> str:
    sent = flows.send(begun.call.id, providers=providers, outcomes=outcomes, now=now)
    if sent.is_elsewhere:
        return "It is being sent right now, or has just ended. Look again."
    if sent.refusal is not None:
        return f"The provider refuses: {sent.refusal.message}"
    return _FOUND if sent.answer is not None else "No answer again. It goes on by itself."


def _adopt(begun: Begun, object_id: str, providers: _Providers, outcomes: Outcomes, now: datetime) -> str:
    call = begun.call
    db.forbid_open_transaction()
    try:
        answer = adopting.read(providers[call.provider], call, object_id)
    except Unknown:
        return _SILENT
    except Refused as error:
        return f"The provider does not show {object_id}: {error.message}"
    if answer is None:
        return f"{object_id} is not what this call asked for. Nothing was changed."
    try:
        db.atomic(flows.done, (db.TURN,), call=call, outcome=outcomes[call.kind], answer=answer, now=now)
    except Exception:
        log.exception("call without an outcome", call_id=call.id)
        return _CONTRADICTS
    return f"{object_id} fits: the call is done."


def _give_up(begun: Begun, reason: str, admin_id: int, providers: _Providers, outcomes: Outcomes, now: datetime) -> str:
    """Give a call up, unless the provider has its object after all or does not answer."""
    looked = flows.look_again(begun.call, providers=providers, outcomes=outcomes, now=now)
    if looked is Looked.FOUND:
        return "It exists after all: the call is done."
    if looked is not Looked.NOT_THERE:
        return _RESULTS[looked]
    ended = db.atomic(
        decisions.give_up,
        (db.TURN,),
        call=begun.call,
        outcome=outcomes[begun.call.kind],
        reason=reason.strip(),
        admin_id=admin_id,
        now=now,
    )
    return "It is given up, and its row stands as if it had been refused." if ended else "It has ended meanwhile."
