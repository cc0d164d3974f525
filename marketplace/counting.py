"""Counts beside filters: exact up to a thousand, told as "1,000+" beyond, so that none costs more as the shop grows."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Subquery, func, literal_column, select, union_all

from marketplace import db
from marketplace.numerals import number_text

MOST_COUNTED = 1_000
Value = TypeVar("Value", bound=StrEnum)


def by_value(rows: Select[*tuple[Any, ...]], column: ColumnElement[Any], values: Iterable[Value]) -> dict[Value, int]:
    """Return how many of `rows` have each value in `column`, none counted further than one beyond MOST_COUNTED.

    Each value is looked for by itself, so that an index that begins with `column` answers a frequent value after a
    thousand rows, and a rare one at once.
    """
    asked = list(values)
    return dict(zip(asked, counted(*(rows.where(column == value) for value in asked)), strict=True))


def counted(*sets: Select[*tuple[Any, ...]]) -> list[int]:
    """Return how many rows each set has, none counted further than one beyond MOST_COUNTED. One statement."""
    parts = [_part(number, each.limit(MOST_COUNTED + 1).subquery()) for number, each in enumerate(sets)]
    found = sorted((int(place), int(number)) for place, number in map(tuple, db.read(union_all(*parts))))
    return [number for _, number in found]


def count_text(number: int) -> str:
    """Return a count as it stands beside a filter: 12, 1,000, or 1,000+ where there are more."""
    return number_text(number) if number <= MOST_COUNTED else f"{number_text(MOST_COUNTED)}+"


def _part(place: int, rows: Subquery) -> Select[*tuple[int, int]]:
    return select(literal_column(str(place)).label("place"), func.count().label("number")).select_from(rows)
