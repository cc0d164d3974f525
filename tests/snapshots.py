"""A whole database put aside and put back, so that many histories can start from the very same moment."""

import copy
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit

from psycopg import sql

from tests.builders import World
from tests.postgres_server import kept_connection

T = TypeVar("T")
P = ParamSpec("P")

_QUEUE = "'procrastinate_jobs', 'procrastinate_events'"
_COLUMNS = f"""
    SELECT t.tablename, array_agg(c.column_name::text ORDER BY c.ordinal_position)
    FROM pg_tables t JOIN information_schema.columns c ON c.table_schema = 'public' AND c.table_name = t.tablename
    WHERE t.schemaname = 'public' AND c.is_generated = 'NEVER'
        AND (t.tablename NOT LIKE 'procrastinate%' OR t.tablename IN ({_QUEUE}))
        AND t.tablename NOT IN ('alembic_version', 'fee_schedule', 'installation')
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
        empty = sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in self._tables)
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
    """What a walk through the real operations left behind: its answer, when it ended, and both databases."""

    answer: object
    at: datetime
    databases: tuple[Snapshot, Snapshot]


_FRESH = timedelta(minutes=4)
"""How old a remembered walk may be. What the shop does by the clock, it does every five minutes or more seldom."""

_walks: dict[tuple[str, Hashable], _Walked] = {}


def remembered(world: World, key: Hashable, walk: Callable[[], T]) -> T:
    """Return what `walk` answers from an empty shop: by walking, or by putting back the rows it made a moment ago.

    `walk` takes its course the first time in this process, after `_FRESH`, and whenever the shop is not empty.
    """
    place = (world.urls.superuser, key)
    if world.rows('SELECT FROM "user" LIMIT 1'):
        return walk()
    known = _walks.get(place)
    if known is None or not timedelta(0) <= world.now - known.at < _FRESH:
        answer, at = walk(), world.now
        shop, sandbox = world.urls.superuser, _as_superuser(world)
        known = _walks[place] = _Walked(copy.deepcopy(answer), at, (Snapshot(shop), Snapshot(sandbox)))
        return answer
    for database in known.databases:
        database.restore()
    return copy.deepcopy(known.answer)  # type: ignore[return-value]


def walked_once(walk: Callable[Concatenate[World, P], T]) -> Callable[Concatenate[World, P], T]:
    """Let a builder that begins with an empty shop be walked once for many tests; see `remembered`."""

    @wraps(walk)
    def found(world: World, *args: P.args, **values: P.kwargs) -> T:
        key = (walk.__module__, walk.__qualname__, args, tuple(values.items()))
        return remembered(world, key, lambda: walk(world, *args, **values))

    return found


def _as_superuser(world: World) -> str:
    """Return the superuser's URL of the sandbox's database."""
    shop = urlsplit(world.urls.superuser)
    return shop._replace(path=urlsplit(world.urls.sandbox).path).geturl()
