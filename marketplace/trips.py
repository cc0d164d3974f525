"""One trip to PostgreSQL for several statements, each prepared by the server when it comes for the first time.

A cursor of psycopg looks at every statement, its parameters, its types and its answer anew. For statements that never
change that is most of what they cost in Python (docs/performance.md), so they are sent past it, by psycopg's own
wrapper of libpq; values still become text, and text values, by psycopg's adapters.

Whole numbers always travel as bigint: psycopg's smallest fitting type would make each mixture of small and large ones a
statement of its own, to be prepared and planned anew.
"""

import re
import select
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import Connection, Engine, event

Statement = tuple[str, Mapping[str, Any] | Sequence[Any]]
"""One statement in SQL, with psycopg's places (%s or %(name)s), and its parameters."""

_Key = tuple[str, tuple[int, ...]]
"""A text and the types of its parameters: what the server prepares."""

_LINE = "statements of this connection"
_MOST = 1_500
"""So many statements psycopg keeps prepared per connection: its own hundred make it plan most of them each time."""
_PLACE = re.compile(r"%(?:\((\w+)\)s|(s)|(%))")
_GOOD = frozenset({int(ExecStatus.TUPLES_OK), int(ExecStatus.COMMAND_OK)})
_SYNC = int(ExecStatus.PIPELINE_SYNC)
_IDLE = int(TransactionStatus.IDLE)
_adapters = AdaptersMap(psycopg.adapters)
_adapters.register_dumper(int, Int8Dumper)


class _Context:
    """What psycopg needs to know to turn values into text and back."""

    def __init__(self, driver: "psycopg.Connection[Any]") -> None:
        self.adapters = _adapters
        self.connection = driver


class _Known:
    """A statement that this connection's server has prepared."""

    __slots__ = ("is_new", "key", "name", "named_row")

    def __init__(self, key: _Key, name: bytes) -> None:
        self.key, self.name, self.is_new = key, name, True
        self.named_row: Callable[[tuple[Any, ...]], Any] | None = None


class Answer:
    """What one statement of a trip was answered, until the connection's next trip."""

    __slots__ = ("_known", "_line", "result")

    def __init__(self, line: "Line", known: _Known, result: PGresult) -> None:
        self._line, self._known, self.result = line, known, result

    def rows(self) -> list[tuple[Any, ...]]:
        """Return its rows."""
        self._line.transformer.set_pgresult(self.result)
        return self._line.transformer.load_rows(0, self.result.ntuples, tuple)

    def named_rows(self) -> list[Any]:
        """Return its rows by the names of their columns."""
        make = self._known.named_row
        if make is None:
            names = [(self.result.fname(place) or b"").decode() for place in range(self.result.nfields)]
            kind: Any = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024
            make = self._known.named_row = kind._make
        return [make(row) for row in self.rows()]

    def types(self) -> list[int]:
        """Return the types of its columns, as the server numbers them."""
        return [self.result.ftype(place) for place in range(self.result.nfields)]


