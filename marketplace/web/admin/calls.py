"""The calls to providers: the list by how they stand, and what a person decides about one that machines can't end."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, jobs
from marketplace.counting import count_text
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import Text, ngettext, texts
from marketplace.language import gettext as _
from marketplace.outbound import deciding, queries
from marketplace.outbound.queries import CallSummary, CallTab, Sought
from marketplace.outbound.states import CallKind, CallStatus, CallStep
from marketplace.paging import every
from marketplace.payments import timeline_queries
from marketplace.reconciliation import call_subjects
from marketplace.web import guards, lists, wording
from marketplace.web.admin import call_page
from marketplace.web.admin.call_words import KINDS, last_words, next_step, subject_link
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Choice, Tab, Tools
from marketplace.web.pages import time_text
from marketplace.web.providers import providers
from marketplace.web.recent import COUNTS_SECONDS, recent
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts(
    "Call", "What", "Row", "Attempt", "Status", "Key", "Sends", "Object", "Error", "First sent (UTC)",
    "Planned (UTC)",
)  # fmt: skip
_EMPTY = {
    CallTab.BLOCKED: Text("Nothing needs a person"),
    CallTab.UNKNOWN: Text("Every outcome is known"),
    CallTab.WAITING: Text("Nothing waits to be sent"),
    CallTab.REFUSED: Text("Nothing was refused"),
    CallTab.DONE: Text("No call was made yet"),
}


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call in the list."""

    title: str
    note: str
    url: str
    subject: Crumb
    badge: Badge
    error: str
    next: str
    when: str


@dataclass(frozen=True, slots=True)
class CallsPage:
    """What templates/admin/calls.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    text: str
    kinds: tuple[Choice, ...]
    rows: tuple[CallRow, ...]
    tools: Tools
    empty: str
    list_url: str
    is_narrowed: bool


@guards.admin_only
def calls() -> ResponseReturnValue:
    """List the calls to providers of one tab, newest first."""
    tab, kind = lists.choice(CallTab, "tab") or CallTab.BLOCKED, lists.choice(CallKind, "kind")
    text = lists.search_text()
    shown_tab = "" if tab is CallTab.BLOCKED else tab.value
    asked = lists.asked(tab=shown_tab, kind=kind.value if kind else "", q=text)
    sought = Sought(text, kind, asked.period)
    read = partial(queries.calls, sought, tab)
    if asked.is_csv:
        return lists.csv_file("calls", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts = read(asked.cursor), _counts(sought)
    subjects = call_subjects.subjects_of((call.kind, call.subject_id) for call in listed.rows)
    now = clock.now()
    page = CallsPage(
        title=_("Calls"),
        console=admin_console("calls"),
        tabs=tuple(
            Tab(
                each.label,
                asked.url(tab="" if each is CallTab.BLOCKED else each.value),
                each is tab,
                count_text(each.count_of(counts)),
            )
            for each in CallTab
        ),
        text=text,
        kinds=(
            Choice(_("Everything"), "", kind is None),
            *(Choice(KINDS[each], each.value, each is kind) for each in CallKind),
        ),
        rows=tuple(_row(call, subject_link(subjects.get((call.kind, call.subject_id))), now) for call in listed.rows),
        tools=asked.tools(listed, {"q": _("Search: %(text)s", text=text), "kind": KINDS[kind] if kind else ""}),
        empty=_EMPTY[tab],
        list_url=url_for("admin.calls"),
        is_narrowed=bool(text or kind or asked.period.since or asked.period.until),
    )
    return render_template("admin/calls.html", page=page)


@guards.admin_only
def call(call_id: int) -> ResponseReturnValue:
    """Show one call: what was asked, every send with its answer, what comes next, what a person may decide."""
    return _show(call_id, None, 200)


@guards.admin_only
def decide_call(call_id: int) -> ResponseReturnValue:
    """Do what the form says."""
    queries.call(call_id)
    form = call_page.DecisionForm()
    form.step.choices = [(step.value, step.label) for step in CallStep]
    if not form.validate():
        return _show(call_id, form, 422)
    try:
        result = deciding.decide(
            CallStep(form.step.data),
            call_id=call_id,
            reason=form.reason.data or "",
            object_id=form.object_id.data or "",
            admin_id=guards.viewer().user_id,
            token=form.token.data or "",
            seen=form.seen.data or "",
            providers=providers(),
            outcomes=jobs.OUTCOMES,
            now=clock.now(),
        )
    except Invalid as error:
        form[error.field or "reason"].errors = [error.message]
        return _show(call_id, form, 422)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(result, "info")
    return redirect(url_for("admin.call", call_id=call_id), code=303)


def _show(call_id: int, form: call_page.DecisionForm | None, code: int) -> ResponseReturnValue:
    found = queries.call(call_id)
    summary = found.summary
    decisions = queries.decisions(call_id)
    facts = call_page.Facts(
        found=found,
        subject=call_subjects.subjects_of([(summary.kind, summary.subject_id)]).get((summary.kind, summary.subject_id)),
        changes=timeline_queries.changes_of({"outbound_call": [call_id]}),
        decisions=decisions,
        names=call_subjects.names_of(decision.admin_id for decision in decisions),
        now=clock.now(),
    )
    page = call_page.build(facts)
    return render_template("admin/call.html", page=page, form=call_page.form_of(facts, form)), code


def _counts(sought: Sought) -> dict[CallStatus, int]:
    key = ("calls", sought.text, sought.kind, sought.period)
    found = recent().get(key)
    if found is None:
        found = queries.call_counts(sought)
        recent().keep(key, found, seconds=COUNTS_SECONDS)
    return found


def _row(call: CallSummary, subject: Crumb, now: datetime) -> CallRow:
    note = ngettext(
        "Call %(number)s, attempt %(attempt)s, sent once",
        "Call %(number)s, attempt %(attempt)s, sent %(sends)s times",
        call.sends,
    )
    if not call.sends:
        note = _("Call %(number)s, attempt %(attempt)s, not sent yet")
    return CallRow(
        title=KINDS[call.kind],
        note=note % {"number": call.id, "attempt": call.attempt, "sends": call.sends},
        url=url_for("admin.call", call_id=call.id),
        subject=subject,
        badge=wording.badge(call.status),
        error=last_words(call),
        next=next_step(call, now),
        when=time_text(call.first_sent_at or call.created_at),
    )


def _csv_row(call: CallSummary) -> tuple[object, ...]:
    ended = (call.sends, call.provider_object_id, call.error_code, call.first_sent_at, call.created_at)
    name = (call.id, KINDS[call.kind], call.subject_id, call.attempt)
    return (*name, call.status.label, call.idempotency_key, *ended)
