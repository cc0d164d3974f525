"""Tell people facts, and remember what they have read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.notifications.models import Notification, NotificationKind


@dataclass(frozen=True)
class NewFact:
    """One fact for one person; `facts` is frozen: numbers, names, minor units and their currency."""

    user_id: int
    kind: NotificationKind
    subject: str
    subject_id: int
    facts: dict[str, Any]


def tell(
    session: Session,
    *,
    user_id: int,
    kind: NotificationKind,
    subject: str,
    subject_id: int,
    facts: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Tell one person one fact about one row, once. Returns whether it was new to them.

    `facts` is frozen: what the words need later (numbers, names, minor units and their currency).
    """
    known = select(Notification.id).where(
        Notification.user_id == user_id,
        Notification.kind == kind,
        Notification.subject == subject,
        Notification.subject_id == subject_id,
    )
    if session.scalar(known) is not None:
        return False
    session.add(
        Notification(
            user_id=user_id, kind=kind, subject=subject, subject_id=subject_id, facts=dict(facts), created_at=now
        )
    )
    return True


def mark_read(session: Session, *, user_id: int, notification_id: int, now: datetime) -> None:
    """Remember that a person has read one notification; raises NotFound when it is not theirs."""
    theirs = select(Notification.read_at).where(Notification.id == notification_id, Notification.user_id == user_id)
    found = session.execute(theirs).one_or_none()
    if found is None:
        raise NotFound(_("This notification does not exist."))
    if found.read_at is None:
        session.execute(update(Notification).where(Notification.id == notification_id).values(read_at=now))


def mark_all_read(session: Session, *, user_id: int, now: datetime) -> None:
    """Remember that a person has read all notifications they have now."""
    unread = update(Notification).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    session.execute(unread.values(read_at=now))


def mark_read_about(session: Session, *, user_id: int, subject: str, subject_ids: Sequence[int], now: datetime) -> None:
    """Remember that a person has seen some rows of the table `subject` that they were told about."""
    if subject_ids:
        about = (Notification.subject == subject, Notification.subject_id.in_(subject_ids))
        unread = update(Notification).where(Notification.user_id == user_id, Notification.read_at.is_(None), *about)
        session.execute(unread.values(read_at=now))


def tell_new(session: Session, facts: Sequence[NewFact], *, now: datetime) -> None:
    """Tell facts that the caller knows to be new from the move of its own row.

    Unlike `tell` it looks for nothing first: under SERIALIZABLE a look for a missing row makes strangers collide.
    """
    if facts:
        session.execute(insert(Notification), [{**vars(fact), "created_at": now} for fact in facts])
