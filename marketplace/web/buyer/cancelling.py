"""A buyer cancels: a paid order before it is sent, or a purchase that is not paid yet."""

from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.cancellations import flows, rules
from marketplace.cancellations import queries as cancellations
from marketplace.cancellations.rules import Side
from marketplace.checkout import flows as checkout
from marketplace.config import MoneyPolicy
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.orders import queries
from marketplace.orders.queries import OrderDetail
from marketplace.orders.states import PurchaseStatus
from marketplace.refunds import queries as refunds
from marketplace.transitions import AlreadyThere
from marketplace.web import cancel_parts, guards, lists
from marketplace.web.auth.forms import blame
from marketplace.web.cancel_parts import CancelForm
from marketplace.web.console import Console, buyer_console
from marketplace.web.order_parts import RelatedOrder
from marketplace.web.pages import money_text
from marketplace.web.providers import providers

_PROVIDER = "stripe"


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
    try:
        rules.check_can_cancel(Side.BUYER, order.status, buyers_may=_policy().buyers_may_cancel)
    except (AlreadyThere, NotAllowed) as error:
        return _back(order, error.message, "wait")
    return _show(order, cancel_parts.form_for(Side.BUYER), 200)


@guards.signed_in
def cancel_order(number: str) -> ResponseReturnValue:
    """Cancel the viewer's own order, or the whole purchase while it is not paid."""
    order = _own(number)
    if request.form.get("unpaid"):
        return _cancel_unpaid(order)
    form = cancel_parts.form_for(Side.BUYER)
    try:
        rules.check_can_cancel(Side.BUYER, order.status, buyers_may=_policy().buyers_may_cancel)
        if not form.validate():
            return _show(order, form, 422)
        flows.cancel_and_refund(
            user_id=order.buyer_id,
            side=Side.BUYER,
            number=order.number,
            wanted=form.wanted(),
            policy=_policy(),
            providers=providers(),
            now=clock.now(),
        )
    except Invalid as error:
        blame(form, error)
        return _show(order, form, 422)
    except (AlreadyThere, NotAllowed) as error:
        return _back(order, error.message, "wait")
    except Conflict as error:
        form.form_errors.append(error.message)
        return _show(order, form, 409)
    return _back(order, "The order is cancelled. The seller was told, and your money goes back by itself.", "ok")


def _cancel_unpaid(order: OrderDetail) -> ResponseReturnValue:
    try:
        checkout.cancel_purchase(
            purchase_id=order.purchase_id,
            buyer_id=order.buyer_id,
            now=clock.now(),
            provider=providers()[_PROVIDER],
            settings=current_app.extensions["settings"],
        )
    except Conflict as error:
        return _back(order, error.message, "wait")
    return _back(order, f"Purchase {order.purchase_number} is cancelled. Nothing was charged.", "ok")


def _own(number: str) -> OrderDetail:
    return queries.buyer_order(lists.number(number), guards.viewer().user_id)


def _policy() -> MoneyPolicy:
    found: MoneyPolicy = current_app.extensions["settings"].money
    return found


def _back(order: OrderDetail, message: str, tone: str) -> ResponseReturnValue:
    flash(message, tone)
    return redirect(url_for("buyer.order", number=order.number), code=303)


def _show(order: OrderDetail, form: CancelForm, code: int) -> ResponseReturnValue:
    plan = cancellations.preview(order.id, _policy())
    page = cancel_parts.build(order, plan, refunds.refunds_of_orders([order.id]), Side.BUYER, buyer_console("orders"))
    return render_template("buyer/cancel.html", page=page, form=form), code


def _unpaid_page(order: OrderDetail) -> UnpaidPage:
    orders = queries.orders_of_purchase(order.purchase_id)
    return UnpaidPage(
        title=f"Cancel purchase {order.purchase_number}",
        console=buyer_console("orders"),
        action=url_for("buyer.cancel_order", number=order.number),
        note=f"{money_text(order.purchase_total_minor, order.currency)}, not paid",
        order_label=f"Order {order.number}",
        order_url=url_for("buyer.order", number=order.number),
        orders=tuple(
            RelatedOrder(f"Order {each.number}", url_for("buyer.order", number=each.number), each.shop_name)
            for each in orders
        ),
        button="Cancel the purchase" if len(orders) == 1 else f"Cancel all {len(orders)} orders",
    )
