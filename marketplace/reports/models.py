"""Reports, and who may not write any more."""

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, EnumText, LongText, PrimaryKey, Text64, UtcTime
from marketplace.reports.rules import Decision, Reason


class Subject(StrEnum):
    """What can be reported, by its table."""

    CONVERSATION = "conversation"
    MESSAGE = "message"
    REVIEW = "review"


class Report(Base):
    """Somebody says that what another has written should be looked at. Decided once."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("reporter_id", "subject", "subject_id"),
        CheckConstraint(
            "(decided_at IS NULL) = (decision IS NULL) AND (decided_at IS NULL) = (admin_id IS NULL)",
            name="decided_by_somebody",
        ),
        Index(None, "subject", "subject_id"),
        Index("ix_report_open", "id", postgresql_where="decided_at IS NULL"),
    )

    id: Mapped[PrimaryKey]
    number: Mapped[Text64] = mapped_column(Computed("'RP-' || (100000 + id)", persisted=True), unique=True)
    subject: Mapped[Subject] = mapped_column(EnumText(Subject))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    author_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    """Who has written what is reported; of a conversation the other side."""
    reporter_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    reason: Mapped[Reason] = mapped_column(EnumText(Reason))
    text: Mapped[LongText]
    """What the reporter adds; may be empty."""
    reported_at: Mapped[UtcTime]
    decision: Mapped[Decision | None] = mapped_column(EnumText(Decision))
    admin_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    note: Mapped[LongText] = mapped_column(default="")
    """Why it was decided so; both sides are told."""
    decided_at: Mapped[UtcTime | None]


class WritingStop(Base):
    """An admin has stopped a person from writing to others. A row with `lifted_at` is over."""

    __tablename__ = "writing_stop"
    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_by_id IS NULL)", name="lifted_by_somebody"),
        Index("uq_writing_stop_user", "user_id", unique=True, postgresql_where="lifted_at IS NULL"),
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    reason: Mapped[LongText]
    """What the person reads when they try to write."""
    admin_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    stopped_at: Mapped[UtcTime]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    lifted_at: Mapped[UtcTime | None]
