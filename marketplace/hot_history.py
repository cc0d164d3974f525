"""How hot statements, which write a status themselves, take the new one from its machine and record the move."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CTE, Insert, bindparam, insert, literal, select
from sqlalchemy.orm import Session

from marketplace import batches
from marketplace.history import Actor, Ruled, StatusChange, change_of, record

_NEVER = datetime.min.replace(tzinfo=UTC)


def first_of(inserted: CTE, model: type[Ruled], *, because: str) -> Insert:
    """Return the INSERT that records the first status of the rows of `inserted`, for one statement with theirs.

    Its parameters are `change_source`, a provider's message that is the cause, and `change_at`.
    """
    nobody = Actor.provider("")
    values = change_of(model, 0, "begin", None, model.machine.initial.value, actor=nobody, at=_NEVER, because=because)
    columns = StatusChange.__table__.c
    row: dict[str, Any] = {name: literal(value, columns[name].type) for name, value in values.items()}
    row |= {name: bindparam(f"change_{name}", type_=columns[name].type) for name in ("source", "at")}
    return insert(StatusChange).from_select(list(row), select(*(row | {"subject_id": inserted.c.id}).values()))


def note_move(
    session: Session,
    model: type[Ruled],
    ids: Sequence[int],
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    because: str | None = None,
) -> str:
    """Record that a hot statement moves rows of `model` from their first status by `verb`; return the new status."""
    machine = model.machine
    after = machine.step(machine.initial.value, verb)
    why = because or machine.moves[verb].why
    record(session, model, ids, verb, machine.initial.value, after, actor=actor, at=at, because=why)
    return after


def move_later(
    session: Session,
    model: type[Ruled],
    row_id: int,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    because: str,
    values: Mapping[str, Any],
) -> None:
    """Move a row that stands at its first status by `verb`, with `values`, in the last batch; nothing may read it."""
    status = note_move(session, model, [row_id], verb, actor=actor, at=at, because=because)
    changed = ", ".join(f"{name} = %({name})s" for name in ("status", *values))
    statement = f'UPDATE "{model.machine.name}" SET {changed} WHERE id = %(id)s'  # noqa: S608  made of column names
    batches.later(session, [(statement, {**values, "status": status, "id": row_id})])


OF_MADE = """
INSERT INTO status_change (subject, subject_id, verb, from_status, to_status, because, actor_kind, actor_user_id,
       source, at)
SELECT %(subject)s, made.id, step.verb, step.before, step.after, step.why, %(actor_kind)s, %(actor_user_id)s,
       %(source)s, %(at)s
FROM made, (VALUES (1, 'begin', NULL, %(first)s::text, %(because)s::text),
                   (2, %(verb)s::text, %(first)s::text, %(status)s::text, %(why)s::text))
     AS step (place, verb, before, after, why) ORDER BY made.id, step.place
"""
"""For hot statements: the first status and one move of the rows that the statement's `made` inserts."""


def of_made(model: type[Ruled], verb: str, *, because: str, actor: Actor, at: datetime) -> dict[str, object]:
    """Return the parameters of OF_MADE, and `status`: new rows of `model` that are moved by `verb` at once."""
    machine = model.machine
    first, after = machine.initial.value, machine.step(machine.initial.value, verb)
    return {
        "subject": machine.name,
        "first": first,
        "because": because,
        "verb": verb,
        "why": machine.moves[verb].why,
        "actor_kind": actor.kind.value,
        "actor_user_id": actor.user_id,
        "source": actor.source,
        "at": at,
        "status": after,
    }
