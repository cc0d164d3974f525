"""A whole database put aside and put back, so that many histories can start from the very same moment."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit

from psycopg import sql

from tests.postgres_server import kept_connection

if TYPE_CHECKING:
    from tests.builders import World

T = TypeVar("T")
P = ParamSpec("P")

_QUEUE = "'procrastinate_jobs', 'procrastinate_events'"
_COLUMNS = f"""
    SELECT t.tablename, array_agg(c.column_name::text ORDER BY c.ordinal_position)
    FROM pg_tables t JOIN information_schema.columns c ON c.table_schema = 'public' AND c.table_name = t.tablename
    WHERE t.schemaname = 'public' AND c.is_generated = 'NEVER'
        AND (t.tablename NOT LIKE 'procrastinate%' OR t.tablename IN ({_QUEUE}))
        AND t.tablename NOT IN ('alembic_version', 'fee_schedule', 'credit_package', 'installation')
    GROUP BY t.tablename ORDER BY t.tablename
"""


class Snapshot:
    """All rows of a database as they were when this was made."""

    def __init__(self, superuser_url: str) -> None:
        self._connection = kept_connection(superuser_url)
        columns = _columns(superuser_url)
        self._tables = list(columns)
        filled = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(table), sql.Identifier(table))
            for table in self._tables
        )
        self._rows: dict[str, tuple[sql.Composed, bytes]] = {}
        for (table,) in self._connection.execute(filled, prepare=True).fetchall():
            names = sql.SQL(", ").join(map(sql.Identifier, columns[table]))
            place = sql.SQL("{} ({})").format(sql.Identifier(table), names)
            with self._connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(place)) as rows:
                self._rows[table] = place, b"".join(bytes(block) for block in rows)

    def restore(self) -> None:
        """Put every row back as it was; rows added since then are gone."""
        self._put_back(self._tables)

    def restore_into_new(self) -> None:
        """Put every row back as it was, into a database without others than a new one has."""
        self._put_back(list(self._rows))

    def _put_back(self, tables: list[str]) -> None:
        empty = sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in tables)
        with self._connection.transaction():
            self._connection.execute("SET LOCAL session_replication_role = replica")
            self._connection.execute(empty)
            for place, content in self._rows.values():
                with self._connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(place)) as rows:
                    rows.write(content)


@cache
def _columns(superuser_url: str) -> dict[str, list[str]]:
    """Return what each table's rows hold, but for what the database computes itself."""
    return {str(table): names for table, names in kept_connection(superuser_url).execute(_COLUMNS).fetchall()}


@dataclass(frozen=True)
class _Walked:
    """What a walk through the real operations left behind: its answer, both databases, files, and when it was."""

    answer: object
    settings: object
    began_at: datetime
    ended_at: datetime
    databases: tuple[Snapshot, Snapshot]
    files: dict[Path, bytes]

    def fits(self, world: World) -> bool:
        """Return whether the walk would leave the same rows, but for seconds, if it began now or had just ended."""
        begins = self.began_at - _A_SECOND <= world.now < self.began_at + _FRESH
        has_ended = self.ended_at <= world.now < self.ended_at + _FRESH
        return (begins or has_ended) and self.settings is world.settings


_FRESH = timedelta(minutes=4)
"""How old a remembered walk may be. What the shop does by the clock, it does every five minutes or more seldom."""
_A_SECOND = timedelta(seconds=1)
"""What the clock that tests begin with is exact to."""

_walks: dict[tuple[str, Hashable], _Walked] = {}


def remembered(world: World, key: Hashable, walk: Callable[[], T]) -> T:
    """Return what `walk` answers from an empty shop: by walking, or by putting back the rows it made a moment ago.

    `walk` takes its course the first time in this process, after `_FRESH`, and whenever the shop is not empty.
    """
    if world.rows('SELECT FROM "user" LIMIT 1'):
        return walk()
    return _remembered(world, key, walk, Snapshot.restore)


def _remembered(world: World, key: Hashable, walk: Callable[[], T], put_back: Callable[[Snapshot], None]) -> T:
    place = (world.urls.superuser, key)
    known = _walks.get(place)
    if known is None or not known.fits(world):
        others = _files(world)
        began_at, answer, ended_at = world.now, walk(), world.now
        databases = Snapshot(world.urls.superuser), Snapshot(_as_superuser(world))
        files = {path: path.read_bytes() for path in _files(world) - others}
        _walks[place] = _Walked(copy.deepcopy(answer), world.settings, began_at, ended_at, databases, files)
        return answer
    for database in known.databases:
        put_back(database)
    for path, content in known.files.items():
        path.write_bytes(content)
    if world.now < known.ended_at:
        world.sandbox.advance_clock(math.ceil((known.ended_at - world.now).total_seconds()))
    return copy.deepcopy(known.answer)  # type: ignore[return-value]


def walked_once(walk: Callable[Concatenate[World, P], T]) -> Callable[Concatenate[World, P], T]:
    """Let a builder that begins with an empty shop be walked once for many tests; see `remembered`."""

    @wraps(walk)
    def found(world: World, *args: P.args, **values: P.kwargs) -> T:
        key = (walk.__module__, walk.__qualname__, args, tuple(values.items()))
        return remembered(world, key, lambda: walk(world, *args, **values))

    return found


def walked_once_from_nothing(walk: Callable[Concatenate[World, P], T]) -> Callable[Concatenate[World, P], T]:
    """Let a builder be walked once for all tests that call it before anything else; later it is always walked.

    Nothing at all may have happened in either database: somebody who registered, a fault that waits, a fee of its own.
    """

    @wraps(walk)
    def found(world: World, *args: P.args, **values: P.kwargs) -> T:
        if not _is_new(world):
            return walk(world, *args, **values)
        key = (walk.__module__, walk.__qualname__, args, tuple(values.items()))
        return _remembered(world, key, lambda: walk(world, *args, **values), Snapshot.restore_into_new)

    return found


_OF_NEW_SHOPS = {"fee_schedule": "id > 2", "objects": "kind <> 'webhook_endpoint'"}
"""Tables in which some rows are there from the beginning, and how the others are told from them."""


def _is_new(world: World) -> bool:
    """Return whether neither the shop nor the provider has anything that a test or its people made."""
    databases = (world.urls.superuser, _as_superuser(world))
    return not any(kept_connection(url).execute(_anything(url), prepare=True).fetchall() for url in databases)


@cache
def _anything(superuser_url: str) -> sql.Composed:
    """Return the question whether a database has rows beside those of a new one."""
    [[has_fees]] = kept_connection(superuser_url).execute("SELECT to_regclass('fee_schedule') IS NOT NULL").fetchall()
    tables = [*_columns(superuser_url), *(["fee_schedule"] if has_fees else [])]
    looks = [
        sql.SQL("EXISTS (SELECT FROM {} WHERE {})").format(
            sql.Identifier(table), sql.SQL(_OF_NEW_SHOPS.get(table, "true"))
        )
        for table in tables
    ]
    return sql.SQL("SELECT WHERE {}").format(sql.SQL(" OR ").join(looks))


def _files(world: World) -> set[Path]:
    """Return the files that people's doings have left."""
    return {path for path in world.settings.var_dir.glob("*/*") if path.is_file()}


def _as_superuser(world: World) -> str:
    """Return the superuser's URL of the sandbox's database."""
    shop = urlsplit(world.urls.superuser)
    return shop._replace(path=urlsplit(world.urls.sandbox).path).geturl()
