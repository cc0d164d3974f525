"""A cart per person or per visitor's browser, and its lines."""

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.catalog.models import Listing
from marketplace.db import Base, MinorUnits, PrimaryKey, Text64, UtcTime


class Cart(Base):
    """The cart of a signed-in person, or of a browser that has not signed in yet."""

    __tablename__ = "cart"
    __table_args__ = (CheckConstraint("(user_id IS NULL) <> (token_hash IS NULL)", name="one_owner"),)

    id: Mapped[PrimaryKey]
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id), unique=True)
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256 of the visitor's random cart token."""
    discount_code: Mapped[Text64 | None]
    """The code that was entered; whether it counts is asked each time."""
    created_at: Mapped[UtcTime]


class CartLine(Base):
    """Some units of one listing in one cart."""

    __tablename__ = "cart_line"
    __table_args__ = (
        UniqueConstraint("cart_id", "listing_id"),
        CheckConstraint("quantity BETWEEN 1 AND 99", name="quantity_in_range"),
    )

    id: Mapped[PrimaryKey]
    cart_id: Mapped[int] = mapped_column(ForeignKey(Cart.id, ondelete="CASCADE"))
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    quantity: Mapped[int]
    seen_price_minor: Mapped[MinorUnits]
    """The price the buyer last saw, minor units; a different one is announced before it is charged."""
    seen_values: Mapped[list[str]] = mapped_column(ARRAY(String(64)), default=list, server_default="{}")
    """Of a variant: its values when the buyer chose it; other ones are announced. Empty for what has none."""
    added_at: Mapped[UtcTime]
