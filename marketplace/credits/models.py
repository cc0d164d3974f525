"""Packages of credits, what each sale agreed to, what people hold, and every movement that made it so."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.catalog.models import Listing
from marketplace.credits.rules import CreditKind, ReturnCause
from marketplace.db import Base, Currency, EnumText, LongText, MinorUnits, PrimaryKey, Text64, Text200, UtcTime
from marketplace.ledger.models import LedgerEntry
from marketplace.orders.models import Purchase
from marketplace.payment_records.models import Payment


class CreditPackage(Base):
    """What a package holds and costs from a day on, until it ends or the next of its code takes its place."""

    __tablename__ = "credit_package"
    __table_args__ = (
        CheckConstraint("credits > 0 AND price_minor > 0", name="is_sold"),
        CheckConstraint("valid_until > valid_from", name="ends_after_it_begins"),
        UniqueConstraint("code", "valid_from"),
    )

    id: Mapped[PrimaryKey]
    code: Mapped[Text64]
    """What programs call it: S1's `package_id`."""
    name: Mapped[Text64]
    credits: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[Currency]
    price_minor: Mapped[MinorUnits]
    """Minor units of its currency."""
    valid_from: Mapped[UtcTime]
    valid_until: Mapped[UtcTime | None]


class CreditSale(Base):
    """The package that a purchase is of, as it was agreed to. Such a purchase has no cart and no orders."""

    __tablename__ = "credit_sale"
    __table_args__ = (
        CheckConstraint("credits > 0", name="credits_positive"),
        CheckConstraint("discount_minor BETWEEN 0 AND price_minor", name="discount_within_price"),
    )

    purchase_id: Mapped[int] = mapped_column(ForeignKey(Purchase.id), primary_key=True, autoincrement=False)
    package_id: Mapped[int] = mapped_column(ForeignKey(CreditPackage.id))
    code: Mapped[Text64]
    name: Mapped[Text64]
    credits: Mapped[int] = mapped_column(BigInteger)
    price_minor: Mapped[MinorUnits]
    """Before its discount, minor units of the purchase's currency."""
    discount_minor: Mapped[MinorUnits]


