"""What admins read of reports, and whether a person may write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased

from marketplace import db
from marketplace.accounts.models import User
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.paging import Cursor, Listed, Period, Sort, read_page
from marketplace.reports.models import Report, Subject, WritingStop
from marketplace.reports.rules import Decision, Reason

__all__ = ["Subject"]

_REPORTER, _AUTHOR, _ADMIN = aliased(User), aliased(User), aliased(User)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report with the names of everybody in it."""

    id: int
    number: str
    subject: Subject
    subject_id: int
    author_id: int
    author: str
    reporter_id: int
    reporter: str
    reason: Reason
    text: str
    reported_at: datetime
    decision: Decision | None
    decided_by: str | None
    note: str
    decided_at: datetime | None
    author_is_stopped: bool

    @property
    def is_open(self) -> bool:
        """Return whether an admin has to decide it."""
        return self.decision is None


@dataclass(frozen=True, slots=True)
class StopRow:
    """Why somebody may not write, by whom and since when."""

    reason: str
    admin: str
    stopped_at: datetime


_REPORTS = (
    select(
        Report.id,
        Report.number,
        Report.subject,
        Report.subject_id,
        Report.author_id,
        _AUTHOR.name,
        Report.reporter_id,
        _REPORTER.name,
        Report.reason,
        Report.text,
        Report.reported_at,
        Report.decision,
        _ADMIN.name,
        Report.note,
        Report.decided_at,
        WritingStop.id.is_not(None),
    )
    .join(_AUTHOR, _AUTHOR.id == Report.author_id)
    .join(_REPORTER, _REPORTER.id == Report.reporter_id)
    .outerjoin(_ADMIN, _ADMIN.id == Report.admin_id)
    .outerjoin(WritingStop, and_(WritingStop.user_id == Report.author_id, WritingStop.lifted_at.is_(None)))
)
_COUNTS = select(
    func.count().filter(Report.decided_at.is_(None)).label("waiting"),
    func.count().filter(Report.decided_at.is_not(None)).label("decided"),
).select_from(Report)
_STOP = (
    select(WritingStop.reason, User.name, WritingStop.stopped_at)
    .join(User, User.id == WritingStop.admin_id)
    .where(WritingStop.user_id == bindparam("user_id"), WritingStop.lifted_at.is_(None))
)


def reports(period: Period, cursor: Cursor, *, is_decided: bool) -> Listed[ReportRow]:
    """Return one page of the reports that wait, oldest first, or of those decided, newest first."""
    wanted = Report.decided_at.is_not(None) if is_decided else Report.decided_at.is_(None)
    statement = _REPORTS.where(wanted, period.of(Report.__table__.c.reported_at))
    first = Sort.NEWEST if is_decided else Sort.OLDEST
    return read_page(statement, Report.__table__.c.id, cursor, ReportRow, sort=first)


def counts() -> tuple[int, int]:
    """Return how many reports wait, and how many are decided."""
    [found] = db.read(_COUNTS)
    return int(found.waiting), int(found.decided)


def report(report_id: int) -> ReportRow:
    """Return one report. Raises NotFound."""
    row = db.read_one(_REPORTS.where(Report.id == bindparam("report_id")), {"report_id": report_id})
    if row is None:
        raise NotFound(_("There is no such report."))
    return ReportRow(*tuple(row))


def reports_of(subject: Subject, ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the numbers of the reports about some rows of one table, by the row's id."""
    if not ids:
        return {}
    found: dict[int, list[str]] = {}
    statement = select(Report.subject_id, Report.number).where(Report.subject == subject, Report.subject_id.in_(ids))
    for row in db.read(statement.order_by(Report.id)):
        found.setdefault(row.subject_id, []).append(row.number)
    return found


def stop_of(user_id: int) -> StopRow | None:
    """Return why a person may not write, None when they may."""
    row = db.read_one(_STOP, {"user_id": user_id})
    return StopRow(*tuple(row)) if row else None
