"""One document: its page for buyer, seller and admin, and its print."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from babel import Locale
from flask import Response, url_for

from marketplace import clock, db
from marketplace.invoices import operations, queries
from marketplace.invoices.queries import Delivery, Document, InvoiceRow, Side
from marketplace.invoices.rules import InvoiceKind
from marketplace.invoices.states import InvoiceStatus
from marketplace.language import Text, current, reading
from marketplace.language import gettext as _
from marketplace.numerals import percent
from marketplace.payments import timeline_queries
from marketplace.web import invoice_parts, lists, printing, wording
from marketplace.web.console import Console
from marketplace.web.explaining import Crumb
from marketplace.web.invoice_parts import TaxRow
from marketplace.web.month_words import month_name
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.sentences import together
from marketplace.web.wording import Badge, TimelineEntry

_TITLES = {
    ("invoice", "begin"): Text("Made, with its number"),
    ("invoice", "send"): Text("Handed over"),
    ("invoice", "view"): Text("Opened by who has to have it"),
    ("invoice", "settle"): Text("Paid, nothing is due"),
    ("invoice", "lapse"): Text("The due date has passed"),
    ("invoice", "cancel"): Text("Cancelled; its number stays taken"),
}


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line of a document."""

    title: str
    quantity: str
    unit: str
    tax: str
    """The rate of the tax on it; "" where there is none to say."""
    amount: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class Link:
    """Another page that belongs to the document."""

    label: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """What templates/invoices/document.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    badges: tuple[Badge, ...]
    note: str
    from_lines: tuple[str, ...]
    to_lines: tuple[str, ...]
    facts: tuple[Fact, ...]
    lines: tuple[DocumentLine, ...]
    money_rows: tuple[MoneyRow, ...]
    tax_rows: tuple[TaxRow, ...]
    remark: str
    terms: tuple[str, ...]
    links: tuple[Link, ...]
    pdf_url: str
    send_url: str
    """Where the seller hands it over once more; "" for others."""
    deliveries: tuple[Fact, ...]
    entries: tuple[TimelineEntry, ...]
    content_hash: str
    """For admins; "" for others."""
    language: str
    """The code of the language that its own words are in."""
    is_worded: bool
    """Whether its lines are the house's words, and not what a seller calls goods."""


def build(found: Document, side: Side, user_id: int, console: Console) -> InvoicePage:
    """Return the page of a document as a side sees it."""
    row, own = found.row, found.row.kind is not InvoiceKind.COMMISSION
    from_lines, to_lines = invoice_parts.parties(found)
    changes = timeline_queries.changes_of({"invoice": [row.id]})
    others = {Side.BUYER: row.issuer or invoice_parts.PLATFORM, Side.SELLER: row.recipient, Side.ADMIN: ""}[side]
    knows_address = side is not Side.SELLER or not own
    may_send = side is Side.SELLER and own and row.status is not InvoiceStatus.CANCELLED
    return InvoicePage(
        title=f"{invoice_parts.label_of(row)} {row.number}",
        console=console,
        crumbs=(Crumb(_("Invoices"), url_for(f"{side.value}.invoices")),),
        badges=(invoice_parts.badge(row),),
        note=_note(found),
        from_lines=from_lines,
        to_lines=to_lines,
        facts=_facts(found),
        lines=_lines(found, side),
        money_rows=invoice_parts.money_rows(found, side),
        tax_rows=invoice_parts.tax_rows(found),
        remark=str(found.content["note"]),
        terms=tuple(map(str, found.content["terms"])),
        links=_links(found, side),
        pdf_url=url_for(f"{side.value}.invoice_pdf", number=row.number),
        send_url=url_for("seller.send_invoice", number=row.number) if may_send else "",
        deliveries=tuple(
            Fact(_("Sent again") if each.is_again else _("Sent"), _handed_over(each, is_shown=knows_address))
            for each in found.deliveries
        ),
        entries=wording.timeline(changes, (), _TITLES, user_id, others),
        content_hash=found.content_hash if side is Side.ADMIN else "",
        language=found.language,
        is_worded=row.kind is not InvoiceKind.INVOICE,
    )


def opened(number: str, side: Side, viewer_id: int) -> Document:
    """Return the viewer's own document, and remember that who has to have it has opened it (S2.11); raises NotFound."""
    known = lists.number(number)
    found = queries.document(known, side, viewer_id)
    if found.recipient_id != viewer_id or found.row.viewed_at is not None:
        return found
    db.atomic(operations.view, ["invoices"], user_id=viewer_id, invoice_id=found.row.id, now=clock.now())
    return queries.document(known, side, viewer_id)


def pdf(found: Document) -> bytes:
    """Return a document for print, with what is paid and due of it now; in its own language, whoever reads it."""
    with reading(found.language):
        return printing.pdf("invoice", _printed(found), found.row.issued_at)


