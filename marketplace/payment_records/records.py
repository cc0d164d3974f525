"""The values a payment store keeps, and the protocol every store speaks (S1.4)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from marketplace.history import Actor
from marketplace.payment_records.states import PaymentStatus


@dataclass(frozen=True)
class NewPayment:
    """What is known before the redirect. Amounts are minor units; `purchase_id` is opaque to this module."""

    user_id: int
    amount_minor: int
    currency: str
    provider: str
    purchase_id: int | None = None
    credits_to_add: int = 0
    package_id: str | None = None
    package_name: str | None = None
    provider_session_id: str | None = None
    expires_at: datetime | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PaymentRecord:
    """One attempt to pay, as stored (S1.21)."""

    id: int
    user_id: int
    amount_minor: int
    currency: str
    provider: str
    purchase_id: int | None
    credits_to_add: int
    package_id: str | None
    package_name: str | None
    credits_added_at: datetime | None
    credit_transaction_id: int | None
    provider_session_id: str | None
    provider_payment_id: str | None
    checkout_url: str | None
    session_closed_at: datetime | None
    status: PaymentStatus
    error_code: str | None
    error_message: str | None
    verification_attempts: int
    details: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    expires_at: datetime | None

    @property
    def has_money(self) -> bool:
        """Return whether the provider took money for this attempt, whatever became of it since."""
        return self.status in {
            PaymentStatus.COMPLETED,
            PaymentStatus.REFUNDED,
            PaymentStatus.PARTIALLY_REFUNDED,
        }


class PaymentStore(Protocol):
    """Where records live. A store moves a status only along the PAYMENT machine and keeps who, when and why."""

    def add(self, new: NewPayment, *, actor: Actor, now: datetime) -> PaymentRecord:
        """Store a pending payment and return it; raises Conflict when the session id is taken."""

    def get(self, payment_id: int) -> PaymentRecord | None:
        """Return the payment, or None."""

    def find_session(self, provider: str, session_id: str) -> PaymentRecord | None:
        """Return the payment of a provider's session, or None."""

    def change(self, payment_id: int, *, now: datetime, **values: Any) -> PaymentRecord:
        """Change fields other than the status; raises NotFound."""

    def move(
        self, payment_id: int, verb: str, *, actor: Actor, now: datetime, because: str | None = None, **values: Any
    ) -> PaymentRecord:
        """Move the status by `verb` and change fields with it; raises NotFound and what Machine.step raises."""

    def history(
        self, user_id: int, *, status: PaymentStatus | None, offset: int, limit: int
    ) -> tuple[list[PaymentRecord], int]:
        """Return a user's payments, newest first, and how many there are in all."""
