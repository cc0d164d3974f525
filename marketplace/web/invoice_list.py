"""The list of documents as buyers, sellers and admins see it: one page, three sides."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.counting import count_text
from marketplace.invoices import queries
from marketplace.invoices.queries import InvoiceRow, Side, Sought
from marketplace.invoices.rules import InvoiceKind
from marketplace.invoices.states import InvoiceStatus
from marketplace.language import ENGLISH, Text, reading, texts
from marketplace.language import gettext as _
from marketplace.numerals import percent
from marketplace.paging import every
from marketplace.web import invoice_parts, lists
from marketplace.web.console import Console
from marketplace.web.lists import Choice, Tab, Tools
from marketplace.web.pages import date_text, decimal, money_text
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts(
    "Number", "Kind", "Status", "From", "To", "Order", "Corrects", "Issued (UTC)", "Due (UTC)", "Sent (UTC)",
    "Opened (UTC)", "Paid (UTC)", "Currency", "Subtotal", "Delivery", "Tax", "Discount", "Total", "Paid", "Still due",
    "Tax rates", "Prices include tax",
)  # fmt: skip
_KINDS: Mapping[Side, tuple[InvoiceKind | None, ...]] = {
    Side.BUYER: (None, InvoiceKind.INVOICE, InvoiceKind.CREDIT_NOTE),
    Side.SELLER: (InvoiceKind.INVOICE, InvoiceKind.CREDIT_NOTE, InvoiceKind.COMMISSION),
    Side.ADMIN: (None, *InvoiceKind),
}
"""The tabs of each side, its own first; None shows all."""
_NOTES = {
    Side.BUYER: Text("What you bought, for your books. Each order has its invoice, and each refund its credit note."),
    Side.SELLER: Text("Made by themselves when buyers pay. Their numbers follow each other without a gap."),
    Side.ADMIN: Text("Every document of every seller and of the marketplace."),
}


@dataclass(frozen=True, slots=True)
class ListedInvoice:
    """One document in the list."""

    number: str
    kind: str
    url: str
    pdf_url: str
    other: str
    """Who is on the other side."""
    about: str
    about_url: str
    issued: str
    badge: Badge
    due: str
    total: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class InvoicesPage:
    """What templates/invoices/list.html shows."""

    title: str
    console: Console
    note: str
    tabs: tuple[Tab, ...]
    statuses: tuple[Choice, ...]
    text: str
    other_label: str
    rows: tuple[ListedInvoice, ...]
    tools: Tools
    list_url: str
    is_narrowed: bool
    check_url: str
    """Where an admin checks numbers, contents and sums; "" for others."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document on the page of its order."""

    label: str
    url: str
    pdf_url: str
    badge: Badge
    total: str


def papers(order_id: int, side: Side) -> tuple[Paper, ...]:
    """Return an order's documents for the page of that order; none before it is paid."""
    return tuple(
        Paper(
            f"{invoice_parts.label_of(row)} {row.number}",
            url_for(f"{side.value}.invoice", number=row.number),
            url_for(f"{side.value}.invoice_pdf", number=row.number),
            invoice_parts.badge(row),
            money_text(row.total_minor, row.currency),
        )
        for row in queries.of_order(order_id)
    )


def show(side: Side, user_id: int, console: Console) -> ResponseReturnValue:
    """Return the list of a side's documents as the address asks for it, or as CSV."""
    kind = lists.choice(InvoiceKind, "kind")
    kind = kind if kind in _KINDS[side] else _KINDS[side][0]
    status, text = lists.choice(InvoiceStatus, "status"), lists.search_text()
    own = kind.value if kind and kind is not _KINDS[side][0] else ""
    asked = lists.asked(*lists.BY_TIME, kind=own, status=status.value if status else "", q=text)
    sought = Sought(side, user_id, kind, status, text, asked.period)
    read = partial(queries.invoices, sought)
    if asked.is_csv:
        return lists.csv_file("invoices", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts, list_url = read(asked.cursor), queries.counts(sought), url_for(f"{side.value}.invoices")
    chips = {
        "status": _("Status: %(status)s", status=status.label) if status else "",
        "q": _("Search: %(text)s", text=text),
    }
    page = InvoicesPage(
        title=_("Invoices"),
        console=console,
        note=_NOTES[side],
        tabs=tuple(_tab(side, each, kind, counts) for each in _KINDS[side]),
        statuses=(
            Choice(_("Any"), "", status is None),
            *(Choice(each.label, each.value, each is status) for each in InvoiceStatus),
        ),
        text=text,
        other_label={Side.BUYER: _("From"), Side.SELLER: _("To"), Side.ADMIN: _("From and to")}[side],
        rows=tuple(_row(row, side) for row in listed.rows),
        tools=asked.tools(listed, chips),
        list_url=list_url,
        is_narrowed=bool(asked.tools(listed, chips).chips),
        check_url=url_for("admin.invoice_check") if side is Side.ADMIN else "",
    )
    return render_template("invoices/list.html", page=page)


def _tab(side: Side, kind: InvoiceKind | None, current: InvoiceKind | None, counts: Mapping[InvoiceKind, int]) -> Tab:
    label = _("All") if kind is None else invoice_parts.PLURALS[kind]
    is_own = kind is _KINDS[side][0]
    url = url_for(f"{side.value}.invoices", kind=None if is_own or kind is None else kind.value)
    number = sum(counts.values()) if kind is None else counts.get(kind, 0)
    return Tab(label, url, kind is current, count_text(number))


def _row(row: InvoiceRow, side: Side) -> ListedInvoice:
    about, about_url = invoice_parts.about(row, side)
    issuer = row.issuer or invoice_parts.PLATFORM
    others = {
        Side.BUYER: issuer,
        Side.SELLER: row.recipient,
        Side.ADMIN: _("%(issuer)s to %(recipient)s", issuer=issuer, recipient=row.recipient),
    }
    return ListedInvoice(
        number=row.number,
        kind=invoice_parts.label_of(row),
        url=url_for(f"{side.value}.invoice", number=row.number),
        pdf_url=url_for(f"{side.value}.invoice_pdf", number=row.number),
        other=issuer if side is Side.SELLER and row.kind is InvoiceKind.COMMISSION else others[side],
        about=about,
        about_url=about_url,
        issued=date_text(row.issued_at),
        badge=invoice_parts.badge(row),
        due=_(
            "%(amount)s due %(day)s",
            amount=money_text(row.due_minor, row.currency),
            day=date_text(row.due_at),
        )
        if row.due_minor
        else "",
        total=money_text(row.total_minor, row.currency),
        explain_url=invoice_parts.total_url(row, side),
    )


def _csv_row(row: InvoiceRow) -> tuple[object, ...]:
    what = (row.number, invoice_parts.label_of(row), row.status.label, row.issuer or invoice_parts.PLATFORM)
    times = (row.issued_at, row.due_at, row.sent_at, row.viewed_at, row.paid_at)
    sums = (row.subtotal_minor, row.delivery_minor, row.tax_minor, -row.discount_minor, row.total_minor)
    amounts = (decimal(minor, row.currency) for minor in (*sums, row.paid_minor, row.due_minor))
    with reading(ENGLISH):  # a number is a number to a program
        rates = ", ".join(map(percent, row.tax_rates or ()))
    taxed = (rates, _("yes") if row.tax_included else _("no"))
    return (*what, row.recipient, row.order_number, row.corrects, *times, row.currency, *amounts, *taxed)
