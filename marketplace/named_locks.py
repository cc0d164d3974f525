"""Locks by name: they only save retries, as the isolation level keeps the rules."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from marketplace.errors import Conflict

BUSY = "Somebody else is changing this right now. Please try again."
_STAYS_TAKEN = "55P03"


@contextmanager
def named(connection: Connection, names: Sequence[str]) -> Iterator[None]:
    """Hold the locks with these names; raise Conflict when one stays taken."""
    # Session-level locks in their own transaction: a snapshot taken before the wait would end in 40001 anyway.
    if not names:
        yield
        return
    try:
        with connection.begin():
            for name in sorted(set(names)):
                connection.execute(text("SELECT pg_advisory_lock(hashtextextended(:name, 0))"), {"name": name})
    except DBAPIError as error:
        _unlock(connection)
        if stays_taken(error):
            raise Conflict(BUSY) from error
        raise
    try:
        yield
    finally:
        _unlock(connection)


def _unlock(connection: Connection) -> None:
    if connection.closed or connection.invalidated:
        return
    with connection.begin():
        connection.execute(text("SELECT pg_advisory_unlock_all()"))


def stays_taken(error: DBAPIError) -> bool:
    """Return whether a statement waited for a lock until its time was up."""
    return sqlstate(error) == _STAYS_TAKEN


def sqlstate(error: DBAPIError) -> str | None:
    """Return the code of a database error."""
    return getattr(error.orig, "sqlstate", None)
