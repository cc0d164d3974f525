"""Refunds by where they stand: the admin's queue, and the same tabs for a seller."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select

from marketplace import db
from marketplace.language import Text
from marketplace.paging import Cursor, Listed, Period, Sort
from marketplace.refunds import queries, rules
from marketplace.refunds.models import Refund
from marketplace.refunds.queries import REFUND_ROWS, RefundRow
from marketplace.refunds.states import RefundStatus

_S = RefundStatus


class RefundTab(StrEnum):
    """A tab of a refund list: its label, the statuses it shows, and whether somebody waits there, oldest first."""

    label: str
    statuses: tuple[RefundStatus, ...]
    is_queue: bool

    def __new__(cls, value: str, label: str, statuses: tuple[RefundStatus, ...], is_queue: bool) -> Self:
        """Make a tab."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.statuses, member.is_queue = label, statuses, is_queue
        return member

    WAITING = "waiting", Text("Waiting"), (_S.PENDING, _S.FAILED), True
    PROCESSING = "processing", Text("Processing"), (_S.APPROVED, _S.PROCESSING), True
    DONE = "done", Text("Done"), (_S.COMPLETED,), False
    REJECTED = "rejected", Text("Rejected"), (_S.REJECTED, _S.CANCELLED), False

    def count_of(self, by_status: Mapping[RefundStatus, int]) -> int:
        """Return how many refunds the tab holds, given the number of each status."""
        return sum(by_status.get(status, 0) for status in self.statuses)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which refunds of the queue are looked at: a tab, and in it one status or those beyond their target."""

    tab: RefundTab
    status: RefundStatus | None = None
    is_late: bool = False

    def has(self, row: RefundRow, now: datetime) -> bool:
        """Return whether the choice contains `row`."""
        is_late = row.status is _S.PENDING and rules.answer_due(row.asked_at) < now
        wanted = (self.status,) if self.status else self.tab.statuses
        return row.status in wanted and (is_late or not self.is_late)


_COUNT = select(func.count()).select_from(Refund)
_COUNTS = select(Refund.status, func.count()).group_by(Refund.status)
_NEXT = select(Refund.number)
_WAITING_SINCE = select(func.min(Refund.asked_at)).where(Refund.status.in_(RefundTab.WAITING.statuses))


def queue(choice: Choice, period: Period, now: datetime, cursor: Cursor) -> Listed[RefundRow]:
    """Return one page of what an admin chose: the oldest first where somebody waits, else the newest."""
    return _tab(REFUND_ROWS.where(*_narrowed(choice, now)), choice.tab, period, cursor)


def next_waiting(choice: Choice, decided_id: int, now: datetime) -> str | None:
    """Return the number of the waiting refund after the decided one, else of the oldest; None when none waits."""
    others = _NEXT.where(Refund.status.in_(choice.tab.statuses), Refund.id != decided_id, *_narrowed(choice, now))
    found = db.read_one(others.order_by(Refund.id < decided_id, Refund.id).limit(1))
    return found.number if found else None


def waiting_since() -> datetime | None:
    """Return when the refund was asked for that waits longest; None when none waits."""
    found: datetime | None = db.read(_WAITING_SINCE)[0][0]
    return found


def count_late(now: datetime) -> int:
    """Return how many requests have waited longer than they should."""
    return int(db.read(_COUNT.where(_is_late(now)))[0][0])


def counts() -> dict[RefundStatus, int]:
    """Return how many refunds have each status."""
    return _counted(db.read(_COUNTS))


def refunds_of_seller(seller_id: int, tab: RefundTab, period: Period, cursor: Cursor) -> Listed[RefundRow]:
    """Return a tab of the refunds of a seller's orders that were asked for in `period`."""
    return _tab(REFUND_ROWS.where(Refund.seller_id == seller_id), tab, period, cursor)


def counts_of_seller(seller_id: int) -> dict[RefundStatus, int]:
    """Return how many refunds of a seller's orders have each status."""
    return _counted(db.read(_COUNTS.where(Refund.seller_id == seller_id)))


def _tab(statement: Select[*tuple[Any, ...]], tab: RefundTab, period: Period, cursor: Cursor) -> Listed[RefundRow]:
    # Ids grow with the time of asking, so the lowest waits longest.
    return queries.refund_page(
        statement.where(Refund.status.in_(tab.statuses)), period, cursor, Sort.OLDEST if tab.is_queue else Sort.NEWEST
    )


def _narrowed(choice: Choice, now: datetime) -> tuple[ColumnElement[bool], ...]:
    by_status = (Refund.status == choice.status,) if choice.status else ()
    return (*by_status, _is_late(now)) if choice.is_late else by_status


def _is_late(now: datetime) -> ColumnElement[bool]:
    """Return whether a request waits beyond its target: how long that is depends on the weekday it was made."""
    latest = {weekday + 1: now - rules.days_to_answer(weekday) for weekday in range(7)}
    weekday = func.extract("isodow", func.timezone("UTC", Refund.asked_at))
    return and_(Refund.status == _S.PENDING, Refund.asked_at < case(latest, value=weekday))


def _counted(rows: Iterable[Row[Any]]) -> dict[RefundStatus, int]:
    return dict(map(tuple, rows))
