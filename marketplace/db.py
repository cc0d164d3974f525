"""The database: column types, page reads and the one write boundary.

Two pools on one server (DESIGN 4.1 and 4.2). Writers run SERIALIZABLE with `enable_seqscan=off`, because a scan of a
small table takes a lock on the whole relation and makes strangers collide. Readers are read-only and autocommit, so
that nothing is held while a page waits for a provider.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Dialect,
    Engine,
    Executable,
    Identity,
    MetaData,
    Row,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.exc import DBAPIError, MultipleResultsFound
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from marketplace import batches, prepared, tries
from marketplace.errors import Conflict
from marketplace.failpoints import Failpoint, reach
from marketplace.named_locks import BUSY, named, sqlstate, stays_taken

P = ParamSpec("P")
T = TypeVar("T")

_STATEMENTS = 3_000
"""So many compiled statements SQLAlchemy keeps: the shop has more than the five hundred that it would."""
_LOCK_WAIT, _NEAR = "5s", "-c random_page_cost=1.1"
_RETRYABLE = frozenset({"40001", "40P01"})
_TAKE_TURN = "LOCK TABLE turn IN SHARE UPDATE EXCLUSIVE MODE"
_open_atomic: ContextVar[bool] = ContextVar("open_atomic", default=False)
_ahead: ContextVar[prepared.Ahead | None] = ContextVar("ahead", default=None)

PrimaryKey = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
MinorUnits = Annotated[int, mapped_column(BigInteger)]
Currency = Annotated[str, mapped_column(String(3))]
UtcTime = Annotated[datetime, mapped_column(TIMESTAMP(timezone=True))]
Text64 = Annotated[str, mapped_column(String(64))]
Text200 = Annotated[str, mapped_column(String(200))]
LongText = Annotated[str, mapped_column(Text)]
Document = Annotated[dict[str, Any], mapped_column(JSONB)]
WrittenIn = Annotated[
    int | None, mapped_column(BigInteger, server_default=text("(pg_current_xact_id())::text::bigint"))
]
"""The database's number of the transaction that wrote a row: rows with the same one are one deed. It is no time."""


class EnumText(TypeDecorator[StrEnum]):
    """Store a StrEnum by its value, so that a stored word is a word people can read."""

    impl = String(40)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        """Return the word to store; raises ValueError for a word the enum does not have."""
        return None if value is None else str(self.kind(value).value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], StrEnum | None]:
        """Return what makes the enum's member of a stored word; it raises ValueError for one the enum does not have."""
        return _Members(self.kind).__getitem__


class _Members(dict[str | None, StrEnum | None]):
    """Members by their word: pages read words by the hundred, and looking one up is a tenth of calling the enum."""

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__({member.value: member for member in kind})
        self[None] = None
        self._kind = kind

    def __missing__(self, word: str | None) -> StrEnum | None:
        return self._kind(str(word))


class Base(DeclarativeBase):
    """Every table's parent: one metadata with predictable constraint names."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


database = SQLAlchemy(metadata=Base.metadata)

TURN = Table("turn", Base.metadata, Column("id", BigInteger, primary_key=True)).name
"""Among the locks of `atomic`: strangers who write money rows take turns instead of colliding.

