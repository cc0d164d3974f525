"""A buyer's refunds: asking, following, taking a request back."""

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.orders import queries as orders
from marketplace.orders.queries import OrderDetail
from marketplace.payments import timeline_queries
from marketplace.refunds import explain_queries, operations, planning_queries, queries, rules
from marketplace.refunds.explain_queries import RefundFigure
from marketplace.refunds.queries import RefundRow
from marketplace.transitions import AlreadyThere
from marketplace.web import explaining, guards, lists, refund_asking, refund_parts
from marketplace.web.buyer import refund_page
from marketplace.web.console import Console, buyer_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Pager
from marketplace.web.pages import date_text, money, money_text
from marketplace.web.refund_asking import AskFields, AskPage
from marketplace.web.refund_parts import ARRIVAL
from marketplace.web.shop.cards import picture_url
from marketplace.web.wording import Badge


@dataclass(frozen=True, slots=True)
class ListedRefund:
    """One refund in the list."""

    number: str
    note: str
    url: str
    picture_url: str
    order: str
    reason: str
    badge: Badge
    asked: str
    amount: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class RefundsPage:
    """What templates/buyer/refunds.html shows."""

    title: str
    console: Console
    rows: tuple[ListedRefund, ...]
    pager: Pager


@guards.signed_in
def refunds() -> ResponseReturnValue:
    """List the viewer's refunds, newest first."""
    listed = queries.refunds_of_buyer(guards.viewer().user_id, lists.cursor())
    page = RefundsPage(
        title="Refunds",
        console=buyer_console("refunds"),
        rows=tuple(_row(row) for row in listed.rows),
        pager=lists.pager(listed, "buyer.refunds"),
    )
    return render_template("buyer/refunds.html", page=page)


@guards.signed_in
def refund(number: str) -> ResponseReturnValue:
    """Show one of the viewer's own refunds with its steps."""
    viewer = guards.viewer()
    row = queries.refund_of_buyer(lists.number(number), viewer.user_id)
    changes = timeline_queries.changes_of({"refund": [row.id]})
    page = refund_page.build(row, queries.units_of(row.id), changes, viewer.user_id, clock.now())
    return render_template("buyer/refund.html", page=page)


@guards.signed_in
def new_refund(number: str) -> ResponseReturnValue:
    """Show the form that asks for money of one of the viewer's own orders back."""
    order, left = _askable(number)
    if not left.buyer_may_ask:
        flash("Nothing of this order can be refunded now.", "info")
        return redirect(url_for("buyer.order", number=order.number), code=303)
    form = refund_asking.ask_form(orders.lines_of(order.id), order.currency)
    return _form(order, left, form, 200)


@guards.signed_in
def ask_refund(number: str) -> ResponseReturnValue:
    """Ask for money of one of the viewer's own orders back."""
    order, left = _askable(number)
    form = refund_asking.ask_form(orders.lines_of(order.id), order.currency)
    wish = refund_asking.wish(form, left.left) if form.validate() else None
    if wish is None:
        return _form(order, left, form, 422)
    try:
        refund_id = db.atomic(
            operations.request,
            [f"order:{order.id}"],
            buyer_id=guards.viewer().user_id,
            order_id=order.id,
            reason=refund_asking.reason(form),
            description=form.description.data or "",
            wish=wish,
            now=clock.now(),
        )
    except (Invalid, Conflict) as error:
        refund_asking.blame(form, getattr(error, "field", None), error.message)
        return _form(order, left, form, 409 if isinstance(error, Conflict) else 422)
    flash("We have your request. You get an answer within 2 working days.", "ok")
    found = next(row for row in queries.refunds_of_orders([order.id]) if row.id == refund_id)
    return redirect(url_for("buyer.refund", number=found.number), code=303)


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
        flash("You withdrew the request. Nothing goes back.", "ok")
    return redirect(url_for("buyer.refund", number=row.number), code=303)


@guards.signed_in
def explain_refund(number: str, figure: str) -> ResponseReturnValue:
    """Show the rows that make the amount of one of the viewer's own refunds; no other figure is theirs."""
    if figure != RefundFigure.AMOUNT:
        raise NotFound("There is no such figure.")
    found = explain_queries.of_buyer(lists.number(number), guards.viewer().user_id)
    crumbs = [Crumb("Refunds", url_for("buyer.refunds")), Crumb(number, url_for("buyer.refund", number=number))]
    return explaining.show(found, buyer_console("refunds"), crumbs, f"refund {number}")


def _askable(number: str) -> tuple[OrderDetail, planning_queries.Asking]:
    order = orders.buyer_order(lists.number(number), guards.viewer().user_id)
    return order, planning_queries.asking(order.id, order.currency, now=clock.now())


def _form(order: OrderDetail, asking: planning_queries.Asking, form: AskFields, code: int) -> ResponseReturnValue:
    page = AskPage(
        title="Ask for a refund",
        console=buyer_console("orders"),
        action=url_for("buyer.ask_refund", number=order.number),
        order_number=order.number,
        order_url=url_for("buyer.order", number=order.number),
        note=f"Order {order.number} from {order.shop_name}, {money_text(order.total_minor, order.currency)}",
        left=money(asking.left),
        currency=order.currency,
        expectation=_expectation(clock.now()),
        button="Ask for the refund",
    )
    return render_template("buyer/refund_new.html", page=page, form=form), code


def _expectation(now: datetime) -> str:
    return (
        f"You get an answer by {date_text(rules.answer_due(now))}. Meanwhile the seller is not paid for this order. "
        f"Once we agree, the money reaches you in {ARRIVAL}, the way you paid."
    )


def _row(row: RefundRow) -> ListedRefund:
    return ListedRefund(
        number=row.number,
        note=row.title,
        url=url_for("buyer.refund", number=row.number),
        picture_url=picture_url(row.picture_file),
        order=row.order_number,
        reason=row.reason.label,
        badge=refund_parts.badge(row),
        asked=date_text(row.asked_at),
        amount=refund_parts.amount(row),
        explain_url=refund_page.explain_url(row),
    )
