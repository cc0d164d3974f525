"""Statements compiled once: the fast way of page reads.

SQLAlchemy finds a statement's compiled form, makes a context, a cursor result and its metadata each time: that is most
of what a small read costs (docs/performance.md). A statement that comes a second time is compiled for good here, sent
by `trips`, prepared and together with others, and answered with the same rows. Whatever is unusual goes SQLAlchemy's
way, and so does every failure: the read is asked again there, and what is wrong is told in its words.

What a statement itself fixes, a limit or a status, stands in its text: the server does not know how far a limit that
is a parameter goes, takes its plan for dear, and plans each time anew, for longer than the reading takes.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy import ColumnElement, Dialect, Engine, Executable, Row, or_
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import SelectBase

from marketplace import trips

Process = Callable[[Any], Any]
Question = tuple[Executable, Mapping[str, Any]]
"""One read and its parameters."""


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

    def question(self, parameters: Mapping[str, Any]) -> trips.Statement:
        """Return what is sent. Raises what a column type raises for a value."""
        return self._text, self._fixed | self._sent(parameters) if parameters else self._fixed

    def rows(self, answer: trips.Answer) -> Sequence[Row[Any]]:
        """Return the rows of an answer. Raises what a column type raises for a value."""
        found: Iterable[Sequence[Any]] = answer.rows()
        if self._incoming is None:  # what a column needs depends on what the server says it is
            kinds = zip(self._types, answer.types(), strict=True)
            processes = [self._kind(kind).result_processor(self._dialect, code) for kind, code in kinds]
            self._incoming = [(place, process) for place, process in enumerate(processes) if process]
        for place, process in self._incoming:
            found = [(*row[:place], process(row[place]), *row[place + 1 :]) for row in found]
        rows: IteratorResult[Any] = IteratorResult(self._metadata, iter(found))
        return rows.all()

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


class Ahead:
    """Questions of a block that wait for its first read, and then their answers."""

    def __init__(self, questions: list[Question]) -> None:
        self.waiting = questions
        self._answers: list[tuple[Question, Sequence[Row[Any]]]] = []

    def keep(self, together: list[Sequence[Row[Any]]]) -> Sequence[Row[Any]]:
        """Return the first of several answers; the others are those of the questions that waited."""
        first, *others = together
        self._answers = list(zip(self.waiting, others, strict=True))
        self.waiting = []
        return first

    def answer(self, statement: Executable, values: Mapping[str, Any]) -> Sequence[Row[Any]] | None:
        """Return the answer of a question that has travelled, once; a question that is asked now waits no longer."""
        for place, (question, rows) in enumerate(self._answers):
            if question[0] is statement and question[1] == values:
                del self._answers[place]
                return rows
        self.waiting = [each for each in self.waiting if each[0] is not statement]
        return None


def is_any(column: Any, values: Sequence[object]) -> ColumnElement[bool]:
    """Return the condition `column IN values` for values that stand fast, in words that can be compiled once."""
    return or_(*(column == value for value in values))


def rows(engine: Engine, asked: Sequence[Question]) -> list[Sequence[Row[Any]]] | None:
    """Return the rows of reads that came before, in one trip, on an autocommit `engine`; None: ask SQLAlchemy."""
    known = [_known_as(statement, engine) for statement, _ in asked]
    each = [found for found in known if found is not None]
    if len(each) < len(asked):
        return None
    try:
        return _travel(engine, each, [parameters for _, parameters in asked])
    except (psycopg.Error, LookupError, ValueError, TypeError):
        return None


def append(engine: Engine, statement: Executable, parameters: Mapping[str, Any]) -> Sequence[Row[Any]] | None:
    """Run a statement that came before by itself, READ COMMITTED, and return its rows; None: ask SQLAlchemy.

    Raises DBAPIError when it fails: it may have had its effect, so it must not be asked again.
    """
    known = _known_as(statement, engine)
    if known is None:
        return None
    try:
        [found] = _travel(engine, [known], [parameters])
    except psycopg.Error as error:
        raise DBAPIError("an append", None, error, hide_parameters=True) from error
    return found


def _travel(
    engine: Engine, known: Sequence[_Prepared], parameters: Sequence[Mapping[str, Any]]
) -> list[Sequence[Row[Any]]]:
    questions = [each.question(values) for each, values in zip(known, parameters, strict=True)]
    connection = engine.raw_connection()
    try:
        answers = trips.line_of(connection).send(questions)
        return [each.rows(answer) for each, answer in zip(known, answers, strict=True)]
    except psycopg.Error as error:
        if connection.driver_connection.closed or isinstance(error, psycopg.errors.FeatureNotSupported):  # type: ignore[union-attr]
            connection.invalidate(error)  # or a migration has changed what was prepared
        raise
    finally:
        connection.close()


def _known_as(statement: Executable, engine: Engine) -> _Prepared | None:
    # Who listens to the engine, as tests do that count, hears of every statement.
    if engine.dispatch.before_cursor_execute or engine.dispatch.after_cursor_execute:
        return None
    known = _known.get(statement)
    if isinstance(known, tuple):
        known = _known[statement] = _prepare(statement, known, engine.dialect)
    return known


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
        and not compiled.insert_prefetch  # a column's default, which SQLAlchemy makes for each row
    )
    if not is_fixed or len(columns) != len(names):
        return None
    return _Prepared(compiled, columns, names, dialect)
