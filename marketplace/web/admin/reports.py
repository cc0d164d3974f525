"""What people have reported: the queue, one report with what it is about, and the decision."""

from dataclasses import dataclass
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from marketplace import clock, db
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import Text, pgettext, texts
from marketplace.language import gettext as _
from marketplace.paging import Sort, every
from marketplace.reports import operations, queries
from marketplace.reports.queries import ReportRow, Subject
from marketplace.reports.rules import Decision
from marketplace.web import guards, lists
from marketplace.web.admin import reported
from marketplace.web.admin.reported import Shown
from marketplace.web.auth.forms import blame, typed
from marketplace.web.console import Console, admin_console
from marketplace.web.forms import Form
from marketplace.web.lists import Tab, Tools
from marketplace.web.order_parts import Fact
from marketplace.web.pages import time_text
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts("Report", "About", "Reason", "By", "Against", "Reported (UTC)", "Decision", "Decided (UTC)", "Why")
_SUBJECTS = {
    Subject.CONVERSATION: Text("A conversation"),
    Subject.MESSAGE: Text("A message"),
    Subject.REVIEW: Text("A review"),
}
_LABELS = {
    Decision.LEFT: Text("Leave it as it is"),
    Decision.HIDDEN: Text("Hide it"),
    Decision.STOPPED: Text("Hide it, and stop the writer from writing to others"),
}


class DecideForm(Form):
    """What is made of a report, and why."""

    decision = RadioField(Text("What do you do?"), [InputRequired(Text("Choose what you do."))], validate_choice=False)
    note = TextAreaField(Text("Why?"))

    def offer(self, subject: Subject) -> "DecideForm":
        """Offer what can be done about this; of a conversation single messages are hidden by their own report."""
        offered = [each for each in Decision if subject is not Subject.CONVERSATION or each is not Decision.HIDDEN]
        self.decision.choices = [SelectChoice(each.value, _LABELS[each]) for each in offered]
        return self


class StopForm(Form):
    """Why somebody may not write."""

    reason = TextAreaField(Text("Why?"))