New rows of all buyers stand on the same few index pages. Under SERIALIZABLE a look at a page (a foreign key looks too)
collides with every insert into it, and an update of a status that a partial index names is an insert. Eight clients
that place orders used up twelve tries; in turn none needs a second one. The table is empty: it is only locked.
"""


def engine_settings(url: str, pool: int) -> dict[str, Any]:
    """Return the Flask-SQLAlchemy settings of both pools for `url`, each of `pool` connections."""
    # Parameters may be e-mail addresses and tokens: they stay out of exception texts, and so out of logs.
    common = {
        "pool_size": pool,
        "max_overflow": 0,
        "pool_timeout": 30,
        "pool_use_lifo": True,
        "hide_parameters": True,
        "query_cache_size": _STATEMENTS,
    }
    return {
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            **common,
            "isolation_level": "SERIALIZABLE",
            "connect_args": {"options": f"-c enable_seqscan=off -c timezone=UTC -c lock_timeout={_LOCK_WAIT}"},
        },
        "SQLALCHEMY_BINDS": {
            "reader": {
                **common,
                "url": url,
                "isolation_level": "AUTOCOMMIT",
                "skip_autocommit_rollback": True,
                # In memory and on today's disks any page costs what its neighbour costs (docs/performance.md).
                "connect_args": {"options": f"-c default_transaction_read_only=on {_NEAR} -c timezone=UTC"},
            }
        },
    }


def read(statement: Executable, parameters: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
    """Return the rows of one read-only statement; the connection is given back at once."""
    values = parameters or {}
    ahead = _ahead.get()
    if ahead is not None:
        if (found := ahead.answer(statement, values)) is not None:
            return found
        if ahead.waiting:
            together = prepared.rows(_reader(), [(statement, values), *ahead.waiting])
            return ahead.keep(together) if together else _read(statement, values)
    return _read(statement, values)


def _read(statement: Executable, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
    engine = _reader()
    found = prepared.rows(engine, [(statement, values)])
    if found is not None:
        return found[0]
    with engine.connect() as connection:
        result = connection.execute(statement, values)
        prepared.note(statement, result.keys())
        return result.all()


@contextmanager
def reading_ahead(*questions: prepared.Question | None) -> Iterator[None]:
    """Let `questions` travel with the first read of the block; `read` of one of them has its answer then, once.

    A page that knows what it will read waits for the server once, and gives the processor away once. None is left out.
    """
    token = _ahead.set(prepared.Ahead([question for question in questions if question is not None]))
    try:
        yield
    finally:
        _ahead.reset(token)


def read_one(statement: Executable, parameters: Mapping[str, Any] | None = None) -> Row[Any] | None:
    """Return the only row of a read-only statement, or None. Raises MultipleResultsFound for several."""
    found = read(statement, parameters)
    if len(found) > 1:
        raise MultipleResultsFound("Several rows were found where one was asked for.")
    return found[0] if found else None


@contextmanager
def snapshot(*, deferrable: bool = False) -> Iterator[Connection]:
    """Yield a read-only connection that sees one moment: a figure and its rows, a statement, a check.

    `deferrable` waits for a moment that no serialisation anomaly can touch, as `check-books` needs.
    """
    level = "SERIALIZABLE" if deferrable else "REPEATABLE READ"
    options = {"isolation_level": level, "postgresql_readonly": True, "postgresql_deferrable": deferrable}
    with _reader().connect().execution_options(**options) as connection, connection.begin():
        yield connection


def append(
    statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
) -> Sequence[Row[Any]]:
    """Run one statement READ COMMITTED and commit it: inbox rows and sign-in rows, which no money rule reads.

    Several `parameters` are several rows in one go.
    """
    if isinstance(parameters, Mapping) and (found := prepared.append(_writer(), statement, parameters)) is not None:
        return found
    with _writer().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        result = connection.execute(statement, parameters or {})
        if result.returns_rows:
            prepared.note(statement, result.keys())
        return result.all() if result.returns_rows else ()


def atomic(
    operation: Callable[Concatenate[Session, P], T], locks: Sequence[str] = (), *args: P.args, **values: P.kwargs
) -> T:
    """Run `operation` in one SERIALIZABLE transaction and commit it, as often as a collision demands (12 tries).

    `locks` name hot rows ("listing:7"), or TURN; they only save retries, the isolation level keeps the rules. The
    operation takes ids and values, and does nothing that can't be repeated. Raises Conflict when a lock stays taken
    for 5 s.
    """
    what = getattr(operation, "__name__", "partial")
    return _told(lambda session: operation(session, *args, **values), locks, what, ())


def in_turn(operation: Callable[[Session], T], questions: Sequence[batches.Question]) -> T:
    """Run `operation` as `atomic` does with TURN; its first `questions` travel with the lock (`batches.rows`).

    Everybody else waits while the holder of the turn waits for an answer: each trip less is one more in the time.
    """
    return _told(operation, (TURN,), getattr(operation, "__name__", "partial"), questions)


def _told(
    operation: Callable[[Session], T], locks: Sequence[str], what: str, questions: Sequence[batches.Question]
) -> T:
    if _open_atomic.get():
        raise RuntimeError("atomic does not nest: pass the session to the inner operation")
    reach(Failpoint.BEGIN, what)
    answer = _tried(operation, locks, what, questions)
    reach(Failpoint.COMMITTED, what)
    return answer


def _tried(
    operation: Callable[[Session], T], locks: Sequence[str], what: str, questions: Sequence[batches.Question]
) -> T:
    names = [name for name in locks if name != TURN]
    with _writer().connect() as connection, named(connection, names):
        for attempt in range(1, tries.MOST + 1):
            token = _open_atomic.set(True)
            try:
                with Session(connection, expire_on_commit=False) as session, session.begin():
                    if attempt > 1 or len(names) < len(locks):
                        # A table lock is the only one that comes before the snapshot; it goes with the transaction.
                        batches.begin(session, _TAKE_TURN, questions)
                    answer = operation(session)
                    reach(Failpoint.WRITTEN, what)
            except DBAPIError as error:
                if stays_taken(error):
                    raise Conflict(BUSY) from error
                if attempt == tries.MOST or sqlstate(error) not in _RETRYABLE:
                    raise
            else:
                tries.UNIT_TRIES.observe(attempt)
                return answer
            finally:
                _open_atomic.reset(token)
            time.sleep(random.uniform(0, min(0.2, 0.002 * 2**attempt)))  # noqa: S311  jitter, not a secret
    raise AssertionError("the last try returns or raises")


def forbid_open_transaction() -> None:
    """Raise RuntimeError inside `atomic`: no provider call may wait while a transaction is open (invariant I26)."""
    if _open_atomic.get():
        raise RuntimeError("a provider was called inside a transaction")


def _writer() -> Engine:
    return database.engine


def _reader() -> Engine:
    return database.engines["reader"]
