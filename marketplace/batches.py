"""Statements of one `atomic` that travel together: a round trip for all of them, the last ones with their COMMIT."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Write = tuple[str, Mapping[str, Any] | Sequence[Any]]
"""One statement in SQL and its parameters."""

_LATER = "writes for the end"
_WATCHED = "watched to its end"
_COMMIT: Write = ("COMMIT", ())


def send(session: Session, writes: Sequence[Write]) -> None:
    """Send statements of an open `atomic` in one round trip. None may need another's answer."""
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError("batches are psycopg's")
    try:
        with connection.pipeline(), connection.cursor() as cursor:
            for statement, parameters in writes:
                cursor.execute(statement, parameters)
    except psycopg.Error as error:
        raise DBAPIError("a batch", None, error, hide_parameters=True) from error


def last(session: Session, writes: Sequence[Write]) -> None:
    """Send the last statements of an `atomic` in one round trip, and COMMIT with them; nothing can follow.

    Who holds a turn while the commit travels by itself keeps everybody else waiting for that long.
    """
    session.flush()
    send(session, writes if _WATCHED in session.info else [*writes, _COMMIT])


def commit_apart(session: Session) -> None:
    """Keep the commit of an open `atomic` out of its last batch: somebody looks, or writes, between the two."""
    session.info[_WATCHED] = True


def later(session: Session, writes: Sequence[Write]) -> None:
    """Send statements of an open `atomic` with its last ones, in one round trip; nothing may read what they change."""
    session.info.setdefault(_LATER, []).extend(writes)


def put_off(session: Session) -> list[Write]:
    """Return what `later` has put off, for the one that writes last."""
    writes: list[Write] = session.info.pop(_LATER, [])
    return writes
