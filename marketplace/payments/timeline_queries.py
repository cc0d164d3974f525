"""What happened to a payment, its shares and its order, and who did it: the status history as a page reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.history import ActorKind, StatusChange


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row's status: what, when, who, through which door."""

    id: int
    subject: str
    subject_id: int
    verb: str
    from_status: str | None
    to_status: str
    because: str
    actor_kind: ActorKind
    actor_user_id: int | None
    actor_name: str | None
    source: str
    at: datetime


_CHANGE = (
    select(
        StatusChange.id,
        StatusChange.subject,
        StatusChange.subject_id,
        StatusChange.verb,
        StatusChange.from_status,
        StatusChange.to_status,
        StatusChange.because,
        StatusChange.actor_kind,
        StatusChange.actor_user_id,
        User.name,
        StatusChange.source,
        StatusChange.at,
    )
    .join(User, User.id == StatusChange.actor_user_id, isouter=True)
    .order_by(StatusChange.at.desc(), StatusChange.id.desc())
)


def changes_of(subjects: Mapping[str, Sequence[int]]) -> Sequence[Change]:
    """Return the status history of rows, given as table name and ids, newest first (S1.6)."""
    wanted = [
        and_(StatusChange.subject == subject, StatusChange.subject_id.in_(ids))
        for subject, ids in subjects.items()
        if ids
    ]
    return [Change(*tuple(row)) for row in db.read(_CHANGE.where(or_(*wanted)))] if wanted else []
