"""Attempts to pay as programs read them, with the names of the source documents (S1.19 to S1.21)."""

from typing import Literal

from pydantic import Field

from marketplace.language import Text
from marketplace.payment_records.states import PaymentStatus
from marketplace.web.api.shapes import Amount, Asked, Currency, Line, Moment, Next, RowId, Shape, Wish


class PaymentsAsked(Asked):
    """Which payments, by page or after a row."""

    page: int = Field(1, ge=1, le=10_000)
    page_size: int = Field(25, ge=1, le=100)
    after: RowId | None = Field(
        None, description=Text("The page after this row, in place of page: as fast on the last page as on the first.")
    )
    status: PaymentStatus | None = None
    currency: Currency | None = None
    q: Line = Field("", description=Text("A number, or an id of the provider's."))


class PaymentRow(Shape):
    """One attempt to pay."""

    id: RowId
    purchase_number: str | None
    amount: Amount
    amount_cents: int = Field(description=Text("In the smallest units of its currency."))
    currency: Currency
    status: PaymentStatus
    provider: str
    package_name: str | None = Field(description=Text("Of a package of credits; as are the next two."))
    credits_to_add: int
    credits_added: bool
    error_code: str | None
    created_at: Moment
    completed_at: Moment | None
    expires_at: Moment | None
    url: str


class Payments(Shape):
    """One page of attempts to pay."""

    payments: list[PaymentRow]
    total_count: int
    page: int = Field(description=Text("The page that was asked for; 1 where a row was named."))
    page_size: int
    has_more: bool
    next: Next = None


class Decline(Shape):
    """One refused try."""

    code: str
    decline_code: str | None
    reason: str
    failed_at: Moment


class Change(Shape):
    """One step of its way."""

    status: str
    at: Moment
    by: Literal["you", "us", "somebody else"]


class Payment(PaymentRow):
    """All of one attempt to pay that its buyer may see; ids of the provider's are told by their last letters."""

    orders: list[str]
    provider_session_id: str | None = Field(examples=["cs_…x7Qp"])
    provider_payment_id: str | None = Field(examples=["pi_…4f2K"])
    error_message: str | None = Field(description=Text("Why it was not made, in words."))
    verification_attempts: int
    can_retry: bool
    declines: list[Decline]
    changes: list[Change] = Field(description=Text("The newest first."))


class PaymentState(Shape):
    """How an attempt to pay stands."""

    payment_id: RowId
    status: PaymentStatus
    payment_verified: bool


class CurrencySpent(Shape):
    """What was spent in one currency."""

    currency: Currency
    paid: Amount
    refunded: Amount
    spent: Amount
    payments: int


class PaymentStats(Shape):
    """What the viewer has paid in all."""

    total_spent_usd: Amount = Field(description=Text("Paid in US dollars and not gone back; others are told below."))
    spent: list[CurrencySpent]
    total_credits_purchased: int = Field(description=Text("In packages, whatever became of them since."))
    total_payments: int
    completed_payments: int
    pending_payments: int
    processing_payments: int
    failed_payments: int
    expired_payments: int
    cancelled_payments: int
    refunded_payments: int
    partially_refunded_payments: int


class NewPayment(Wish):
    """What is to be paid."""

    order_id: Line = Field(description=Text("The number of an unpaid order; what is paid is its whole purchase."))


class Verifying(Wish):
    """Which payment to ask the provider about: one of the two."""

    session_id: str | None = Field(None, pattern=r"^cs_[A-Za-z0-9_]+$", max_length=200)
    payment_id: RowId | None = None


class Verified(Shape):
    """What the provider says of a payment."""

    success: bool = Field(description=Text("Whether the provider answered."))
    payment_verified: bool = Field(description=Text("Whether the money is there."))
    credits_added: int = Field(description=Text("What it added; 0 for goods, and while it is not made."))
    new_balance: int = Field(description=Text("How many credits you hold."))
    payment_id: RowId
    status: PaymentStatus
