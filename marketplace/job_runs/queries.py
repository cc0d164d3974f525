"""What admins see of the background jobs: the queue, its workers, the failures and the last runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import TEXT, BigInteger, Integer, String, cast, column, func, select, table
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from marketplace import db
from marketplace.job_runs.models import FailedJob, LastRun
from marketplace.language import Text
from marketplace.paging import Cursor, Listed, Sort, read_page

_TIME = TIMESTAMP(timezone=True)
# The queue's own tables; their schema is the library's.
_JOB = table(
    "procrastinate_jobs",
    column("id", BigInteger),
    column("task_name", String),
    column("args", JSONB),
    column("status", String),
    column("attempts", Integer),
    column("queueing_lock", TEXT),
    column("worker_id", BigInteger),
    column("scheduled_at", _TIME),
)
_EVENT = table("procrastinate_events", column("job_id", BigInteger), column("type", String), column("at", _TIME))
_WORKER = table("procrastinate_workers", column("id", BigInteger), column("last_heartbeat", _TIME))


class JobTab(StrEnum):
    """A tab of the queue: its label and the statuses it shows, in the library's words."""

    label: str
    statuses: tuple[str, ...]

    def __new__(cls, value: str, label: str, statuses: tuple[str, ...]) -> Self:
        """Make a tab."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.statuses = label, statuses
        return member

    FAILED = "failed", Text("Failed"), ("failed", "aborted")
    QUEUED = "queued", Text("Queued"), ("todo",)
    RUNNING = "running", Text("Running"), ("doing", "aborting")

    def count_of(self, by_status: Mapping[str, int]) -> int:
        """Return how many jobs the tab holds, given the number of each status."""
        return sum(by_status.get(status, 0) for status in self.statuses)


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job of the queue. Times are system time."""

    id: int
    name: str
    arguments: Mapping[str, Any]
    status: str
    attempts: int
    comes_by_the_clock: bool
    heartbeat_at: datetime | None
    """When the worker that runs it was last heard of."""
    queued_at: datetime | None
    changed_at: datetime | None
    """When its status changed last."""
    error: str | None


@dataclass(frozen=True, slots=True)
class RunRow:
    """How something that comes again and again went last."""

    name: str
    started_at: datetime
    milliseconds: int
    done: int
    error: str
    failed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Workers:
    """The workers that have signed on: how many, and when one was last heard of, system time."""

    count: int
    heartbeat_at: datetime | None


_STATUS = cast(_JOB.c.status, String)
_QUEUED_AT = select(func.min(_EVENT.c.at)).where(_EVENT.c.job_id == _JOB.c.id).scalar_subquery()
_CHANGED_AT = select(func.max(_EVENT.c.at)).where(_EVENT.c.job_id == _JOB.c.id).scalar_subquery()
_ERROR = (
    select(FailedJob.error)
    .where(FailedJob.job_id == _JOB.c.id)
    .order_by(FailedJob.__table__.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_JOBS = select(
    _JOB.c.id,
    _JOB.c.task_name,
    _JOB.c.args,
    _STATUS,
    _JOB.c.attempts,
    _JOB.c.queueing_lock.is_not(None),
    _WORKER.c.last_heartbeat,
    _QUEUED_AT,
    _CHANGED_AT,
    _ERROR,
).select_from(_JOB.outerjoin(_WORKER, _WORKER.c.id == _JOB.c.worker_id))
_COUNTS = select(_STATUS, func.count()).select_from(_JOB).group_by(_JOB.c.status)
_RUNS = select(LastRun.name, LastRun.started_at, LastRun.milliseconds, LastRun.done, LastRun.error, LastRun.failed_at)
_WORKERS = select(func.count(), func.max(_WORKER.c.last_heartbeat)).select_from(_WORKER)
_RETRIED = (
    select(FailedJob.__table__.c.id)
    .where(FailedJob.status == "retried")
    .order_by(FailedJob.__table__.c.id.desc())
    .limit(10)
)


def jobs(tab: JobTab, cursor: Cursor) -> Listed[JobRow]:
    """Return one page of a tab of the queue; those that wait stand oldest first."""
    statement = _JOBS.where(_STATUS.in_(tab.statuses))
    sort = Sort.NEWEST if tab is JobTab.FAILED else Sort.OLDEST
    return read_page(statement, _JOB.c.id, cursor, JobRow, sort=sort)


def job_counts() -> dict[str, int]:
    """Return how many jobs have each status, in the library's words."""
    return dict(map(tuple, db.read(_COUNTS)))


def last_runs() -> dict[str, RunRow]:
    """Return how each periodic job and each step of the tick went last, by name."""
    return {row[0]: RunRow(*tuple(row)) for row in db.read(_RUNS)}


def workers() -> Workers:
    """Return who does the work."""
    [row] = db.read(_WORKERS)
    return Workers(*tuple(row))


def latest_retries() -> Sequence[int]:
    """Return the ids of the failures that were last queued again by somebody."""
    return [row[0] for row in db.read(_RETRIED)]
