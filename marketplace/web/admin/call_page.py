"""One call to a provider as its page shows it, and the form that decides about it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.outbound import decisions as deciding_rules
from marketplace.outbound.queries import CallDetail, CallSummary, Decision
from marketplace.outbound.states import CallStep
from marketplace.payments.timeline_queries import Change
from marketplace.reconciliation.call_subjects import Subject
from marketplace.web import wording
from marketplace.web.admin.call_words import (
    KINDS,
    answer_text,
    last_words,
    later_steps,
    next_step,
    request_text,
    subject_link,
)
from marketplace.web.admin.kept_words import actor_text
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.forms import Form
from marketplace.web.order_parts import Fact
from marketplace.web.pages import sentence, time_text
from marketplace.web.stored_words import as_read
from marketplace.web.wording import Badge, TimelineEntry

_LABELS = {
    CallStep.LOOK_UP: Text("Look it up at the provider now"),
    CallStep.SEND_AGAIN: Text("Send it again with the same key"),
    CallStep.ADOPT: Text("It exists: this is its id"),
    CallStep.GIVE_UP: Text("It never happened: give it up"),
}
_SENDS = {
    "begin": Text("Planned"),
    "send": Text("Sent"),
    "doubt": Text("No answer that can be trusted"),
    "finish": Text("Answered: done"),
    "refuse": Text("Answered: refused"),
    "block": Text("Handed to a person"),
    "call_off": Text("Called off"),
    "give_up": Text("Given up by a person"),
    "turn_up": Text("Turned up after all"),
}


class DecisionForm(Form):
    """What to do about a call, and why; `seen` is how it stood, `token` makes two clicks one decision."""

    step = RadioField(Text("What to do"))
    object_id = StringField(
        Text("The object's id at the provider"), [Length(max=200, message=Text("At most 200 characters."))]
    )
    reason = TextAreaField(Text("Reason"), [Length(max=500, message=Text("At most 500 characters."))])
    seen = HiddenField()
    token = HiddenField(validators=[Length(min=16, max=64, message=Text("Open the page again."))])


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read for the page."""

    found: CallDetail
    subject: Subject | None
    changes: Sequence[Change]
    decisions: Sequence[Decision]
    names: Mapping[int, str]
    now: datetime

    @property
    def steps(self) -> list[CallStep]:
        """Return what may be decided now."""
        call = self.found.summary
        return deciding_rules.steps_of(call.kind, call.status, call.first_sent_at, self.now)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Another attempt for the same row."""

    label: str
    url: str
    badge: Badge
    is_this: bool


@dataclass(frozen=True, slots=True)
class CallPage:
    """What templates/admin/call.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    badge: Badge
    note: str
    subject: Crumb
    facts: tuple[Fact, ...]
    key: str
    later: tuple[str, ...]
    sends: tuple[TimelineEntry, ...]
    decisions: tuple[TimelineEntry, ...]
    attempts: tuple[Attempt, ...]
    request: str
    action: str
    can_decide: bool
    can_name: bool


def build(facts: Facts) -> CallPage:
    """Return the page of the call in `facts`."""
    call = facts.found.summary
    return CallPage(
        title=_("%(kind)s, call %(number)s", kind=KINDS[call.kind], number=call.id),
        console=admin_console("calls"),
        crumbs=(Crumb(_("Calls"), url_for("admin.calls")),),
        badge=wording.badge(call.status),
        note=next_step(call, facts.now),
        subject=subject_link(facts.subject),
        facts=_facts(call),
        key=call.idempotency_key,
        later=later_steps(call),
        sends=tuple(map(_send, facts.changes)),
        decisions=tuple(_decision(decision, facts.names) for decision in facts.decisions),
        attempts=tuple(
            Attempt(
                _("Attempt %(number)s", number=number),
                url_for("admin.call", call_id=call_id),
                wording.badge(status),
                call_id == call.id,
            )
            for call_id, number, status in facts.found.attempts
        ),
        request=request_text(facts.found.request),
        action=url_for("admin.decide_call", call_id=call.id),
        can_decide=bool(facts.steps),
        can_name=CallStep.ADOPT in facts.steps,
    )


def form_of(facts: Facts, sent: DecisionForm | None) -> DecisionForm:
    """Return the form with what may be decided now, as it was sent when it was."""
    form = sent or DecisionForm()
    call = facts.found.summary
    form.step.choices = [(step.value, _LABELS[step]) for step in facts.steps]
    if form.step.data is None and form.step.choices:
        form.step.data = form.step.choices[0][0]
    if sent is None:
        form.token.data = secrets.token_urlsafe(24)
    form.seen.data = deciding_rules.standing(call.status, call.sends, len(facts.decisions))
    return form


def _facts(call: CallSummary) -> tuple[Fact, ...]:
    facts = [
        Fact(_("Provider"), sentence(call.provider)),
        Fact(_("Attempt"), str(call.attempt)),
        Fact(_("Sends"), str(call.sends)),
        Fact(_("Planned"), time_text(call.created_at)),
    ]
    if call.first_sent_at is not None:
        facts.append(Fact(_("First sent"), time_text(call.first_sent_at)))
    if call.provider_object_id is not None:
        facts.append(Fact(_("Object at the provider"), call.provider_object_id))
    if error := last_words(call, most=400):
        facts.append(Fact(_("Last answer"), error))
    return tuple(facts)


def _send(change: Change) -> TimelineEntry:
    return TimelineEntry(
        title=_SENDS.get(change.verb) or sentence(change.verb),
        when=time_text(change.at),
        when_iso=change.at.isoformat(),
        detail=answer_text(change.because),
        actor=actor_text(change),
        source=change.source,
        state="bad" if change.verb in {"refuse", "block"} else "wait" if change.verb == "doubt" else "done",
    )


def _decision(decision: Decision, names: Mapping[int, str]) -> TimelineEntry:
    result = as_read(decision.result) or _("It did not come to an end.")
    return TimelineEntry(
        title=decision.step.label,
        when=time_text(decision.decided_at),
        when_iso=decision.decided_at.isoformat(),
        detail=f"{decision.reason} {result}",
        actor=names.get(decision.admin_id, _("Admin")),
        source=_("admin"),
        state="done",
    )
