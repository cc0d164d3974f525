"""Statements compiled once: the fast way of page reads.

SQLAlchemy finds a statement's compiled form, makes a context, a cursor result and its metadata each time: that is most
of what a small read costs (docs/performance.md). A statement that comes a second time is compiled for good here, sent
by psycopg itself, so that the server prepares it, and answered with the same rows. Whatever is unusual goes
SQLAlchemy's way, and so does every failure: the read is asked again there, and what is wrong is told in its words.

What a statement itself fixes, a limit or a status, stands in its text: the server does not know how far a limit that
is a parameter goes, takes its plan for dear, and plans each time anew, for longer than the reading takes.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy import Dialect, Engine, Executable, Row
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import SelectBase

Process = Callable[[Any], Any]

_CURSOR = "cursor of prepared reads"


class _Prepared:
    """A compiled statement, what its parameters become on the way out, and its columns on the way in."""

    def __init__(self, compiled: SQLCompiler, columns: Sequence[Any], names: Iterable[str], dialect: Dialect) -> None:
        fixed = {name: bind.value for bind, name in compiled.bind_names.items() if not bind.required}
        written = {name: text for name, value in fixed.items() if (text := _written(value))}
        self._text = _PLACE.sub(lambda found: written.get(found[1], found[0]), compiled.string)
        self._dialect = dialect
        self._types = [column.type for column in columns]
        self._metadata = SimpleResultMetaData(list(names))
        self._incoming: list[tuple[int, Process]] | None = None
        outgoing = {name: self._kind(bind.type).bind_processor(dialect) for bind, name in compiled.bind_names.items()}
        self._outgoing: dict[str, Process] = {name: process for name, process in outgoing.items() if process}
        self._fixed = self._sent({name: value for name, value in fixed.items() if name not in written})

    def rows(self, cursor: "psycopg.Cursor[Any]", parameters: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """Ask and return the rows. Raises psycopg.Error, also without a parameter, or what a column type raises."""
        cursor.execute(self._text, self._fixed | self._sent(parameters) if parameters else self._fixed)
        found: Iterable[Sequence[Any]] = cursor.fetchall()
        if self._incoming is None:  # what a column needs depends on what the server says it is
            codes = [column.type_code for column in cursor.description or ()]
            kinds = zip(self._types, codes, strict=True)
            processes = [self._kind(kind).result_processor(self._dialect, code) for kind, code in kinds]
            self._incoming = [(place, process) for place, process in enumerate(processes) if process]
        for place, process in self._incoming:
            found = [(*row[:place], process(row[place]), *row[place + 1 :]) for row in found]
        answer: IteratorResult[Any] = IteratorResult(self._metadata, iter(found))
        return answer.all()

    def _sent(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        outgoing = self._outgoing
        return {name: outgoing[name](value) if name in outgoing else value for name, value in parameters.items()}

    def _kind(self, kind: Any) -> Any:
        return kind.dialect_impl(self._dialect)


_PLACE = re.compile(r"(?<!%)%\((\w+)\)s")


def _written(value: object) -> str:
    """Return a fixed value as it stands in a text: a number or a word of an enum; "" for what may not stand there."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"({value})"
    if isinstance(value, Enum) and isinstance(value.value, str) and re.fullmatch(r"\w+", value.value, re.ASCII):
        return f"'{value.value}'"
    return ""


_known: WeakKeyDictionary[Executable, tuple[str, ...] | _Prepared | None] = WeakKeyDictionary()
"""What came before: the names of its columns after the first time, then the prepared statement, None for unusual ones.

Statements are told apart as objects: one that is built anew for each request never comes a second time.
"""


def rows(engine: Engine, statement: Executable, parameters: Mapping[str, Any]) -> Sequence[Row[Any]] | None:
    """Return the rows of a read that came before, on an autocommit `engine`; None when SQLAlchemy is to be asked."""
    known = _known.get(statement)
    if isinstance(known, tuple):
        known = _known[statement] = _prepare(statement, known, engine.dialect)
    # Who listens to the engine, as tests do that count, hears of every statement.
    if known is None or engine.dispatch.before_cursor_execute or engine.dispatch.after_cursor_execute:
        return None
    try:
        connection = engine.raw_connection()
    except psycopg.Error:
        return None
    driver: psycopg.Connection[Any] = connection.driver_connection  # type: ignore[assignment]
    try:
        cursor = connection.info.get(_CURSOR)  # a new one costs a third of a small read; they go with the connection
        if cursor is None:
            cursor = connection.info[_CURSOR] = driver.cursor()
        return known.rows(cursor, parameters)
    except (psycopg.Error, ValueError, TypeError) as error:
        if driver.closed:
            connection.invalidate(error)
        return None
    finally:
        connection.close()


def note(statement: Executable, names: Iterable[str]) -> None:
    """Remember a statement that SQLAlchemy has answered with columns of these names."""
    if statement not in _known:
        _known[statement] = tuple(names)


def _prepare(statement: Executable, names: tuple[str, ...], dialect: Dialect) -> _Prepared | None:
    """Return the statement compiled, or None for one whose text depends on its parameters."""
    if not isinstance(statement, SelectBase):
        return None
    compiled, columns = statement.compile(dialect=dialect), list(statement.selected_columns)
    is_fixed = (
        isinstance(compiled, SQLCompiler)
        and not compiled.post_compile_params
        and not compiled.literal_execute_params
        and not compiled.escaped_bind_names
        and not any(bind.callable for bind in compiled.bind_names)
    )
    if not is_fixed or len(columns) != len(names):
        return None
    return _Prepared(compiled, columns, names, dialect)
