"""Locks by name: they only save retries, as the isolation level keeps the rules."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from marketplace import trips
from marketplace.errors import Conflict

BUSY = "Somebody else is changing this right now. Please try again."
_STAYS_TAKEN = "55P03"
_LOCK = "SELECT pg_advisory_lock(hashtextextended(%s, 0))"
_UNLOCK = "SELECT pg_advisory_unlock_all()"


@contextmanager
def named(connection: Connection, names: Sequence[str]) -> Iterator[None]:
    """Hold the locks with these names; raise Conflict when one stays taken."""
    # Session-level locks before the transaction: a snapshot taken before the wait would end in 40001 anyway.
    if not names:
        yield
        return
    try:
        _ask(connection, [(_LOCK, (name,)) for name in sorted(set(names))])
    except (psycopg.errors.LockNotAvailable, DBAPIError) as error:
        _unlock(connection)
        if isinstance(error, psycopg.errors.LockNotAvailable) or stays_taken(error):
            raise Conflict(BUSY) from error
        raise
    try:
        yield
    finally:
        _unlock(connection)


def _unlock(connection: Connection) -> None:
    if not connection.closed and not connection.invalidated:
        _ask(connection, [(_UNLOCK, ())])


def _ask(connection: Connection, statements: Sequence[trips.Statement]) -> None:
    """Send statements in one trip, a transaction of their own: BEGIN and COMMIT would be two more.

    Raises LockNotAvailable. With every other failure SQLAlchemy finds out what ails the connection, and raises its own.
    """
    try:
        trips.line_of(connection.connection).send(statements)
    except psycopg.errors.LockNotAvailable:
        raise
    except psycopg.Error:
        with connection.begin():
            for statement, values in statements:
                connection.exec_driver_sql(statement, tuple(values))


def stays_taken(error: DBAPIError) -> bool:
    """Return whether a statement waited for a lock until its time was up."""
    return sqlstate(error) == _STAYS_TAKEN


def sqlstate(error: DBAPIError) -> str | None:
    """Return the code of a database error."""
    return getattr(error.orig, "sqlstate", None)
