"""The rows of runs: begun once, moved on batch by batch, finished with the figures of all three sides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.outbound import operations as outbound
from marketplace.providers.balance_lines import ListedLine
from marketplace.reconciliation.line_queries import JudgedLine
from marketplace.reconciliation.models import ProviderLine, ReconciliationFigure, ReconciliationRun
from marketplace.reconciliation.side_queries import ROWS

STEPS = ("lines", "match", "entries", *ROWS, "accounts", "payouts", "messages", "breaks", "mend", "figures")
"""What a run does, in this order; each in batches."""
GRACE = timedelta(minutes=5)
"""How old a line must be before it counts as unbooked: until then its message may be on its way."""
ROW_GRACE = timedelta(hours=2)
"""How long the provider may take to make a line of something that has happened: fees come within the hour."""
_OVERLAP = timedelta(days=1)
_OVERLAP_POSTINGS = 2_000
BALANCE = "balance"
ENTRIES = "entry without line"

_new = insert(ProviderLine.__table__)  # type: ignore[arg-type]
_KEEP = _new.on_conflict_do_update(
    index_elements=["provider", "line_id"], set_={"source_status": _new.excluded.source_status}
)
_MATCHED = text("""
    UPDATE provider_line l SET matched_at = :now, booked_minor = f.booked, row_minor = f.moved
    FROM unnest(CAST(:ids AS bigint[]), CAST(:booked AS bigint[]), CAST(:moved AS bigint[])) AS f (id, booked, moved)
    WHERE l.id = f.id
""")
_SEEN = text("""
    UPDATE provider_line l SET booked_minor = f.booked, row_minor = f.moved
    FROM unnest(CAST(:ids AS bigint[]), CAST(:booked AS bigint[]), CAST(:moved AS bigint[])) AS f (id, booked, moved)
    WHERE l.id = f.id AND l.matched_at IS NULL
""")
_FIGURES = text("""
    SELECT currency, kind, sum(lines)::bigint AS lines, sum(theirs)::bigint AS provider_minor,
        sum(booked)::bigint AS ledger_minor, sum(moved)::bigint AS rows_minor, sum(explained)::bigint AS explained_minor
    FROM (
        SELECT l.currency, l.kind, count(*) AS lines, sum(l.net_minor) AS theirs,
            sum(coalesce(l.booked_minor, 0)) AS booked, sum(coalesce(l.row_minor - l.fee_minor, 0)) AS moved,
            coalesce(sum(b.difference_minor), 0) AS explained
        FROM provider_line l
        LEFT JOIN reconciliation_break b ON b.line_id = l.id AND b.is_explained AND l.matched_at IS NULL
        WHERE l.account_id = '' AND l.is_ours AND l.made_at <= :until
        GROUP BY l.currency, l.kind
        UNION ALL
        SELECT b.currency, :entries, 0, 0, -sum(b.difference_minor), -sum(b.difference_minor),
            coalesce(sum(b.difference_minor) FILTER (WHERE b.is_explained), 0)
        FROM reconciliation_break b
        WHERE starts_with(b.subject, 'entry:') AND (b.status = 'open' OR b.is_explained)
        GROUP BY b.currency
    ) sides GROUP BY currency, kind
""")
_FIGURE_COLUMNS = (
    *("currency", "kind", "lines"),
    *("provider_minor", "ledger_minor", "rows_minor", "explained_minor"),
)
_LEFT_OUT = text("""
    SELECT currency, sum(net_minor)::bigint AS minor FROM provider_line
    WHERE account_id = '' AND (NOT is_ours OR made_at > :settled_until) GROUP BY currency
""")
_STANDING = select(
    ReconciliationRun.id,
    ReconciliationRun.provider,
    ReconciliationRun.mends,
    ReconciliationRun.since,
    ReconciliationRun.until,
    ReconciliationRun.step,
    ReconciliationRun.cursor,
    ReconciliationRun.first_posting_id,
    ReconciliationRun.note,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a run is."""

    id: int
    provider: str
    mends: bool
    since: datetime | None
    until: datetime
    step: str
    cursor: str
    first_posting_id: int
    note: str

    def after(self, done: "Progress") -> "Standing | None":
        """Return how far the run is after a batch; None when that was its last."""
        if done.cursor is not None:
            return replace(self, cursor=done.cursor)
        if self.step == STEPS[-1]:
            return None
        return replace(self, step=STEPS[STEPS.index(self.step) + 1], cursor="")

    @property
    def settled_until(self) -> datetime:
        """Return until when lines should have been booked by now."""
        return self.until - GRACE


@dataclass(frozen=True)
class Progress:
    """What one batch has done: where the step goes on (None: it is over), what it counted, and what is written."""

    cursor: str | None
    counts: Mapping[str, int]
    lines: tuple[ListedLine, ...] = ()
    account_id: str = ""
    judged: tuple[JudgedLine, ...] = ()
    last_posting_id: int = 0
    note: str | None = None
    figures: Sequence[Mapping[str, Any]] = ()

    @property
    def is_nothing(self) -> bool:
        """Return whether there is nothing to write down but that it was done."""
        kept = (self.lines, self.judged, self.last_posting_id, self.note, self.figures)
        return not any(kept) and not any(self.counts.values())


