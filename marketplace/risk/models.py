"""What each settled payment looked like, the cards that were tried for it, and what admins decided.

An assessment is never changed: what was decided about it is its review, whose history says who and why.
"""

from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, Currency, EnumText, LongText, MinorUnits, PrimaryKey, Text64, Text200, UtcTime
from marketplace.history import Ruled
from marketplace.payment_records.models import Payment
from marketplace.risk.states import REVIEW, ReviewStatus, RiskLevel
from marketplace.transitions import Machine


class RiskMethod(Base):
    """A card that was tried for a purchase, as the provider reported its charge: its token, never a digit of it."""

    __tablename__ = "risk_method"

    id: Mapped[PrimaryKey]
    payment_id: Mapped[int] = mapped_column(ForeignKey(Payment.id), index=True)
    charge_id: Mapped[Text200] = mapped_column(unique=True)
    fingerprint: Mapped[Text200] = mapped_column(index=True)
    """The provider's token of a card, the same for the same card."""
    brand: Mapped[Text64]
    country: Mapped[str] = mapped_column(String(2))
    """Of the bank that issued it, ISO 3166-1 alpha-2; "" where the provider does not say."""
    has_paid: Mapped[bool]


class RiskAssessment(Base):
    """What the rules said of a payment when it was settled. One per payment; never changed, never deleted."""

    __tablename__ = "risk_assessment"
    __table_args__ = (
        CheckConstraint("score BETWEEN 0 AND 100", name="score_within_hundred"),
        Index(None, "level", "id"),
        Index(None, "user_id", "id"),
        Index(None, "settled_at"),
    )

    id: Mapped[PrimaryKey]
    payment_id: Mapped[int] = mapped_column(ForeignKey(Payment.id), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    """Who paid."""
    currency: Mapped[Currency]
    amount_minor: Mapped[MinorUnits]
    """What was paid, minor units."""
    score: Mapped[int]
    level: Mapped[RiskLevel] = mapped_column(EnumText(RiskLevel))
    fired: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """The rules that applied, each with its points and what it saw."""
    settled_at: Mapped[UtcTime]
    assessed_at: Mapped[UtcTime]


class RiskReview(Ruled, Base):
    """A payment of high risk: its shares are blocked until an admin has decided."""

    __tablename__ = "risk_review"
    __table_args__ = (
        CheckConstraint(
            "(status = 'waiting') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name="decided_by_somebody",
        ),
        Index("ix_risk_review_waiting", "id", postgresql_where="status = 'waiting'"),
    )
    machine: ClassVar[Machine] = REVIEW

    assessment_id: Mapped[int] = mapped_column(ForeignKey(RiskAssessment.id), unique=True)
    status: Mapped[ReviewStatus] = mapped_column(EnumText(ReviewStatus), default=REVIEW.initial)
    reason: Mapped[LongText] = mapped_column(default="")
    """Why it was decided so, for other admins; "" while it waits."""
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    decided_at: Mapped[UtcTime | None]


class RiskMark(Base):
    """How far payments have been looked at. One row."""

    __tablename__ = "risk_mark"

    id: Mapped[PrimaryKey]
    since: Mapped[UtcTime]
    """What was settled before it came before the checks."""
    reached_at: Mapped[UtcTime]
    """All that was settled before it is assessed."""
