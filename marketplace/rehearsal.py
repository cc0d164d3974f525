"""What a write changes: told row by row after it was done, or before anybody decides to do it.

A rehearsal runs the real operation in `db.atomic` up to the very point where it would be committed, deferred checks
included; then the transaction ends without effect. PostgreSQL itself counts what was written, so nothing escapes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from marketplace import batches, db

P = ParamSpec("P")
T = TypeVar("T")
Row = Mapping[str, Any]

# What a trigger notes for the sums says nothing that the postings beside it don't.
_COUNTS = text(
    "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables WHERE relname <> 'ledger_unsummed'"
)
# Rows of this transaction are as old as it, those of its savepoints are younger; an age survives the counter's end.
_WRITTEN = 'SELECT to_json(t) FROM "{table}" t WHERE age(t.xmin) <= age(pg_current_xact_id()::xid)'
_COMMITTED = 'SELECT to_json(t) FROM "{table}" t WHERE {wanted}'
_NOW = text("SET CONSTRAINTS ALL IMMEDIATE")


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that a write makes or changes; `before` is {} for a new one, both are {} for `deleted` rows."""

    table: str
    key: str
    before: Row
    after: Row
    deleted: int = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns whose value is another one afterwards, in the table's order."""
        return tuple(name for name, value in self.after.items() if self.before.get(name) != value)


@dataclass(frozen=True, slots=True)
class Rehearsed(Generic[T]):
    """What an operation would answer and change."""

    answer: T
    changes: tuple[RowChange, ...]


class _Curtain(Exception):
    """Ends a rehearsal: the transaction goes no further."""

    def __init__(self, changes: tuple[RowChange, ...]) -> None:
        super().__init__()
        self.changes = changes


def rehearse(
    operation: Callable[Concatenate[Session, P], T], locks: Sequence[str] = (), *args: P.args, **values: P.kwargs
) -> Rehearsed[T]:
    """Run `operation` as `db.atomic` would and return its answer and what it would change; nothing is kept.

    Raises what the operation raises, and what the database would refuse at the end.
    """
    answers: list[T] = []

    def played(session: Session) -> None:
        watch(session, _fall)
        answers.append(operation(session, *args, **values))

    try:
        db.atomic(played, locks)
    except _Curtain as end:
        return Rehearsed(answers[-1], end.changes)
    raise AssertionError("a rehearsal always ends before the commit")


def watch(session: Session, told: Callable[[Session, tuple[RowChange, ...]], None]) -> None:
    """Call `told` with all that an open `atomic` has changed, right before it is committed.

    `told` may write as well, by statements; or raise, and then nothing is kept.
    """
    batches.commit_apart(session)
    connection = session.connection()
    at_first = _counts(connection)

    def look(session: Session) -> None:
        if session.in_nested_transaction():
            return
        connection.execute(_NOW)
        told(session, _changes(connection, at_first, _counts(connection)))

    # The listeners of the class come first: what they put off is written by then.
    event.listen(session, "before_commit", look)


def _fall(_: Session, changes: tuple[RowChange, ...]) -> None:
    raise _Curtain(changes)


def _counts(connection: Connection) -> dict[str, tuple[int, int, int]]:
    return {row.relname: tuple(row)[1:] for row in connection.execute(_COUNTS)}


def _changes(
    connection: Connection, first: Mapping[str, tuple[int, int, int]], last: Mapping[str, tuple[int, int, int]]
) -> tuple[RowChange, ...]:
    found: list[RowChange] = []
    for table, counts in sorted(last.items()):
        added, updated, deleted = (now - then for now, then in zip(counts, first.get(table, (0, 0, 0)), strict=True))
        if added or updated:
            statement = text(_WRITTEN.format(table=table))
            found += [_change(table, dict(row[0]), is_new=not updated) for row in connection.execute(statement)]
        if deleted:
            found.append(RowChange(table, "", {}, {}, deleted))
    # An update that writes what was there is none.
    return tuple(change for change in found if change.deleted or change.columns)


def _change(table: str, after: Row, *, is_new: bool) -> RowChange:
    known = db.Base.metadata.tables.get(table)
    names = [column.name for column in known.primary_key] if known is not None else ["id"]
    key = {name: after[name] for name in names}
    return RowChange(table, " ".join(map(str, key.values())), {} if is_new else _committed(table, key), after)


def _committed(table: str, key: Row) -> Row:
    """Return a row as it stands outside this transaction; {} when it is not there."""
    wanted = (
        f"t.{name} = :{name}" if isinstance(value, int) else f"t.{name}::text = :{name}" for name, value in key.items()
    )
    found = db.read_one(text(_COMMITTED.format(table=table, wanted=" AND ".join(wanted))), key)
    return dict(found[0]) if found else {}