class CreditBalance(Base):
    """How many credits somebody holds: the sum of their movements; `check-books` adds them up again."""

    __tablename__ = "credit_balance"
    __table_args__ = (
        CheckConstraint("credits >= 0", name="not_below_zero"),
        CheckConstraint("movements > 0", name="movements_positive"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True, autoincrement=False)
    credits: Mapped[int] = mapped_column(BigInteger)
    movements: Mapped[int]
    """How many movements made it: the number of the last."""
    updated_at: Mapped[UtcTime]


class CreditMovement(Base):
    """One change of what somebody holds, with the one ledger entry that books it. Never changed, never deleted."""

    __tablename__ = "credit_movement"
    __table_args__ = (
        # Two movements that began from the same balance would have the same number.
        UniqueConstraint("user_id", "number"),
        CheckConstraint("(kind IN ('bought', 'given_back')) = (credits > 0) AND credits <> 0", name="signed"),
        CheckConstraint("balance >= 0", name="not_below_zero"),
        CheckConstraint("(kind = 'spent') = (payment_id IS NULL)", name="of_a_payment"),
        CheckConstraint(
            "(kind = 'spent') = (listing_id IS NOT NULL AND form_token IS NOT NULL)", name="spent_on_a_listing"
        ),
        Index("uq_credit_movement_bought", "payment_id", unique=True, postgresql_where=text("kind = 'bought'")),
        Index(None, "user_id", "id"),
        Index(None, "payment_id"),
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    number: Mapped[int]
    """1 for a person's first movement, then 2, 3, …"""
    kind: Mapped[CreditKind] = mapped_column(EnumText(CreditKind))
    credits: Mapped[int] = mapped_column(BigInteger)
    """Positive came in, negative went out."""
    balance: Mapped[int] = mapped_column(BigInteger)
    """What the person held after it."""
    entry_id: Mapped[int] = mapped_column(ForeignKey(LedgerEntry.id), unique=True)
    """The entry in credits."""
    payment_id: Mapped[int | None] = mapped_column(ForeignKey(Payment.id))
    """What they were bought with; None for what was spent."""
    listing_id: Mapped[int | None] = mapped_column(ForeignKey(Listing.id))
    """What they were spent on."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """Who did it; None for the provider or a rule."""
    reason: Mapped[LongText]
    """For who holds them to read."""
    form_token: Mapped[Text64 | None] = mapped_column(unique=True)
    """The form that spent them: sent twice, it is the same movement."""
    at: Mapped[UtcTime]


class CreditLot(Base):
    """The credits of one payment: how many are used or went back, and what of the payment is earned by that.

    What is not used is owed: paid less earned less returned stands on `credits_deferred`.
    """

    __tablename__ = "credit_lot"
    __table_args__ = (
        CheckConstraint("credits > 0 AND used >= 0 AND taken >= 0 AND used + taken <= credits", name="within_credits"),
        CheckConstraint(
            "earned_minor >= 0 AND returned_minor >= 0 AND earned_minor + returned_minor <= paid_minor",
            name="within_paid",
        ),
        Index("ix_credit_lot_left", "user_id", "id", postgresql_where=text("used + taken < credits")),
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[PrimaryKey]
    payment_id: Mapped[int] = mapped_column(ForeignKey(Payment.id), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    credits: Mapped[int] = mapped_column(BigInteger)
    used: Mapped[int] = mapped_column(BigInteger, default=0)
    taken: Mapped[int] = mapped_column(BigInteger, default=0)
    """How many went back with the money."""
    currency: Mapped[Currency]
    paid_minor: Mapped[MinorUnits]
    """Minor units of its currency; as are the next two."""
    earned_minor: Mapped[MinorUnits] = mapped_column(default=0)
    returned_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """What of the price went back with the credits that were taken."""
    at: Mapped[UtcTime]

    @property
    def left(self) -> int:
        """Return how many of its credits are there to be spent."""
        return self.credits - self.used - self.taken

    @property
    def deferred_minor(self) -> int:
        """Return what of its price is not earned and did not go back, minor units."""
        return self.paid_minor - self.earned_minor - self.returned_minor


class CreditUse(Base):
    """What a movement that spent credits took of one lot, oldest first, and what was earned by that."""

    __tablename__ = "credit_use"
    __table_args__ = (
        CheckConstraint("credits > 0 AND earned_minor >= 0", name="uses_something"),
        CheckConstraint("(entry_id IS NULL) = (earned_minor = 0)", name="what_is_earned_is_booked"),
        UniqueConstraint("movement_id", "lot_id"),
        Index(None, "lot_id"),
    )

    id: Mapped[PrimaryKey]
    movement_id: Mapped[int] = mapped_column(ForeignKey(CreditMovement.id))
    lot_id: Mapped[int] = mapped_column(ForeignKey(CreditLot.id))
    credits: Mapped[int] = mapped_column(BigInteger)
    earned_minor: Mapped[MinorUnits]
    """Minor units of the lot's currency."""
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(LedgerEntry.id), unique=True)
    """The entry in that currency."""


class CreditReturn(Base):
    """Money of a package that went back, with the credits that were still there; what was used by then is missing."""

    __tablename__ = "credit_return"
    __table_args__ = (
        CheckConstraint(
            "amount_minor > 0 AND credits >= 0 AND missing >= 0 AND deferred_minor >= 0", name="amounts_not_negative"
        ),
        CheckConstraint("(movement_id IS NULL) = (credits = 0)", name="what_is_taken_moves"),
        Index(None, "lot_id"),
    )

    id: Mapped[PrimaryKey]
    subject: Mapped[Text200] = mapped_column(unique=True)
    """What it is about: `receipt:4`, `refund:re_1Ab`, `dispute:7:1`."""
    cause: Mapped[ReturnCause] = mapped_column(EnumText(ReturnCause))
    lot_id: Mapped[int] = mapped_column(ForeignKey(CreditLot.id))
    amount_minor: Mapped[MinorUnits]
    """What goes or went back, minor units of the lot's currency."""
    credits: Mapped[int] = mapped_column(BigInteger)
    """How many were taken back."""
    missing: Mapped[int] = mapped_column(BigInteger)
    """How many should have been, and were used before: the marketplace bears them, and a person may look at it."""
    deferred_minor: Mapped[MinorUnits]
    """What of the amount nobody had earned; the rest the marketplace bears."""
    movement_id: Mapped[int | None] = mapped_column(ForeignKey(CreditMovement.id))
    reason: Mapped[LongText]
    by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    at: Mapped[UtcTime]
    undone_at: Mapped[UtcTime | None]
    """When the money turned out to be here after all, and the credits were given back."""
    undone_movement_id: Mapped[int | None] = mapped_column(ForeignKey(CreditMovement.id))
