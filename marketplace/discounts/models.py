"""Discount codes with what they promise, and one row for each purchase that uses one."""

from typing import ClassVar

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, Currency, EnumText, MinorUnits, PrimaryKey, Text64, Text200, UtcTime
from marketplace.discounts.rules import DiscountKind
from marketplace.discounts.states import DISCOUNT, USE, DiscountStatus, UseStatus
from marketplace.history import Ruled
from marketplace.orders.models import Purchase
from marketplace.transitions import Machine


class Discount(Ruled, Base):
    """A code that takes something off: a seller's own, borne by the seller, or the marketplace's."""

    __tablename__ = "discount"
    __table_args__ = (
        CheckConstraint("basis_points BETWEEN 0 AND 10000 AND amount_minor >= 0", name="takes_something_off"),
        CheckConstraint("(kind = 'percentage') = (basis_points > 0)", name="percentage_has_a_rate"),
        CheckConstraint("(kind = 'fixed') = (amount_minor > 0)", name="fixed_has_an_amount"),
        CheckConstraint(
            "currency IS NOT NULL OR (amount_minor = 0 AND cap_minor IS NULL AND minimum_minor IS NULL)",
            name="amounts_have_a_currency",
        ),
        CheckConstraint("cap_minor > 0 AND minimum_minor > 0", name="amounts_positive"),
        CheckConstraint("max_uses > 0 AND max_uses_per_buyer > 0", name="limits_positive"),
        CheckConstraint("used >= 0 AND used <= max_uses", name="used_within_limit"),
        CheckConstraint("used_late >= 0", name="used_late_not_negative"),
        CheckConstraint("valid_until > valid_from", name="ends_after_it_begins"),
        Index(None, "seller_id", "id"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = DISCOUNT

    code: Mapped[Text64] = mapped_column(unique=True)
    """In capital letters, as it is compared."""
    seller_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """Whose it is and who bears it; None for the marketplace."""
    description: Mapped[Text200]
    """For its owner's eyes."""
    kind: Mapped[DiscountKind] = mapped_column(EnumText(DiscountKind))
    currency: Mapped[Currency | None]
    basis_points: Mapped[int]
    amount_minor: Mapped[MinorUnits]
    """What a fixed code takes off, minor units of `currency`; as are the next two."""
    cap_minor: Mapped[int | None] = mapped_column(BigInteger)
    """The most it takes off one purchase."""
    minimum_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What the goods it is for must cost at least."""
    max_uses: Mapped[int | None]
    max_uses_per_buyer: Mapped[int | None]
    first_order_only: Mapped[bool]
    categories: Mapped[list[str]] = mapped_column(ARRAY(String(64)))
    listing_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    valid_from: Mapped[UtcTime]
    valid_until: Mapped[UtcTime | None]
    used: Mapped[int] = mapped_column(default=0)
    """Uses reserved or redeemed, those beyond the limit left out."""
    used_late: Mapped[int] = mapped_column(default=0)
    """Uses beyond the limit: paid after their time, and honoured (scar S51)."""
    status: Mapped[DiscountStatus] = mapped_column(EnumText(DiscountStatus), default=DISCOUNT.initial)
    created_at: Mapped[UtcTime]


class DiscountUse(Ruled, Base):
    """One purchase that uses a code: one use, however many orders and lines it lowers (scar S51)."""

    __tablename__ = "discount_use"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index(None, "discount_id", "id"),
        Index(None, "buyer_id", "discount_id"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = USE

    discount_id: Mapped[int] = mapped_column(ForeignKey(Discount.id))
    purchase_id: Mapped[int] = mapped_column(ForeignKey(Purchase.id), unique=True)
    buyer_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    currency: Mapped[Currency]
    amount_minor: Mapped[MinorUnits]
    """What it takes off the purchase, minor units."""
    is_late: Mapped[bool] = mapped_column(default=False)
    """Whether it counts beyond the limit."""
    may_return: Mapped[bool]
    """Whether it is free again when all that it made cheaper is called off before it is sent; the policy of its day."""
    status: Mapped[UseStatus] = mapped_column(EnumText(UseStatus), default=USE.initial)
    created_at: Mapped[UtcTime]


class CodeGuess(Base):
    """One try to enter a code that does not exist, kept for a quarter of an hour."""

    __tablename__ = "code_guess"
    __table_args__ = (Index(None, "ip_address", "at"), Index(None, "at"))

    id: Mapped[PrimaryKey]
    ip_address: Mapped[Text64]
    at: Mapped[UtcTime]
    """System time."""