class Line:
    """One connection and the statements its server has prepared; for whoever holds the connection."""

    def __init__(self, driver: "psycopg.Connection[Any]") -> None:
        self.transformer = Transformer(_Context(driver))
        self._driver = driver
        self._server: PGconn = driver.pgconn
        self._prepared: dict[_Key, _Known] = {}
        self._stale: list[bytes] = []
        self._made = 0
        self._answers = select.poll()
        self._answers.register(self._server.socket, select.POLLIN)
        self._both = select.poll()
        self._both.register(self._server.socket, select.POLLIN | select.POLLOUT)

    @property
    def is_idle(self) -> bool:
        """Whether no transaction is open."""
        return int(self._server.transaction_status) == _IDLE

    def begin(self) -> Statement:
        """Return what begins a transaction as this connection's owner wants them."""
        driver, words = self._driver, ["BEGIN"]
        if (level := driver.isolation_level) is not None:
            words.append(f"ISOLATION LEVEL {level.name.replace('_', ' ')}")
        if driver.read_only:
            words.append("READ ONLY")
        if driver.deferrable:
            words.append("DEFERRABLE")
        return " ".join(words), ()

    def forget(self) -> None:
        """Prepare everything anew from now on: the server has forgotten all statements, or will have."""
        self._stale += [known.name for known in self._prepared.values()]
        self._prepared.clear()

    def send(self, statements: Sequence[Statement]) -> list[Answer]:
        """Send statements in one trip and return their answers.

        Outside a transaction all of them are one. Raises psycopg.Error for the first that fails, and what an adapter
        raises for a value it can't turn; then nothing has been sent.
        """
        was_idle = self.is_idle
        try:
            return self._sent(statements)
        except psycopg.errors.InvalidSqlStatementName:
            self.forget()
            if not was_idle:  # the transaction is lost
                raise
            return self._sent(statements)

    def _sent(self, statements: Sequence[Statement]) -> list[Answer]:
        written = [self._written(*statement) for statement in statements]
        server, stale = self._server, self._stale
        fresh: dict[_Key, _Known] = {}
        expected: list[_Known | None] = [None for _ in stale]
        server.enter_pipeline_mode()
        try:
            for name in stale:
                server.send_close_prepared(name)  # which is no error where it is forgotten already
            for each in written:
                expected += self._post(fresh, *each)
            server.pipeline_sync()
            results = self._collect()
        finally:
            with suppress(psycopg.Error):
                server.exit_pipeline_mode()
        self._stale = []
        answers = []
        for known, result in zip(expected, results, strict=True):
            if result.status not in _GOOD:
                raise error_from_result(result)
            if known is not None and known.is_new:
                known.is_new = False
                self._prepared[known.key] = known
            elif known is not None:
                answers.append(Answer(self, known, result))
        return answers

    def _written(
        self, text: str, values: Mapping[str, Any] | Sequence[Any]
    ) -> tuple[_Key, bytes, Sequence[Any], Sequence[Format] | None]:
        query, names = _numbered(text)
        wanted = values if isinstance(values, (tuple, list)) else [values[name] for name in names]  # type: ignore[call-overload]
        transformer = self.transformer
        if not wanted:
            return (text, ()), query, (), None
        parameters = transformer.dump_sequence(wanted, [PyFormat.AUTO] * len(wanted))
        return (text, transformer.types or ()), query, parameters, transformer.formats

    def _post(
        self,
        fresh: dict[_Key, _Known],
        key: _Key,
        query: bytes,
        parameters: Sequence[Any],
        formats: Sequence[Format] | None,
    ) -> tuple[_Known, ...]:
        """Hand a statement over to be sent; return whose results will come: twice for one that is prepared first."""
        known = self._prepared.get(key) or fresh.get(key)
        is_new = known is None
        if known is None:
            self._made += 1
            known = fresh[key] = _Known(key, b"trip_%d" % self._made)
            self._server.send_prepare(known.name, query, key[1])
        self._server.send_query_prepared(known.name, parameters, formats)
        return (known, known) if is_new else (known,)

    def _collect(self) -> list[PGresult]:
        """Return all results up to the end of the trip, waiting without holding up other threads."""
        server = self._server
        while server.flush():
            self._both.poll()
            server.consume_input()
        results: list[PGresult] = []
        while True:
            while server.is_busy():
                self._answers.poll()
                server.consume_input()
            found = server.get_result()
            if found is None:
                if server.status == ConnStatus.BAD:
                    raise psycopg.OperationalError("the connection is lost")
            elif found.status == _SYNC:
                return results
            else:
                results.append(found)


@lru_cache(maxsize=4_096)
def _numbered(text: str) -> tuple[bytes, tuple[str, ...]]:
    """Return a statement with the server's places ($1), and the names that stand for them, if they have any."""
    names: dict[str, int] = {}
    places = 0

    def number(found: re.Match[str]) -> str:
        nonlocal places
        if found[3]:
            return "%"
        if found[2]:
            places += 1
            return f"${places}"
        return f"${names.setdefault(found[1], len(names) + 1)}"

    return _PLACE.sub(number, text).encode(), tuple(names)


def line_of(connection: Any) -> Line:
    """Return the line of a connection that was taken from an engine's pool; it goes with the connection."""
    line: Line | None = connection.info.get(_LINE)
    if line is None:
        driver = connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError("trips are psycopg's")
        line = connection.info[_LINE] = Line(driver)
    return line


@event.listens_for(Engine, "connect")
def _remember(driver: Any, _record: object) -> None:
    """Let psycopg's own cursors prepare what comes a second time, and keep it, whatever the size of its numbers."""
    if isinstance(driver, psycopg.Connection):
        driver.prepare_threshold = 1
        driver.prepared_max = _MOST
        driver.adapters.register_dumper(int, Int8Dumper)


@event.listens_for(Engine, "rollback_savepoint")
def _forget(connection: Connection, *_: object) -> None:
    """Prepare everything anew where psycopg rolls a savepoint back: it lets the server forget all statements."""
    line: Line | None = None if connection.invalidated else connection.info.get(_LINE)
    if line is not None:
        line.forget()
