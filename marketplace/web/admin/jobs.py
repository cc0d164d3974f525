"""The background jobs: what comes by the clock, what waits, what failed, and queueing that again (S4.22)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db, jobs
from marketplace.errors import Conflict
from marketplace.job_runs import operations, queries
from marketplace.job_runs.queries import JobRow, JobTab, RunRow, Workers
from marketplace.jobs import Periodic
from marketplace.language import Text, texts
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.paging import every
from marketplace.payments import timeline_queries
from marketplace.web import guards, lists, wording
from marketplace.web.admin.job_words import job_text
from marketplace.web.admin.overview import Figure
from marketplace.web.admin.waiting_page import span_text
from marketplace.web.console import Console, admin_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import date_text, time_text
from marketplace.web.wording import Badge, TimelineEntry

_STATUSES = {"todo": Text("Queued"), "doing": Text("Running"), "failed": Text("Failed")}
"""What is open, by the library's words."""
_CSV_COLUMNS = texts("Job", "Name", "Status", "Arguments", "Attempts", "Queued (UTC)", "Error")
# How many intervals may pass before a run counts as missing, and the least of it.
_PATIENCE, _LEAST = 3, timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class TimetableRow:
    """One thing that comes by the clock. Times are system time."""

    name: str
    note: str
    badge: Badge
    last: str
    took: str
    done: str
    next: str
    error: str


@dataclass(frozen=True, slots=True)
class QueuedRow:
    """One job of the queue."""

    title: str
    note: str
    arguments: str
    badge: Badge
    queued: str
    attempts: int
    error: str
    retry_url: str


@dataclass(frozen=True, slots=True)
class JobsPage:
    """What templates/admin/jobs.html shows."""

    title: str
    console: Console
    figures: tuple[Figure, ...]
    timetable: tuple[TimetableRow, ...]
    tabs: tuple[Tab, ...]
    rows: tuple[QueuedRow, ...]
    tools: Tools
    empty: str
    retries: tuple[TimelineEntry, ...]


@guards.admin_only
def jobs_page() -> ResponseReturnValue:
    """Show the timetable and one tab of the queue."""
    tab = lists.choice(JobTab, "tab") or JobTab.FAILED
    asked = lists.asked(tab="" if tab is JobTab.FAILED else tab.value)
    if asked.is_csv:
        rows = every(partial(queries.jobs, tab), asked.cursor)
        return lists.csv_file("jobs", _CSV_COLUMNS, map(_csv_row, rows))
    listed, counts = queries.jobs(tab, asked.cursor), queries.job_counts()
    runs, now = queries.last_runs(), clock.system_now()
    page = JobsPage(
        title=_("Jobs"),
        console=admin_console("jobs"),
        figures=_figures(counts, queries.workers(), runs.get("tick"), now),
        timetable=tuple(_timetable_row(line, runs.get(line.name), now) for line in jobs.timetable(current_app)),
        tabs=tuple(
            Tab(each.label, url_for("admin.jobs_page", tab=each.value), each is tab, each.count_of(counts))
            for each in JobTab
        ),
        rows=tuple(_row(job, tab, now) for job in listed.rows),
        tools=asked.tools(listed),
        empty=_EMPTY[tab],
        retries=_retries(queries.latest_retries()),
    )
    return render_template("admin/jobs.html", page=page)


@guards.admin_only
def retry_job(job_id: int) -> ResponseReturnValue:
    """Queue a failed job again; who did it is kept."""
    admin_id = guards.viewer().user_id
    try:
        name = db.atomic(operations.retry, (), job_id=job_id, admin_id=admin_id, now=clock.system_now())
    except Conflict as error:
        flash(error.message, "wait")
    else:
        flash(_("%(name)s: the job is queued again.", name=job_text(name)), "ok")
    return redirect(url_for("admin.jobs_page"), code=303)


_EMPTY = {
    JobTab.FAILED: Text("No job has failed."),
    JobTab.QUEUED: Text("No job waits. Jobs run at once, as a rule."),
    JobTab.RUNNING: Text("No job is running just now."),
}


