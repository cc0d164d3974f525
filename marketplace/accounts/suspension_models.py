"""When and why a person may not sell, or not buy."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, EnumText, LongText, PrimaryKey, UtcTime


class Side(StrEnum):
    """As what somebody is suspended."""

    SELLER = "seller"
    BUYER = "buyer"


class Suspension(Base):
    """An admin has suspended a person on one side. A row with `lifted_at` is over; none is ever deleted."""

    __tablename__ = "suspension"
    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_by_id IS NULL)", name="lifted_by_somebody"),
        CheckConstraint("(lifted_at IS NULL) = (lift_reason IS NULL)", name="lifted_with_a_reason"),
        Index("uq_suspension_open", "user_id", "side", unique=True, postgresql_where="lifted_at IS NULL"),
        Index(None, "user_id", "id"),
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    side: Mapped[Side] = mapped_column(EnumText(Side))
    reason: Mapped[LongText]
    """What the person reads."""
    admin_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    suspended_at: Mapped[UtcTime]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    lifted_at: Mapped[UtcTime | None]
    lift_reason: Mapped[LongText | None]
