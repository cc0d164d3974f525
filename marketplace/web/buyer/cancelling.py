"""A buyer cancels: a paid order before it is sent, or a purchase that is not paid yet."""

from dataclasses import dataclass

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.cancellations.rules import Side
from marketplace.checkout import flows as checkout
from marketplace.errors import Conflict
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.numerals import number_text
from marketplace.orders import queries
from marketplace.orders.queries import OrderDetail
from marketplace.orders.states import PurchaseStatus
from marketplace.web import cancel_asking, guards, lists
from marketplace.web.console import Console, buyer_console
from marketplace.web.order_parts import RelatedOrder
from marketplace.web.pages import money_text
from marketplace.web.providers import providers


@dataclass(frozen=True, slots=True)
class UnpaidPage:
    """What templates/buyer/cancel_unpaid.html shows."""

    title: str
    console: Console
    action: str
    note: str
    order_label: str
    order_url: str
    orders: tuple[RelatedOrder, ...]
    button: str


@guards.signed_in
def cancel(number: str) -> ResponseReturnValue:
    """Ask the viewer to confirm: what would be cancelled, and what would go back."""
    order = _own(number)
    if order.purchase_status is PurchaseStatus.OPEN:
        return render_template("buyer/cancel_unpaid.html", page=_unpaid_page(order))
    return cancel_asking.ask(order, Side.BUYER)


@guards.signed_in
def cancel_order(number: str) -> ResponseReturnValue:
    """Cancel the viewer's own order, or the whole purchase while it is not paid."""
    order = _own(number)
    return _cancel_unpaid(order) if request.form.get("unpaid") else cancel_asking.receive(order, Side.BUYER)


def _cancel_unpaid(order: OrderDetail) -> ResponseReturnValue:
    try:
        checkout.cancel_purchase(
            purchase_id=order.purchase_id,
            buyer_id=order.buyer_id,
            now=clock.now(),
            providers=providers(),
            settings=current_app.extensions["settings"],
        )
    except Conflict as error:
        return cancel_asking.back(order, Side.BUYER, error.message, "wait")
    done = _("Purchase %(number)s is cancelled. Nothing was charged.", number=order.purchase_number)
    return cancel_asking.back(order, Side.BUYER, done, "ok")


def _own(number: str) -> OrderDetail:
    return queries.buyer_order(lists.number(number), guards.viewer().user_id)


def _unpaid_page(order: OrderDetail) -> UnpaidPage:
    orders = queries.orders_of_purchase(order.purchase_id)
    return UnpaidPage(
        title=_("Cancel purchase %(number)s", number=order.purchase_number),
        console=buyer_console("orders"),
        action=url_for("buyer.cancel_order", number=order.number),
        note=_(
            "%(amount)s, not paid",
            amount=money_text(order.purchase_total_minor, order.currency),
        ),
        order_label=_("Order %(number)s", number=order.number),
        order_url=url_for("buyer.order", number=order.number),
        orders=tuple(
            RelatedOrder(
                _("Order %(number)s", number=each.number), url_for("buyer.order", number=each.number), each.shop_name
            )
            for each in orders
        ),
        button=ngettext(
            "Cancel the purchase", "Cancel all %(number)s orders", len(orders), number=number_text(len(orders))
        ),
    )
