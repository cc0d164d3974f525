"""Cancelling a paid order, by its buyer or its seller: the page that asks, and what the answer leads to."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.cancellations import flows, rules
from marketplace.cancellations import queries as cancellations
from marketplace.cancellations.rules import Side
from marketplace.config import MoneyPolicy
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.queries import OrderDetail
from marketplace.refunds import planning_queries
from marketplace.refunds import queries as refunds
from marketplace.transitions import AlreadyThere
from marketplace.web import cancel_parts
from marketplace.web.auth.forms import blame
from marketplace.web.cancel_parts import CancelForm
from marketplace.web.console import buyer_console, seller_console
from marketplace.web.providers import providers

_CONSOLES = {Side.BUYER: buyer_console, Side.SELLER: seller_console}
_DONE = {
    Side.BUYER: Text("The order is cancelled. The seller was told, and your money goes back by itself."),
    Side.SELLER: Text("The order is cancelled. The buyer was told, and the money goes back by itself."),
}


def ask(order: OrderDetail, side: Side) -> ResponseReturnValue:
    """Return the page that asks `side` to confirm; an order that can't be cancelled is shown with the reason."""
    try:
        _check(order, side)
    except (AlreadyThere, NotAllowed) as error:
        return back(order, side, error.message, "wait")
    return _show(order, side, cancel_parts.form_for(side), 200)


def receive(order: OrderDetail, side: Side) -> ResponseReturnValue:
    """Cancel the order as the form says and send its money back; a form that can't be taken is shown again."""
    form = cancel_parts.form_for(side)
    try:
        _check(order, side)
        if not form.validate():
            return _show(order, side, form, 422)
        flows.cancel_and_refund(
            user_id=order.buyer_id if side is Side.BUYER else order.seller_id,
            side=side,
            number=order.number,
            wanted=form.wanted(),
            policy=_policy(),
            providers=providers(),
            now=clock.now(),
        )
    except Invalid as error:
        blame(form, error)
        return _show(order, side, form, 422)
    except (AlreadyThere, NotAllowed) as error:
        return back(order, side, error.message, "wait")
    except Conflict as error:
        form.form_errors.append(error.message)
        return _show(order, side, form, 409)
    return back(order, side, _(_DONE[side]), "ok")


def back(order: OrderDetail, side: Side, message: str, tone: str) -> ResponseReturnValue:
    """Lead to the order's page of `side` with a message."""
    flash(message, tone)
    return redirect(url_for(f"{side.value}.order", number=order.number), code=303)


def _check(order: OrderDetail, side: Side) -> None:
    rules.check_can_cancel(side, order.status, buyers_may=_policy().buyers_may_cancel)


def _show(order: OrderDetail, side: Side, form: CancelForm, code: int) -> ResponseReturnValue:
    plan = cancellations.preview(order.id, _policy())
    closed = refunds.refunds_of_orders([order.id])
    page = cancel_parts.build(
        order, plan, closed, side, _CONSOLES[side]("orders"), is_to_wallet=planning_queries.goes_to_wallet(order.id)
    )
    return render_template(f"{side.value}/cancel.html", page=page, form=form), code


def _policy() -> MoneyPolicy:
    found: MoneyPolicy = current_app.extensions["settings"].money
    return found
