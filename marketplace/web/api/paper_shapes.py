"""Invoices and discount codes as programs read them (S2.13, S2.24)."""

from typing import Literal

from pydantic import Field

from marketplace.invoices.rules import InvoiceKind
from marketplace.invoices.states import InvoiceStatus
from marketplace.language import Text
from marketplace.web.api.shapes import Amount, Currency, Line, Moment, Next, Paged, Shape, Wish


class InvoicesAsked(Paged):
    """Which documents."""

    side: Literal["buyer", "seller", "admin"] = Field(
        "buyer", description=Text("Your own, those of your shop, or for an admin all.")
    )
    kind: InvoiceKind | None = None
    status: InvoiceStatus | None = None
    q: Line = Field("", description=Text("Part of a number or of a name."))


class InvoiceRow(Shape):
    """One document of a list."""

    number: str
    kind: InvoiceKind
    status: InvoiceStatus
    issuer: str = Field(alias="from")
    recipient: str = Field(alias="to")
    order: str | None
    corrects: str | None = Field(description=Text("The invoice that a credit note corrects."))
    currency: Currency
    subtotal: Amount
    delivery: Amount
    tax: Amount
    discount: Amount
    total: Amount
    paid: Amount
    due: Amount
    issued_at: Moment | None
    due_at: Moment | None
    sent_at: Moment | None
    viewed_at: Moment | None
    paid_at: Moment | None
    url: str


class Invoices(Shape):
    """One page of documents."""

    invoices: list[InvoiceRow]
    next: Next = None


class InvoiceLine(Shape):
    """One line of a document."""

    title: str
    quantity: int
    unit: Amount
    total: Amount


class TaxRow(Shape):
    """What of a document is taxed at one rate."""

    rate_basis_points: int | None
    net: Amount
    tax: Amount


class Invoice(InvoiceRow):
    """All of one document."""

    language: str
    lines: list[InvoiceLine]
    taxes: list[TaxRow]
    note: str
    terms: list[str]
    credit_notes: list[str]
    handed_over: list[Moment] = Field(description=Text("When it was sent, and not where to."))


class DiscountRow(Shape):
    """One discount code."""

    code: str
    description: str
    takes_off: str
    kind: str
    shop: str | None
    used: int
    max_uses: int | None
    usage: str = Field(examples=["3/10"])
    paid_with_it: int
    valid_from: Moment | None
    valid_until: Moment | None


class Discounts(Shape):
    """One page of the codes that can be used today."""

    discounts: list[DiscountRow]
    next: Next = None


class CodeTyped(Wish):
    """The letters of a code."""

    code: Line


class Lowered(Shape):
    """What a code takes off in one currency."""

    currency: Currency
    amount: Amount


class Verdict(Shape):
    """What a code does for the basket."""

    code: str
    valid: bool
    words: str
    discounts: list[Lowered]
