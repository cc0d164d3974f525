"""Refunds: what was asked and shown, what was decided, the frozen plan, and the provider's refund."""

from typing import ClassVar

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, Currency, EnumText, LongText, MinorUnits, PrimaryKey, Text64, Text200, UtcTime
from marketplace.history import Ruled
from marketplace.orders.models import Order, OrderLine
from marketplace.payment_records.models import Payment
from marketplace.payments.models import PaymentTransaction
from marketplace.refunds.rules import RefundOrigin, RefundReason
from marketplace.refunds.states import REFUND, RefundStatus
from marketplace.transitions import Machine


class Refund(Ruled, Base):
    """Money of one order on its way back to its buyer."""

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint(
            "platform_minor + cost_minor + held_minor + available_minor + debt_minor - subsidy_minor"
            " IN (0, amount_minor)",
            name="plan_adds_up",
        ),
        CheckConstraint("subsidy_minor >= 0", name="subsidy_not_negative"),
        UniqueConstraint("provider_refund_id", "order_id"),
        Index(None, "order_id"),
        Index(None, "payment_id"),
        Index(None, "buyer_id", "id"),
        Index(None, "seller_id", "id"),
        Index("ix_refund_waiting", "asked_at", postgresql_where="status = 'pending'"),
        Index("ix_refund_completed", "completed_at", postgresql_where="completed_at IS NOT NULL"),
        Index("ix_refund_failed", "id", postgresql_where="status = 'failed'"),
        Index("ix_refund_came_back", "id", postgresql_where="came_back_at IS NOT NULL"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = REFUND

    number: Mapped[Text64] = mapped_column(Computed("'RF-' || (100000 + id)", persisted=True), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id))
    payment_id: Mapped[int] = mapped_column(ForeignKey(Payment.id))
    transaction_id: Mapped[int] = mapped_column(ForeignKey(PaymentTransaction.id))
    buyer_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    currency: Mapped[Currency]
    origin: Mapped[RefundOrigin] = mapped_column(EnumText(RefundOrigin))
    reason: Mapped[RefundReason] = mapped_column(EnumText(RefundReason))
    description: Mapped[LongText]
    asked_minor: Mapped[MinorUnits]
    """What was asked for, minor units, the buyer's side."""
    amount_minor: Mapped[MinorUnits]
    """What goes back, minor units; an admin may change it before approving."""
    platform_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """The frozen plan, minor units, from approval on: platform fee given back; as are the next four."""
    cost_minor: Mapped[MinorUnits] = mapped_column(default=0)
    held_minor: Mapped[MinorUnits] = mapped_column(default=0)
    available_minor: Mapped[MinorUnits] = mapped_column(default=0)
    debt_minor: Mapped[MinorUnits] = mapped_column(default=0)
    subsidy_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """What of its part of the discount the marketplace takes back, minor units: the parts above give this as well."""
    status: Mapped[RefundStatus] = mapped_column(EnumText(RefundStatus), default=REFUND.initial)
    attempt: Mapped[int] = mapped_column(default=0)
    """How often it was approved: each approval books its own entry."""
    first_approver_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    take_back: Mapped[bool] = mapped_column(default=False)
    """Whether what was paid out is taken back from the seller's account, as the first or only admin has said."""
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    decided_at: Mapped[UtcTime | None]
    form_token: Mapped[Text64 | None] = mapped_column(unique=True)
    """The asking form's one-time token: the same form sent twice is the same refund (scar S24)."""
    admin_notes: Mapped[LongText] = mapped_column(default="")
    """Why it was rejected, changed or approved, for both parties to read."""
    provider_refund_id: Mapped[Text200 | None]
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("refund.id"))
    """The refund that sends this one's money too, because the order was cancelled meanwhile."""
    asked_at: Mapped[UtcTime]
    completed_at: Mapped[UtcTime | None]
    came_back_at: Mapped[UtcTime | None]
    """When it failed last after it had succeeded; kept, whatever follows."""


class RefundLine(Base):
    """Some units of one order line that a refund is about."""

    __tablename__ = "refund_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    id: Mapped[PrimaryKey]
    refund_id: Mapped[int] = mapped_column(ForeignKey(Refund.id), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey(OrderLine.id))
    quantity: Mapped[int]


class RefundPicture(Base):
    """A picture that the buyer sent with a request. Never shown to anybody but the three sides.

    One that was taken away keeps its row, for the history; its file is gone.
    """

    __tablename__ = "refund_picture"
    __table_args__ = (
        Index("uq_refund_picture_shown", "refund_id", "digest", unique=True, postgresql_where="removed_at IS NULL"),
        Index(None, "refund_id"),
    )

    id: Mapped[PrimaryKey]
    refund_id: Mapped[int] = mapped_column(ForeignKey(Refund.id))
    file_name: Mapped[Text200]
    """As the buyer named it, for people only."""
    stored_name: Mapped[Text200] = mapped_column(unique=True)
    media_type: Mapped[Text64]
    size_bytes: Mapped[int]
    digest: Mapped[Text64]
    """SHA-256 of what was sent: the same picture sent twice is one picture."""
    added_at: Mapped[UtcTime]
    removed_at: Mapped[UtcTime | None]
    """When the buyer took it away."""


class RefundPictureLook(Base):
    """An admin has seen a picture of a request. Never changed."""

    __tablename__ = "refund_picture_look"
    __table_args__ = (UniqueConstraint("picture_id", "admin_id"),)

    id: Mapped[PrimaryKey]
    picture_id: Mapped[int] = mapped_column(ForeignKey(RefundPicture.id))
    admin_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    looked_at: Mapped[UtcTime]
