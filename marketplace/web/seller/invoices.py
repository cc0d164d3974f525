"""A seller's documents: to the buyers, and from the marketplace for its commission."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.errors import Conflict
from marketplace.invoices import operations
from marketplace.invoices.queries import Side
from marketplace.language import gettext as _
from marketplace.web import guards, invoice_list, invoice_page, lists
from marketplace.web.console import seller_console


@guards.seller_only
def invoices() -> ResponseReturnValue:
    """List the seller's invoices, credit notes or commission invoices, newest first."""
    return invoice_list.show(Side.SELLER, guards.viewer().user_id, seller_console("invoices"))


@guards.seller_only
def invoice(number: str) -> ResponseReturnValue:
    """Show one document; a commission invoice is the seller's to open."""
    viewer_id = guards.viewer().user_id
    found = invoice_page.opened(number, Side.SELLER, viewer_id)
    page = invoice_page.build(found, Side.SELLER, viewer_id, seller_console("invoices"))
    return render_template("invoices/document.html", page=page)


@guards.seller_only
def invoice_pdf(number: str) -> ResponseReturnValue:
    """Return one document for print."""
    return invoice_page.pdf_response(invoice_page.opened(number, Side.SELLER, guards.viewer().user_id))


@guards.seller_only
def send_invoice(number: str) -> ResponseReturnValue:
    """Hand one of the seller's own documents over, for the first time or once more (S2.13)."""
    known, seller_id = lists.number(number), guards.viewer().user_id
    try:
        db.atomic(operations.send_again, ["invoices"], seller_id=seller_id, number=known, now=clock.now())
    except Conflict as error:
        flash(error.message, "wait")
    else:
        flash(_("Sent. The buyer was told that it is there."), "ok")
    return redirect(url_for("seller.invoice", number=known), code=303)
