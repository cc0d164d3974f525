"""Invoices, credit notes and commission invoices: numbered, frozen, and followed."""

from datetime import date
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, Currency, EnumText, LongText, MinorUnits, PrimaryKey, Text64, Text200, UtcTime
from marketplace.disputes.models import DisputeShare
from marketplace.history import Ruled
from marketplace.invoices.rules import InvoiceKind
from marketplace.invoices.states import INVOICE, InvoiceStatus
from marketplace.orders.models import Order
from marketplace.refunds.models import Refund
from marketplace.transitions import Machine


class InvoiceSeries(Base):
    """One unbroken row of numbers, of one issuer and one kind. Its row is what takers of a number wait for."""

    __tablename__ = "invoice_series"
    __table_args__ = (CheckConstraint("last_position >= 0", name="position_not_negative"),)

    id: Mapped[PrimaryKey]
    key: Mapped[Text64] = mapped_column(unique=True)
    """Of rules.series_key."""
    kind: Mapped[InvoiceKind] = mapped_column(EnumText(InvoiceKind))
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """The seller; NULL for the marketplace."""
    prefix: Mapped[Text64]
    last_position: Mapped[int] = mapped_column(BigInteger, default=0)
    """The last number taken; the next document takes the next one, in the transaction that writes the document."""


class Invoice(Ruled, Base):
    """One document. All but its status, what is paid of it and its stamps is frozen; a trigger refuses the rest."""

    __tablename__ = "invoice"
    __table_args__ = (
        CheckConstraint(
            "total_minor = subtotal_minor + delivery_minor - discount_minor"
            " + CASE WHEN tax_included THEN 0 ELSE tax_minor END",
            name="total_adds_up",
        ),
        CheckConstraint(
            "paid_minor BETWEEN least(total_minor, 0) AND greatest(total_minor, 0)", name="paid_within_total"
        ),
        CheckConstraint("(kind = 'credit_note') = (credits_id IS NOT NULL)", name="credit_notes_correct"),
        CheckConstraint(
            "kind <> 'credit_note' OR (total_minor < 0 AND num_nonnulls(refund_id, dispute_share_id) = 1)",
            name="credit_notes_have_a_cause",
        ),
        CheckConstraint("kind <> 'invoice' OR total_minor >= 0", name="invoices_not_negative"),
        CheckConstraint("(kind = 'commission') = (month IS NOT NULL)", name="commissions_have_a_month"),
        CheckConstraint("(kind = 'commission') = (order_id IS NULL)", name="others_have_an_order"),
        UniqueConstraint("series_id", "position"),
        Index(None, "kind", "id"),
        Index(
            "uq_invoice_order",
            "order_id",
            unique=True,
            postgresql_where="kind = 'invoice' AND status <> 'cancelled'",
        ),
        Index("uq_invoice_refund", "refund_id", unique=True, postgresql_where="status <> 'cancelled'"),
        Index("uq_invoice_dispute_share", "dispute_share_id", unique=True, postgresql_where="status <> 'cancelled'"),
        Index(
            "uq_invoice_month",
            "month",
            "recipient_id",
            "currency",
            unique=True,
            postgresql_where="kind = 'commission'",
        ),
        Index("ix_invoice_open", "id", postgresql_where="status IN ('draft', 'sent', 'viewed', 'overdue')"),
        Index("ix_invoice_of_order", "order_id", "id"),
        Index(None, "credits_id"),
        Index(None, "issuer_id", "id"),
        Index(None, "recipient_id", "id"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = INVOICE

    series_id: Mapped[int] = mapped_column(ForeignKey(InvoiceSeries.id))
    position: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[Text64] = mapped_column(unique=True)
    kind: Mapped[InvoiceKind] = mapped_column(EnumText(InvoiceKind))
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """The seller; NULL for the marketplace."""
    recipient_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    order_id: Mapped[int | None] = mapped_column(ForeignKey(Order.id))
    credits_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))
    """The invoice that a credit note corrects."""
    refund_id: Mapped[int | None] = mapped_column(ForeignKey(Refund.id))
    dispute_share_id: Mapped[int | None] = mapped_column(ForeignKey(DisputeShare.id))
    month: Mapped[date | None] = mapped_column(Date)
    """The first day of the month whose fees a commission invoice is about, UTC."""
    currency: Mapped[Currency]
    subtotal_minor: Mapped[MinorUnits]
    """Minor units, negative where money goes back; as are the others."""
    delivery_minor: Mapped[MinorUnits]
    tax_minor: Mapped[MinorUnits]
    tax_included: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether the lines include the tax, as agreed: it is then a part of the subtotal and not added."""
    discount_minor: Mapped[MinorUnits]
    total_minor: Mapped[MinorUnits]
    paid_minor: Mapped[MinorUnits]
    """What of the total has been paid, or paid back; the rest is due."""
    content: Mapped[LongText]
    """Everything that is printed, as canonical JSON (rules.sealed)."""
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[InvoiceStatus] = mapped_column(EnumText(InvoiceStatus), default=INVOICE.initial)
    issued_at: Mapped[UtcTime]
    due_at: Mapped[UtcTime]
    sent_at: Mapped[UtcTime | None]
    viewed_at: Mapped[UtcTime | None]
    """When the recipient first opened it."""
    paid_at: Mapped[UtcTime | None]


class InvoiceDelivery(Base):
    """One handing over of a document to its recipient. Never changed; each is told once (S2.13)."""

    __tablename__ = "invoice_delivery"

    id: Mapped[PrimaryKey]
    invoice_id: Mapped[int] = mapped_column(ForeignKey(Invoice.id), index=True)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """Who sent it again; NULL for the first time, which nobody has to ask for."""
    email: Mapped[Text200]
    """The recipient's address as it was then."""
    at: Mapped[UtcTime]


class InvoiceMark(Base):
    """How far a sweep has come: everything before has its document."""

    __tablename__ = "invoice_mark"

    name: Mapped[Text64] = mapped_column(primary_key=True)
    reached_at: Mapped[UtcTime]
