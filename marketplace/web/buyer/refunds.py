"""A buyer's refunds: asking, following, taking a request back."""

from functools import partial

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.errors import Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.numerals import number_text
from marketplace.orders import queries as orders
from marketplace.orders.queries import OrderDetail
from marketplace.payments import timeline_queries
from marketplace.refunds import (
    explain_queries,
    operations,
    picture_flows,
    picture_queries,
    planning_queries,
    queries,
    rules,
)
from marketplace.refunds.explain_queries import RefundFigure
from marketplace.refunds.planning_queries import Asking
from marketplace.refunds.queries import RefundRow
from marketplace.transitions import AlreadyThere
from marketplace.web import (
    explaining,
    guards,
    lists,
    refund_asking,
    refund_list,
    refund_page,
    refund_pictures,
    uploads,
)
from marketplace.web.auth.forms import blame
from marketplace.web.buyer.refund_page import told
from marketplace.web.console import buyer_console
from marketplace.web.explaining import Crumb
from marketplace.web.pages import date_text, money, money_text
from marketplace.web.refund_asking import AskPage
from marketplace.web.refund_list import Empty, Words
from marketplace.web.refund_parts import ARRIVAL
from marketplace.web.refund_pictures import PicturesForm


@guards.signed_in
def refunds() -> ResponseReturnValue:
    """List the viewer's refunds, newest first."""
    asked = lists.asked(*lists.BY_TIME_AND_AMOUNT)
    read = partial(queries.refunds_of_buyer, guards.viewer().user_id, asked.period)
    empty = _("If something is wrong with an order, ask for a refund on its page.")
    words = Words(
        note=_("What you asked back, and where it is."),
        when_label=_("Asked"),
        when=lambda row: date_text(row.asked_at),
        amount_label=_("Amount"),
        empty=Empty(_("No refunds"), empty, _("Your orders"), url_for("buyer.orders")),
    )
    return refund_list.show(read, asked, "buyer", buyer_console("refunds"), words)


@guards.signed_in
def refund(number: str) -> ResponseReturnValue:
    """Show one of the viewer's own refunds with its steps."""
    return _show(queries.refund_of_buyer(lists.number(number), guards.viewer().user_id), PicturesForm(None))


@guards.signed_in
def refund_picture(number: str, picture_id: int) -> ResponseReturnValue:
    """Return a picture of one of the viewer's own refunds."""
    row = queries.refund_of_buyer(lists.number(number), guards.viewer().user_id)
    return refund_pictures.send(row, picture_id)


@uploads.allow_many
@guards.signed_in
def add_refund_pictures(number: str) -> ResponseReturnValue:
    """Add pictures to one of the viewer's own requests while nobody has decided."""
    buyer_id, form = guards.viewer().user_id, PicturesForm(None)
    row = queries.refund_of_buyer(lists.number(number), buyer_id)
    try:
        count = picture_flows.add(
            picture_flows.take(refund_pictures.sent()),
            buyer_id=buyer_id,
            refund_id=row.id,
            store=uploads.store(picture_flows.FOLDER),
            now=clock.now(),
        )
    except Invalid as error:
        if refund_pictures.panel(row, "buyer", picture_queries.pictures_of(row.id)).add_url:
            blame(form, error)
            return _show(row, form, 422)
        flash(error.message, "bad")
    except AlreadyThere as error:
        flash(error.message, "info")
    else:
        added = ngettext("%(number)s picture added.", "%(number)s pictures added.", count, number=number_text(count))
        flash(added if count else _("It was there."), "ok")
    return redirect(url_for("buyer.refund", number=row.number), code=303)


@guards.signed_in
def remove_refund_picture(number: str, picture_id: int) -> ResponseReturnValue:
    """Take a picture of one of the viewer's own requests away while nobody has decided."""
    buyer_id = guards.viewer().user_id
    row = queries.refund_of_buyer(lists.number(number), buyer_id)
    store = uploads.store(picture_flows.FOLDER)
    try:
        picture_flows.remove(buyer_id=buyer_id, refund_id=row.id, picture_id=picture_id, store=store, now=clock.now())
    except AlreadyThere as error:
        flash(error.message, "info")
    else:
        flash(_("The picture is taken away. What happened says so."), "ok")
    return redirect(url_for("buyer.refund", number=row.number), code=303)


