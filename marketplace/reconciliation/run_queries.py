"""Runs and their figures as pages and the command show them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.paging import Cursor, Listed, read_page
from marketplace.reconciliation.models import Break, ReconciliationFigure, ReconciliationRun
from marketplace.reconciliation.runs import BALANCE
from marketplace.reconciliation.states import BreakStatus

_ID = ReconciliationRun.__table__.c.id
_RUNS: Select[Any] = select(
    _ID,
    ReconciliationRun.provider,
    User.name,
    ReconciliationRun.mends,
    ReconciliationRun.since,
    ReconciliationRun.until,
    ReconciliationRun.step,
    ReconciliationRun.lines,
    ReconciliationRun.matched,
    ReconciliationRun.waiting,
    ReconciliationRun.found,
    ReconciliationRun.mended,
    ReconciliationRun.gone,
    ReconciliationRun.unreadable,
    ReconciliationRun.failed,
    ReconciliationRun.note,
    ReconciliationRun.started_at,
    ReconciliationRun.finished_at,
).outerjoin(User, User.id == ReconciliationRun.started_by_id)
_LATEST = _RUNS.where(ReconciliationRun.finished_at.is_not(None)).order_by(_ID.desc()).limit(1)
_UNDER_WAY = _RUNS.where(ReconciliationRun.finished_at.is_(None)).order_by(_ID.desc()).limit(1)
_FIGURES = select(
    ReconciliationFigure.currency,
    ReconciliationFigure.kind,
    ReconciliationFigure.lines,
    ReconciliationFigure.provider_minor,
    ReconciliationFigure.ledger_minor,
    ReconciliationFigure.rows_minor,
    ReconciliationFigure.explained_minor,
).order_by(ReconciliationFigure.currency, ReconciliationFigure.kind)
_OPEN = select(func.count()).where(Break.status == BreakStatus.OPEN)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run: what it read, what it found and what became of that."""

    id: int
    provider: str
    started_by: str | None
    mends: bool
    since: datetime | None
    until: datetime
    step: str
    lines: int
    matched: int
    waiting: int
    found: int
    mended: int
    gone: int
    unreadable: int
    failed: int
    note: str
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """What the three sides said about one kind of line, net, minor units."""

    currency: str
    kind: str
    lines: int
    provider_minor: int
    ledger_minor: int
    rows_minor: int
    explained_minor: int

    @property
    def difference_minor(self) -> int:
        """Return how much more the provider has than the ledger."""
        return self.provider_minor - self.ledger_minor

    @property
    def is_statement(self) -> bool:
        """Return whether it is what the provider says it holds, against what its lines add up to."""
        return self.kind == BALANCE


@dataclass(frozen=True, slots=True)
class Report:
    """What the last run said, for a machine."""

    run_id: int | None
    finished_at: str | None
    lines: int
    open_breaks: int
    differences_minor: dict[str, int]
    """By currency: provider less ledger, without what a person has explained."""

    @property
    def agrees(self) -> bool:
        """Return whether a run has finished and nothing is open."""
        return self.run_id is not None and not self.open_breaks

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON can carry it."""
        return {**asdict(self), "agrees": self.agrees}


def runs(cursor: Cursor) -> Listed[RunRow]:
    """Return one page of the runs, newest first."""
    return read_page(_RUNS, _ID, cursor, RunRow)


def latest() -> RunRow | None:
    """Return the last run that has finished, None before the first."""
    rows = db.read(_LATEST)
    return RunRow(*tuple(rows[0])) if rows else None


def under_way() -> RunRow | None:
    """Return the run that is under way, None without one."""
    rows = db.read(_UNDER_WAY)
    return RunRow(*tuple(rows[0])) if rows else None


def figures(run_id: int) -> Sequence[FigureRow]:
    """Return what the three sides said when a run had finished, by currency and kind of line."""
    return [FigureRow(*tuple(row)) for row in db.read(_FIGURES.where(ReconciliationFigure.run_id == run_id))]


def open_count() -> int:
    """Return how many breaks are open."""
    return int(db.read(_OPEN)[0][0])


def report() -> Report:
    """Return what the last run that has finished said."""
    run, open_breaks = latest(), open_count()
    if run is None:
        return Report(None, None, 0, open_breaks, {})
    differences: dict[str, int] = {}
    for row in figures(run.id):
        if not row.is_statement:
            open_minor = row.difference_minor - row.explained_minor
            differences[row.currency] = differences.get(row.currency, 0) + open_minor
    finished = run.finished_at.isoformat() if run.finished_at else None
    return Report(run.id, finished, run.lines, open_breaks, differences)
