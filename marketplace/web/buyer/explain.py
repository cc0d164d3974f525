"""The rows behind a buyer's figures."""

from flask import url_for
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.payments import admin_explain_queries, explain_queries
from marketplace.payments.admin_explain_queries import PaymentFigure
from marketplace.payments.explain_queries import BuyerFigure
from marketplace.web import explaining, guards, lists
from marketplace.web.console import buyer_console
from marketplace.web.explaining import Crumb


@guards.signed_in
def explain_order(number: str, figure: str) -> ResponseReturnValue:
    """Show the rows that make one figure of the buyer's own order."""
    asked = lists.member(BuyerFigure, figure)
    if asked is None:
        raise NotFound(_("There is no such figure."))
    found = explain_queries.explain_buyer_order(lists.number(number), guards.viewer().user_id, asked)
    crumbs = [Crumb(_("Orders"), url_for("buyer.orders")), Crumb(number, url_for("buyer.order", number=number))]
    return explaining.show(found, buyer_console("orders"), crumbs, _("order %(number)s", number=number))


@guards.signed_in
def explain_payment(payment_id: int, figure: str) -> ResponseReturnValue:
    """Show the rows that make the amount of one of the buyer's own payments; no other figure is theirs."""
    if figure != PaymentFigure.AMOUNT:
        raise NotFound(_("There is no such figure."))
    found = admin_explain_queries.explain_payment(payment_id, PaymentFigure.AMOUNT, user_id=guards.viewer().user_id)
    name = _("Payment %(number)s", number=payment_id)
    crumbs = [
        Crumb(_("Payments"), url_for("buyer.payments")),
        Crumb(name, url_for("buyer.payment", payment_id=payment_id)),
    ]
    return explaining.show(found, buyer_console("payments"), crumbs, _("payment %(number)s", number=payment_id))
