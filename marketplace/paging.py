"""Keyset paging: a page is found by the row it starts after, so it costs the same on page one and page thousand."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Executable, Row, Select, and_, false, or_, select

from marketplace import db

T = TypeVar("T")
PAGE_SIZE = 25
_CSV_STEP = 500


class Sort(StrEnum):
    """In which order a list stands. Amounts compare within one currency, so currencies follow one another."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"
    SMALLEST = "smallest"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Period:
    """Some time: from `since` (inclusive) to `until` (exclusive), UTC; None where it is open."""

    since: datetime | None = None
    until: datetime | None = None

    def of(self, column: ColumnElement[datetime]) -> ColumnElement[bool]:
        """Return the condition that `column` lies in this time."""
        conditions = []
        if self.since is not None:
            conditions.append(column >= self.since)
        if self.until is not None:
            conditions.append(column < self.until)
        return and_(*conditions) if conditions else ~false()


ALWAYS = Period()
"""No limit on either side."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Which page of a list: the rows that follow the row `after`, those right ahead of the row `before`, or the first.

    `sort` is None for the list's own order.
    """

    before: int | None = None
    after: int | None = None
    size: int = PAGE_SIZE
    sort: Sort | None = None


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """One page of rows, and the ids of the rows at which its neighbours start; None where there is none."""

    rows: tuple[T, ...]
    previous_before: int | None = None
    next_after: int | None = None


@dataclass(frozen=True, slots=True)
class Amounts:
    """The columns by which a list stands in order of its amounts; both are of the table of the list's key."""

    currency: ColumnElement[str]
    minor: ColumnElement[int]


def read_page(
    statement: Select[*tuple[Any, ...]],
    key: ColumnElement[int],
    cursor: Cursor,
    make: Callable[..., T],
    *,
    sort: Sort = Sort.NEWEST,
    amounts: Amounts | None = None,
    due: ColumnElement[datetime] | None = None,
    at: ColumnElement[datetime] | None = None,
    read: Callable[[Executable], Sequence[Row[Any]]] = db.read,
) -> Listed[T]:
    """Return the page of `statement` at `cursor`, in the order the cursor or else `sort` says.

    `key` is the unique number that grows with time and the statement's first column; `make` takes one row's columns.
    One row more than shown is read, to know whether there are others. A list without `amounts` is never sorted by them;
    `due` is never NULL and says what comes first where things are due; `at`, never NULL, is the time of things
    that become known out of order.
    `read` may read in a snapshot, where something else must agree with the rows.
    """
    order = _order(key, cursor.sort or sort, amounts, due, at) or _order(key, sort, amounts, due, at)
    backwards = cursor.before is not None and cursor.after is None
    if backwards:
        order = [(column, not falls) for column, falls in order]
    place = cursor.before if backwards else cursor.after
    if place is not None:
        statement = statement.where(_beyond(order, key, place))
    by = [column.desc() if falls else column.asc() for column, falls in order]
    found = read(statement.order_by(None).order_by(*by).limit(cursor.size + 1))
    more = len(found) > cursor.size
    shown = list(found[: cursor.size])
    if backwards:
        shown.reverse()
    has_previous = more if backwards else cursor.after is not None
    return Listed(
        tuple(make(*tuple(row)) for row in shown),
        previous_before=shown[0][0] if shown and has_previous else None,
        next_after=shown[-1][0] if shown and (backwards or more) else None,
    )


def every(read: Callable[[Cursor], Listed[T]], cursor: Cursor) -> Iterator[T]:
    """Yield all rows of a list in the order of `cursor`, whatever page it is on; `read` reads one page."""
    step = replace(cursor, before=None, after=None, size=_CSV_STEP)
    while True:
        listed = read(step)
        yield from listed.rows
        if listed.next_after is None:
            return
        step = replace(step, after=listed.next_after)


def _order(
    key: ColumnElement[int],
    sort: Sort,
    amounts: Amounts | None,
    due: ColumnElement[datetime] | None,
    at: ColumnElement[datetime] | None,
) -> list[tuple[ColumnElement[Any], bool]]:
    """Return the columns of an order, each with whether it falls; nothing for what the list lacks."""
    if sort in (Sort.NEWEST, Sort.OLDEST):
        falls = sort is Sort.NEWEST
        return [(key, falls)] if at is None else [(at, falls), (key, falls)]
    if sort is Sort.DUE:
        return [(due, False), (key, False)] if due is not None else []
    falls = sort is Sort.LARGEST
    return [(amounts.currency, False), (amounts.minor, falls), (key, falls)] if amounts else []


def _beyond(order: list[tuple[ColumnElement[Any], bool]], key: ColumnElement[int], place: int) -> ColumnElement[bool]:
    """Return the condition that a row stands behind the row `place` in this order."""
    beyond: ColumnElement[bool] = false()
    for column, falls in reversed(order):
        at = place if column is key else select(column).where(key == place).correlate(None).scalar_subquery()
        beyond = or_(column < at if falls else column > at, and_(column == at, beyond))
    return beyond
