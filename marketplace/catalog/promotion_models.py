"""Promotions: a listing stands first in its lists for some days, paid with its seller's credits."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.catalog.models import Listing
from marketplace.db import Base, PrimaryKey, UtcTime


class Promotion(Base):
    """One listing promoted from one moment to another. It ends by the clock; it is never changed, never deleted."""

    __tablename__ = "promotion"
    __table_args__ = (
        CheckConstraint("days > 0 AND credits > 0 AND ends_at > starts_at", name="lasts_and_costs"),
        Index(None, "ends_at"),
        Index(None, "listing_id"),
    )

    id: Mapped[PrimaryKey]
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    days: Mapped[int]
    credits: Mapped[int] = mapped_column(BigInteger)
    """What it cost."""
    starts_at: Mapped[UtcTime]
    ends_at: Mapped[UtcTime]
    movement_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    """What paid it; credits stand above listings, so there is no foreign key, and `check-books` looks."""
