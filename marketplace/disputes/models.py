"""Disputes, which shares bear them, what the bank moved, and what was written and sent as evidence."""

from typing import ClassVar

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, Currency, EnumText, LongText, MinorUnits, PrimaryKey, Text64, Text200, UtcTime
from marketplace.disputes.rules import DisputeKind, EvidenceState
from marketplace.disputes.states import DISPUTE, DisputeStatus
from marketplace.history import Ruled
from marketplace.orders.models import Order
from marketplace.payment_records.models import Payment
from marketplace.payments.models import PaymentTransaction
from marketplace.transitions import Machine


class Dispute(Ruled, Base):
    """One question of a buyer's bank about a payment: an inquiry, a chargeback, or a warning of fraud."""

    __tablename__ = "dispute"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        UniqueConstraint("provider", "provider_dispute_id"),
        Index(None, "payment_id"),
        Index("ix_dispute_due", "due_by", postgresql_where="status IN ('needs_response', 'inquiry_needs_response')"),
        Index(
            "ix_dispute_open",
            "read_at",
            postgresql_where="status IN ('needs_response', 'under_review', 'inquiry_needs_response',"
            " 'inquiry_under_review')",
        ),
        Index(
            "ix_dispute_closed",
            "closed_at",
            postgresql_where="status IN ('won', 'lost', 'prevented', 'inquiry_closed')",
        ),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = DISPUTE

    number: Mapped[Text64] = mapped_column(Computed("'DP-' || (100000 + id)", persisted=True), unique=True)
    provider: Mapped[Text64]
    provider_dispute_id: Mapped[Text200]
    payment_id: Mapped[int] = mapped_column(ForeignKey(Payment.id))
    charge_id: Mapped[Text200]
    kind: Mapped[DisputeKind] = mapped_column(EnumText(DisputeKind))
    reason: Mapped[Text64]
    """The bank's reason in the provider's word."""
    network_code: Mapped[Text64 | None]
    currency: Mapped[Currency]
    amount_minor: Mapped[MinorUnits]
    """What the bank asks about, minor units of the payment's currency; as are the next two."""
    withdrawn_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """What the bank has now, by the provider's lines."""
    platform_lost_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """What no share bears of a loss that is booked."""
    fee_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """What the provider took for it, minor units of `fee_currency`; never given back."""
    fee_currency: Mapped[Currency]
    status: Mapped[DisputeStatus] = mapped_column(EnumText(DisputeStatus), default=DISPUTE.initial)
    due_by: Mapped[UtcTime | None]
    """Until when the bank takes evidence; None when it takes none."""
    is_loss_booked: Mapped[bool] = mapped_column(default=False)
    losses: Mapped[int] = mapped_column(default=0)
    """How often a loss was booked: each has its own entries."""
    revision: Mapped[int] = mapped_column(default=0)
    """How often a report changed it: what was read before another change is read again (scar S06)."""
    read_at: Mapped[UtcTime]
    """When it was last read at the provider, so that one whose reports got lost is read again."""
    evidence_state: Mapped[EvidenceState] = mapped_column(EnumText(EvidenceState), default=EvidenceState.DRAFT)
    evidence_note: Mapped[LongText] = mapped_column(default="")
    """Why the provider refused our answer."""
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    submitted_at: Mapped[UtcTime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    accepted_at: Mapped[UtcTime | None]
    shared_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    share_note: Mapped[LongText] = mapped_column(default="")
    """Why an admin has said which order bears how much, where the rule did not fit."""
    take_back_for: Mapped[int | None]
    """The loss, counted as `losses` does, at which money that was paid out is taken back; None: nobody has asked."""
    take_back_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    take_back_at: Mapped[UtcTime | None]
    take_back_reason: Mapped[LongText] = mapped_column(default="")
    opened_at: Mapped[UtcTime]
    closed_at: Mapped[UtcTime | None]


class DisputeShare(Base):
    """What of a dispute one seller's share bears, and what a loss took from whom, so that it can be given back."""

    __tablename__ = "dispute_share"
    __table_args__ = (
        UniqueConstraint("dispute_id", "transaction_id"),
        Index(None, "transaction_id"),
        Index(None, "seller_id", "dispute_id"),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint(
            "platform_minor + held_minor + available_minor + debt_minor = lost_minor + fee_minor + subsidy_minor",
            name="loss_adds_up",
        ),
        CheckConstraint("subsidy_minor >= 0", name="subsidy_not_negative"),
    )

    id: Mapped[PrimaryKey]
    dispute_id: Mapped[int] = mapped_column(ForeignKey(Dispute.id))
    transaction_id: Mapped[int] = mapped_column(ForeignKey(PaymentTransaction.id))
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), index=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    amount_minor: Mapped[MinorUnits]
    """Its part of the disputed amount, minor units; all the others are zero unless a loss is booked."""
    lost_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """Its part of what the bank kept."""
    fee_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """What the seller pays of the provider's fee; the next four say who gave what."""
    platform_minor: Mapped[MinorUnits] = mapped_column(default=0)
    held_minor: Mapped[MinorUnits] = mapped_column(default=0)
    available_minor: Mapped[MinorUnits] = mapped_column(default=0)
    debt_minor: Mapped[MinorUnits] = mapped_column(default=0)
    subsidy_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """What of its part of the discount the marketplace takes back with it."""


