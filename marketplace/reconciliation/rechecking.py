"""Is a break still one? Each is looked at again by what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from marketplace import db
from marketplace.reconciliation import line_queries, side_queries
from marketplace.reconciliation.breaks import Finding, of_line, of_missing
from marketplace.reconciliation.line_queries import JudgedLine
from marketplace.reconciliation.models import Break, ProviderLine
from marketplace.reconciliation.rules import Cause, Kind, Proposal, Verdict
from marketplace.reconciliation.side_queries import Missing
from marketplace.reconciliation.states import BreakStatus

UNREADABLE = Verdict(Kind.UNREADABLE, Cause.BROKEN, Proposal.ASK, 0)
REPEATED = Verdict(Kind.REPEATED_MESSAGE, Cause.SENT_TWICE, Proposal.NOTHING, 0)

_OPEN = select(Break.id, Break.subject, Break.proposal, Break.line_id, Break.object_id, Break.account_id).where(
    Break.status == BreakStatus.OPEN
)
_NEXT = _OPEN.where(Break.id > bindparam("after")).order_by(Break.id).limit(bindparam("size"))
_ONE = _OPEN.where(Break.id == bindparam("break_id"))
_IS_READ = select(func.count()).where(ProviderLine.line_id == bindparam("line_id"))


@dataclass(frozen=True, slots=True)
class OpenBreak:
    """An open break, as far as looking at it again and mending it need it."""

    id: int
    subject: str
    proposal: Proposal
    line_id: int | None
    object_id: str | None
    account_id: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen: a finding when the sides still do not agree, and the line when it is about one."""

    finding: Finding | None
    line: JudgedLine | None = None


def open_breaks(*, after: int, size: int) -> list[OpenBreak]:
    """Return the next open breaks."""
    return [_open(row) for row in db.read(_NEXT, {"after": after, "size": size})]


def open_break(break_id: int) -> OpenBreak | None:
    """Return one open break, None when it is closed or was never there."""
    rows: Sequence[Row[Any]] = db.read(_ONE, {"break_id": break_id})
    return _open(rows[0]) if rows else None


def look(found: OpenBreak, now: datetime) -> Looked:
    """Look at what a break is about as the sides stand now."""
    name, _, number = found.subject.partition(":")
    if name == "line":
        judged = line_queries.line(int(number))
        return Looked(finding_of_line(judged), judged) if judged else Looked(None)
    if name == "unreadable":
        is_read = db.read(_IS_READ, {"line_id": number})[0][0]
        return Looked(None if is_read else unreadable(number, ""))
    if name == "message":
        return Looked(None)
    return Looked(_missing(name, int(number), now))


def finding_of_line(judged: JudgedLine) -> Finding | None:
    """Return what is wrong about a line with the sellers it touches, None for nothing."""
    if judged.verdict is None:
        return None
    sellers = _sellers(judged.payment_id, judged.refund_id, judged.payout_id)
    return of_line(judged, judged.verdict, sellers)


def finding_of(missing: Missing) -> Finding:
    """Return what is wrong about an entry, a row or a payment to a bank, with the sellers it touches."""
    return of_missing(missing, _sellers(missing.payment_id, missing.refund_id, missing.payout_id))


def unreadable(line_id: str, error: str) -> Finding:
    """Return the finding about a line that nobody can read."""
    return Finding(f"unreadable:{line_id}", UNREADABLE, None, object_id=line_id, note=error)


def _missing(name: str, number: int, now: datetime) -> Finding | None:
    if name == "entry":
        missing = side_queries.entry(number)
    elif name == "payout":
        missing = side_queries.bank_payout(number, now)
    else:
        missing = side_queries.row_of(name, number)
    return finding_of(missing) if missing else None


def _sellers(payment_id: int | None, refund_id: int | None, payout_id: int | None) -> tuple[int, ...]:
    found = line_queries.sellers(payment_id=payment_id, refund_id=refund_id, payout_id=payout_id)
    return tuple(sorted(set(found)))


def _open(row: Row[Any]) -> OpenBreak:
    columns: tuple[Any, ...] = tuple(row)
    return OpenBreak(*columns)
