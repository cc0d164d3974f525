"""A seller cancels a paid order that cannot be sent; the buyer's money goes back by itself."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.cancellations import flows, rules
from marketplace.cancellations import queries as cancellations
from marketplace.cancellations.rules import Side
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.orders import queries
from marketplace.orders.queries import OrderDetail
from marketplace.refunds import queries as refunds
from marketplace.transitions import AlreadyThere
from marketplace.web import cancel_parts, guards, lists
from marketplace.web.auth.forms import blame
from marketplace.web.cancel_parts import CancelForm
from marketplace.web.console import seller_console
from marketplace.web.providers import providers


@guards.seller_only
def cancel(number: str) -> ResponseReturnValue:
    """Ask the seller to confirm: why, what becomes of the goods, and what goes back."""
    order = _own(number)
    try:
        rules.check_can_cancel(Side.SELLER, order.status, buyers_may=True)
    except (AlreadyThere, NotAllowed) as error:
        return _back(order, error.message, "wait")
    return _show(order, cancel_parts.form_for(Side.SELLER), 200)


@guards.seller_only
def cancel_order(number: str) -> ResponseReturnValue:
    """Cancel the seller's own order and send the buyer's money back."""
    order, form = _own(number), cancel_parts.form_for(Side.SELLER)
    try:
        rules.check_can_cancel(Side.SELLER, order.status, buyers_may=True)
        if not form.validate():
            return _show(order, form, 422)
        flows.cancel_and_refund(
            user_id=order.seller_id,
            side=Side.SELLER,
            number=order.number,
            wanted=form.wanted(),
            policy=current_app.extensions["settings"].money,
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
    return _back(order, "The order is cancelled. The buyer was told, and the money goes back by itself.", "ok")


def _own(number: str) -> OrderDetail:
    return queries.seller_order(lists.number(number), guards.viewer().user_id)


def _back(order: OrderDetail, message: str, tone: str) -> ResponseReturnValue:
    flash(message, tone)
    return redirect(url_for("seller.order", number=order.number), code=303)


def _show(order: OrderDetail, form: CancelForm, code: int) -> ResponseReturnValue:
    plan = cancellations.preview(order.id, current_app.extensions["settings"].money)
    page = cancel_parts.build(order, plan, refunds.refunds_of_orders([order.id]), Side.SELLER, seller_console("orders"))
    return render_template("seller/cancel.html", page=page, form=form), code
