"""What is written about background jobs: runs, failures, and queueing a failed one again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, column, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from marketplace import db, history
from marketplace.errors import Conflict, NotFound
from marketplace.history import Actor
from marketplace.job_runs.models import FailedJob, LastRun
from marketplace.job_runs.states import FailedJobStatus
from marketplace.language import Text
from marketplace.language import gettext as _

_LONGEST_ERROR = 4_000
_WORKER = Actor.job("worker")
_JOB = text("SELECT status::text, task_name, queueing_lock FROM procrastinate_jobs WHERE id = :job_id")
# The library's own function; its arguments after the id: when, and what would change.
_QUEUE_AGAIN = text("SELECT procrastinate_retry_job_v2(:job_id, now(), NULL, NULL, NULL)")

_columns = LastRun.__table__.c
_told = ("name", "started_at", "milliseconds", "done", "error")
_runs = (
    func.unnest(*(bindparam(f"{name}s", type_=ARRAY(_columns[name].type)) for name in _told))
    .table_valued(*(column(name, _columns[name].type) for name in _told))
    .render_derived()
)
_failed_at = case((_runs.c.error != "", _runs.c.started_at))
_run = insert(LastRun).from_select([*_told, "failed_at"], select(*_runs.c, _failed_at))
# One statement for all: the tick keeps two dozen every five seconds. Two workers may tick at once; the later start
# counts.
_kept = (
    _run.on_conflict_do_update(
        index_elements=[LastRun.name],
        set_={
            **{name: _run.excluded[name] for name in _told[1:]},
            "failed_at": func.coalesce(_run.excluded.failed_at, LastRun.failed_at),
        },
        where=LastRun.started_at <= _run.excluded.started_at,
    )
    .returning(LastRun.name)
    .cte("kept")
)
_KEEP = select(func.count()).select_from(_kept)


@dataclass(frozen=True, slots=True)
class Run:
    """How one job or step went: system time, duration, things dealt with, and why it failed ("" if not)."""

    name: str
    started_at: datetime
    milliseconds: int
    done: int
    error: str = ""


def record_runs(runs: Sequence[Run]) -> None:
    """Keep these as the last runs of their names. Runs alone, outside `atomic`; no money rule reads it."""
    rows = [replace(run, error=_shortened(run.error)) for run in runs]
    db.append(_KEEP, {f"{name}s": [getattr(row, name) for row in rows] for name in _told})


def record_failure(
    session: Session, *, job_id: int, name: str, arguments: Mapping[str, Any], error: str, now: datetime
) -> int:
    """Keep why a job of the queue failed; return the row's id. `now` is system time."""
    row = FailedJob(job_id=job_id, name=name, arguments=dict(arguments), error=_shortened(error), failed_at=now)
    session.add(row)
    session.flush()
    history.begin(session, FailedJob, [row.id], actor=_WORKER, at=now, because=Text("The job ended with an error."))
    return row.id


def retry(session: Session, *, job_id: int, admin_id: int, now: datetime) -> str:
    """Queue a failed job again, say who did it, and return the job's name.

    Raises NotFound without such a job; Conflict when it has not failed, or comes by the clock anyway.
    """
    job = session.execute(_JOB, {"job_id": job_id}).one_or_none()
    if job is None:
        raise NotFound(_("There is no such job. Jobs that have succeeded are deleted."))
    if job.status != "failed":
        raise Conflict(_("This job has not failed, or somebody has queued it again already."))
    if job.queueing_lock is not None:
        raise Conflict(_("This job comes by the clock. The next run is on its way already."))
    session.execute(_QUEUE_AGAIN, {"job_id": job_id})
    _tell_who(session, job_id=job_id, name=str(job.task_name), admin_id=admin_id, now=now)
    return str(job.task_name)


def _tell_who(session: Session, *, job_id: int, name: str, admin_id: int, now: datetime) -> None:
    """Mark all failures of the job as dealt with; a worker that died has left none, so one is written."""
    failures = select(FailedJob).where(FailedJob.job_id == job_id, FailedJob.status == FailedJobStatus.FAILED)
    rows = list(session.execute(failures).scalars())
    if not rows:
        error = Text("The worker ended before the job did.")
        failure_id = record_failure(session, job_id=job_id, name=name, arguments={}, error=error, now=now)
        rows = [session.get_one(FailedJob, failure_id)]
    for row in rows:
        history.move(session, row, "retry", actor=Actor.user(admin_id, "admin"), at=now)


def _shortened(error: str) -> str:
    # The end of a traceback says what happened.
    return error.replace("\0", "")[-_LONGEST_ERROR:]
