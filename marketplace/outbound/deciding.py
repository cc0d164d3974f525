"""Where a person's decision about a call meets the provider: kept first, done then, its result written last."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from marketplace import db
from marketplace.errors import Invalid
from marketplace.language import ENGLISH, Text, reading
from marketplace.language import gettext as _
from marketplace.outbound import adopting, decisions, flows
from marketplace.outbound.decisions import Begun
from marketplace.outbound.flows import Looked, Outcomes
from marketplace.outbound.states import CallStep
from marketplace.providers.base import Provider, Refused, Unknown

log = structlog.get_logger()

_TWICE = Text("This was decided already, by the same form.")
_FOUND = Text("The provider has it: the call is done.")
_SILENT = Text("The provider did not answer. Nothing was changed; look again later.")
_CONTRADICTS = Text("It is there, and does not fit what its row has come to since. Nothing was changed.")
_RESULTS = {
    Looked.FOUND: _FOUND,
    Looked.NOT_THERE: Text("The provider has nothing of it."),
    Looked.NOT_SHOWN: Text("The provider does not let us look. Nothing was changed."),
    Looked.NO_ANSWER: _SILENT,
    Looked.CONTRADICTS: _CONTRADICTS,
}
_Providers = Mapping[str, Provider]


@dataclass(frozen=True)
class _Result:
    """What came of a decision: a text, and what stands in its places."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return _(self.text, **self.values)

    @property
    def kept(self) -> str:
        """Return it as it is written down."""
        with reading(ENGLISH):
            return str(self)


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
        return str(_TWICE)
    ends = {
        CallStep.LOOK_UP: lambda: _look_up(begun, providers, outcomes, now),
        CallStep.SEND_AGAIN: lambda: _send_again(begun, providers, outcomes, now),
        CallStep.ADOPT: lambda: _adopt(begun, wanted, providers, outcomes, now),
        CallStep.GIVE_UP: lambda: _give_up(begun, reason, admin_id, providers, outcomes, now),
    }
    result = ends[step]()
    db.atomic(decisions.end, (), decision_id=begun.decision_id, result=result.kept)
    return str(result)


def _named(object_id: str) -> str:
    name = object_id.strip()
    if not 0 < len(name) <= 200:
        raise Invalid(_("Say which object it made, by the provider's id."), field="object_id")
    return name


def _look_up(begun: Begun, providers: _Providers, outcomes: Outcomes, now: datetime) -> _Result:
    return _Result(_RESULTS[flows.look_again(begun.call, providers=providers, outcomes=outcomes, now=now)])


def _send_again(begun: Begun, providers: _Providers, outcomes: Outcomes, now: datetime) -> _Result:
    sent = flows.send(begun.call.id, providers=providers, outcomes=outcomes, now=now)
    if sent.is_elsewhere:
        return _Result(Text("It is being sent right now, or has just ended. Look again."))
    if sent.refusal is not None:
        return _Result(Text("The provider refuses: %(why)s"), {"why": sent.refusal.message})
    return _Result(_FOUND if sent.answer is not None else Text("No answer again. It goes on by itself."))


def _adopt(begun: Begun, object_id: str, providers: _Providers, outcomes: Outcomes, now: datetime) -> _Result:
    call = begun.call
    db.forbid_open_transaction()
    try:
        answer = adopting.read(providers[call.provider], call, object_id)
    except Unknown:
        return _Result(_SILENT)
    except Refused as error:
        return _Result(Text("The provider does not show %(id)s: %(why)s"), {"id": object_id, "why": error.message})
    if answer is None:
        return _Result(Text("%(id)s is not what this call asked for. Nothing was changed."), {"id": object_id})
    try:
        db.atomic(flows.done, (db.TURN,), call=call, outcome=outcomes[call.kind], answer=answer, now=now)
    except Exception:
        log.exception("call without an outcome", call_id=call.id)
        return _Result(_CONTRADICTS)
    return _Result(Text("%(id)s fits: the call is done."), {"id": object_id})


def _give_up(
    begun: Begun, reason: str, admin_id: int, providers: _Providers, outcomes: Outcomes, now: datetime
) -> _Result:
    """Give a call up, unless the provider has its object after all or does not answer.

    What it does not let us look at, no machine will ever know: then the person's word counts.
    """
    looked = flows.look_again(begun.call, providers=providers, outcomes=outcomes, now=now)
    if looked is Looked.FOUND:
        return _Result(Text("It exists after all: the call is done."))
    if looked not in {Looked.NOT_THERE, Looked.NOT_SHOWN}:
        return _Result(_RESULTS[looked])
    ended = db.atomic(
        decisions.give_up,
        (db.TURN,),
        call=begun.call,
        outcome=outcomes[begun.call.kind],
        reason=reason.strip(),
        admin_id=admin_id,
        now=now,
    )
    given_up = Text("It is given up, and its row stands as if it had been refused.")
    return _Result(given_up if ended else Text("It has ended meanwhile."))
