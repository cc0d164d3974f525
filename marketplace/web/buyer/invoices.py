"""A buyer's invoices and credit notes; the first look at one is remembered (S2.11)."""

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.invoices.queries import Side
from marketplace.web import guards, invoice_list, invoice_page
from marketplace.web.console import buyer_console


@guards.signed_in
def invoices() -> ResponseReturnValue:
    """List the viewer's invoices and credit notes, newest first."""
    return invoice_list.show(Side.BUYER, guards.viewer().user_id, buyer_console("invoices"))


@guards.signed_in
def invoice(number: str) -> ResponseReturnValue:
    """Show one of the viewer's own documents, and remember that it was opened."""
    viewer_id = guards.viewer().user_id
    found = invoice_page.opened(number, Side.BUYER, viewer_id)
    page = invoice_page.build(found, Side.BUYER, viewer_id, buyer_console("invoices"))
    return render_template("invoices/document.html", page=page)


@guards.signed_in
def invoice_pdf(number: str) -> ResponseReturnValue:
    """Return one of the viewer's own documents for print."""
    return invoice_page.pdf_response(invoice_page.opened(number, Side.BUYER, guards.viewer().user_id))
