"""Delivery profiles of sellers and their zones."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, Currency, EnumText, MinorUnits, PrimaryKey, Text64, UtcTime
from marketplace.delivery.rules import Method


class DeliveryProfile(Base):
    """How a seller sends some of the listings. Archived ones are kept, and no listing has them."""

    __tablename__ = "delivery_profile"
    __table_args__ = (
        CheckConstraint("handling_days BETWEEN 0 AND 60", name="handling_within_sixty_days"),
        Index("uq_delivery_profile_name", "seller_id", "name", unique=True, postgresql_where="archived_at IS NULL"),
    )

    id: Mapped[PrimaryKey]
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    name: Mapped[Text64]
    currency: Mapped[Currency]
    """Of all its amounts, and of the listings that may have it."""
    handling_days: Mapped[int]
    """Working days until something is on its way."""
    created_at: Mapped[UtcTime]
    archived_at: Mapped[UtcTime | None]


class DeliveryZone(Base):
    """Some countries that a profile serves alike; the row goes when the seller takes the zone out."""

    __tablename__ = "delivery_zone"
    __table_args__ = (
        CheckConstraint("price_minor >= 0 AND free_from_minor >= 0", name="amounts_not_negative"),
        CheckConstraint("transit_first BETWEEN 0 AND transit_last AND transit_last <= 60", name="transit_in_order"),
        CheckConstraint("(method = 'by_weight') = (bands <> '[]')", name="bands_by_weight"),
        Index(None, "profile_id", "id"),
    )

    id: Mapped[PrimaryKey]
    profile_id: Mapped[int] = mapped_column(ForeignKey(DeliveryProfile.id))
    countries: Mapped[list[str]] = mapped_column(ARRAY(String(2)))
    """ISO 3166-1 alpha-2; none for all that no other zone names."""
    method: Mapped[Method] = mapped_column(EnumText(Method))
    price_minor: Mapped[MinorUnits]
    """Minor units of the profile's currency, as is the next."""
    free_from_minor: Mapped[MinorUnits | None]
    transit_first: Mapped[int]
    """Working days on the way, at least, and at most."""
    transit_last: Mapped[int]
    bands: Mapped[list[Any]] = mapped_column(JSONB)
    """Pairs of grams and minor units, lightest first."""
