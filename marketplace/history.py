"""Append-only status history. `begin`, `move` and `move_many` are the only writers of a status (STYLE 12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, cast

from psycopg.types.json import Jsonb
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Index,
    Row,
    String,
    Update,
    any_,
    bindparam,
    event,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, attributes, mapped_column
from sqlalchemy.orm.util import identity_key

from marketplace import batches
from marketplace.db import Base, EnumText, LongText, PrimaryKey, Text64, UtcTime, WrittenIn
from marketplace.transitions import Machine

_NOTHING_ELSE: Mapping[str, Any] = MappingProxyType({})
_NOTED = "status changes"
_NEVER = datetime.min.replace(tzinfo=UTC)


class ActorKind(StrEnum):
    """Who may cause a change."""

    USER = "user"
    PROVIDER = "provider"
    JOB = "job"


@dataclass(frozen=True)
class Actor:
    """Who did it and through which door: a person, a provider's event, or a job."""

    kind: ActorKind
    source: str
    user_id: int | None = None

    @classmethod
    def user(cls, user_id: int, source: str = "web") -> "Actor":
        """Return a signed-in person acting through `source`."""
        return cls(ActorKind.USER, source, user_id)

    @classmethod
    def provider(cls, source: str) -> "Actor":
        """Return a provider whose event or answer `source` caused the change."""
        return cls(ActorKind.PROVIDER, source)

    @classmethod
    def job(cls, source: str) -> "Actor":
        """Return a background job named `source`."""
        return cls(ActorKind.JOB, source)


class Ruled:
    """Mixin of every table whose rows have a status: names the machine that rules it."""

    machine: ClassVar[Machine]
    ruled: ClassVar[list[type["Ruled"]]] = []
    id: Mapped[PrimaryKey]

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        Ruled.ruled.append(cls)


class StatusChange(Base):
    """One change of one row's status: who, when, from, to, because. Never updated, never deleted."""

    __tablename__ = "status_change"
    __table_args__ = (Index(None, "subject", "subject_id", "id"), Index(None, "at", postgresql_using="brin"))

    id: Mapped[PrimaryKey]
    subject: Mapped[Text64]
    """The table of the row."""
    subject_id: Mapped[int] = mapped_column(BigInteger)
    verb: Mapped[Text64]
    from_status: Mapped[Text64 | None]
    """NULL for the row's first status."""
    to_status: Mapped[Text64]
    because: Mapped[LongText]
    actor_kind: Mapped[ActorKind] = mapped_column(EnumText(ActorKind))
    actor_user_id: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[Text64]
    at: Mapped[UtcTime]
    written_in: Mapped[WrittenIn]


_INSERT = """INSERT INTO status_change (subject, subject_id, verb, from_status, to_status, because, actor_kind,
       actor_user_id, source, at)
SELECT subject, subject_id, verb, from_status, to_status, because, actor_kind, actor_user_id, source, at
FROM jsonb_to_recordset(%s) AS change (place int, subject text, subject_id bigint, verb text, from_status text,
     to_status text, because text, actor_kind text, actor_user_id bigint, source text, at timestamptz) ORDER BY place
"""


def begin(
    session: Session, model: type[Ruled], ids: Sequence[int], *, actor: Actor, at: datetime, because: str
) -> None:
    """Record the first status of new rows of `model`; their column default has set it."""
    initial = model.machine.initial.value
    record(session, model, ids, "begin", None, initial, actor=actor, at=at, because=because)


def move(session: Session, row: Ruled, verb: str, *, actor: Actor, at: datetime, because: str | None = None) -> None:
    """Move `row` by `verb` and record it.

    Raises AlreadyThere for a replay, MoveNotAllowed when it comes too early, Impossible when it contradicts the books.
    """
    machine = row.machine
    before = str(row.status)  # type: ignore[attr-defined]
    after = machine.step(before, verb)
    row.status = machine.states(after)  # type: ignore[attr-defined]
    session.flush()
    why = because or machine.moves[verb].why
    record(session, type(row), [row.id], verb, before, after, actor=actor, at=at, because=why)


