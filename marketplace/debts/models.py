"""Debts of sellers, and each time a share's money paid one."""

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, Currency, LongText, MinorUnits, PrimaryKey, Text64, UtcTime
from marketplace.orders.models import Order
from marketplace.payments.models import PaymentTransaction


class SellerDebt(Base):
    """What a seller owes the platform for one order, because the money had left before it had to go back.

    Paid by their coming sales, oldest debt first; open is amount less netted less forgiven.
    """

    __tablename__ = "seller_debt"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint(
            "netted_minor >= 0 AND forgiven_minor >= 0 AND netted_minor + forgiven_minor <= amount_minor",
            name="paid_within_amount",
        ),
        UniqueConstraint("subject", "transaction_id"),
        Index(
            "ix_seller_debt_open",
            "seller_id",
            "currency",
            "id",
            postgresql_where="netted_minor + forgiven_minor < amount_minor",
        ),
        Index(None, "seller_id", "id"),
    )

    id: Mapped[PrimaryKey]
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id))
    transaction_id: Mapped[int] = mapped_column(ForeignKey(PaymentTransaction.id), index=True)
    """The share that could not bear it any more."""
    subject: Mapped[Text64]
    """What made it: `refund:9:1` (with the attempt), `dispute:3:1` (with the loss) or `reversal:4`."""
    currency: Mapped[Currency]
    amount_minor: Mapped[MinorUnits]
    netted_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """Paid by coming sales, minor units."""
    forgiven_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """Not owed any more, because its cause fell away or the platform bears it, minor units."""
    created_at: Mapped[UtcTime]

    @hybrid_property
    def open_minor(self) -> int:
        """Return what is still owed: the amount less what sales paid and what is forgiven; minor units."""
        return self.amount_minor - self.netted_minor - self.forgiven_minor

    @classmethod
    def is_open(cls) -> ColumnElement[bool]:
        """Return the condition that something is still owed, in the words of the index that finds it."""
        return cls.netted_minor + cls.forgiven_minor < cls.amount_minor


class DebtNetting(Base):
    """One time a share's money paid a debt; undone when the debt's cause falls away."""

    __tablename__ = "debt_netting"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: Mapped[PrimaryKey]
    debt_id: Mapped[int] = mapped_column(ForeignKey(SellerDebt.id), index=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey(PaymentTransaction.id), index=True)
    amount_minor: Mapped[MinorUnits]
    netted_at: Mapped[UtcTime]
    undone_minor: Mapped[MinorUnits] = mapped_column(default=0)


class DebtWriteOff(Base):
    """What of a debt the platform bears, because it can't be collected: who said so, who confirmed it, and why."""

    __tablename__ = "debt_write_off"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        # One at a time waits for its second admin.
        Index(
            "uq_debt_write_off_waiting",
            "debt_id",
            unique=True,
            postgresql_where="decided_at IS NULL AND undone_at IS NULL",
        ),
    )

    id: Mapped[PrimaryKey]
    debt_id: Mapped[int] = mapped_column(ForeignKey(SellerDebt.id), index=True)
    amount_minor: Mapped[MinorUnits]
    """What was open when it was asked for, or confirmed, minor units."""
    reason: Mapped[LongText]
    first_approver_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """Who made it final: a second admin above the limit; None while it waits for one."""
    asked_at: Mapped[UtcTime]
    decided_at: Mapped[UtcTime | None]
    undone_at: Mapped[UtcTime | None]
    """When what made the debt fell away, and the platform had nothing to bear any more."""
