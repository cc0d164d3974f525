"""The queue of events that fit nothing we know, and the decision about one of them."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.errors import Conflict, Invalid
from marketplace.language import Text, texts
from marketplace.language import gettext as _
from marketplace.paging import Sort, every
from marketplace.provider_events import unmatched, unmatched_queries
from marketplace.provider_events.states import EventStatus
from marketplace.provider_events.unmatched import Asked, Decision, Verdict
from marketplace.provider_events.unmatched_queries import Candidate, Unmatched, UnmatchedTab
from marketplace.web import guards, lists, wording
from marketplace.web.admin.event_forms import LABELS, DecisionForm
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Tab, Tools
from marketplace.web.order_parts import Fact
from marketplace.web.pages import date_text, decimal, money_text, sentence, time_text
from marketplace.web.providers import providers
from marketplace.web.refund_parts import age_text
from marketplace.web.stored_words import as_read
from marketplace.web.wording import Badge

_TABS = {
    UnmatchedTab.WAITING: Text("Waiting for a decision"),
    UnmatchedTab.PUT_ASIDE: Text("Put aside"),
    UnmatchedTab.FOREIGN: Text("Other installations"),
}
_EMPTY = {
    UnmatchedTab.WAITING: Text("Everything that providers told us fits."),
    UnmatchedTab.PUT_ASIDE: Text("Nobody has put an event aside."),
    UnmatchedTab.FOREIGN: Text("No other installation uses this account."),
}
_CSV_COLUMNS = texts("Event", "Type", "About", "Currency", "Amount", "Status", "Tries", "Why", "Received (UTC)")


@dataclass(frozen=True, slots=True)
class UnmatchedRow:
    """One event that fits nothing."""

    type: str
    event_id: str
    url: str
    about: str
    amount: str
    why: str
    age: str
    next: str


@dataclass(frozen=True, slots=True)
class UnmatchedPage:
    """What templates/admin/unmatched.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    tabs: tuple[Tab, ...]
    rows: tuple[UnmatchedRow, ...]
    tools: Tools
    empty: str


@dataclass(frozen=True, slots=True)
class SiblingRow:
    """One more event that waits because of the same thing."""

    type: str
    url: str
    received: str


