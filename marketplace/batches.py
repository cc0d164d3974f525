"""Statements of one `atomic` that travel together: a round trip for all of them, the last ones with their COMMIT."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace import trips

Write = tuple[str, Mapping[str, Any] | Sequence[Any]]
"""One statement in SQL and its parameters."""

Question = tuple[str, tuple[Any, ...]]
"""One SELECT and its parameters."""

_AHEAD = "read with the turn"
_LATER = "writes for the end"
_WATCHED = "watched to its end"
_COMMIT: Write = ("COMMIT", ())
_ROLLBACK: Write = ("ROLLBACK", ())


def begin(session: Session, lock: str, questions: Sequence[Question]) -> None:
    """Begin the transaction of an `atomic`, take `lock` and ask `questions`, in one round trip; `rows` has the answers.

    The server does one after the other: what is read is as it stands once the lock is taken.
    """
    if not questions:
        session.connection().exec_driver_sql(lock)
        return
    answers = _travel(session, [(lock, ()), *questions], "a lock")
    session.info[_AHEAD] = {
        question: answer.named_rows() for question, answer in zip(questions, answers[1:], strict=True)
    }


def rows(session: Session, question: Question) -> Sequence[Any]:
    """Return the rows of a question, by the names of their columns; the answer that came with the turn is given once.

    What came with the turn is older than what this transaction has written: ask before writing.
    """
    ahead: dict[Question, Sequence[Any]] = session.info.get(_AHEAD, {})
    found = ahead.pop(question, None)
    return session.connection().exec_driver_sql(*question).all() if found is None else found


def send(session: Session, writes: Sequence[Write]) -> None:
    """Send statements of an open `atomic` in one round trip. None may need another's answer."""
    _travel(session, writes, "a batch")


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


def _travel(session: Session, statements: Sequence[Write], what: str) -> list[trips.Answer]:
    """Send statements of an open `atomic`, its BEGIN before them where nothing has begun; return their answers."""
    line = trips.line_of(session.connection().connection)
    ahead = [line.begin()] if line.is_idle else []
    try:
        return line.send([*ahead, *statements])[len(ahead) :]
    except psycopg.Error as error:
        raise DBAPIError(what, None, error, hide_parameters=True) from error


@event.listens_for(Engine, "rollback")
def _roll_back(connection: Connection) -> None:
    """Roll back past psycopg, which would let the server forget all prepared statements with the transaction.

    Where that fails psycopg finds an open transaction still, and tells what is wrong.
    """
    line = None if connection.invalidated else trips.line_of(connection.connection)
    if line is not None and not line.is_idle:
        try:
            line.send([_ROLLBACK])
        except psycopg.Error:
            line.forget()
