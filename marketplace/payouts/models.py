"""Sellers' accounts at the provider, their schedules, payouts with their lines, reversals and stops."""

from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
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
from marketplace.payments.models import PaymentTransaction
from marketplace.payouts.states import (
    ACCOUNT,
    PAYOUT,
    REVERSAL,
    AccountStatus,
    Interval,
    PayoutStatus,
    ReversalStatus,
)
from marketplace.transitions import Machine


class SellerAccount(Ruled, Base):
    """A seller's account at the provider: one per seller, made once however often they press the button."""

    __tablename__ = "seller_account"
    __table_args__ = (Index(None, "requirements_due_at"),)
    machine: ClassVar[Machine] = ACCOUNT

    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id), unique=True)
    provider: Mapped[Text64]
    country: Mapped[str] = mapped_column(String(2))
    """ISO 3166-1 alpha-2; the provider never lets it change."""
    account_id: Mapped[Text200 | None] = mapped_column(unique=True)
    """The provider's name for it; None until the provider has answered."""
    status: Mapped[AccountStatus] = mapped_column(EnumText(AccountStatus), default=ACCOUNT.initial)
    transfers_enabled: Mapped[bool] = mapped_column(default=False)
    payouts_enabled: Mapped[bool] = mapped_column(default=False)
    details_submitted: Mapped[bool] = mapped_column(default=False)
    disabled_reason: Mapped[Text200 | None]
    """The provider's code for why it is restricted."""
    requirements: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    """What the provider still asks for: `{"name", "due"}` each, as read last; due is currently, past, eventually or
    pending."""
    requirements_due_at: Mapped[UtcTime | None]
    reminded_due_at: Mapped[UtcTime | None]
    """The deadline the seller was reminded of last."""
    bank_name: Mapped[Text64 | None]
    bank_last4: Mapped[Text64 | None]
    bank_currency: Mapped[Currency | None]
    read_at: Mapped[UtcTime | None]
    """When the provider was last asked about it."""
    created_at: Mapped[UtcTime]


class PayoutSchedule(Base):
    """When a seller wants to be paid, and from which amount on. No row: the house's default."""

    __tablename__ = "payout_schedule"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_is_one"),
        CheckConstraint("month_day BETWEEN 1 AND 31", name="month_day_is_one"),
    )

    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    interval: Mapped[Interval] = mapped_column(EnumText(Interval))
    weekday: Mapped[int] = mapped_column(SmallInteger, default=0)
    """Monday is 0; counts for weekly."""
    month_day: Mapped[int] = mapped_column(SmallInteger, default=1)
    """Counts for monthly; a shorter month pays on its last day."""
    minimums: Mapped[Document] = mapped_column(default=dict)
    """Minor units by currency."""
    changed_at: Mapped[UtcTime]


class Payout(Ruled, Base):
    """One payment of one seller in one currency: its lines are frozen and sum to its amount."""

    __tablename__ = "payout"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("reversed_minor BETWEEN 0 AND amount_minor", name="reversed_within_amount"),
        Index(None, "seller_id", "id"),
        Index(None, "status", "started_at"),
        Index("ix_payout_open", "id", postgresql_where="status IN ('pending', 'refused', 'failed')"),
        Index("ix_payout_next", "next_attempt_at", postgresql_where="next_attempt_at IS NOT NULL"),
        Index(None, "started_at", "id"),
    )
    machine: ClassVar[Machine] = PAYOUT

    number: Mapped[Text64] = mapped_column(Computed("'PO-' || (100000 + id)", persisted=True), unique=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    seller_account_id: Mapped[int] = mapped_column(ForeignKey(SellerAccount.id))
    currency: Mapped[Currency]
    amount_minor: Mapped[MinorUnits]
    rest_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """What was ready as well and waits for the next payout, because banks take whole units only; minor units."""
    reversed_minor: Mapped[MinorUnits] = mapped_column(default=0)
    status: Mapped[PayoutStatus] = mapped_column(EnumText(PayoutStatus), default=PAYOUT.initial)
    is_requested: Mapped[bool] = mapped_column(default=False)
    """Whether the seller asked for it (withdrawal) and no schedule did."""
    transfer_id: Mapped[Text200 | None] = mapped_column(unique=True)
    provider_payout_id: Mapped[Text200 | None] = mapped_column(unique=True)
    """The provider's payment to the bank; the last one when it was sent again."""
    bank_name: Mapped[Text64 | None]
    bank_last4: Mapped[Text64 | None]
    failure_code: Mapped[Text200 | None]
    failure_reason: Mapped[LongText | None]
    next_attempt_at: Mapped[UtcTime | None]
    """When a refused or failed one is tried again by itself, or the provider is asked about one that should have
    arrived; None: somebody has to act first, or nothing is due."""
    arrives_at: Mapped[UtcTime | None]
    """When the provider expects the bank to have it."""
    started_at: Mapped[UtcTime]


class PayoutLine(Base):
    """What a payout pays of one share. Frozen; only what came back of it changes."""

    __tablename__ = "payout_line"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("reversed_minor BETWEEN 0 AND amount_minor", name="reversed_within_amount"),
        UniqueConstraint("payout_id", "transaction_id"),
        Index(None, "transaction_id"),
    )

    id: Mapped[PrimaryKey]
    payout_id: Mapped[int] = mapped_column(ForeignKey(Payout.id))
    transaction_id: Mapped[int] = mapped_column(ForeignKey(PaymentTransaction.id))
    amount_minor: Mapped[MinorUnits]
    reversed_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """How much of it was taken back, minor units."""


