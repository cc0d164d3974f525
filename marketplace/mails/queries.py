"""What the job and the pages read of mails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, literal_column, or_, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.mails.models import Mail, MailDesk, MailSilence
from marketplace.mails.states import MailStatus
from marketplace.mails.topics import Topic, topic_of
from marketplace.notifications.models import Notification, NotificationKind
from marketplace.outbound.models import Installation
from marketplace.paging import ALWAYS, Cursor, Listed, Period, read_page


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the job stands; `models.MailDesk` says what each means."""

    begun_at: datetime | None
    floor_id: int
    marked_id: int
    marked_xid: int
    failures: int
    paused_until: datetime | None
    trouble: str


@dataclass(frozen=True, slots=True)
class Unmailed:
    """A fact told to somebody that no mail stands for yet."""

    notification_id: int
    user_id: int
    kind: NotificationKind
    topic: Topic
    facts: Mapping[str, Any]
    is_read: bool
    is_silenced: bool


@dataclass(frozen=True, slots=True)
class Due:
    """A mail that is to be sent now: what it says, and to whom."""

    mail_id: int
    notification_id: int
    user_id: int
    name: str
    email: str
    kind: NotificationKind
    topic: Topic
    subject: str
    subject_id: int
    facts: Mapping[str, Any]
    told_at: datetime
    read_at: datetime | None
    queued_at: datetime
    time_zone: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the table of notifications stands: its newest row, and the oldest and the next transaction."""

    newest_id: int
    oldest_xid: int
    next_xid: int


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail as admins see it."""

    id: int
    user_id: int
    name: str
    email: str
    address: str
    kind: NotificationKind
    topic: Topic
    subject_line: str
    status: MailStatus
    tries: int
    next_attempt_at: datetime
    queued_at: datetime
    sent_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Which mails are wanted: `text` is an address, a name, or words of the subject; "" for all."""

    text: str = ""
    topic: Topic | None = None
    period: Period = ALWAYS

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a mail must meet, its status aside."""
        found = [self.period.of(_COLUMNS.queued_at)]
        if self.topic is not None:
            found.append(Mail.topic == self.topic)
        return [*found, _named(self.text)] if self.text else found


_COLUMNS = Mail.__table__.c
_DESK = select(
    MailDesk.begun_at,
    MailDesk.floor_id,
    MailDesk.marked_id,
    MailDesk.marked_xid,
    MailDesk.failures,
    MailDesk.paused_until,
    MailDesk.trouble,
)
_REMINDED_ON = select(MailDesk.reminded_on)
_MOMENT = select(
    select(func.coalesce(func.max(Notification.id), 0)).scalar_subquery(),
    literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint"),
    literal_column("pg_snapshot_xmax(pg_current_snapshot())::text::bigint"),
)
_UNMAILED = (
    select(Notification.id, Notification.user_id, Notification.kind, Notification.facts, Notification.read_at)
    .outerjoin(Mail, Mail.notification_id == Notification.id)
    .where(Notification.id > bindparam("floor_id"), Mail.id.is_(None))
    .order_by(Notification.id)
    .limit(bindparam("most"))
)
_SILENCES = select(MailSilence.user_id, MailSilence.topic).where(
    MailSilence.user_id.in_(bindparam("user_ids", expanding=True))
)
_SILENCED = select(MailSilence.topic).where(MailSilence.user_id == bindparam("user_id"))
_INSTALLATION = select(Installation.uuid)
_DUE = (
    select(
        Mail.id,
        Mail.notification_id,
        Mail.user_id,
        User.name,
        func.coalesce(Notification.facts["mail_to"].astext, User.email).label("email"),
        Mail.kind,
        Mail.topic,
        Notification.subject,
        Notification.subject_id,
        Notification.facts,
        Notification.created_at,
        Notification.read_at,
        Mail.queued_at,
        User.time_zone,
        User.language,
    )
    .join(Notification, Notification.id == Mail.notification_id)
    .join(User, User.id == Mail.user_id)
    .where(Mail.status == MailStatus.QUEUED, Mail.next_attempt_at <= bindparam("now"))
    .order_by(Mail.next_attempt_at, Mail.id)
    .limit(bindparam("most"))
)
_ROWS = select(
    Mail.id,
    Mail.user_id,
    User.name,
    User.email,
    Mail.address,
    Mail.kind,
    Mail.topic,
    Mail.subject_line,
    Mail.status,
    Mail.tries,
    Mail.next_attempt_at,
    Mail.queued_at,
    Mail.sent_at,
    Mail.note,
).join(User, User.id == Mail.user_id)


def desk() -> Desk:
    """Return where the job stands; before its first run at the very beginning."""
    found = db.read_one(_DESK)
    return Desk(*tuple(found)) if found else Desk(None, 0, 0, 0, 0, None, "")


def reminded_on() -> date | None:
    """Return the last day on which sellers were reminded of what they must send."""
    found = db.read_one(_REMINDED_ON)
    return found.reminded_on if found else None


def moment() -> Moment:
    """Return where the table of notifications stands now."""
    return Moment(*tuple(db.read(_MOMENT)[0]))


def unmailed(floor_id: int, most: int) -> Sequence[Unmailed]:
    """Return the oldest facts after `floor_id` that no mail stands for, at most `most`."""
    rows = db.read(_UNMAILED, {"floor_id": floor_id, "most": most})
    if not rows:
        return ()
    silences = {tuple(row) for row in db.read(_SILENCES, {"user_ids": sorted({row.user_id for row in rows})})}
    found = []
    for row in rows:
        topic = topic_of(row.kind.value, row.facts)
        is_silenced = (row.user_id, topic) in silences
        is_read = row.read_at is not None
        found.append(Unmailed(row.id, row.user_id, row.kind, topic, row.facts, is_read, is_silenced))
    return found


@cache
def installation() -> str:
    """Return the name of this installation, which never changes."""
    return str(db.read(_INSTALLATION)[0][0])


def due(now: datetime, most: int) -> Sequence[Due]:
    """Return the mails to be sent now, those that have waited longest first."""
    return [Due(*tuple(row)) for row in db.read(_DUE, {"now": now, "most": most})]


def silenced(user_id: int) -> frozenset[Topic]:
    """Return the topics whose mails a person does not want."""
    return frozenset(row.topic for row in db.read(_SILENCED, {"user_id": user_id}))


def mails(sought: Sought, status: MailStatus | None, cursor: Cursor) -> Listed[MailRow]:
    """Return one page of the mails that are sought, newest first unless the cursor says otherwise."""
    statement = _ROWS.where(*sought.conditions())
    if status is not None:
        statement = statement.where(Mail.status == status)
    return read_page(statement, _COLUMNS.id, cursor, MailRow)


def mail(mail_id: int) -> MailRow:
    """Return one mail; raises NotFound."""
    found = db.read_one(_ROWS.where(Mail.id == mail_id))
    if found is None:
        raise NotFound(_("There is no such mail."))
    return MailRow(*tuple(found))


def counts(sought: Sought) -> Mapping[MailStatus, int]:
    """Return how many of the mails that are sought have each status."""
    statement = select(Mail.status, func.count()).join(User, User.id == Mail.user_id).where(*sought.conditions())
    return dict(map(tuple, db.read(statement.group_by(Mail.status))))


def _named(text: str) -> ColumnElement[bool]:
    if "@" in text:
        return or_(func.lower(User.email) == text.lower(), func.lower(Mail.address) == text.lower())
    contains = (User.name.icontains(text, autoescape=True), Mail.subject_line.icontains(text, autoescape=True))
    return or_(*contains)
