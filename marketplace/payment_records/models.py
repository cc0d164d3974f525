"""The payment record: S1's schema in minor units (S1.21)."""

from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Currency, Document, EnumText, LongText, MinorUnits, Text64, Text200, UtcTime
from marketplace.history import Ruled
from marketplace.payment_records.states import PAYMENT, PaymentStatus
from marketplace.transitions import Machine


class Payment(Ruled, Base):
    """One attempt to pay, made before the redirect. The provider's session id is attached when it is known."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        Index("uq_payment_provider_session_id", "provider", "provider_session_id", unique=True),
        Index("uq_payment_provider_payment_id", "provider", "provider_payment_id", unique=True),
        Index(None, "purchase_id"),
        Index(None, "user_id", "id"),
        Index(None, "status", "created_at"),
        Index("ix_payment_created_at", "created_at", postgresql_using="brin"),
        Index("ix_payment_amount", "currency", "amount_minor", "id"),
        Index("ix_payment_unfinished", "expires_at", postgresql_where="status IN ('pending', 'processing', 'failed')"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = PAYMENT

    purchase_id: Mapped[int | None] = mapped_column(BigInteger)
    """An opaque reference: this module does not know what was bought."""
    user_id: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[MinorUnits]
    """What the provider is asked for, minor units."""
    currency: Mapped[Currency]
    credits_to_add: Mapped[int] = mapped_column(BigInteger, default=0)
    package_id: Mapped[Text64 | None]
    package_name: Mapped[Text64 | None]
    credits_added_at: Mapped[UtcTime | None]
    credit_transaction_id: Mapped[int | None] = mapped_column(BigInteger)
    provider: Mapped[Text64]
    provider_session_id: Mapped[Text200 | None]
    provider_payment_id: Mapped[Text200 | None]
    """The provider's payment intent; NULL until the buyer tries to pay."""
    checkout_url: Mapped[LongText | None]
    session_closed_at: Mapped[UtcTime | None]
    """When the provider's payment page stopped taking money."""
    status: Mapped[PaymentStatus] = mapped_column(EnumText(PaymentStatus), default=PAYMENT.initial)
    error_code: Mapped[Text200 | None]
    error_message: Mapped[LongText | None]
    verification_attempts: Mapped[int] = mapped_column(default=0)
    details: Mapped[Document] = mapped_column("metadata", default=dict)
    created_at: Mapped[UtcTime]
    updated_at: Mapped[UtcTime]
    completed_at: Mapped[UtcTime | None]
    expires_at: Mapped[UtcTime | None]
    """When the payment page closes by itself."""