class DisputeMovement(Base):
    """One line of the provider's account that a dispute made: money taken or given back. Booked once."""

    __tablename__ = "dispute_movement"

    id: Mapped[PrimaryKey]
    dispute_id: Mapped[int] = mapped_column(ForeignKey(Dispute.id), index=True)
    line_id: Mapped[Text200] = mapped_column(unique=True)
    """The provider's id of its balance transaction."""
    amount_minor: Mapped[MinorUnits]
    """Taken from us (positive) or given back (negative), minor units of the dispute's currency."""
    fee_minor: Mapped[MinorUnits]
    moved_at: Mapped[UtcTime]


class DisputeEvidence(Base):
    """One text of the evidence as it stands, and who wrote it last."""

    __tablename__ = "dispute_evidence"
    __table_args__ = (UniqueConstraint("dispute_id", "field"),)

    id: Mapped[PrimaryKey]
    dispute_id: Mapped[int] = mapped_column(ForeignKey(Dispute.id))
    field: Mapped[Text64]
    """A member of evidence_rules.EvidenceText."""
    text: Mapped[LongText]
    contributor_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    updated_at: Mapped[UtcTime]


class DisputeStatement(Base):
    """What a seller says about a dispute of their order, in their own words."""

    __tablename__ = "dispute_statement"
    __table_args__ = (UniqueConstraint("dispute_id", "seller_id"),)

    id: Mapped[PrimaryKey]
    dispute_id: Mapped[int] = mapped_column(ForeignKey(Dispute.id))
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    text: Mapped[LongText]
    written_at: Mapped[UtcTime]


class DisputeFile(Base):
    """One file that somebody added; its bytes lie in the store under its stored name and are never changed."""

    __tablename__ = "dispute_file"

    id: Mapped[PrimaryKey]
    dispute_id: Mapped[int] = mapped_column(ForeignKey(Dispute.id), index=True)
    field: Mapped[Text64]
    """A member of evidence_rules.EvidenceFile: what it shows."""
    file_name: Mapped[Text200]
    """As the contributor named it, for people only."""
    stored_name: Mapped[Text200] = mapped_column(unique=True)
    media_type: Mapped[Text64]
    size_bytes: Mapped[int]
    contributor_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    is_used: Mapped[bool]
    """Whether it goes to the bank; an admin chooses one for each kind."""
    provider_file_id: Mapped[Text200 | None]
    added_at: Mapped[UtcTime]
