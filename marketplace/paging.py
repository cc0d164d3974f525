"""Keyset paging: a page is found by the id it starts after, so that it costs the same on page one and page thousand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select

from marketplace import db

T = TypeVar("T")
PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Cursor:
    """Which page of a list, newest first: the rows older than `before`, newer than `after`, or the newest."""

    before: int | None = None
    after: int | None = None
    size: int = PAGE_SIZE


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """One page of rows as they are shown, and the ids at which its neighbours start; None where there is none."""

    rows: tuple[T, ...]
    newer_than: int | None
    older_than: int | None


def read_page(
    statement: Select[*tuple[Any, ...]],
    key: ColumnElement[int],
    cursor: Cursor,
    make: Callable[..., T],
    *,
    oldest_first: bool = False,
) -> Listed[T]:
    """Return the page of `statement` at `cursor`, ordered by the unique `key`; `make` takes one row's columns.

    The statement's first column is the key. One row more than shown is read, to know whether there are others.
    Newest first, unless the oldest rows are the most urgent ones.
    """
    upwards = cursor.after is not None or (oldest_first and cursor.before is None)
    if cursor.after is not None:
        statement = statement.where(key > cursor.after)
    elif cursor.before is not None:
        statement = statement.where(key < cursor.before)
    found = db.read(statement.order_by(key.asc() if upwards else key.desc()).limit(cursor.size + 1))
    more = len(found) > cursor.size
    shown = list(found[: cursor.size])
    if upwards != oldest_first:
        shown.reverse()
    has_newer = more if upwards else cursor.before is not None
    has_older = cursor.after is not None if upwards else more
    newest, oldest = (-1, 0) if oldest_first else (0, -1)
    return Listed(
        tuple(make(*tuple(row)) for row in shown),
        newer_than=shown[newest][0] if shown and has_newer else None,
        older_than=shown[oldest][0] if shown and has_older else None,
    )
