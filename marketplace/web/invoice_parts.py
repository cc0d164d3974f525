"""What the lists, the page and the print of a document share: labels, badges, and where its figures open to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from marketplace.invoices.drafting import PLATFORM
from marketplace.invoices.queries import Document, InvoiceRow, Side
from marketplace.invoices.rules import InvoiceKind
from marketplace.invoices.states import InvoiceStatus
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.numerals import percent
from marketplace.statements import rules as months
from marketplace.web import order_parts, tax_words
from marketplace.web.month_words import month_name
from marketplace.web.order_parts import MoneyRow
from marketplace.web.pages import date_text, money_text
from marketplace.web.wording import Badge

__all__ = ["PLATFORM", "PLURALS", "about", "badge", "label_of", "money_rows", "parties", "tax_rows", "total_url"]

PLURALS = {
    InvoiceKind.INVOICE: Text("Invoices"),
    InvoiceKind.CREDIT_NOTE: Text("Credit notes"),
    InvoiceKind.COMMISSION: Text("Commission"),
}
_TONES = {
    InvoiceStatus.DRAFT: "mute",
    InvoiceStatus.SENT: "wait",
    InvoiceStatus.VIEWED: "wait",
    InvoiceStatus.PAID: "ok",
    InvoiceStatus.OVERDUE: "bad",
    InvoiceStatus.CANCELLED: "mute",
}


def label_of(row: InvoiceRow) -> str:
    """Return what a document is called; a commission invoice that gives back is a credit note."""
    if row.kind is InvoiceKind.COMMISSION and row.total_minor < 0:
        return _("Commission credit note")
    return row.kind.label


def badge(row: InvoiceRow) -> Badge:
    """Return where a document stands; money that went back is paid back."""
    label = _("Paid back") if row.status is InvoiceStatus.PAID and row.total_minor < 0 else row.status.label
    return Badge(label, _TONES[row.status])


def about(row: InvoiceRow, side: Side) -> tuple[str, str]:
    """Return what a document is about, and where that is: an order, or a month of fees."""
    if row.month is not None:
        label = _("Fees of %(month)s", month=month_name(row.month))
        where: dict[str, Any] = {"currency": row.currency, "month": f"{row.month:%Y-%m}"}
        return label, url_for("seller.statement", **where) if side is Side.SELLER else ""
    number = str(row.order_number)
    if side is Side.ADMIN:
        return _("Order %(number)s", number=number), url_for("admin.purchase", number=number)
    return _("Order %(number)s", number=number), url_for(f"{side.value}.order", number=number)


def total_url(row: InvoiceRow, side: Side) -> str:
    """Return the page with the ledger rows of a document's total; "" where no page of this side has them."""
    if row.kind is not InvoiceKind.INVOICE or row.status is InvoiceStatus.CANCELLED or side is Side.ADMIN:
        return ""
    return _order_url(row, side, "total")


def money_rows(document: Document, side: Side) -> tuple[MoneyRow, ...]:
    """Return the way from the subtotal to what is still due."""
    row, code = document.row, str(document.content["discount_code"])
    figures = (
        (_("Subtotal"), row.subtotal_minor, "goods", True),
        (order_parts.discount_label(code or None), -row.discount_minor, "discount", bool(row.discount_minor)),
        (_("Delivery"), row.delivery_minor, "delivery", bool(row.delivery_minor)),
        (tax_words.ADDED, row.tax_minor, "tax", not row.tax_included),
        (_("Total"), row.total_minor, "total", True),
        (tax_words.INCLUDED, row.tax_minor, "tax", row.tax_included),
    )
    is_sent_taxed = any(part["tax_minor"] for part in document.content.get("delivery_taxes", ()))
    is_sent_taxed = is_sent_taxed or "is_delivery_taxed" in document.content
    of = {"is_included": row.tax_included, "is_delivery_taxed": is_sent_taxed}
    note = tax_words.rates_note(row.tax_rates or (), **of)
    rows = [
        MoneyRow(
            label,
            money_text(minor, row.currency),
            _figure_url(document, side, figure),
            note=note if figure == "tax" else "",
            is_total=figure == "total",
        )
        for label, minor, figure, is_shown in figures
        if is_shown
    ]
    return (*rows, *_paid_rows(document, side))


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One rate in the table of a document's tax."""

    rate: str
    net: str
    tax: str
    gross: str


def tax_rows(document: Document) -> tuple[TaxRow, ...]:
    """Return a document's tax by rate, what carries none last; none where the document does not say it."""

    def shown(minor: int) -> str:
        return money_text(minor, document.row.currency)

    return tuple(
        TaxRow(
            percent(each["tax_basis_points"]) if "tax_basis_points" in each else _("Not taxed"),
            shown(each["net_minor"]),
            shown(each["tax_minor"]),
            shown(each["net_minor"] + each["tax_minor"]),
        )
        for each in document.content.get("taxes", ())
    )


def parties(document: Document) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who issues a document and whom it is for, each as the lines of an address."""
    seller, buyer = document.content["seller"], document.content["buyer"]
    return _lines(seller), _lines(buyer)


def _paid_rows(document: Document, side: Side) -> Sequence[MoneyRow]:
    row = document.row
    back = row.total_minor < 0
    when = date_text(row.paid_at) if row.paid_at else ""
    return (
        MoneyRow(
            _("Paid back") if back else _("Paid"),
            money_text(row.paid_minor, row.currency),
            _figure_url(document, side, "total") if row.paid_minor else "",
            note=when,
        ),
        MoneyRow(_("Still due"), money_text(row.due_minor, row.currency), "", is_total=True),
    )


def _figure_url(document: Document, side: Side, figure: str) -> str:
    row = document.row
    if side is Side.ADMIN or row.status is InvoiceStatus.CANCELLED:
        return ""
    if row.kind is InvoiceKind.INVOICE:
        return _order_url(row, side, figure) if row.paid_minor or figure != "total" else ""
    if figure != "total":
        return ""
    if document.refund_number:
        return url_for(f"{side.value}.explain_refund", number=document.refund_number, figure="amount")
    return ""


def _order_url(row: InvoiceRow, side: Side, figure: str) -> str:
    named = "gross" if side is Side.SELLER and figure == "total" else figure
    return url_for(f"{side.value}.explain_order", number=row.order_number, figure=named)


def fee_url(document: Document, kind: str) -> str:
    """Return the seller's movements behind one line of a commission invoice."""
    row = document.row
    if row.month is None:
        return ""
    last = months.following(row.month) - row.month.resolution
    span: dict[str, Any] = {"from": row.month.isoformat(), "to": last.isoformat()}
    return url_for("seller.transactions", currency=row.currency, type=kind, **span)


def _lines(party: Any) -> tuple[str, ...]:
    if "address" in party:
        whole = {**party["address"], "company": party["company"], "vat_id": party["vat_id"]}
        return order_parts.address_lines(whole) or (str(party["name"]),)
    return (str(party["name"]), *order_parts.address_lines({**party, "full_name": ""}))