@dataclass(frozen=True, slots=True)
class ListedReport:
    """One report in the queue."""

    number: str
    url: str
    about: str
    reason: str
    reporter: str
    author: str
    when: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class ReportsPage:
    """What templates/admin/reports.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    rows: tuple[ListedReport, ...]
    tools: Tools
    is_done: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    """What templates/admin/report.html shows."""

    title: str
    console: Console
    badge: Badge
    note: str
    facts: tuple[Fact, ...]
    words: str
    shown: Shown
    is_open: bool
    may_decide: bool
    action: str
    stop_note: str
    lift_url: str


@guards.admin_only
def reports() -> ResponseReturnValue:
    """List what waits, oldest first, or what was decided."""
    done = request.args.get("tab") == "done"
    sorts = (Sort.NEWEST, Sort.OLDEST) if done else (Sort.OLDEST, Sort.NEWEST)
    asked = lists.asked(*sorts, tab="done" if done else "")
    read = partial(queries.reports, asked.period, is_decided=done)
    if asked.is_csv:
        return lists.csv_file("reports", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, (waiting, decided) = read(asked.cursor), queries.counts()
    page = ReportsPage(
        title=_("Reports"),
        console=admin_console("reports"),
        tabs=(
            Tab(_("Waiting"), url_for("admin.reports"), not done, waiting),
            Tab(pgettext("reports", "Decided"), url_for("admin.reports", tab="done"), done, decided),
        ),
        rows=tuple(_row(row) for row in listed.rows),
        tools=asked.tools(listed),
        is_done=done,
    )
    return render_template("admin/reports.html", page=page)


@guards.admin_only
def report(report_id: int) -> ResponseReturnValue:
    """Show one report with what it is about; the look is kept."""
    return _show(queries.report(report_id), DecideForm(None))


@guards.admin_only
def decide_report(report_id: int) -> ResponseReturnValue:
    """Decide a report; a double press is answered with what stands already."""
    row, form = queries.report(report_id), DecideForm()
    form.offer(row.subject)
    decision = lists.member(Decision, form.decision.data or "")
    if not form.validate() or decision is None:
        form.decision.errors = form.decision.errors or [_("Choose what you do.")]
        return _show(row, form, 422)
    try:
        db.atomic(
            reported.decider(row.subject),
            (),
            admin_id=guards.viewer().user_id,
            report_id=row.id,
            decision=decision,
            note=typed(form.note),
            now=clock.now(),
        )
    except Invalid as error:
        blame(form, error)
        return _show(row, form, 422)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "info")
    else:
        flash(_("Decided. Both sides were told."), "ok")
    return redirect(url_for("admin.report", report_id=row.id), code=303)


@guards.admin_only
def stop_writer(user_id: int) -> ResponseReturnValue:
    """Stop a person from writing to others."""
    form, admin_id = StopForm(), guards.viewer().user_id
    try:
        reason = typed(form.reason)
        db.atomic(operations.stop, (), admin_id=admin_id, user_id=user_id, reason=reason, now=clock.now())
    except (Invalid, Conflict, NotAllowed) as error:
        flash(error.message, "bad")
    else:
        flash(_("This person can't write to others now, and reads why when they try."), "ok")
    return redirect(url_for("admin.user", user_id=user_id), code=303)


@guards.admin_only
def lift_stop(user_id: int) -> ResponseReturnValue:
    """Let a person write again."""
    try:
        db.atomic(operations.lift, (), admin_id=guards.viewer().user_id, user_id=user_id, now=clock.now())
    except Conflict as error:
        flash(error.message, "info")
    else:
        flash(_("This person can write to others again."), "ok")
    return redirect(url_for("admin.user", user_id=user_id), code=303)


def badge(row: ReportRow) -> Badge:
    """Return where a report stands."""
    if row.decision is None:
        return Badge(_("Waiting"), "wait")
    return Badge(row.decision.label, "mute" if row.decision is Decision.LEFT else "bad")


def _show(row: ReportRow, form: DecideForm, code: int = 200) -> ResponseReturnValue:
    viewer_id = guards.viewer().user_id
    facts = [
        Fact(_("About"), _SUBJECTS[row.subject]),
        Fact(_("Reason"), row.reason.label),
        Fact(_("Reported by"), row.reporter),
        Fact(_("Written by"), row.author),
    ]
    if row.decided_at is not None:
        facts += [Fact(_("Decided"), f"{time_text(row.decided_at)} {row.decided_by}"), Fact(_("Why"), row.note)]
    page = ReportPage(
        title=_("Report %(number)s", number=row.number),
        console=admin_console("reports"),
        badge=badge(row),
        note=_("Reported %(when)s", when=time_text(row.reported_at)),
        facts=tuple(facts),
        words=row.text,
        shown=reported.shown(row, admin_id=viewer_id, now=clock.now()),
        is_open=row.is_open,
        may_decide=row.is_open and viewer_id not in {row.author_id, row.reporter_id},
        action=url_for("admin.decide_report", report_id=row.id),
        stop_note=_("%(author)s can't write to others at the moment.", author=row.author)
        if row.author_is_stopped
        else "",
        lift_url=url_for("admin.user", user_id=row.author_id) if row.author_is_stopped else "",
    )
    return render_template("admin/report.html", page=page, form=form.offer(row.subject)), code


def _row(row: ReportRow) -> ListedReport:
    return ListedReport(
        number=row.number,
        url=url_for("admin.report", report_id=row.id),
        about=_SUBJECTS[row.subject],
        reason=row.reason.label,
        reporter=row.reporter,
        author=row.author,
        when=time_text(row.reported_at),
        badge=badge(row),
    )


def _csv_row(row: ReportRow) -> tuple[object, ...]:
    decision = row.decision.label if row.decision else ""
    who = (row.reporter, row.author, row.reported_at)
    return (row.number, _SUBJECTS[row.subject], row.reason.label, *who, decision, row.decided_at, row.note)
