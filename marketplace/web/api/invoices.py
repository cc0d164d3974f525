"""Invoices for programs: the list, one of them, and handing one over again (S2.13)."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from marketplace import clock, db
from marketplace.errors import NotAllowed, NotFound
from marketplace.invoices import operations, queries
from marketplace.invoices.queries import Document, Side, Sought
from marketplace.invoices.queries import InvoiceRow as Row
from marketplace.web import guards, invoice_page, lists
from marketplace.web.api import paper_shapes as shapes
from marketplace.web.api.answers import amount
from marketplace.web.api.paper_shapes import Invoice, InvoiceRow, Invoices, InvoicesAsked
from marketplace.web.api.shapes import Empty
from marketplace.web.guards import Viewer


def invoices(query: InvoicesAsked) -> Invoices:
    """Return a page of the viewer's documents, newest first."""
    viewer, side = guards.viewer(), Side(query.side)
    if side not in _sides(viewer):
        raise NotAllowed("These documents belong to another role.")
    kind, status, text = query.kind, query.status, lists.search_text()
    given = {"side": side.value, "kind": kind.value if kind else "", "status": status.value if status else ""}
    asked = lists.asked(endpoint="api.invoices", q=text, **given)
    found = queries.invoices(Sought(side, viewer.user_id, kind, status, text, asked.period), asked.cursor)
    rows = [InvoiceRow.model_validate(_row(row)) for row in found.rows]
    return Invoices(invoices=rows, next=asked.tools(found).next_url or None)


def invoice(number: str) -> Invoice:
    """Return one document the viewer may see; the first look of who has to have it is remembered."""
    return _whole(_opened(number, guards.viewer()))


def send_invoice(number: str, body: Empty) -> Invoice:
    """Hand one of the seller's own documents over, for the first time or once more: with the mail goes its PDF."""
    del body
    viewer = guards.viewer()
    if not viewer.is_seller:
        raise NotAllowed("Only who has made a document hands it over.")
    known = lists.number(number)
    db.atomic(operations.send_again, ["invoices"], seller_id=viewer.user_id, number=known, now=clock.now())
    return _whole(queries.document(known, Side.SELLER, viewer.user_id))


def _sides(viewer: Viewer) -> tuple[Side, ...]:
    held = {Side.BUYER: True, Side.SELLER: viewer.is_seller, Side.ADMIN: viewer.is_admin}
    return tuple(side for side, is_held in held.items() if is_held)


def _opened(number: str, viewer: Viewer) -> Document:
    for side in _sides(viewer):
        try:
            return invoice_page.opened(number, side, viewer.user_id)
        except NotFound:
            continue
    raise NotFound("There is no document with this number among yours.")


def _row(row: Row) -> Mapping[str, Any]:
    money = {
        "subtotal": row.subtotal_minor,
        "delivery": row.delivery_minor,
        "tax": row.tax_minor,
        "discount": row.discount_minor,
        "total": row.total_minor,
        "paid": row.paid_minor,
        "due": row.due_minor,
    }
    return {
        "number": row.number,
        "kind": row.kind.value,
        "status": row.status.value,
        "from": row.issuer,
        "to": row.recipient,
        "order": row.order_number,
        "corrects": row.corrects,
        "currency": row.currency,
        **{name: amount(minor, row.currency) for name, minor in money.items()},
        "issued_at": row.issued_at,
        "due_at": row.due_at,
        "sent_at": row.sent_at,
        "viewed_at": row.viewed_at,
        "paid_at": row.paid_at,
        "url": url_for("api.invoice", number=row.number),
    }


def _whole(found: Document) -> Invoice:
    currency, content = found.row.currency, found.content
    return Invoice.model_validate(
        {
            **_row(found.row),
            "language": found.language,
            "lines": [
                shapes.InvoiceLine(
                    title=line["title"],
                    quantity=line["quantity"],
                    unit=amount(line["unit_minor"], currency),
                    total=amount(line["amount_minor"], currency),
                )
                for line in content["lines"]
            ],
            "taxes": [
                shapes.TaxRow(
                    rate_basis_points=row.get("tax_basis_points"),
                    net=amount(row["net_minor"], currency),
                    tax=amount(row["tax_minor"], currency),
                )
                for row in content.get("taxes", ())
            ],
            "note": content["note"],
            "terms": list(content["terms"]),
            "credit_notes": [each.number for each in found.credit_notes],
            # When, and not where to: a seller does not learn a buyer's address.
            "handed_over": [each.at for each in found.deliveries],
        }
    )
