"""Opening a refund on an admin's own initiative; it is decided in the queue like any other."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.language import gettext as _
from marketplace.orders import queries as orders
from marketplace.orders.queries import OrderDetail
from marketplace.refunds import operations, planning_queries
from marketplace.refunds.planning_queries import Asking
from marketplace.web import guards, lists, refund_asking
from marketplace.web.console import admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.pages import money, money_text
from marketplace.web.refund_asking import AskPage


@guards.admin_only
def new_refund(number: str) -> ResponseReturnValue:
    """Show the form that opens a refund of any order."""
    order, asking = _order(number)
    return refund_asking.show(order, _page(order, asking))


@guards.admin_only
def start_refund(number: str) -> ResponseReturnValue:
    """Open a refund of any order and show it in the queue."""
    order, asking = _order(number)
    return refund_asking.receive(
        order,
        asking,
        _page(order, asking),
        operation=operations.start,
        who={"admin_id": guards.viewer().user_id},
        opened=_started,
    )


def _started(number: str) -> ResponseReturnValue:
    flash(_("The refund is open. Look at its plan and decide."), "ok")
    return redirect(url_for("admin.refunds", refund=number), code=303)


def _order(number: str) -> tuple[OrderDetail, Asking]:
    order = orders.any_order(lists.number(number))
    return order, planning_queries.asking(order.id, order.currency, now=clock.now())


def _page(order: OrderDetail, asking: Asking) -> AskPage:
    order_url = url_for("admin.payments", q=order.number)
    return AskPage(
        title=_("Start a refund"),
        console=admin_console("payments"),
        crumbs=(
            Crumb(_("Payments"), url_for("admin.payments")),
            Crumb(_("Order %(number)s", number=order.number), order_url),
        ),
        action=url_for("admin.start_refund", number=order.number),
        note=_(
            "Order %(number)s: %(buyer)s from %(shop)s, %(amount)s",
            number=order.number,
            buyer=order.buyer_name,
            shop=order.shop_name,
            amount=money_text(order.total_minor, order.currency),
        ),
        left=money(asking.left),
        currency=order.currency,
        expectation=_("Buyer and seller are told that it was opened. It is sent when it is approved in the queue."),
        button=_("Open the refund"),
    )