def under_way(provider: str) -> Standing | None:
    """Return the run that is under way, if one is."""
    statement = _STANDING.where(ReconciliationRun.provider == provider, ReconciliationRun.finished_at.is_(None))
    row = db.read_one(statement)
    return Standing(*tuple(row)) if row else None


def begin(
    session: Session, *, provider: str, admin_id: int | None, mends: bool, from_start: bool, now: datetime
) -> int:
    """Begin a run over what is new since the last one, or with `from_start` over all lines; return its id.

    While one is under way it is that one's id: it goes on.
    """
    open_one = select(ReconciliationRun.id).where(
        ReconciliationRun.provider == provider, ReconciliationRun.finished_at.is_(None)
    )
    known = session.execute(open_one).scalar_one_or_none()
    if known is not None:
        return known
    last = (
        session.execute(
            select(ReconciliationRun)
            .where(ReconciliationRun.provider == provider)
            .order_by(ReconciliationRun.id.desc())
            .limit(1)
        )
        .scalars()
        .one_or_none()
    )
    goes_on = last is not None and not from_start
    run = ReconciliationRun(
        provider=provider,
        started_by_id=admin_id,
        mends=mends,
        since=last.until - _OVERLAP if last is not None and goes_on else None,
        until=now,
        step=STEPS[0],
        cursor="",
        first_posting_id=max(0, last.last_posting_id - _OVERLAP_POSTINGS) if last is not None and goes_on else 0,
        last_posting_id=last.last_posting_id if last is not None else 0,
        started_at=now,
    )
    session.add(run)
    session.flush()
    return run.id


def advance(session: Session, *, written: Standing, standing: Standing, done: Progress, now: datetime) -> bool:
    """Write down what the batch at `standing` has done; return False when somebody else has gone on from `written`.

    `written` is how far the run stands in the database: batches since then had nothing to write.
    """
    run = session.get_one(ReconciliationRun, standing.id)
    if (run.step, run.cursor, run.finished_at) != (written.step, written.cursor, None):
        return False
    for name, count in done.counts.items():
        setattr(run, name, getattr(run, name) + count)
    run.last_posting_id = max(run.last_posting_id, done.last_posting_id)
    run.note = done.note or ""
    if done.lines:
        _keep_lines(session, run, done)
    _keep_judgements(session, done.judged, now=now)
    for figure in done.figures:
        session.execute(insert(ReconciliationFigure).values(run_id=run.id, **figure))
    following = standing.after(done)
    if following is None:
        run.step, run.cursor, run.finished_at = standing.step, "", now
    else:
        run.step, run.cursor = following.step, following.cursor
    return True


def wait(session: Session, *, run_id: int, because: str) -> None:
    """Note what a run waits for; the next one who comes along goes on with it."""
    session.get_one(ReconciliationRun, run_id).note = because[:500]


def match_one(session: Session, *, judged: JudgedLine, now: datetime) -> None:
    """Note that all sides agree about a line now."""
    _keep_judgements(session, (judged,), now=now)


def left_out(standing: Standing) -> dict[str, int]:
    """Return the nets of the lines that no figure counts, by currency: other installations' and the youngest."""
    return {row.currency: row.minor for row in db.read(_LEFT_OUT, {"settled_until": standing.settled_until})}


def figures_of(standing: Standing) -> list[dict[str, Any]]:
    """Return what the three sides say about each kind of line in each currency."""
    values = {"until": standing.settled_until, "entries": ENTRIES}
    return [dict(zip(_FIGURE_COLUMNS, row, strict=True)) for row in db.read(_FIGURES, values)]


def _keep_lines(session: Session, run: ReconciliationRun, done: Progress) -> None:
    ours = outbound.installation(session)
    rows = [_columns(found, done.account_id, run, ours) for found in done.lines]
    # Columns instead of objects, built once: a page is a hundred rows.
    session.connection().execute(_KEEP, rows)


def _columns(found: ListedLine, account_id: str, run: ReconciliationRun, ours: str) -> dict[str, Any]:
    line, source = found.line, found.source
    return {
        "provider": run.provider,
        "account_id": account_id,
        "line_id": line.line_id,
        "kind": line.kind[:64],
        "source_id": line.source_id,
        "source_kind": source.kind if source else "",
        "source_status": source.status[:64] if source else "",
        "charge_id": source.charge_id if source else None,
        "intent_id": source.intent_id if source else None,
        "transfer_id": source.transfer_id if source else None,
        "payment_id": source.payment_id if source else None,
        "reference": source.reference[:200] if source and source.reference else None,
        "is_ours": not source or source.installation in {"", ours},
        "currency": line.currency,
        "amount_minor": line.amount_minor,
        "fee_minor": line.fee_minor,
        "net_minor": line.net_minor,
        "made_at": found.created_at,
        "run_id": run.id,
    }


def _keep_judgements(session: Session, judged: Sequence[JudgedLine], *, now: datetime) -> None:
    for statement, wanted in ((_MATCHED, True), (_SEEN, False)):
        found = [line for line in judged if (line.verdict is None) is wanted]
        values: dict[str, Any] = {
            "ids": [line.id for line in found],
            "booked": [line.booked_minor for line in found],
            "moved": [line.row_minor for line in found],
        }
        if found:
            session.execute(statement, values | ({"now": now} if wanted else {}))
