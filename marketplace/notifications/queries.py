"""What one person was told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from marketplace import db
from marketplace.notifications.models import Notification, NotificationKind
from marketplace.paging import Cursor, Listed, Period, read_page


@dataclass(frozen=True, slots=True)
class Told:
    """One fact told to one person; `web` puts it into words."""

    id: int
    kind: NotificationKind
    subject: str
    subject_id: int
    facts: Mapping[str, Any]
    created_at: datetime
    read_at: datetime | None


_UNREAD = select(func.count()).where(Notification.user_id == bindparam("user_id"), Notification.read_at.is_(None))
_TOLD = select(
    Notification.id,
    Notification.kind,
    Notification.subject,
    Notification.subject_id,
    Notification.facts,
    Notification.created_at,
    Notification.read_at,
)


def unread_count(user_id: int) -> int:
    """Return how many notifications a person has not read."""
    return int(db.read(_UNREAD, {"user_id": user_id})[0][0])


def notifications_of(user_id: int, period: Period, cursor: Cursor, *, only_unread: bool = False) -> Listed[Told]:
    """Return one page of what a person was told in `period`, newest first unless the cursor says otherwise."""
    statement = _TOLD.where(Notification.user_id == user_id, period.of(Notification.__table__.c.created_at))
    if only_unread:
        statement = statement.where(Notification.read_at.is_(None))
    return read_page(statement, Notification.__table__.c.id, cursor, Told)
