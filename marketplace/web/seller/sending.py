"""Several orders sent in one go: chosen in the list, each with its carrier and number, each by itself in the books."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.orders import operations, packing_queries
from marketplace.orders.packing_queries import Packing
from marketplace.orders.rules import BY_HAND
from marketplace.orders.states import ORDER
from marketplace.payments import shipping
from marketplace.transitions import AlreadyThere, MoveNotAllowed
from marketplace.web import guards, order_parts
from marketplace.web.auth.forms import blame
from marketplace.web.console import Console, seller_console
from marketplace.web.explaining import Crumb
from marketplace.web.seller.forms import ShipForm
from marketplace.web.seller.shipping import parcel_of


@dataclass(frozen=True, slots=True)
class Bench:
    """One order that is being packed, with the form that says how it goes."""

    number: str
    url: str
    buyer: str
    address: tuple[str, ...]
    """Where it goes; none where it is collected."""
    note: str
    lines: tuple[str, ...]
    form: ShipForm


@dataclass(frozen=True, slots=True)
class SendPage:
    """What templates/seller/send.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    benches: tuple[Bench, ...]
    slips_url: str
    is_ready: bool
    """Whether nothing is left to type: the carrier needs no number."""


@guards.seller_only
def send() -> ResponseReturnValue:
    """Show the chosen orders with a form for each; the carrier is the one the seller sent with last."""
    seller_id = guards.viewer().user_id
    waiting = _waiting(seller_id, request.args.getlist("order"))
    if not waiting:
        flash(_("Choose orders that wait to be sent."), "wait")
        return redirect(url_for("seller.orders"), code=303)
    carrier = packing_queries.last_carrier(seller_id)
    return _show(
        [(order, _form(order.number, {"carrier": BY_HAND if order.is_pickup else carrier})) for order in waiting]
    )


@guards.seller_only
def send_orders() -> ResponseReturnValue:
    """Record how each of the orders was sent; those that could not be stay on the page with the reason."""
    seller_id = guards.viewer().user_id
    left: list[tuple[Packing, ShipForm]] = []
    sent: list[str] = []
    for order in _waiting(seller_id, request.form.getlist("order")):
        form = _form(order.number)
        try:
            if not form.validate():
                left.append((order, form))
                continue
            db.atomic(
                shipping.ship,
                (),
                seller_id=seller_id,
                number=order.number,
                parcel=parcel_of(form),
                now=clock.now(),
            )
        except Invalid as error:
            blame(form, error)
            left.append((order, form))
        except (AlreadyThere, MoveNotAllowed) as error:
            flash(_("Order %(number)s: %(message)s", number=order.number, message=error.message), "wait")
        else:
            sent.append(order.number)
    _say_sent(sent)
    if not sent and not left:
        flash(_("None of these orders waits to be sent any more."), "wait")
    return (_show(left), 422) if left else redirect(url_for("seller.orders"), code=303)


@guards.seller_only
def arrived() -> ResponseReturnValue:
    """Record that the chosen orders have arrived, as the seller says."""
    seller_id = guards.viewer().user_id
    done = []
    for order in packing_queries.to_pack(seller_id, _known(request.form.getlist("order"))):
        try:
            db.atomic(operations.mark_delivered, (), seller_id=seller_id, number=order.number, now=clock.now())
        except (AlreadyThere, MoveNotAllowed) as error:
            flash(_("Order %(number)s: %(message)s", number=order.number, message=error.message), "wait")
        else:
            done.append(order.number)
    if done:
        said = (
            _("Order %(number)s is marked as delivered. The buyers were told.", number=done[0])
            if len(done) == 1
            else _("%(count)s orders are marked as delivered. The buyers were told.", count=len(done))
        )
        flash(said, "ok")
    elif not request.form.getlist("order"):
        flash(_("Choose orders that have arrived."), "wait")
    return redirect(url_for("seller.orders", tab="sent"), code=303)


def _waiting(seller_id: int, numbers: Iterable[str]) -> Sequence[Packing]:
    return [order for order in packing_queries.to_pack(seller_id, _known(numbers)) if ORDER.can(order.status, "ship")]


def _known(numbers: Iterable[str]) -> list[str]:
    return [number for number in numbers if number.isascii() and number.isprintable()]


def _form(number: str, preset: Mapping[str, str] | None = None) -> ShipForm:
    """Return the form of one order; the page's own mark against forged forms stands once, outside of it."""
    if preset is not None:
        form = ShipForm(formdata=None, prefix=number, data=preset, meta={"csrf": False})
        if preset["carrier"] != BY_HAND:
            form.tracking_number.render_kw = {"data-focus": True}
        return form
    return ShipForm(prefix=number, meta={"csrf": False})


def _say_sent(sent: Sequence[str]) -> None:
    if len(sent) == 1:
        flash(_("Order %(number)s is marked as sent. The buyer was told.", number=sent[0]), "ok")
    elif sent:
        flash(_("%(count)s orders are marked as sent. The buyers were told.", count=len(sent)), "ok")


def _show(orders: Sequence[tuple[Packing, ShipForm]]) -> str:
    count = len(orders)
    page = SendPage(
        title=ngettext("Send %(number)s order", "Send %(number)s orders", count, number=count),
        console=seller_console("orders"),
        crumbs=(Crumb(_("Orders"), url_for("seller.orders")),),
        benches=tuple(_bench(order, form) for order, form in orders),
        slips_url=url_for("seller.packing_slips", order=[order.number for order, _own in orders]),
        is_ready=all(form.carrier.data == BY_HAND for _order, form in orders),
    )
    return render_template("seller/send.html", page=page)


def _bench(order: Packing, form: ShipForm) -> Bench:
    return Bench(
        number=order.number,
        url=url_for("seller.order", number=order.number),
        buyer=order.buyer_name,
        address=() if order.is_pickup else order_parts.address_lines(order.address),
        note=order.buyer_note,
        lines=tuple(_("%(quantity)s of %(title)s", quantity=line.quantity, title=line.title) for line in order.lines),
        form=form,
    )
