"""A buyer says that an order has arrived: asked first, because that may release their money to the seller."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders import queries, shipping_queries
from marketplace.orders.queries import LineRow, OrderDetail
from marketplace.orders.states import ORDER
from marketplace.payments import holds
from marketplace.payments import queries as payment_queries
from marketplace.payments.queries import Share
from marketplace.transitions import AlreadyThere, MoveNotAllowed
from marketplace.web import guards, lists, order_parts
from marketplace.web.buyer import order_page
from marketplace.web.console import Console, buyer_console
from marketplace.web.order_parts import LineView
from marketplace.web.pages import money_text

_RELEASES = {
    False: Text("%(amount)s, which we hold for you, goes to %(shop)s then. Look at everything first."),
    True: Text("%(amount)s, which we hold for you, goes to %(shop)s then. Take it with you first."),
}
_KEEPS = Text("%(shop)s is told that you have it. Your money is held on as planned.")


@dataclass(frozen=True, slots=True)
class ReceivePage:
    """What templates/buyer/receive.html shows."""

    title: str
    console: Console
    note: str
    order_label: str
    order_url: str
    text: str
    lines: tuple[LineView, ...]
    action: str
    button: str


@guards.signed_in
def receive(number: str) -> ResponseReturnValue:
    """Ask the viewer to confirm that the own order has arrived, and say what that releases."""
    order = queries.buyer_order(lists.number(number), guards.viewer().user_id)
    if not ORDER.can(order.status, "deliver"):
        return redirect(url_for("buyer.order", number=order.number), code=303)
    share = payment_queries.shares_of_orders([order.id]).get(order.id)
    page = _page(order, share, queries.lines_of(order.id))
    return render_template("buyer/receive.html", page=page)


@guards.signed_in
def received(number: str) -> ResponseReturnValue:
    """Record that the viewer has received the own order."""
    viewer = guards.viewer()
    known = lists.number(number)
    try:
        policy = current_app.extensions["settings"].money
        db.atomic(holds.confirm_received, (), buyer_id=viewer.user_id, number=known, policy=policy, now=clock.now())
    except (AlreadyThere, MoveNotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(_("Thank you. We told the seller that you have it."), "ok")
    return redirect(url_for("buyer.order", number=known), code=303)


def _page(order: OrderDetail, share: Share | None, lines: Sequence[LineRow]) -> ReceivePage:
    is_collected = order_parts.is_collected(order, shipping_queries.shipment_of(order.id))
    goes = order_page.ends_now(share, current_app.extensions["settings"].money)
    amount = money_text(share.gross_minor - share.refunded_minor, order.currency) if share else ""
    words = _RELEASES[is_collected] if goes else _KEEPS
    return ReceivePage(
        title=_("Have you collected it?") if is_collected else _("Has it arrived?"),
        console=buyer_console("orders"),
        note=_("Order %(number)s from %(shop)s", number=order.number, shop=order.shop_name),
        order_label=_("Order %(number)s", number=order.number),
        order_url=url_for("buyer.order", number=order.number),
        text=_(words, amount=amount, shop=order.shop_name),
        lines=order_parts.line_views(lines, order.currency, order_page.explain_url(order.number, "goods")),
        action=url_for("buyer.received", number=order.number),
        button=_("I have it: release %(amount)s", amount=amount) if goes else _("I have received it"),
    )
