"""Invoices for programs: the list, one of them, and handing one over again (S2.13)."""

from typing import Any

from flask import jsonify, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.errors import NotAllowed, NotFound
from marketplace.invoices import operations, queries
from marketplace.invoices.queries import Document, InvoiceRow, Side, Sought
from marketplace.invoices.rules import InvoiceKind
from marketplace.invoices.states import InvoiceStatus
from marketplace.web import guards, invoice_page, lists
from marketplace.web.api.answers import amount, moment, signed_in
from marketplace.web.guards import Viewer


@signed_in
def invoices() -> ResponseReturnValue:
    """List the viewer's documents, newest first; `side` is buyer (their own), seller (their shop's) or admin (all)."""
    viewer = guards.viewer()
    side = lists.choice(Side, "side") or Side.BUYER
    if side not in _sides(viewer):
        raise NotAllowed("These documents belong to another role.")
    kind, status, text = lists.choice(InvoiceKind, "kind"), lists.choice(InvoiceStatus, "status"), lists.search_text()
    asked = lists.asked(side=side.value, kind=kind.value if kind else "", status=status.value if status else "", q=text)
    found = queries.invoices(Sought(side, viewer.user_id, kind, status, text, asked.period), asked.cursor)
    return jsonify({"invoices": [_row(row) for row in found.rows], "next": asked.tools(found).next_url or None})


@signed_in
def invoice(number: str) -> ResponseReturnValue:
    """Return one document the viewer may see; the first look of who has to have it is remembered."""
    return jsonify(_whole(_opened(number, guards.viewer())))


@signed_in
def send_invoice(number: str) -> ResponseReturnValue:
    """Hand one of the seller's own documents over, for the first time or once more: with the mail goes its PDF."""
    viewer = guards.viewer()
    if not viewer.is_seller:
        raise NotAllowed("Only who has made a document hands it over.")
    known = lists.number(number)
    db.atomic(operations.send_again, ["invoices"], seller_id=viewer.user_id, number=known, now=clock.now())
    return jsonify(_whole(queries.document(known, Side.SELLER, viewer.user_id)))


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


def _row(row: InvoiceRow) -> dict[str, Any]:
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
        "issued_at": moment(row.issued_at),
        "due_at": moment(row.due_at),
        "sent_at": moment(row.sent_at),
        "viewed_at": moment(row.viewed_at),
        "paid_at": moment(row.paid_at),
        "url": url_for("api.invoice", number=row.number),
    }


def _whole(found: Document) -> dict[str, Any]:
    currency = found.row.currency
    return {
        **_row(found.row),
        "language": found.language,
        "lines": [
            {
                "title": line["title"],
                "quantity": line["quantity"],
                "unit": amount(line["unit_minor"], currency),
                "total": amount(line["amount_minor"], currency),
            }
            for line in found.content["lines"]
        ],
        "taxes": [
            {
                "rate_basis_points": row.get("tax_basis_points"),
                "net": amount(row["net_minor"], currency),
                "tax": amount(row["tax_minor"], currency),
            }
            for row in found.content.get("taxes", ())
        ],
        "note": found.content["note"],
        "terms": list(found.content["terms"]),
        "credit_notes": [each.number for each in found.credit_notes],
        # When, and not where to: a seller does not learn a buyer's address.
        "handed_over": [moment(each.at) for each in found.deliveries],
    }
