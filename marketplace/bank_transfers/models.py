"""What buyers were told to transfer, what came in, and what goes out."""

from datetime import date
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Computed, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.bank_transfers.rules import Origin, Purpose
from marketplace.bank_transfers.states import INCOMING, OUTGOING, IncomingStatus, OutgoingStatus
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
from marketplace.encryption import EncryptedText
from marketplace.history import Ruled
from marketplace.orders.models import Order
from marketplace.payment_records.models import Payment
from marketplace.transitions import Machine


class TransferRequest(Base):
    """What the buyer of one payment was told to transfer: frozen, whatever becomes of the marketplace's accounts."""

    __tablename__ = "transfer_request"
    __table_args__ = (Index("ix_transfer_request_to_remind", "due_at", postgresql_where="reminded_at IS NULL"),)

    payment_id: Mapped[int] = mapped_column(ForeignKey(Payment.id), primary_key=True)
    reference: Mapped[Text64] = mapped_column(unique=True)
    """ISO 11649, without blanks."""
    account: Mapped[Document]
    """The marketplace's account as the buyer was told: holder, bank, iban, bic, number."""
    due_at: Mapped[UtcTime]
    reminded_at: Mapped[UtcTime | None]
    created_at: Mapped[UtcTime]


class IncomingTransfer(Ruled, Base):
    """One line of the bank's statement: money on the marketplace's account for buyers."""

    __tablename__ = "incoming_transfer"
    __table_args__ = (
        UniqueConstraint("currency", "line_id"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("used_minor BETWEEN 0 AND amount_minor", name="used_within_amount"),
        CheckConstraint("(status = 'matched') = (used_minor > 0)", name="matched_is_used"),
        CheckConstraint("status <> 'matched' OR payment_id IS NOT NULL", name="matched_to_a_payment"),
        Index(None, "payment_id"),
        Index("ix_incoming_transfer_open", "id", postgresql_where="status IN ('recorded', 'to_match', 'waiting')"),
        Index(None, "status", "id"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = INCOMING

    number: Mapped[Text64] = mapped_column(Computed("'IT-' || (100000 + id)", persisted=True), unique=True)
    status: Mapped[IncomingStatus] = mapped_column(EnumText(IncomingStatus), default=INCOMING.initial)
    origin: Mapped[Origin] = mapped_column(EnumText(Origin))
    line_id: Mapped[Text200]
    """The bank's own number of the line, or what stands for it: one line is booked once."""
    currency: Mapped[Currency]
    amount_minor: Mapped[MinorUnits]
    """What came in, minor units."""
    used_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """What of it pays its payment, minor units; the rest goes back."""
    booked_on: Mapped[date] = mapped_column(Date)
    text: Mapped[LongText]
    """What the payer wrote."""
    payer_name: Mapped[Text200]
    payer_account: Mapped[str | None] = mapped_column(EncryptedText)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey(Payment.id))
    """The payment that its text names, or an admin; pays it once it is matched."""
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """Who confirmed, struck out, matched or sent it back last; None where a rule did."""
    recorded_at: Mapped[UtcTime]


class TransferFile(Base):
    """One file of payments for the bank. Never changed: taken down again, it is the same file."""

    __tablename__ = "transfer_file"

    id: Mapped[PrimaryKey]
    currency: Mapped[Currency]
    account: Mapped[Document]
    """The marketplace's account that pays."""
    made_by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    made_at: Mapped[UtcTime]


class OutgoingTransfer(Ruled, Base):
    """Money that leaves the marketplace's account: a refund, or what could not be used."""

    __tablename__ = "outgoing_transfer"
    __table_args__ = (
        UniqueConstraint("refund_id", "attempt"),
        UniqueConstraint("incoming_id", "attempt"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("num_nonnulls(refund_id, incoming_id) = 1", name="has_a_cause"),
        CheckConstraint("(purpose = 'refund') = (refund_id IS NOT NULL)", name="refunds_are_of_a_refund"),
        CheckConstraint("(status = 'sent') = (bank_reference IS NOT NULL)", name="sent_with_a_reference"),
        CheckConstraint("status <> 'exported' OR file_id IS NOT NULL", name="exported_in_a_file"),
        Index("ix_outgoing_transfer_to_send", "id", postgresql_where="status IN ('planned', 'exported')"),
        Index(None, "file_id"),
        Index(None, "status", "id"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = OUTGOING

    number: Mapped[Text64] = mapped_column(Computed("'OT-' || (100000 + id)", persisted=True), unique=True)
    status: Mapped[OutgoingStatus] = mapped_column(EnumText(OutgoingStatus), default=OUTGOING.initial)
    purpose: Mapped[Purpose] = mapped_column(EnumText(Purpose))
    currency: Mapped[Currency]
    amount_minor: Mapped[MinorUnits]
    """What leaves, minor units."""
    refund_id: Mapped[int | None] = mapped_column(BigInteger)
    """Refunds stand above this, so there is no foreign key, and `check-books` looks."""
    incoming_id: Mapped[int | None] = mapped_column(ForeignKey(IncomingTransfer.id))
    attempt: Mapped[int]
    """Of the refund, or of the return: 1, then 2 after the bank did not send the first."""
    payment_id: Mapped[int | None] = mapped_column(ForeignKey(Payment.id))
    order_id: Mapped[int | None] = mapped_column(ForeignKey(Order.id))
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """The buyer; None for a sender whom we do not know."""
    payee_name: Mapped[Text200]
    account: Mapped[str | None] = mapped_column(EncryptedText)
    """The payee's IBAN; None while nobody has said it."""
    account_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """Who typed the account; None where it is the payer's, as the bank had it."""
    planned_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    file_id: Mapped[int | None] = mapped_column(ForeignKey(TransferFile.id))
    bank_reference: Mapped[Text200 | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    planned_at: Mapped[UtcTime]
    closed_at: Mapped[UtcTime | None]
