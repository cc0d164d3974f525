"""The provider's lines as pages show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import aliased

from marketplace import db
from marketplace.ledger.models import LedgerEntry
from marketplace.paging import ALWAYS, Cursor, Listed, Period, read_page
from marketplace.reconciliation.models import Break, ProviderLine
from marketplace.reconciliation.states import BreakStatus

_L = ProviderLine.__table__.c


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of our account at the provider, and what the other sides say of it; minor units."""

    id: int
    line_id: str
    kind: str
    source_id: str | None
    source_status: str
    currency: str
    amount_minor: int
    fee_minor: int
    net_minor: int
    booked_minor: int | None
    row_minor: int | None
    made_at: datetime
    matched_at: datetime | None
    entry_id: int | None
    break_number: str | None


@dataclass(frozen=True, slots=True)
class SoughtLines:
    """Which lines are wanted; "" and None for all."""

    currency: str
    kind: str
    is_open: bool
    period: Period = ALWAYS


_open_break = aliased(Break)
_LINE: Select[Any] = (
    select(
        _L.id,
        _L.line_id,
        _L.kind,
        _L.source_id,
        _L.source_status,
        _L.currency,
        _L.amount_minor,
        _L.fee_minor,
        _L.net_minor,
        _L.booked_minor,
        _L.row_minor,
        _L.made_at,
        _L.matched_at,
        LedgerEntry.id,
        _open_break.number,
    )
    .outerjoin(LedgerEntry, LedgerEntry.key == "balance_transaction:" + _L.line_id)
    .outerjoin(_open_break, and_(_open_break.line_id == _L.id, _open_break.status == BreakStatus.OPEN))
)


def line(line_id: int) -> LineRow | None:
    """Return one line; None when it is not there."""
    rows = db.read(_LINE.where(_L.id == line_id))
    return LineRow(*tuple(rows[0])) if rows else None


def lines(sought: SoughtLines, cursor: Cursor) -> Listed[LineRow]:
    """Return one page of the provider's lines of our account, newest first."""
    conditions: list[ColumnElement[bool]] = [_L.account_id == "", _L.is_ours.is_(True), sought.period.of(_L.made_at)]
    if sought.currency:
        conditions.append(_L.currency == sought.currency)
    if sought.kind:
        conditions.append(_L.kind == sought.kind)
    if sought.is_open:
        conditions.append(_L.matched_at.is_(None))
    return read_page(_LINE.where(*conditions), _L.id, cursor, LineRow, at=_L.made_at)
