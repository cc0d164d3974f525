"""The refunds of a seller's orders. Sellers read here; admins decide."""

from functools import partial

from flask import current_app, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.errors import Conflict, NotFound
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.payments import timeline_queries
from marketplace.refunds import explain_queries, planning_queries, queries, queue_queries
from marketplace.refunds.explain_queries import RefundFigure
from marketplace.refunds.queries import RefundRow
from marketplace.refunds.queue_queries import RefundTab
from marketplace.refunds.rules import Plan
from marketplace.web import explaining, guards, lists, refund_list, refund_page, refund_parts, refund_pictures
from marketplace.web.console import seller_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Tab
from marketplace.web.pages import date_text
from marketplace.web.refund_list import Empty, Words
from marketplace.web.seller.refund_page import told


@guards.seller_only
def refunds() -> ResponseReturnValue:
    """List the refunds of the seller's orders, those decided next first of all."""
    seller_id = guards.viewer().user_id
    tab = lists.choice(RefundTab, "tab") or RefundTab.WAITING
    asked = lists.asked(*refund_list.sorts(tab), tab=tab.value)
    read = partial(queue_queries.refunds_of_seller, seller_id, tab, asked.period)
    counts = queue_queries.counts_of_seller(seller_id)
    words = Words(
        note=_("What buyers asked back, and what it takes from you. We decide; you are told at each step."),
        when_label=_("Decided"),
        when=lambda row: (
            date_text(row.decided_at) if row.decided_at else _("By %(day)s", day=refund_parts.answer_by(row))
        ),
        amount_label=_("Buyer receives"),
        empty=_empty(tab, has_refunds=bool(counts)),
    )
    tabs = tuple(
        Tab(each.label, url_for("seller.refunds", tab=each.value), each is tab, each.count_of(counts))
        for each in RefundTab
    )
    return refund_list.show(read, asked, "seller", seller_console("refunds"), words, tabs=tabs)


@guards.seller_only
def refund(number: str) -> ResponseReturnValue:
    """Show a refund of one of the seller's own orders."""
    seller_id = guards.viewer().user_id
    row = queries.refund_of_seller(lists.number(number), seller_id)
    changes = timeline_queries.changes_of({"refund": [row.id]})
    words = told(row, _plan(row), seller_id)
    return refund_page.show(row, queries.units_of(row.id), changes, words, clock.now())


@guards.seller_only
def refund_picture(number: str, picture_id: int) -> ResponseReturnValue:
    """Return a picture of a refund of one of the seller's own orders."""
    row = queries.refund_of_seller(lists.number(number), guards.viewer().user_id)
    return refund_pictures.send(row, picture_id)


@guards.seller_only
def explain_refund(number: str, figure: str) -> ResponseReturnValue:
    """Show the rows that make one figure of a refund of the seller's own order."""
    asked = lists.member(RefundFigure, figure)
    if asked is None:
        raise NotFound(_("There is no such figure."))
    found = explain_queries.of_seller(lists.number(number), guards.viewer().user_id, asked)
    crumbs = [Crumb(_("Refunds"), url_for("seller.refunds")), Crumb(number, url_for("seller.refund", number=number))]
    return explaining.show(found, seller_console("refunds"), crumbs, _("refund %(number)s", number=number))


def _plan(row: RefundRow) -> Plan | None:
    """Return what approving would do; None where nothing is to be approved, or less is left than was asked for."""
    if not row.can_be_approved:
        return None
    try:
        amount = Money(row.amount_minor, row.currency)
        return planning_queries.preview(row, amount, current_app.extensions["settings"].money).plan
    except Conflict:
        return None


def _empty(tab: RefundTab, *, has_refunds: bool) -> Empty:
    if has_refunds:
        text = _("None of your refunds is under “%(tab)s”.", tab=tab.label)
        return Empty(_("No refund here"), text, _("Waiting refunds"), url_for("seller.refunds"))
    text = _("Nobody has asked for money back. If somebody does, you are told and see it here.")
    return Empty(_("No refunds"), text, _("Your orders"), url_for("seller.orders", tab="all"))