def _printed(found: Document) -> Mapping[str, Any]:
    row = found.row
    from_lines, to_lines = invoice_parts.parties(found)
    return {
        "kind": invoice_parts.label_of(row),
        "number": row.number,
        "state": _state(row),
        "from": from_lines,
        "to": to_lines,
        "facts": [asdict(fact) for fact in _facts(found)],
        "lines": [asdict(line) for line in _lines(found, Side.ADMIN)],
        "sums": [asdict(each) for each in invoice_parts.money_rows(found, Side.ADMIN)],
        "taxes": [asdict(each) for each in invoice_parts.tax_rows(found)],
        "remark": found.content["note"],
        "terms": found.content["terms"],
        "hash": found.content_hash,
    }


def pdf_of(invoice_id: int) -> tuple[str, bytes]:
    """Return the file name and the PDF of a document, for mail; raises NotFound. In an application context."""
    found = queries.document(queries.number_of(invoice_id), Side.ADMIN, 0)
    return f"{found.row.number}.pdf", pdf(found)


def pdf_response(found: Document) -> Response:
    """Return the print as an answer that browsers show."""
    headers = {"Content-Disposition": f'inline; filename="{found.row.number}.pdf"'}
    return Response(pdf(found), mimetype="application/pdf", headers=headers)


def _handed_over(delivery: Delivery, *, is_shown: bool) -> str:
    """Return when it was handed over and to which address; a seller does not learn a buyer's."""
    return f"{time_text(delivery.at)}, {delivery.email}" if is_shown else time_text(delivery.at)


def _state(row: InvoiceRow) -> str:
    if row.status is InvoiceStatus.CANCELLED:
        return _("Cancelled. This document is not valid any more.")
    if row.due_minor:
        return _(
            "%(amount)s is due on %(day)s.",
            amount=money_text(row.due_minor, row.currency),
            day=date_text(row.due_at),
        )
    if not row.paid_at:
        return _("Paid back in full.") if row.total_minor < 0 else _("Paid in full. Nothing is due.")
    day = date_text(row.paid_at)
    if row.total_minor < 0:
        return _("Paid back in full on %(day)s.", day=day)
    return _("Paid in full on %(day)s. Nothing is due.", day=day)


def _note(found: Document) -> str:
    row, reader = found.row, current()
    opened = _("Opened %(day)s.", day=date_text(row.viewed_at)) if row.viewed_at else ""
    name = Locale.parse(found.language).get_language_name(reader) if found.language != reader else ""
    said = _("The document is in %(language)s.", language=name) if name else ""
    return together(_("Issued %(day)s.", day=date_text(row.issued_at)), _state(row), opened, said)


def _facts(found: Document) -> tuple[Fact, ...]:
    row, content = found.row, found.content
    facts = [
        (_("Number"), row.number),
        (_("Date"), _day(content["issued_on"])),
        (_("Due"), _day(content["due_on"])),
        (_("Order"), content.get("order", "")),
        (_("Ordered"), _day(content["ordered_on"]) if "ordered_on" in content else ""),
        (_("Month"), month_name(row.month) if row.month else ""),
        (_("Corrects"), content.get("corrects", "")),
        (_("For"), _cause(found)),
    ]
    return tuple(Fact(label, str(value)) for label, value in facts if value)


def _cause(found: Document) -> str:
    """Return what a credit note is about, as it says in its own language, in the one that is read."""
    if found.refund_number:
        return _("Refund %(number)s", number=found.refund_number)
    return _("Dispute %(number)s", number=found.dispute_number) if found.dispute_number else ""


def _lines(found: Document, side: Side) -> tuple[DocumentLine, ...]:
    currency, is_commission = found.row.currency, found.row.kind is InvoiceKind.COMMISSION
    return tuple(
        DocumentLine(
            title=line["title"],
            quantity=str(line["quantity"]),
            unit=money_text(line["unit_minor"], currency),
            tax=percent(line["tax_basis_points"]) if "tax_basis_points" in line else "",
            amount=money_text(line["amount_minor"], currency),
            explain_url=invoice_parts.fee_url(found, line["kind"]) if is_commission and side is Side.SELLER else "",
        )
        for line in found.content["lines"]
    )


def _links(found: Document, side: Side) -> tuple[Link, ...]:
    row = found.row
    label, url = invoice_parts.about(row, side)
    links = [Link(label, url, "")] if url else []
    if row.corrects:
        links.append(
            Link(
                _("Invoice %(number)s", number=row.corrects),
                url_for(f"{side.value}.invoice", number=row.corrects),
                _("corrected"),
            )
        )
    if number := found.refund_number:
        refund: dict[str, Any] = {"refund": number} if side is Side.ADMIN else {"number": number}
        endpoint = "admin.refunds" if side is Side.ADMIN else f"{side.value}.refund"
        links.append(Link(_("Refund %(number)s", number=number), url_for(endpoint, **refund), ""))
    if found.dispute_number and side is not Side.BUYER:
        dispute = url_for(f"{side.value}.dispute", number=found.dispute_number)
        links.append(Link(_("Dispute %(number)s", number=found.dispute_number), dispute, ""))
    for note in found.credit_notes:
        amount = f"{money_text(note.total_minor, note.currency)}, {invoice_parts.badge(note).label.lower()}"
        links.append(
            Link(
                _("Credit note %(number)s", number=note.number),
                url_for(f"{side.value}.invoice", number=note.number),
                amount,
            )
        )
    return tuple(links)


def _day(text: str) -> str:
    return date_text(date.fromisoformat(text))
