"""The seller sends an order, and says when it has arrived."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.errors import Conflict, Invalid
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders import operations, rules
from marketplace.orders.states import OrderStatus
from marketplace.payments import shipping
from marketplace.transitions import AlreadyThere, MoveNotAllowed
from marketplace.web import guards, order_parts
from marketplace.web.auth.forms import blame, typed
from marketplace.web.seller import orders
from marketplace.web.seller.forms import NoteForm, ShipForm


@guards.seller_only
def ship(number: str) -> ResponseReturnValue:
    """Record how the seller's own order was sent, or show what is wrong with the form."""
    said = Text("Order %(number)s is marked as sent. The buyer was told.")
    if request.form.get("carrier") == rules.BY_HAND:
        said = Text("Order %(number)s is marked as handed over. The buyer was told.")
    return _tell_parcel(number, rules.check_can_ship, shipping.ship, said)


@guards.seller_only
def add_parcel(number: str) -> ResponseReturnValue:
    """Record a further parcel of the seller's own order, or show what is wrong with the form."""
    said = Text("The parcel belongs to order %(number)s now. The buyer was told.")
    return _tell_parcel(number, rules.check_is_on_its_way, operations.add_parcel, said)


def _tell_parcel(
    number: str, check: Callable[[OrderStatus], None], record: Callable[..., None], said: str
) -> ResponseReturnValue:
    """Record a parcel; that the order can have none any more is said before what is wrong with the form."""
    facts = orders.facts_of(number, guards.viewer().user_id)
    order, form = facts.order, ShipForm()
    try:
        check(order.status)
        if not form.validate():
            return orders.show(facts, form), 422
        parcel = parcel_of(form)
        db.atomic(record, (), seller_id=order.seller_id, number=order.number, parcel=parcel, now=clock.now())
    except Invalid as error:
        blame(form, error)
        return orders.show(facts, form), 422
    except (AlreadyThere, Conflict, MoveNotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(_(said, number=order.number), "ok")
    return redirect(url_for("seller.order", number=order.number), code=303)


@guards.seller_only
def keep_note(number: str) -> ResponseReturnValue:
    """Keep the seller's own note about the own order, or show what is wrong with it."""
    facts = orders.facts_of(number, guards.viewer().user_id)
    order, form = facts.order, NoteForm()
    if not form.validate():
        return orders.show(facts, ShipForm(formdata=None), form), 422
    try:
        db.atomic(operations.keep_note, (), seller_id=order.seller_id, number=order.number, text=typed(form.text))
    except Invalid as error:
        blame(form, error)
        return orders.show(facts, ShipForm(formdata=None), form), 422
    flash(_("Your note is saved."), "ok")
    return redirect(url_for("seller.order", number=order.number, _anchor="note"), code=303)


@guards.seller_only
def delivered(number: str) -> ResponseReturnValue:
    """Record that the seller says the own order has arrived."""
    facts = orders.facts_of(number, guards.viewer().user_id)
    found = facts.order
    try:
        db.atomic(operations.mark_delivered, (), seller_id=found.seller_id, number=found.number, now=clock.now())
    except (AlreadyThere, MoveNotAllowed) as error:
        flash(error.message, "wait")
    else:
        said = Text("Order %(number)s is marked as delivered. The buyer was told.")
        if order_parts.is_collected(found, facts.shipment):
            said = Text("Order %(number)s is marked as collected. The buyer was told.")
        flash(_(said, number=found.number), "ok")
    return redirect(url_for("seller.order", number=found.number), code=303)


def parcel_of(form: ShipForm) -> rules.Parcel:
    """Return the parcel that a form describes; raises Invalid naming the field."""
    return rules.parcel(
        typed(form.carrier),
        name=typed(form.name),
        tracking_number=typed(form.tracking_number),
        link=typed(form.link),
    )
