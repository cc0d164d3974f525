"""Refunds as programs ask for them, read them and decide about them (S2.14, S2.15)."""

from typing import Literal

from pydantic import Field

from marketplace.language import Text
from marketplace.refunds.rules import RefundReason
from marketplace.refunds.states import RefundStatus
from marketplace.web.api.shapes import (
    Amount,
    Asked,
    AskedAmount,
    Currency,
    Line,
    Moment,
    Next,
    Paged,
    Shape,
    Wish,
    Words,
)


class RefundsAsked(Paged):
    """Which refunds."""

    side: Literal["buyer", "seller", "admin"] = Field(
        "buyer", alias="as", description=Text("Your own, those of your shop's orders, or for an admin all.")
    )
    tab: Literal["waiting", "processing", "done", "rejected"] = Field(
        "waiting", description=Text("Where they stand, for sellers and admins; buyers get all of theirs.")
    )


class RefundRow(Shape):
    """One refund of a list."""

    id: str = Field(description=Text("Its number, which stands in addresses."))
    refund_number: str
    order_id: str
    payment_id: int | None = Field(description=Text("Not for its seller, who has no part in the payment."))
    refund_reason: RefundReason
    status: RefundStatus
    currency: Currency
    asked_amount: Amount
    refund_amount: Amount
    requested_at: Moment
    completed_at: Moment | None
    url: str


class Refunds(Shape):
    """One page of refunds."""

    refunds: list[RefundRow]
    next: Next = None


class Unit(Shape):
    """Units of one line that go back."""

    item_name: str
    quantity: int
    unit_price: Amount


class Step(Shape):
    """One step of its way."""

    status: str
    at: Moment


class Refund(RefundRow):
    """All of one refund that the asker may see."""

    reason_description: str
    admin_notes: str | None = Field(description=Text("What was decided, in words; null before."))
    approved_at: Moment | None
    provider_refund_id: str | None = Field(description=Text("Only for an admin."))
    waits_for_second_admin: bool
    items: list[Unit]
    changes: list[Step] = Field(description=Text("The newest first."))


class NewRefund(Wish):
    """How much of an order somebody asks back, and why; everything that is left where no amount is said."""

    order_id: Line = Field(description=Text("The number of one of your own orders."))
    refund_reason: Literal[
        "not_received", "damaged", "defective", "not_as_described", "wrong_item", "changed_mind", "other"
    ]
    reason_description: Words = Field(description=Text("What happened, in a few words."))
    refund_amount: AskedAmount | None = None
    refund_percentage: int | None = Field(None, ge=1, le=100)
    items: dict[str, int] | None = Field(
        None, description=Text("How many units of which lines: by the id of the line."), max_length=200
    )


class PlanAsked(Asked):
    """The amount that is looked at; without it the one that was asked for."""

    amount: AskedAmount | None = None


class Plan(Shape):
    """Who would give what if an amount goes back, and the mark by which just that is approved."""

    plan: str
    currency: Currency
    amount: Amount
    from_platform: Amount
    from_cost: Amount
    from_held: Amount
    from_available: Amount
    from_debt: Amount
    can_take_back: Amount
    is_disputed: bool


class Approval(Wish):
    """What is approved: an amount, by the plan that was looked at."""

    refund_amount: AskedAmount
    plan: Line = Field(description=Text("The mark of the plan that you looked at; another one is never executed."))
    admin_notes: Words = Field("", description=Text("Both sides read it. Needed for another amount than asked for."))
    take_back: bool = Field(False, description=Text("Take what was paid out back from the seller's account."))


class Rejection(Wish):
    """Why a refund is rejected."""

    admin_notes: Words = Field(description=Text("Both sides read it."))