class TransferReversal(Ruled, Base):
    """Money of a transfer taken back: planned with a refund or a lost dispute, or made at the provider."""

    __tablename__ = "transfer_reversal"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)
    machine: ClassVar[Machine] = REVERSAL

    payout_id: Mapped[int] = mapped_column(ForeignKey(Payout.id), index=True)
    transaction_id: Mapped[int | None] = mapped_column(ForeignKey(PaymentTransaction.id), index=True)
    """The share it is for; None when it was made at the provider and is spread over all lines."""
    subject: Mapped[Text64] = mapped_column(index=True)
    """The debt it is to pay: `refund:9:1` (with the attempt), `dispute:3:1` (with the loss); or `provider`."""
    amount_minor: Mapped[MinorUnits]
    status: Mapped[ReversalStatus] = mapped_column(EnumText(ReversalStatus), default=REVERSAL.initial)
    provider_reversal_id: Mapped[Text200 | None] = mapped_column(unique=True)
    failure_code: Mapped[Text200 | None]
    created_at: Mapped[UtcTime]


class PayoutStop(Base):
    """A person's word that a seller is not paid for now; lifted, never deleted."""

    __tablename__ = "payout_stop"
    __table_args__ = (Index("uq_payout_stop_open", "seller_id", unique=True, postgresql_where="lifted_at IS NULL"),)

    id: Mapped[PrimaryKey]
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    reason: Mapped[LongText]
    set_by: Mapped[int] = mapped_column(ForeignKey(User.id))
    set_at: Mapped[UtcTime]
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    lifted_at: Mapped[UtcTime | None]
    lift_reason: Mapped[LongText] = mapped_column(default="")


class PayoutPause(Base):
    """A doubt about a seller's money: nobody pays them while it lasts. Set and ended by its cause, never by hand."""

    __tablename__ = "payout_pause"
    __table_args__ = (
        Index("uq_payout_pause_open", "seller_id", "subject", unique=True, postgresql_where="ended_at IS NULL"),
        Index(None, "subject"),
    )

    id: Mapped[PrimaryKey]
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    subject: Mapped[Text64]
    """What is in doubt: `break:17`."""
    since: Mapped[UtcTime]
    ended_at: Mapped[UtcTime | None]

    @classmethod
    def is_open_for(cls, seller_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """Return the condition that something about a seller's money is in doubt."""
        return select(cls.id).where(cls.seller_id == seller_id, cls.ended_at.is_(None)).exists()


class PayoutSkip(Base):
    """Why runs did not pay a seller although something was available; at most one is open per seller and currency."""

    __tablename__ = "payout_skip"
    __table_args__ = (
        Index("uq_payout_skip_open", "seller_id", "currency", unique=True, postgresql_where="ended_at IS NULL"),
        Index(None, "seller_id", "id"),
    )

    id: Mapped[PrimaryKey]
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    currency: Mapped[Currency]
    cause: Mapped[Text64]
    """A member of payouts.rules.SkipCause."""
    amount_minor: Mapped[MinorUnits]
    since: Mapped[UtcTime]
    """When it was first skipped for this cause; the seller was told then."""
    last_at: Mapped[UtcTime]
    """When it was written last: its amount changed, or its day."""
    planned_run: Mapped[UtcTime | None]
    """The day on which it is paid by the seller's schedule; a run that comes late pays it all the same."""
    ended_at: Mapped[UtcTime | None]
    """When it was paid after all, or another cause took its place; None: it still holds."""
