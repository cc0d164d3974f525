"""Append-only status history. `begin`, `move` and `move_many` are the only writers of a status (STYLE 12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CTE, BigInteger, Index, Insert, insert, literal, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from marketplace.db import Base, EnumText, LongText, PrimaryKey, Text64, UtcTime
from marketplace.transitions import Machine


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
    __table_args__ = (Index(None, "subject", "subject_id", "id"),)

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


def begin(
    session: Session, model: type[Ruled], ids: Sequence[int], *, actor: Actor, at: datetime, because: str
) -> None:
    """Record the first status of new rows of `model`; their column default has set it."""
    initial = model.machine.initial.value
    _record(session, model, ids, "begin", None, initial, actor=actor, at=at, because=because)


def first_of(inserted: CTE, model: type[Ruled], *, actor: Actor, at: datetime, because: str) -> Insert:
    """Return the INSERT that records the first status of the rows of `inserted`, for one statement with theirs."""
    values = _change(model, 0, "begin", None, model.machine.initial.value, actor=actor, at=at, because=because)
    columns = {name: StatusChange.__table__.c[name] for name in values}
    row = {name: literal(value, columns[name].type) for name, value in values.items()} | {"subject_id": inserted.c.id}
    return insert(StatusChange).from_select(list(row), select(*row.values()))


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
    _record(session, type(row), [row.id], verb, before, after, actor=actor, at=at, because=why)


def move_many(
    session: Session,
    model: type[Ruled],
    ids: Sequence[int],
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    because: str | None = None,
) -> list[int]:
    """Move those of `ids` that `verb` applies to and record each; return their ids.

    Rows in any other status stay as they are, so a replay changes nothing.
    """
    machine = model.machine
    table = model.__table__  # type: ignore[attr-defined]
    rule = machine.moves[verb]
    if not ids:
        return []
    found = session.execute(
        select(table.c.id, table.c.status).where(table.c.id.in_(ids), table.c.status.in_(sorted(rule.sources)))
    ).all()
    if not found:
        return []
    moved = [row.id for row in found]
    session.execute(update(model).where(table.c.id.in_(moved)).values(status=rule.target))
    why = because or rule.why
    session.execute(
        insert(StatusChange),
        [_change(model, row.id, verb, str(row.status), rule.target, actor=actor, at=at, because=why) for row in found],
    )
    return moved


def _record(
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
    if ids:
        rows = [_change(model, i, verb, before, after, actor=actor, at=at, because=because) for i in ids]
        session.execute(insert(StatusChange), rows)


def _change(
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
