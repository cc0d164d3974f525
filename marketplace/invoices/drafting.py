"""What a document says, before it has its number: made once, from what the shop knows, and frozen. Pure.

It is written in the language of who has to have it, as their account says when it is made, and keeps that language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from marketplace.invoices import rules
from marketplace.invoices.rules import Amounts, InvoiceKind, RatePart
from marketplace.language import Plural, reading
from marketplace.language import gettext as _
from marketplace.money import Money

PLATFORM = "Tandem"
_SIGNED_FEES = {
    ("sale", "platform_fee"): Plural("Platform fees on %(number)s order", "Platform fees on %(number)s orders"),
    ("sale", "processing_fee_recovery"): Plural("Card fees on %(number)s order", "Card fees on %(number)s orders"),
    ("refund", "platform_fee"): Plural(
        "Platform fees given back, refunds of %(number)s order",
        "Platform fees given back, refunds of %(number)s orders",
    ),
    ("returned", "platform_fee"): Plural(
        "Platform fees, refunds that came back of %(number)s order",
        "Platform fees, refunds that came back of %(number)s orders",
    ),
    ("dispute", "platform_fee"): Plural(
        "Platform fees given back, lost disputes of %(number)s order",
        "Platform fees given back, lost disputes of %(number)s orders",
    ),
    ("regained", "platform_fee"): Plural(
        "Platform fees, disputes won after all of %(number)s order",
        "Platform fees, disputes won after all of %(number)s orders",
    ),
}
_OTHER_FEES = Plural("Other fees of %(number)s order", "Other fees of %(number)s orders")


@dataclass(frozen=True, slots=True)
class Seller:
    """Who issues, as the shop was named then."""

    seller_id: int
    name: str
    city: str
    country: str
    legal_name: str = ""
    """Who sells as the law knows them, with the next three; "" where they have not said."""
    street: str = ""
    postcode: str = ""
    vat_id: str = ""


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One line of the order as it was agreed; minor units."""

    title: str
    quantity: int
    unit_minor: int
    amount_minor: int
    tax_basis_points: int | None = None
    """The rate of the tax on it, and its part of the order's tax; None where they were not kept."""
    tax_minor: int | None = None
    discount_minor: int | None = None
    """This line's part of the order's discount; None where there is none."""


@dataclass(frozen=True, slots=True)
class SoldDelivery:
    """What of the delivery carries one rate of tax, as it was agreed; minor units."""

    tax_basis_points: int
    amount_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class SoldOrder:
    """An order to be invoiced, as it was agreed; minor units."""

    order_id: int
    number: str
    purchase_number: str
    buyer_id: int
    seller: Seller
    currency: str
    amounts: Amounts
    discount_code: str
    billing_address: Mapping[str, str]
    delivery_address: Mapping[str, str]
    buyer_note: str
    returns_policy: str
    ordered_at: datetime
    paid_at: datetime | None
    """None while the payment is on its way."""
    subsidy_minor: int
    """What of the discount the marketplace pays to the seller: to the tax office it is a part of the price."""
    language: str
    """The code of the language that the buyer is written to in."""
    is_from_wallet: bool
    lines: tuple[SoldLine, ...]
    delivery_taxes: tuple[SoldDelivery, ...] = ()
    """None where the delivery is free, or not taxed."""
    transfer: tuple[str, datetime] | None = None
    """The reference of the transfer that is awaited, and when it is due."""


@dataclass(frozen=True, slots=True)
class Fee:
    """All fees of one kind in a seller's month, minor units; what was given back is negative."""

    kind: str
    """A MovementKind's word."""
    account: str
    orders: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class FeeMonth:
    """A seller's month of fees in one currency."""

    seller: Seller
    currency: str
    month: date
    fees: tuple[Fee, ...]
    language: str
    """The code of the language that the seller is written to in."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A document but for its number."""

    kind: InvoiceKind
    issuer_id: int | None
    recipient_id: int
    currency: str
    amounts: Amounts
    paid_minor: int
    paid_at: datetime | None
    due_at: datetime
    content: Mapping[str, Any]
    order_id: int | None = None
    credits_id: int | None = None
    refund_id: int | None = None
    dispute_share_id: int | None = None
    month: date | None = None


def invoice_of(sold: SoldOrder, now: datetime) -> Draft:
    """Return the invoice of an order, issued at `now`: paid in full where the books have the money."""
    is_paid, due = sold.paid_at is not None, rules.due_at(now, is_paid=sold.paid_at is not None)
    due = sold.transfer[1] if sold.transfer else due
    with reading(sold.language):
        terms = _terms(sold, due)
    content = {
        "language": sold.language,
        "seller": _party(sold.seller),
        "buyer": _buyer(sold.billing_address),
        "delivery": dict(sold.delivery_address),
        "order": sold.number,
        "purchase": sold.purchase_number,
        "ordered_on": iso(sold.ordered_at),
        "paid_on": iso(sold.paid_at) if sold.paid_at else "",
        "lines": [_sold_line(line) for line in sold.lines],
        "discount_code": sold.discount_code,
        "note": sold.buyer_note,
        "terms": terms,
        **_taxes(sold),
        **({"transfer_reference": sold.transfer[0]} if sold.transfer else {}),
    }
    return Draft(
        kind=InvoiceKind.INVOICE,
        issuer_id=sold.seller.seller_id,
        recipient_id=sold.buyer_id,
        currency=sold.currency,
        amounts=sold.amounts,
        paid_minor=sold.amounts.total_minor if is_paid else 0,
        paid_at=sold.paid_at,
        due_at=due,
        content=content,
        order_id=sold.order_id,
    )


