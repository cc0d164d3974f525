"""The seller sends an order, and says when it has arrived."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.errors import Conflict, Invalid
from marketplace.orders import operations, rules
from marketplace.transitions import AlreadyThere, MoveNotAllowed
from marketplace.web import guards
from marketplace.web.auth.forms import blame, typed
from marketplace.web.seller import orders
from marketplace.web.seller.forms import NoteForm, ShipForm


@guards.seller_only
def ship(number: str) -> ResponseReturnValue:
    """Record how the seller's own order was sent, or show what is wrong with the form."""
    facts = orders.facts_of(number, guards.viewer().user_id)
    order, form = facts.order, ShipForm()
    try:
        rules.check_can_ship(order.status)
        if not form.validate():
            return orders.show(facts, form), 422
        parcel = parcel_of(form)
        db.atomic(operations.ship, (), seller_id=order.seller_id, number=order.number, parcel=parcel, now=clock.now())
    except Invalid as error:
        blame(form, error)
        return orders.show(facts, form), 422
    except (AlreadyThere, MoveNotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(f"Order {order.number} is marked as sent. The buyer was told.", "ok")
    return redirect(url_for("seller.order", number=order.number), code=303)


@guards.seller_only
def add_parcel(number: str) -> ResponseReturnValue:
    """Record a further parcel of the seller's own order, or show what is wrong with the form."""
    facts = orders.facts_of(number, guards.viewer().user_id)
    order, form = facts.order, ShipForm()
    if not form.validate():
        return orders.show(facts, form), 422
    try:
        parcel = parcel_of(form)
        db.atomic(
            operations.add_parcel, (), seller_id=order.seller_id, number=order.number, parcel=parcel, now=clock.now()
        )
    except Invalid as error:
        blame(form, error)
        return orders.show(facts, form), 422
    except (Conflict, MoveNotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(f"The parcel belongs to order {order.number} now. The buyer was told.", "ok")
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
    flash("Your note is saved.", "ok")
    return redirect(url_for("seller.order", number=order.number, _anchor="note"), code=303)


@guards.seller_only
def delivered(number: str) -> ResponseReturnValue:
    """Record that the seller says the own order has arrived."""
    found = orders.facts_of(number, guards.viewer().user_id).order
    try:
        db.atomic(operations.mark_delivered, (), seller_id=found.seller_id, number=found.number, now=clock.now())
    except (AlreadyThere, MoveNotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(f"Order {found.number} is marked as delivered. The buyer was told.", "ok")
    return redirect(url_for("seller.order", number=found.number), code=303)


def parcel_of(form: ShipForm) -> rules.Parcel:
    """Return the parcel that a form describes; raises Invalid naming the field."""
    return rules.parcel(
        typed(form.carrier),
        name=typed(form.name),
        tracking_number=typed(form.tracking_number),
        link=typed(form.link),
    )
