"""Trackers and their failures, sellers' shares and their blocks, fee schedules, receipts that could not be used."""

from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import (
    Base,
    Currency,
    Document,
    EnumText,
    LongText,
    MinorUnits,
    PrimaryKey,
    Text64,
    Text200,
    UtcTime,
)
from marketplace.history import Ruled
from marketplace.orders.models import Order
from marketplace.payment_records.models import Payment
from marketplace.payments.rules import RefundRule
from marketplace.payments.states import (
    RECEIPT,
    TRACKER,
    TRANSACTION,
    BlockReason,
    HoldReason,
    HoldStep,
    ReceiptStatus,
    TrackerStatus,
    TransactionStatus,
)
from marketplace.transitions import Machine


class FeeSchedule(Base):
    """Rates from a moment on: for a channel, for one category or one seller of it, or for a seller's category."""

    __tablename__ = "fee_schedule"
    __table_args__ = (CheckConstraint("platform_basis_points BETWEEN 0 AND 10000", name="platform_rate_is_a_part"),)

    id: Mapped[PrimaryKey]
    channel: Mapped[Text64]
    seller_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    category: Mapped[Text64 | None]
    """A category of catalog.rules; None for all."""
    valid_from: Mapped[UtcTime]
    platform_basis_points: Mapped[int]
    processing_basis_points: Mapped[int]
    processing_fixed: Mapped[Document]
    """The processing fee's fixed part per provider payment: minor units by currency."""


class OrderFee(Base):
    """The platform fee of the part of an order to which one schedule applies; agreed at checkout."""

    __tablename__ = "order_fee"

    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), primary_key=True)
    fee_schedule_id: Mapped[int] = mapped_column(ForeignKey(FeeSchedule.id), primary_key=True)
    base_minor: Mapped[MinorUnits]
    """What of the order's total it is taken of, minor units of the order's currency; as is the next."""
    platform_fee_minor: Mapped[MinorUnits]