@dataclass(frozen=True, slots=True)
class DecidingPage:
    """What templates/admin/unmatched_event.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    badge: Badge
    note: str
    facts: tuple[Fact, ...]
    provider_facts: tuple[Fact, ...]
    provider_problem: str
    candidates: tuple[Fact, ...]
    siblings: tuple[SiblingRow, ...]
    can_decide: bool
    can_take_up: bool
    event_url: str
    action: str
    take_up_url: str


@guards.admin_only
def unmatched_events() -> ResponseReturnValue:
    """List the events that fit nothing, the oldest first."""
    tab = lists.choice(UnmatchedTab, "tab") or UnmatchedTab.WAITING
    asked = lists.asked(Sort.OLDEST, Sort.NEWEST, tab="" if tab is UnmatchedTab.WAITING else tab.value)
    read = partial(unmatched_queries.listed, tab, period=asked.period)
    if asked.is_csv:
        return lists.csv_file("unmatched-events", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts, now = read(asked.cursor), unmatched_queries.counts(), clock.now()
    page = UnmatchedPage(
        title=_("Unmatched events"),
        console=admin_console("events"),
        crumbs=(Crumb(_("Events"), url_for("admin.events")),),
        tabs=tuple(
            Tab(label, url_for("admin.unmatched", tab=each.value), each is tab, counts[each])
            for each, label in _TABS.items()
        ),
        rows=tuple(_row(each, now) for each in listed.rows),
        tools=asked.tools(listed),
        empty=_EMPTY[tab],
    )
    return render_template("admin/unmatched.html", page=page)


@guards.admin_only
def unmatched_event(event_row_id: int) -> ResponseReturnValue:
    """Show one of them, what the provider says of it now, and the form that decides."""
    found = unmatched_queries.unmatched(event_row_id)
    return _show(found, _form(_asked(found)), 200)


@guards.admin_only
def decide_unmatched(event_row_id: int) -> ResponseReturnValue:
    """Do what the form says."""
    found = unmatched_queries.unmatched(event_row_id)
    form = _form(_asked(found))
    if not form.validate():
        return _show(found, form, 422)
    number = (form.purchase.data or "").strip()
    verdict = Verdict(Decision(form.decision.data), guards.viewer().user_id, form.reason.data or "", number)
    policy, provider = current_app.extensions["settings"].money, providers()[found.provider]
    try:
        note = unmatched.decide(event_row_id, verdict, provider=provider, policy=policy, now=clock.now())
    except Invalid as error:
        form[error.field or "reason"].errors = [error.message]
        return _show(found, form, 422)
    except Conflict as error:
        flash(error.message, "wait")
        return redirect(url_for("admin.unmatched_event", event_row_id=event_row_id), code=303)
    flash(as_read(note), "ok")
    return redirect(url_for("admin.unmatched"), code=303)


@guards.admin_only
def take_up_event(event_row_id: int) -> ResponseReturnValue:
    """Let an event that was put aside wait for a decision again."""
    try:
        unmatched.take_up(event_row_id, admin_id=guards.viewer().user_id, now=clock.now())
    except Conflict as error:
        flash(error.message, "wait")
    else:
        flash(_("The event waits for a decision again."), "ok")
    return redirect(url_for("admin.unmatched_event", event_row_id=event_row_id), code=303)


def _asked(found: Unmatched) -> Asked:
    """Ask the provider, where there is something to decide."""
    if found.status is not EventStatus.PARKED:
        return Asked(None, "")
    return unmatched.ask(found, provider=providers()[found.provider])


def _form(asked: Asked) -> DecisionForm:
    form = DecisionForm()
    form.asked = asked
    with_money = [Decision.OURS, Decision.GIVE_BACK] if asked.has_money else []
    form.decision.choices = [(each.value, LABELS[each]) for each in (*with_money, Decision.NOT_OURS)]
    return form


def _show(found: Unmatched, form: DecisionForm, code: int) -> ResponseReturnValue:
    asked: Asked = form.asked
    siblings = [each for each in unmatched_queries.together(found) if each[0] != found.id]
    page = DecidingPage(
        title=_("Whose is %(object)s?", object=found.object_id or found.event_id),
        console=admin_console("events"),
        crumbs=(Crumb(_("Events"), url_for("admin.events")), Crumb(_("Unmatched"), url_for("admin.unmatched"))),
        badge=wording.badge(found.status),
        note=sentence(as_read(found.note)),
        facts=_facts(found),
        provider_facts=_provider_facts(asked),
        provider_problem=asked.problem,
        candidates=_candidates(asked),
        siblings=tuple(
            SiblingRow(kind, url_for("admin.event", event_row_id=row_id), time_text(at))
            for row_id, kind, at in siblings
        ),
        can_decide=found.status is EventStatus.PARKED,
        can_take_up=found.status is EventStatus.SET_ASIDE,
        event_url=url_for("admin.event", event_row_id=found.id),
        action=url_for("admin.decide_unmatched", event_row_id=found.id),
        take_up_url=url_for("admin.take_up_event", event_row_id=found.id),
    )
    return render_template("admin/unmatched_event.html", page=page, form=form), code


def _facts(found: Unmatched) -> tuple[Fact, ...]:
    facts = [
        Fact(_("Event"), found.event_id),
        Fact(_("Type"), found.type),
        Fact(_("About"), found.object_id or _("Nothing it names")),
        Fact(_("Amount"), _amount(found)),
        Fact(_("Account"), found.account or _("Ours")),
        Fact(_("Received"), time_text(found.received_at)),
        Fact(_("Tries"), str(found.attempts)),
    ]
    if found.status is EventStatus.PARKED:
        again = time_text(found.next_attempt_at) if found.next_attempt_at else _("Only when somebody decides")
        facts.append(Fact(_("Next try"), again))
    return tuple(facts)


def _provider_facts(asked: Asked) -> tuple[Fact, ...]:
    if asked.intent is None:
        return ()
    intent = asked.intent
    return (
        Fact(_("Payment at the provider"), intent.intent_id),
        Fact(_("Status"), intent.status.replace("_", " ")),
        Fact(_("Amount"), money_text(intent.amount_minor, intent.currency)),
        Fact(_("Charge"), intent.charge_id or _("None")),
    )


def _candidates(asked: Asked) -> tuple[Fact, ...]:
    """Return the purchases that the money could be for, with what is known of each."""
    if asked.intent is None or not asked.has_money:
        return ()
    rows = unmatched_queries.candidates(asked.intent.amount_minor, asked.intent.currency)
    return tuple(Fact(each.number, _candidate_text(each)) for each in rows)


def _candidate_text(each: Candidate) -> str:
    return _("placed %(date)s, payment %(status)s", date=date_text(each.placed_at), status=each.status.label.lower())


def _amount(found: Unmatched) -> str:
    if found.amount_minor is None or not (found.currency and lists.is_currency(found.currency)):
        return _("None")
    return money_text(found.amount_minor, found.currency)


def _row(each: Unmatched, now: datetime) -> UnmatchedRow:
    waits = (
        _("Looked at again %(when)s", when=time_text(each.next_attempt_at))
        if each.next_attempt_at
        else _("Waits for you")
    )
    return UnmatchedRow(
        type=each.type,
        event_id=each.event_id,
        url=url_for("admin.unmatched_event", event_row_id=each.id),
        about=each.object_id or "",
        amount=_amount(each),
        why=sentence(as_read(each.note)),
        age=age_text(each.received_at, now),
        next=waits if each.status is EventStatus.PARKED else each.status.label,
    )


def _csv_row(each: Unmatched) -> tuple[object, ...]:
    has_amount = each.amount_minor is not None and each.currency and lists.is_currency(each.currency)
    amount = decimal(each.amount_minor or 0, each.currency or "") if has_amount else None
    about = (each.event_id, each.type, each.object_id, each.currency, amount)
    return (*about, each.status.label, each.attempts, as_read(each.note), each.received_at)