def move_many(
    session: Session,
    model: type[Ruled],
    ids: Sequence[int],
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    because: str | None = None,
    values: Mapping[str, Any] = _NOTHING_ELSE,
) -> list[int]:
    """Move those of `ids` that `verb` applies to, record each, and return their ids; `values` change with the status.

    Rows in any other status stay as they are, so a replay changes nothing. One statement.
    """
    if not ids:
        return []
    session.flush()  # what was changed through objects comes first
    rule = model.machine.moves[verb]
    moving = _moving(cast("Any", model), verb, tuple(sorted(values)))
    found = session.connection().execute(moving, {"ids": list(ids), **values}).all()
    _tell_objects(session, model, found, {**values, "status": model.machine.states(rule.target)})
    why = because or rule.why
    for row in found:
        _note(session, change_of(model, row.id, verb, str(row.before), rule.target, actor=actor, at=at, because=why))
    return [row.id for row in found]


@cache
def _moving(model: type[Ruled], verb: str, names: tuple[str, ...]) -> Update:
    """Return the statement that moves rows by `verb`, built once: parameters are the ids and the columns `names`."""
    table, rule = model.__table__, model.machine.moves[verb]  # type: ignore[attr-defined]
    wanted = table.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))
    old = select(table.c.id, table.c.status).where(wanted, table.c.status.in_(sorted(rule.sources))).subquery()
    changed = {
        "status": literal(rule.target, String),
        **{name: bindparam(name, type_=table.c[name].type) for name in names},
    }
    return (
        update(table).values(changed).where(table.c.id == old.c.id).returning(table.c.id, old.c.status.label("before"))
    )


def _tell_objects(
    session: Session, model: type[Ruled], found: Sequence[Row[Any]], changed: Mapping[str, object]
) -> None:
    """Bring objects that the session has loaded up to date with what the statement changed."""
    for row in found:
        known = session.identity_map.get(identity_key(model, row.id))
        if known is not None:
            for name, value in changed.items():
                attributes.set_committed_value(known, name, value)


def record(
    session: Session,
    model: type[Ruled],
    ids: Sequence[int],
    verb: str,
    before: str | None,
    after: str,
    *,
    actor: Actor,
    at: datetime,
    because: str,
) -> None:
    """Keep one change for each of `ids`; all changes of a transaction are written with its last batch."""
    for subject_id in ids:
        _note(session, change_of(model, subject_id, verb, before, after, actor=actor, at=at, because=because))


def _note(session: Session, row: dict[str, object]) -> None:
    """Keep a change until the transaction ends: then all of its rows are written at once."""
    session.info.setdefault(_NOTED, []).append(row)
    if session.in_nested_transaction():
        _write(session)  # a savepoint that is rolled back takes its changes with it


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    # A savepoint that is rolled back must not take with it what was put off before it.
    is_nested = session.in_nested_transaction()
    writes = [] if is_nested else batches.put_off(session)
    if rows := session.info.pop(_NOTED, None):
        numbered = [{**row, "at": row["at"].isoformat(), "place": place} for place, row in enumerate(rows)]
        writes.append((_INSERT, (Jsonb(numbered),)))
    if writes:
        (batches.send if is_nested else batches.last)(session, writes)


def change_of(
    model: type[Ruled],
    subject_id: int,
    verb: str,
    before: str | None,
    after: str,
    *,
    actor: Actor,
    at: datetime,
    because: str,
) -> dict[str, object]:
    """Return one row of the history, by its columns."""
    return {
        "subject": model.machine.name,
        "subject_id": subject_id,
        "verb": verb,
        "from_status": before,
        "to_status": after,
        "because": because,
        "actor_kind": actor.kind,
        "actor_user_id": actor.user_id,
        "source": actor.source,
        "at": at,
    }