class PaymentTracker(Ruled, Base):
    """The provider's payment intent, from its first report on (S0); never without its id."""

    __tablename__ = "payment_tracker"
    __table_args__ = (
        Index("uq_payment_tracker_intent", "provider", "payment_intent_id", unique=True),
        Index(None, "payment_id"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = TRACKER

    provider: Mapped[Text64]
    payment_intent_id: Mapped[Text200]
    payment_id: Mapped[int] = mapped_column(ForeignKey(Payment.id))
    status: Mapped[TrackerStatus] = mapped_column(EnumText(TrackerStatus), default=TRACKER.initial)
    attempts: Mapped[int] = mapped_column(default=0)
    """Declines so far; each is kept as a PaymentFailure."""
    failure_code: Mapped[Text200 | None]
    failure_reason: Mapped[LongText | None]
    stripe_error_data: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    notes: Mapped[LongText] = mapped_column(default="")
    created_at: Mapped[UtcTime]
    updated_at: Mapped[UtcTime]


class PaymentFailure(Base):
    """One decline, known by the provider's charge id, so that it counts once however often it is reported."""

    __tablename__ = "payment_failure"

    id: Mapped[PrimaryKey]
    tracker_id: Mapped[int] = mapped_column(ForeignKey(PaymentTracker.id), index=True)
    charge_id: Mapped[Text200] = mapped_column(unique=True)
    code: Mapped[Text200]
    decline_code: Mapped[Text200 | None]
    reason: Mapped[LongText]
    """The provider's words."""
    error_data: Mapped[Document]
    failed_at: Mapped[UtcTime]


class PaymentTransaction(Ruled, Base):
    """One seller's share of one payment (S0): net = gross + subsidy - platform fee - processing fee."""

    __tablename__ = "payment_transaction"
    __table_args__ = (
        UniqueConstraint("payment_id", "order_id"),
        CheckConstraint(
            "net_minor = gross_minor + subsidy_minor - platform_fee_minor - processing_fee_minor", name="net_adds_up"
        ),
        CheckConstraint("subsidy_taken_minor BETWEEN 0 AND subsidy_minor", name="subsidy_taken_within_subsidy"),
        CheckConstraint("refunded_minor BETWEEN 0 AND gross_minor", name="refunded_within_gross"),
        CheckConstraint("charged_back_minor BETWEEN 0 AND gross_minor", name="charged_back_within_gross"),
        CheckConstraint(
            "net_taken_minor >= 0 AND netted_minor >= 0 AND paid_out_minor >= 0"
            " AND net_taken_minor + netted_minor + paid_out_minor <= net_minor",
            name="taken_within_net",
        ),
        Index(None, "order_id"),
        Index(None, "seller_id", "id"),
        Index("ix_payment_transaction_sold", "seller_id", "currency", "payment_received_date"),
        Index("ix_payment_transaction_held", "planned_release_date", postgresql_where="status = 'held'"),
        # For the sweep that makes invoices; of this kind an index costs the writers of payments next to nothing.
        Index("ix_payment_transaction_received", "payment_received_date", postgresql_using="brin"),
        Index(
            "ix_payment_transaction_of_the_day",
            "seller_id",
            "currency",
            "planned_release_date",
            postgresql_where="status = 'held'",
        ),
        Index(
            "ix_payment_transaction_available", "seller_id", "currency", "id", postgresql_where="status = 'available'"
        ),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = TRANSACTION

    payment_id: Mapped[int] = mapped_column(ForeignKey(Payment.id))
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id))
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    currency: Mapped[Currency]
    gross_minor: Mapped[MinorUnits]
    """What the buyer paid for the order, minor units."""
    subsidy_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """What the marketplace adds, because its own code made the order cheaper, minor units."""
    platform_fee_minor: Mapped[MinorUnits]
    """Kept by the platform, minor units."""
    processing_fee_minor: Mapped[MinorUnits]
    """This share's part of the provider's fee as agreed, minor units."""
    net_minor: Mapped[MinorUnits]
    """What the seller receives, minor units."""
    refunded_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """How much of the gross goes or went back to the buyer, minor units."""
    charged_back_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """How much of the gross lost disputes gave back to the buyer, minor units."""
    subsidy_taken_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """How much of what it added the marketplace took back, because the sale came to nothing, minor units."""
    net_taken_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """How much of the net refunds and disputes have taken, minor units."""
    netted_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """How much of the net paid what the seller owed, minor units."""
    paid_out_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """How much of the net was transferred to the seller and not taken back, minor units."""
    status: Mapped[TransactionStatus] = mapped_column(EnumText(TransactionStatus), default=TRANSACTION.initial)
    payment_failure_code: Mapped[Text200 | None]
    payment_failure_reason: Mapped[LongText | None]
    hold_reason: Mapped[HoldReason | None] = mapped_column(EnumText(HoldReason))
    days_to_hold: Mapped[int | None]
    hold_start_date: Mapped[UtcTime | None]
    planned_release_date: Mapped[UtcTime | None]
    payment_received_date: Mapped[UtcTime | None]
    created_at: Mapped[UtcTime]

    @hybrid_property
    def left_minor(self) -> int:
        """Return what the seller still has here: net less what was taken, netted and paid out; minor units."""
        return self.net_minor - self.net_taken_minor - self.netted_minor - self.paid_out_minor


class PaymentBlock(Base):
    """A reason why a share must not move; lifted, never deleted."""

    __tablename__ = "payment_block"
    __table_args__ = (Index("ix_payment_block_open", "transaction_id", postgresql_where="lifted_at IS NULL"),)

    id: Mapped[PrimaryKey]
    transaction_id: Mapped[int] = mapped_column(ForeignKey(PaymentTransaction.id), index=True)
    reason: Mapped[BlockReason] = mapped_column(EnumText(BlockReason))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    """The refund, dispute or review that set it."""
    note: Mapped[LongText]
    set_at: Mapped[UtcTime]
    lifted_at: Mapped[UtcTime | None]

    @classmethod
    def is_open_for(cls, transaction_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """Return the condition that something blocks a share."""
        return select(cls.id).where(cls.transaction_id == transaction_id, cls.lifted_at.is_(None)).exists()


class HoldDecision(Base):
    """What an admin decided by hand about a share's hold, and why. Never changed, never deleted."""

    __tablename__ = "hold_decision"

    id: Mapped[PrimaryKey]
    transaction_id: Mapped[int] = mapped_column(ForeignKey(PaymentTransaction.id), index=True)
    step: Mapped[HoldStep] = mapped_column(EnumText(HoldStep))
    reason: Mapped[LongText]
    admin_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    planned_before: Mapped[UtcTime | None]
    """The planned release date before and after; both only where it moved."""
    planned_after: Mapped[UtcTime | None]
    decided_at: Mapped[UtcTime]


class UnappliedReceipt(Ruled, Base):
    """Money the provider took for us that counts for nothing: a second payment, or goods that are gone."""

    __tablename__ = "unapplied_receipt"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index("ix_unapplied_receipt_waiting", "id", postgresql_where="status IN ('received', 'failed')"),
    )
    machine: ClassVar[Machine] = RECEIPT

    payment_id: Mapped[int] = mapped_column(ForeignKey(Payment.id), unique=True)
    currency: Mapped[Currency]
    amount_minor: Mapped[MinorUnits]
    """All of the payment, minor units, owed back to the buyer."""
    cause: Mapped[LongText]
    status: Mapped[ReceiptStatus] = mapped_column(EnumText(ReceiptStatus), default=RECEIPT.initial)
    provider_refund_id: Mapped[Text200 | None] = mapped_column(unique=True)
    created_at: Mapped[UtcTime]


class AutomaticRefund(Base):
    """One time a rule sent money back without a person. Never changed: how it went on is told by what it points to."""

    __tablename__ = "automatic_refund"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("(order_id IS NULL) <> (receipt_id IS NULL)", name="of_an_order_or_a_receipt"),
        Index(None, "applied_at"),
    )

    id: Mapped[PrimaryKey]
    rule: Mapped[RefundRule] = mapped_column(EnumText(RefundRule))
    payment_id: Mapped[int] = mapped_column(ForeignKey(Payment.id), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey(Order.id), unique=True)
    """The cancelled order whose money goes back."""
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey(UnappliedReceipt.id), unique=True)
    """The receipt that counts for nothing and goes back as a whole."""
    currency: Mapped[Currency]
    amount_minor: Mapped[MinorUnits]
    """What the rule sends back, minor units."""
    applied_at: Mapped[UtcTime]


class BalanceTransaction(Base):
    """One line of the provider's own account for us, as seen and booked."""

    __tablename__ = "balance_transaction"

    id: Mapped[PrimaryKey]
    provider: Mapped[Text64]
    provider_id: Mapped[Text200] = mapped_column(unique=True)
    kind: Mapped[Text64]
    payment_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    currency: Mapped[Currency]
    amount_minor: Mapped[MinorUnits]
    """Gross, minor units, signed from the platform's side; net = amount - fee."""
    fee_minor: Mapped[MinorUnits]
    net_minor: Mapped[MinorUnits]
    available_on: Mapped[UtcTime]
    created_at: Mapped[UtcTime]
