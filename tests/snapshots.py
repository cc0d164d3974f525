"""The shop's whole database put aside and put back, so that many histories can start from the very same moment."""

from typing import Self

import psycopg
from psycopg import sql

_TABLES = (
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'procrastinate%'"
    " AND tablename NOT IN ('alembic_version', 'fee_schedule', 'installation')"
)
_COLUMNS = (
    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
    " AND is_generated = 'NEVER' ORDER BY ordinal_position"
)


class Snapshot:
    """All rows of the shop as they were when this was made."""

    def __init__(self, superuser_url: str) -> None:
        self._connection = psycopg.connect(superuser_url, autocommit=True)
        self._connection.execute("SET session_replication_role = replica")
        self._rows: dict[str, tuple[sql.Composed, bytes]] = {}
        self._tables = [str(name) for (name,) in self._connection.execute(_TABLES).fetchall()]
        for table in self._tables:
            names = [sql.Identifier(name) for (name,) in self._connection.execute(_COLUMNS, (table,)).fetchall()]
            place = sql.SQL("{} ({})").format(sql.Identifier(table), sql.SQL(", ").join(names))
            with self._connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(place)) as rows:
                content = b"".join(bytes(block) for block in rows)
            if content:
                self._rows[table] = place, content

    def restore(self) -> None:
        """Put every row back as it was; rows added since then are gone."""
        empty = sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in self._tables)
        with self._connection.transaction():
            self._connection.execute(empty)
            for place, content in self._rows.values():
                with self._connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(place)) as rows:
                    rows.write(content)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """Return what a query sees now."""
        return self._connection.execute(statement.encode()).fetchall()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