@guards.signed_in
def new_refund(number: str) -> ResponseReturnValue:
    """Show the form that asks for money of one of the viewer's own orders back."""
    order, asking = _askable(number)
    if not asking.buyer_may_ask:
        flash(_("Nothing of this order can be refunded now."), "info")
        return redirect(url_for("buyer.order", number=order.number), code=303)
    return refund_asking.show(order, _ask_page(order, asking))


@uploads.allow_many
@guards.signed_in
def ask_refund(number: str) -> ResponseReturnValue:
    """Ask for money of one of the viewer's own orders back."""
    order, asking = _askable(number)
    return refund_asking.receive(
        order,
        asking,
        _ask_page(order, asking),
        operation=operations.request,
        who={"buyer_id": guards.viewer().user_id},
        opened=_asked,
    )


def _asked(number: str) -> ResponseReturnValue:
    flash(_("We have your request. You get an answer within 2 working days."), "ok")
    return redirect(url_for("buyer.refund", number=number), code=303)


@guards.signed_in
def withdraw_refund(number: str) -> ResponseReturnValue:
    """Take one of the viewer's own requests back while nobody has decided."""
    viewer = guards.viewer()
    row = queries.refund_of_buyer(lists.number(number), viewer.user_id)
    try:
        db.atomic(operations.withdraw, (), buyer_id=viewer.user_id, refund_id=row.id, now=clock.now())
    except AlreadyThere as error:
        flash(error.message, "info")
    else:
        flash(_("You withdrew the request. Nothing goes back."), "ok")
    return redirect(url_for("buyer.refund", number=row.number), code=303)


@guards.signed_in
def explain_refund(number: str, figure: str) -> ResponseReturnValue:
    """Show the rows that make the amount of one of the viewer's own refunds; no other figure is theirs."""
    if figure != RefundFigure.AMOUNT:
        raise NotFound(_("There is no such figure."))
    found = explain_queries.of_buyer(lists.number(number), guards.viewer().user_id)
    crumbs = [Crumb(_("Refunds"), url_for("buyer.refunds")), Crumb(number, url_for("buyer.refund", number=number))]
    return explaining.show(found, buyer_console("refunds"), crumbs, _("refund %(number)s", number=number))


def _show(row: RefundRow, form: PicturesForm, code: int = 200) -> ResponseReturnValue:
    changes = timeline_queries.changes_of({"refund": [row.id]})
    words = told(row, guards.viewer().user_id)
    return refund_page.show(row, queries.units_of(row.id), changes, words, clock.now(), form=form, code=code)


def _askable(number: str) -> tuple[OrderDetail, Asking]:
    order = orders.buyer_order(lists.number(number), guards.viewer().user_id)
    return order, planning_queries.asking(order.id, order.currency, now=clock.now())


def _expectation(order: OrderDetail, answer_by: str) -> str:
    if planning_queries.goes_to_wallet(order.id):
        return _(
            "You get an answer by %(day)s. Meanwhile the seller is not paid for this "
            "order. Once we agree, the money is back in your wallet, at once.",
            day=answer_by,
        )
    return _(
        "You get an answer by %(day)s. Meanwhile the seller is not paid for this "
        "order. Once we agree, the money reaches you in %(time)s, the way you paid.",
        day=answer_by,
        time=ARRIVAL,
    )


def _ask_page(order: OrderDetail, asking: Asking) -> AskPage:
    order_url = url_for("buyer.order", number=order.number)
    return AskPage(
        title=_("Ask for a refund"),
        console=buyer_console("orders"),
        crumbs=(
            Crumb(_("Orders"), url_for("buyer.orders")),
            Crumb(_("Order %(number)s", number=order.number), order_url),
        ),
        action=url_for("buyer.ask_refund", number=order.number),
        note=_(
            "Order %(number)s from %(shop)s, %(amount)s",
            number=order.number,
            shop=order.shop_name,
            amount=money_text(order.total_minor, order.currency),
        ),
        left=money(asking.left),
        currency=order.currency,
        expectation=_expectation(order, date_text(rules.answer_due(clock.now()))),
        button=_("Ask for the refund"),
        takes_pictures=True,
    )
