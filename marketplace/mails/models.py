"""Mails, who does not want which, and how far the job has come."""

from datetime import date
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, EnumText, LongText, Text200, UtcTime
from marketplace.history import Ruled
from marketplace.mails.states import MAIL, MailStatus
from marketplace.mails.topics import Topic
from marketplace.notifications.models import NotificationKind
from marketplace.transitions import Machine


class Mail(Ruled, Base):
    """One fact for one person by mail. Its words are made when it is sent, from the facts of the notification."""

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("notification_id"),
        CheckConstraint("(sent_at IS NOT NULL) = (status = 'sent')", name="sent_at_a_time"),
        CheckConstraint("tries >= 0", name="tries_not_negative"),
        Index("ix_mail_due", "next_attempt_at", postgresql_where="status = 'queued'"),
        Index("ix_mail_failed", "id", postgresql_where="status = 'failed'"),
        Index(None, "user_id", "id"),
        Index(None, "queued_at", postgresql_using="brin"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = MAIL

    notification_id: Mapped[int] = mapped_column(BigInteger)
    """What was told. No foreign key: its check reads the table that every payment writes, and serialisable payments
    would then collide with the mail job. Notifications are never deleted."""
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    kind: Mapped[NotificationKind] = mapped_column(EnumText(NotificationKind))
    topic: Mapped[Topic] = mapped_column(EnumText(Topic))
    address: Mapped[Text200] = mapped_column(default="")
    """Where the last try went; "" before the first."""
    subject_line: Mapped[Text200] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[UtcTime]
    queued_at: Mapped[UtcTime]
    sent_at: Mapped[UtcTime | None]
    note: Mapped[LongText] = mapped_column(default="")
    """Why it was not sent, or what the server said last."""
    status: Mapped[MailStatus] = mapped_column(EnumText(MailStatus), default=MAIL.initial)


class MailSilence(Base):
    """One person does not want the mails of one topic."""

    __tablename__ = "mail_silence"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    topic: Mapped[Topic] = mapped_column(EnumText(Topic), primary_key=True)
    since: Mapped[UtcTime]


class MailDesk(Base):
    """Where the job stands: which notifications it has dealt with, and whether the mail server answers."""

    __tablename__ = "mail_desk"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    begun_at: Mapped[UtcTime | None]
    """Since when facts are mailed; None while no mail server is set."""
    floor_id: Mapped[int] = mapped_column(BigInteger, default=0)
    """Every notification up to here was dealt with, or was told before mail began."""
    marked_id: Mapped[int] = mapped_column(BigInteger, default=0)
    """The newest notification of an earlier look, and in `marked_xid` which transactions had not begun then."""
    marked_xid: Mapped[int] = mapped_column(BigInteger, default=0)
    failures: Mapped[int] = mapped_column(default=0)
    """How often in a row the server did not answer."""
    paused_until: Mapped[UtcTime | None]
    trouble: Mapped[LongText] = mapped_column(default="")
    """What was wrong with the server the last time; "" when it answers."""
    reminded_on: Mapped[date | None]
    """The last day on which sellers were reminded of what they must send."""