def _figures(counts: dict[str, int], workers: Workers, tick: RunRow | None, now: datetime) -> tuple[Figure, ...]:
    def of(tab: JobTab) -> Figure:
        return Figure(
            tab.label, str(tab.count_of(counts)), "", url_for("admin.jobs_page", tab=tab.value), _("See them")
        )

    is_alive = workers.heartbeat_at is not None and not _is_silent(workers.heartbeat_at, now)
    heard = _("None has signed on.")
    if workers.heartbeat_at:
        heard = _("Heard of %(span)s ago.", span=span_text(now - workers.heartbeat_at))
    ticked = _("Last tick %(span)s ago.", span=span_text(now - tick.started_at)) if tick else _("No tick yet.")
    worker = Figure(_("Workers"), str(workers.count) if is_alive else _("None alive"), f"{heard} {ticked}", "")
    return (worker, of(JobTab.QUEUED), of(JobTab.RUNNING), of(JobTab.FAILED))


def _timetable_row(line: Periodic, run: RunRow | None, now: datetime) -> TimetableRow:
    note = _("Step of the tick") if line.is_step else _every(line.interval)
    coming = time_text(line.next_after(now)) if line.interval >= timedelta(minutes=1) else ""
    coming = coming or _within(line.interval)
    if run is None:
        return TimetableRow(job_text(line.name), note, Badge(_("Not run yet"), "mute"), "", "", "", coming, "")
    is_late = now - run.started_at > max(_PATIENCE * line.interval, _LEAST)
    badge = (
        Badge(_("Failed"), "bad") if run.error else Badge(_("Late"), "bad") if is_late else Badge(_("On time"), "ok")
    )
    failed = _("Failed last %(at)s", at=time_text(run.failed_at)) if run.failed_at and not run.error else ""
    return TimetableRow(
        name=job_text(line.name),
        note=note,
        badge=badge,
        last=f"{run.started_at:%H:%M:%S}, {date_text(run.started_at)}",
        took=_("%(time)s ms", time=number_text(run.milliseconds)),
        done=str(run.done),
        next=coming,
        error=run.error or failed,
    )


def _row(job: JobRow, tab: JobTab, now: datetime) -> QueuedRow:
    can_retry = tab is JobTab.FAILED and not job.comes_by_the_clock
    error = job.error or (_("The worker ended before the job did.") if tab is JobTab.FAILED else "")
    return QueuedRow(
        title=job_text(job.name),
        note=_("Job %(number)s", number=job.id),
        arguments=_arguments(job),
        badge=_badge(job, tab, now),
        queued=time_text(job.queued_at) if job.queued_at else "",
        attempts=job.attempts,
        error=error,
        retry_url=url_for("admin.retry_job", job_id=job.id) if can_retry else "",
    )


def _badge(job: JobRow, tab: JobTab, now: datetime) -> Badge:
    if tab is JobTab.RUNNING:
        stalled = job.heartbeat_at is None or _is_silent(job.heartbeat_at, now)
        return Badge(_("Stalled"), "bad") if stalled else Badge(_("Running"), "wait")
    return Badge(_("Failed"), "bad") if tab is JobTab.FAILED else Badge(_("Queued"), "wait")


def _is_silent(heartbeat_at: datetime, now: datetime) -> bool:
    """Return whether a worker was not heard of for so long that its jobs count as stalled."""
    return now - heartbeat_at > timedelta(seconds=jobs.STALLED_SECONDS)


def _retries(failure_ids: Sequence[int]) -> tuple[TimelineEntry, ...]:
    changes = timeline_queries.changes_of({"failed_job": failure_ids})
    return wording.audit([change for change in changes if change.verb == "retry"], {"failed_job": _("Failure")})


def _csv_row(job: JobRow) -> tuple[object, ...]:
    return (
        job.id,
        job.name,
        _STATUSES.get(job.status, job.status),
        _arguments(job),
        job.attempts,
        job.queued_at,
        job.error or "",
    )


def _arguments(job: JobRow) -> str:
    return json.dumps(dict(job.arguments), sort_keys=True) if job.arguments else ""


def _every(span: timedelta) -> str:
    """Return how often something comes by the clock."""
    seconds = span // timedelta(seconds=1)
    if seconds >= 86_400:
        return _("Every night")
    if seconds < 60:
        return _("Every %(count)s seconds", count=seconds)
    return _("Every minute") if seconds == 60 else _("Every %(count)s minutes", count=seconds // 60)


def _within(span: timedelta) -> str:
    """Return in how long something comes again, a minute at most."""
    return _("Within %(count)s seconds", count=span // timedelta(seconds=1))
