"""What each wallet holds, and every movement that made it so. The database refuses to change or delete a movement."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, Currency, EnumText, LongText, MinorUnits, PrimaryKey, Text64, UtcTime
from marketplace.ledger.models import LedgerEntry
from marketplace.orders.models import Order
from marketplace.payment_records.models import Payment
from marketplace.wallets.rules import WalletKind


class WalletBalance(Base):
    """What a person's wallet holds in one currency. A wallet is its user's, and its number is the user's.

    A row of its own instead of the newest movement: a look at an index page would make strangers collide.
    """

    __tablename__ = "wallet_balance"
    __table_args__ = (
        CheckConstraint("balance_minor >= 0", name="not_below_zero"),
        CheckConstraint("movements > 0", name="movements_positive"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    currency: Mapped[Currency] = mapped_column(primary_key=True)
    balance_minor: Mapped[MinorUnits]
    """Minor units: the sum of its movements; `check-books` adds them up again."""
    movements: Mapped[int]
    """How many movements made it: the number of the last."""
    updated_at: Mapped[UtcTime]


class WalletMovement(Base):
    """One change of a wallet, with the one ledger entry that books it. Never changed, never deleted."""

    __tablename__ = "wallet_movement"
    __table_args__ = (
        # Two movements that began from the same balance would have the same number.
        UniqueConstraint("user_id", "currency", "number"),
        CheckConstraint("(kind IN ('added', 'refunded')) = (amount_minor > 0) AND amount_minor <> 0", name="signed"),
        CheckConstraint("balance_minor >= 0", name="not_below_zero"),
        CheckConstraint("(kind IN ('spent', 'refunded')) = (payment_id IS NOT NULL)", name="of_a_payment"),
        CheckConstraint("(kind = 'refunded') = (refund_id IS NOT NULL)", name="of_a_refund"),
        CheckConstraint("(kind IN ('added', 'taken_back')) = (form_token IS NOT NULL)", name="of_a_form"),
        Index(
            "uq_wallet_movement_spent",
            "payment_id",
            unique=True,
            postgresql_where="kind = 'spent'",
        ),
        Index(None, "user_id", "id"),
        Index(None, "payment_id"),
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    currency: Mapped[Currency]
    number: Mapped[int]
    """1 for the wallet's first movement in its currency, then 2, 3, …"""
    kind: Mapped[WalletKind] = mapped_column(EnumText(WalletKind))
    amount_minor: Mapped[MinorUnits]
    """Minor units; positive came in, negative went out."""
    balance_minor: Mapped[MinorUnits]
    """What the wallet held after it, minor units."""
    entry_id: Mapped[int] = mapped_column(ForeignKey(LedgerEntry.id), unique=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey(Payment.id))
    """What it paid, or what was paid with it that came back."""
    refund_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    """The refund that came back; refunds stand above wallets, so there is no foreign key, and `check-books` looks."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey(Order.id))
    """The order that is meant, where one alone is."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """Who did it; None for a rule."""
    reason: Mapped[LongText]
    """Why, for the wallet's owner to read."""
    form_token: Mapped[Text64 | None] = mapped_column(unique=True)
    """The admin's form: sent twice, it is the same movement."""
    at: Mapped[UtcTime]
