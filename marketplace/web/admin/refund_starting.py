"""Opening a refund on an admin's own initiative; it is decided in the queue like any other."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.orders import queries as orders
from marketplace.orders.queries import OrderDetail
from marketplace.refunds import operations, planning_queries, queries
from marketplace.refunds.planning_queries import Asking
from marketplace.web import guards, lists, refund_asking
from marketplace.web.console import admin_console
from marketplace.web.pages import money, money_text
from marketplace.web.refund_asking import AskFields, AskPage


@guards.admin_only
def new_refund(number: str) -> ResponseReturnValue:
    """Show the form that opens a refund of any order."""
    order, asking = _order(number)
    form = refund_asking.ask_form(orders.lines_of(order.id), order.currency)
    return _form(order, asking, form, 200)


@guards.admin_only
def start_refund(number: str) -> ResponseReturnValue:
    """Open a refund of any order and show it in the queue."""
    order, asking = _order(number)
    form = refund_asking.ask_form(orders.lines_of(order.id), order.currency)
    wish = refund_asking.wish(form, asking.left) if form.validate() else None
    if wish is None:
        return _form(order, asking, form, 422)
    try:
        refund_id = db.atomic(
            operations.start,
            [f"order:{order.id}"],
            admin_id=guards.viewer().user_id,
            order_id=order.id,
            reason=refund_asking.reason(form),
            description=form.description.data or "",
            wish=wish,
            now=clock.now(),
        )
    except (Invalid, Conflict, NotAllowed) as error:
        refund_asking.blame(form, getattr(error, "field", None), error.message)
        return _form(order, asking, form, 422 if isinstance(error, Invalid) else 409)
    flash("The refund is open. Look at its plan and decide.", "ok")
    found = next(row for row in queries.refunds_of_orders([order.id]) if row.id == refund_id)
    return redirect(url_for("admin.refunds", refund=found.number), code=303)


def _order(number: str) -> tuple[OrderDetail, Asking]:
    order = orders.any_order(lists.number(number))
    return order, planning_queries.asking(order.id, order.currency, now=clock.now())


def _form(order: OrderDetail, asking: Asking, form: AskFields, code: int) -> ResponseReturnValue:
    page = AskPage(
        title="Start a refund",
        console=admin_console("payments"),
        action=url_for("admin.start_refund", number=order.number),
        order_number=order.number,
        order_url=url_for("admin.payments", q=order.number),
        note=f"Order {order.number}: {order.buyer_name} from {order.shop_name}, "
        f"{money_text(order.total_minor, order.currency)}",
        left=money(asking.left),
        currency=order.currency,
        expectation="Buyer and seller are told that it was opened. It is sent when it is approved in the queue.",
        button="Open the refund",
    )
    return render_template("admin/refund_new.html", page=page, form=form), code