def commission_of(found: FeeMonth, now: datetime) -> Draft:
    """Return the marketplace's invoice to a seller for the fees of a month, which were taken from the sales."""
    total = sum(fee.amount_minor for fee in found.fees)
    with reading(found.language):
        lines = [_fee_line(fee) for fee in found.fees]
        terms = [
            _("The fees were taken from your sales when buyers paid, as your statement shows. Nothing is due.")
            if total >= 0
            else _("More fees were given back to you than taken, as your statement shows. Nothing is due.")
        ]
    content = {
        "language": found.language,
        "seller": {"name": PLATFORM, "city": "", "country": ""},
        "buyer": _party(found.seller),
        "month": f"{found.month:%Y-%m}",
        "paid_on": iso(now),
        "lines": lines,
        "discount_code": "",
        "note": "",
        "terms": terms,
    }
    return Draft(
        kind=InvoiceKind.COMMISSION,
        issuer_id=None,
        recipient_id=found.seller.seller_id,
        currency=found.currency,
        amounts=Amounts(total, 0, 0, 0),
        paid_minor=total,
        paid_at=now,
        due_at=now,
        content=content,
        month=found.month,
    )


def _sold_line(line: SoldLine) -> dict[str, object]:
    return {name: value for name, value in asdict(line).items() if value is not None}


def _taxes(sold: SoldOrder) -> Mapping[str, object]:
    """Return the tax of the delivery and the table of all tax by rate, where the rates were kept."""
    if not sold.amounts.tax_minor or any(line.tax_basis_points is None for line in sold.lines):
        return {}
    delivery = [asdict(part) for part in sold.delivery_taxes]
    return ({"delivery_taxes": delivery} if delivery else {}) | {"taxes": tax_table(_rate_parts(sold))}


def _rate_parts(sold: SoldOrder) -> list[RatePart]:
    """Return what was sold by rate, as the tax office sees it: what the marketplace pays of a price is in it."""

    def part(basis_points: int | None, price_minor: int, tax_minor: int | None) -> RatePart:
        price, tax = Money(price_minor, sold.currency), Money(tax_minor or 0, sold.currency)
        return rules.of_price(basis_points, price, tax, is_included=sold.amounts.tax_included)

    parts = []
    for line in sold.lines:
        discount = 0 if sold.subsidy_minor else line.discount_minor or 0
        parts.append(part(line.tax_basis_points, line.amount_minor - discount, line.tax_minor))
    parts += [part(sent.tax_basis_points, sent.amount_minor, sent.tax_minor) for sent in sold.delivery_taxes]
    if not sold.delivery_taxes and sold.amounts.delivery_minor:
        parts.append(part(None, sold.amounts.delivery_minor, 0))
    return rules.by_rate(parts)


def tax_table(parts: Sequence[RatePart]) -> list[dict[str, int]]:
    """Return a table of tax by rate as content keeps it; what carries no rate has none."""
    return [
        ({} if part.basis_points is None else {"tax_basis_points": part.basis_points})
        | {"net_minor": part.net.minor, "tax_minor": part.tax.minor}
        for part in parts
    ]


def _fee_line(fee: Fee) -> dict[str, object]:
    title = _SIGNED_FEES.get((fee.kind, fee.account), _OTHER_FEES).of(fee.orders)
    minor = fee.amount_minor
    return {"title": title, "quantity": 1, "unit_minor": minor, "amount_minor": minor, "kind": fee.kind}


def _party(seller: Seller) -> dict[str, str]:
    said = {
        "company": seller.legal_name if seller.legal_name != seller.name else "",
        "line1": seller.street,
        "postcode": seller.postcode,
        "vat_id": seller.vat_id,
    }
    shop = {"name": seller.name, "city": seller.city, "country": seller.country}
    return shop | {name: text for name, text in said.items() if text}


def _buyer(billing: Mapping[str, str]) -> dict[str, object]:
    address = {name: text for name, text in billing.items() if name not in ("company", "vat_id")}
    return {
        "name": billing.get("full_name", ""),
        "company": billing.get("company", ""),
        "vat_id": billing.get("vat_id", ""),
        "address": address,
    }


def _terms(sold: SoldOrder, due: datetime) -> Sequence[str]:
    wallet, reference = sold.is_from_wallet, sold.transfer[0] if sold.transfer else ""
    payment = rules.payment_term(sold.paid_at, due, is_from_wallet=wallet, reference=reference)
    returns = [_("Returns: %(policy)s", policy=sold.returns_policy)] if sold.returns_policy else []
    taxed = [_("Prices include the tax.")] if sold.amounts.tax_included and sold.amounts.tax_minor else []
    return [payment, *taxed, *returns]


def iso(moment: datetime) -> str:
    """Return the UTC day of a moment as content keeps it: 2026-12-21."""
    return moment.date().isoformat()
