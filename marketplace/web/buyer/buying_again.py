"""What was bought once is put in the basket again, as far as it is still for sale."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.carts import operations
from marketplace.errors import DomainError
from marketplace.language import gettext as _
from marketplace.orders import queries
from marketplace.web import guards, lists


@guards.signed_in
def again(number: str) -> ResponseReturnValue:
    """Put the lines of the viewer's own order in the basket, at today's prices, and say what could not be."""
    viewer = guards.viewer()
    order = queries.buyer_order(lists.number(number), viewer.user_id)
    put = 0
    for line in queries.lines_of(order.id):
        try:
            found = db.atomic(
                operations.add,
                (),
                user_id=viewer.user_id,
                token_hash=None,
                listing_id=line.listing_id,
                quantity=line.quantity,
                now=clock.now(),
            )
        except DomainError as error:
            flash(error.message, "wait")
        else:
            put += 1
            if found.is_capped:
                flash(
                    _(
                        "There are only %(quantity)s of %(title)s. All of them are in your basket.",
                        quantity=found.quantity,
                        title=found.title,
                    ),
                    "wait",
                )
    if put:
        flash(_("It is in your basket, at the prices of today."), "ok")
        return redirect(url_for("cart.basket"), code=303)
    return redirect(url_for("buyer.order", number=order.number), code=303)
