"""The rows behind the figures of a payment."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.payments import admin_explain_queries
from marketplace.payments.admin_explain_queries import PaymentFigure
from marketplace.web import explaining, guards, lists
from marketplace.web.console import admin_console
from marketplace.web.explaining import Crumb


@guards.admin_only
def explain_payment(payment_id: int, figure: str) -> ResponseReturnValue:
    """Show the rows that make one figure of a payment, or of one seller's share of it (`?order=`)."""
    asked = lists.member(PaymentFigure, figure)
    if asked is None:
        raise NotFound(_("There is no such figure."))
    order_number = lists.number(request.args.get("order", "")) or None
    found = admin_explain_queries.explain_payment(payment_id, asked, order_number)
    name = _("Payment %(number)s", number=payment_id)
    crumbs = [
        Crumb(_("Payments"), url_for("admin.payments")),
        Crumb(name, url_for("admin.payment", payment_id=payment_id)),
    ]
    of = (
        _("order %(order)s in payment %(payment)s", order=order_number, payment=payment_id)
        if order_number
        else _("payment %(number)s", number=payment_id)
    )
    return explaining.show(found, admin_console("payments"), crumbs, of, entry_url)


def entry_url(entry_id: int) -> str:
    """Return the page of one ledger entry."""
    return url_for("admin.entry", entry_id=entry_id)
