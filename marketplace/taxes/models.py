"""The rates of tax that sellers keep, and what the marketplace keeps of the tax on deliveries."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, EnumText, PrimaryKey, UtcTime
from marketplace.taxes.rules import DeliveryTaxing, TaxCategory


class TaxRate(Base):
    """One rate of a seller's shop from a day on. What has begun stays: a later one takes its place, or it ends."""

    __tablename__ = "tax_rate"
    __table_args__ = (
        CheckConstraint("basis_points BETWEEN 0 AND 5000", name="at_most_half"),
        CheckConstraint("category <> 'exempt'", name="exempt_has_none"),
        CheckConstraint("valid_before > valid_from", name="ends_after_its_begin"),
        UniqueConstraint("seller_id", "country", "category", "valid_from"),
    )

    id: Mapped[PrimaryKey]
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    country: Mapped[str] = mapped_column(String(2))
    """Where goods go, ISO 3166-1 alpha-2; "" for every country that has no rate of its own."""
    category: Mapped[TaxCategory] = mapped_column(EnumText(TaxCategory))
    basis_points: Mapped[int]
    valid_from: Mapped[date] = mapped_column(Date)
    """The first day it holds, UTC."""
    valid_before: Mapped[date | None] = mapped_column(Date)
    """The first day it holds no longer, UTC; NULL while no end is set."""
    created_at: Mapped[UtcTime]


class DeliveryTaxRule(Base):
    """Whether deliveries to a country are taxed, from a day on. What has begun stays: a later one takes its place."""

    __tablename__ = "delivery_tax_rule"
    __table_args__ = (UniqueConstraint("country", "valid_from"),)

    id: Mapped[PrimaryKey]
    country: Mapped[str] = mapped_column(String(2))
    """Where goods go, ISO 3166-1 alpha-2; "" for every country that has none of its own."""
    taxing: Mapped[DeliveryTaxing] = mapped_column(EnumText(DeliveryTaxing))
    valid_from: Mapped[date] = mapped_column(Date)
    """The first day it holds, UTC."""
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """The admin who said so; NULL where the demo did."""
    created_at: Mapped[UtcTime]
