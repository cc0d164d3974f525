"""What a document says, before it has its number: made once, from what the shop knows, and frozen. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from marketplace.invoices import rules
from marketplace.invoices.rules import Amounts, InvoiceKind
from marketplace.money import Money

PLATFORM = "Tandem"
_SIGNED_FEES = {
    ("sale", "platform_fee"): "Platform fees on {}",
    ("sale", "processing_fee_recovery"): "Card fees on {}",
    ("refund", "platform_fee"): "Platform fees given back, refunds of {}",
    ("returned", "platform_fee"): "Platform fees, refunds that came back of {}",
    ("dispute", "platform_fee"): "Platform fees given back, lost disputes of {}",
    ("regained", "platform_fee"): "Platform fees, disputes won after all of {}",
}


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
    lines: tuple[SoldLine, ...]


@dataclass(frozen=True, slots=True)
class GoneBack:
    """Money of an invoiced order that is back with its buyer: a refund, or a lost dispute; minor units."""

    invoice_id: int
    invoice_number: str
    invoice_content: str
    invoice_total_minor: int
    invoice_tax_minor: int
    order_id: int
    buyer_id: int
    seller_id: int
    currency: str
    amount_minor: int
    """Positive."""
    refund_id: int | None
    dispute_share_id: int | None
    number: str
    """The refund's or the dispute's."""
    reason: str
    gone_at: datetime


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
    content = {
        "seller": _party(sold.seller),
        "buyer": _buyer(sold.billing_address),
        "delivery": dict(sold.delivery_address),
        "order": sold.number,
        "purchase": sold.purchase_number,
        "ordered_on": _iso(sold.ordered_at),
        "paid_on": _iso(sold.paid_at) if sold.paid_at else "",
        "lines": [_sold_line(line) for line in sold.lines],
        "discount_code": sold.discount_code,
        "note": sold.buyer_note,
        "terms": _terms(sold, due),
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


def credit_note_of(gone: GoneBack, invoice: Mapping[str, Any], credited_minor: int, now: datetime) -> Draft:
    """Return the credit note for money that went back, given the invoice's content and what was credited before."""
    amount = Money(gone.amount_minor, gone.currency)
    tax = rules.tax_in(
        amount,
        credited_before=Money(credited_minor, gone.currency),
        total=Money(gone.invoice_total_minor, gone.currency),
        tax=Money(gone.invoice_tax_minor, gone.currency),
    )
    goods = (amount - tax).minor
    what = "Refund" if gone.refund_id is not None else "Dispute"
    title = f"{what} {gone.number}: {gone.reason}"
    content = {
        "seller": invoice["seller"],
        "buyer": invoice["buyer"],
        "order": invoice["order"],
        "corrects": gone.invoice_number,
        "cause": f"{what} {gone.number}",
        "paid_on": _iso(gone.gone_at),
        "lines": [{"title": title, "quantity": 1, "unit_minor": -goods, "amount_minor": -goods}],
        "discount_code": "",
        "note": "",
        "terms": [f"It corrects invoice {gone.invoice_number}. The money went back on {_day(gone.gone_at)}."],
    }
    return Draft(
        kind=InvoiceKind.CREDIT_NOTE,
        issuer_id=gone.seller_id,
        recipient_id=gone.buyer_id,
        currency=gone.currency,
        amounts=Amounts(-goods, 0, -tax.minor, 0),
        paid_minor=-gone.amount_minor,
        paid_at=gone.gone_at,
        due_at=now,
        content=content,
        order_id=gone.order_id,
        credits_id=gone.invoice_id,
        refund_id=gone.refund_id,
        dispute_share_id=gone.dispute_share_id,
    )


def commission_of(found: FeeMonth, now: datetime) -> Draft:
    """Return the marketplace's invoice to a seller for the fees of a month, which were taken from the sales."""
    lines = [_fee_line(fee) for fee in found.fees]
    total = sum(fee.amount_minor for fee in found.fees)
    content = {
        "seller": {"name": PLATFORM, "city": "", "country": ""},
        "buyer": _party(found.seller),
        "month": f"{found.month:%Y-%m}",
        "paid_on": _iso(now),
        "lines": lines,
        "discount_code": "",
        "note": "",
        "terms": [
            "The fees were taken from your sales when buyers paid, as your statement shows. Nothing is due."
            if total >= 0
            else "More fees were given back to you than taken, as your statement shows. Nothing is due."
        ],
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


def _fee_line(fee: Fee) -> dict[str, object]:
    orders = "1 order" if fee.orders == 1 else f"{fee.orders} orders"
    title = _SIGNED_FEES.get((fee.kind, fee.account), "Other fees of {}").format(orders)
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
    if sold.paid_at is not None:
        payment = f"Paid in full on {_day(sold.paid_at)}. Nothing is due."
    else:
        payment = f"Your payment is on its way from your bank. It is due on {_day(due)}."
    returns = [f"Returns: {sold.returns_policy}"] if sold.returns_policy else []
    return [payment, *returns]


def _iso(moment: datetime) -> str:
    return moment.date().isoformat()


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"
