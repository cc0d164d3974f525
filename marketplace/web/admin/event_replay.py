"""An event applied once more: the page rehearses it and shows the difference, the button does it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.provider_events import queries, replay, rules
from marketplace.provider_events.queries import EventSummary
from marketplace.provider_events.replay import By, Replayed
from marketplace.provider_events.states import Outcome
from marketplace.rehearsal import RowChange
from marketplace.web import guards, wording
from marketplace.web.admin.event_forms import ReasonForm
from marketplace.web.admin.kept_words import subject_text
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.pages import money_text, sentence
from marketplace.web.providers import providers
from marketplace.web.stored_words import as_read
from marketplace.web.wording import Badge

_VERDICTS = {
    Outcome.UNCHANGED: ("ok", Text("A replay changes nothing"), Text("All that this event tells is in the books.")),
    Outcome.CHANGED: ("wait", Text("A replay changes something"), Text("The rows below. Nothing of it is kept yet.")),
    Outcome.WAITS: (
        "warn",
        Text("A replay does not fit"),
        Text("It would change nothing, because it fits nothing we know."),
    ),
    Outcome.NOT_NEEDED: ("info", Text("No rule needs this event"), Text("A replay would do nothing.")),
}


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One value that would be another one."""

    what: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ReplayPage:
    """What templates/admin/event_replay.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    badge: Badge
    note: str
    tone: str
    verdict: str
    text: str
    said: str
    rows: tuple[DifferenceRow, ...]
    action: str


@guards.admin_only
def replay_page(event_row_id: int) -> ResponseReturnValue:
    """Rehearse the replay of an event and show what it would change; nothing is kept."""
    return _show(queries.event(event_row_id).summary, ReasonForm(), 200)


@guards.admin_only
def replay_event(event_row_id: int) -> ResponseReturnValue:
    """Apply the event again, for real."""
    summary, form = queries.event(event_row_id).summary, ReasonForm()
    if not form.validate():
        return _show(summary, form, 422)
    by = By(guards.viewer().user_id, form.reason.data or "")
    settings, provider = current_app.extensions["settings"], providers()[summary.provider]
    done = replay.replay(event_row_id, provider=provider, settings=settings, by=by, now=clock.now())
    tone = {Outcome.UNCHANGED: "ok", Outcome.CHANGED: "ok"}.get(done.outcome, "wait")
    flash(f"{_count_text(done)} {as_read(done.note)}", tone)
    return redirect(url_for("admin.event", event_row_id=event_row_id), code=303)


def _show(summary: EventSummary, form: ReasonForm, code: int) -> ResponseReturnValue:
    settings, provider = current_app.extensions["settings"], providers()[summary.provider]
    found = replay.rehearse(summary.id, provider=provider, settings=settings, now=clock.now())
    tone, verdict, text = _VERDICTS[found.outcome]
    here = url_for("admin.event", event_row_id=summary.id)
    page = ReplayPage(
        title=_("Replay of %(type)s", type=summary.type),
        console=admin_console("events"),
        crumbs=(Crumb(_("Events"), url_for("admin.events")), Crumb(summary.event_id, here)),
        badge=wording.badge(summary.status),
        note=_("Rehearsed just now: the real work was done and not kept."),
        tone=tone,
        verdict=verdict,
        text=text,
        said=sentence(as_read(found.note)),
        rows=tuple(row for change in found.changes for row in _difference(change)),
        action=url_for("admin.replay_event", event_row_id=summary.id),
    )
    return render_template("admin/event_replay.html", page=page, form=form), code


def _count_text(done: Replayed) -> str:
    count = len(done.changes)
    if not count:
        return _("Replayed. Nothing changed.")
    return ngettext("Replayed. %(count)s row changed.", "Replayed. %(count)s rows changed.", count, count=count)


def _difference(change: RowChange) -> Iterator[DifferenceRow]:
    """Yield each value of a row that differs; of a new row those that say what it is."""
    if change.deleted:
        yield DifferenceRow(subject_text(change.table, change.deleted), "", _("There"), _("Deleted"))
    what = (
        subject_text(change.table, change.key)
        if change.before
        else _("New %(what)s", what=subject_text(change.table, "").lower())
    )
    for column in change.columns:
        if change.before or column in rules.TELLING_COLUMNS:
            before = _value(change.before, column) if change.before else ""
            yield DifferenceRow(
                what, column.replace("_minor", "").replace("_", " "), before, _value(change.after, column)
            )


def _value(row: Mapping[str, Any], column: str) -> str:
    value = rules.shown_value(column, row.get(column))
    if column.endswith("_minor") and isinstance(value, int) and isinstance(row.get("currency"), str):
        return money_text(value, row["currency"])
    return _("None") if value is None else str(value)
