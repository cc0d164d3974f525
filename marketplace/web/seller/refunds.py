"""The refunds of a seller's orders. Sellers read here; admins decide."""

from dataclasses import dataclass

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.errors import Conflict, NotFound
from marketplace.money import Money
from marketplace.payments import timeline_queries
from marketplace.refunds import explain_queries, planning_queries, queries
from marketplace.refunds.explain_queries import RefundFigure
from marketplace.refunds.queries import RefundRow, RefundTab
from marketplace.refunds.rules import Plan
from marketplace.web import explaining, guards, lists, refund_parts
from marketplace.web.console import Console, seller_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Pager, Tab
from marketplace.web.pages import date_text
from marketplace.web.seller import refund_page
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
    decided: str
    amount: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class RefundsPage:
    """What templates/seller/refunds.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    rows: tuple[ListedRefund, ...]
    pager: Pager
    tab_label: str
    has_refunds: bool


@guards.seller_only
def refunds() -> ResponseReturnValue:
    """List the refunds of the seller's orders, those decided next first of all."""
    seller_id = guards.viewer().user_id
    tab = lists.choice(RefundTab, "tab") or RefundTab.WAITING
    listed = queries.refunds_of_seller(seller_id, tab, lists.cursor())
    counts = queries.counts_of_seller(seller_id)
    page = RefundsPage(
        title="Refunds",
        console=seller_console("refunds"),
        tabs=tuple(
            Tab(each.label, url_for("seller.refunds", tab=each.value), each is tab, each.count_of(counts))
            for each in RefundTab
        ),
        rows=tuple(_row(row) for row in listed.rows),
        pager=lists.pager(listed, "seller.refunds", tab=tab.value),
        tab_label=tab.label,
        has_refunds=bool(counts),
    )
    return render_template("seller/refunds.html", page=page)


@guards.seller_only
def refund(number: str) -> ResponseReturnValue:
    """Show a refund of one of the seller's own orders."""
    seller_id = guards.viewer().user_id
    row = queries.refund_of_seller(lists.number(number), seller_id)
    changes = timeline_queries.changes_of({"refund": [row.id]})
    page = refund_page.build(row, queries.units_of(row.id), changes, _plan(row), seller_id)
    return render_template("seller/refund.html", page=page)


@guards.seller_only
def explain_refund(number: str, figure: str) -> ResponseReturnValue:
    """Show the rows that make one figure of a refund of the seller's own order."""
    asked = lists.member(RefundFigure, figure)
    if asked is None:
        raise NotFound("There is no such figure.")
    found = explain_queries.of_seller(lists.number(number), guards.viewer().user_id, asked)
    crumbs = [Crumb("Refunds", url_for("seller.refunds")), Crumb(number, url_for("seller.refund", number=number))]
    return explaining.show(found, seller_console("refunds"), crumbs, f"refund {number}")


def _plan(row: RefundRow) -> Plan | None:
    """Return what approving would do; None where nothing is to be approved, or less is left than was asked for."""
    if not row.can_be_approved:
        return None
    try:
        amount = Money(row.amount_minor, row.currency)
        return planning_queries.preview(row, amount, current_app.extensions["settings"].money).plan
    except Conflict:
        return None


def _row(row: RefundRow) -> ListedRefund:
    return ListedRefund(
        number=row.number,
        note=row.title,
        url=url_for("seller.refund", number=row.number),
        picture_url=picture_url(row.picture_file),
        order=row.order_number,
        reason=row.reason.label,
        badge=refund_parts.badge(row),
        decided=date_text(row.decided_at) if row.decided_at else f"By {refund_parts.answer_by(row)}",
        amount=refund_parts.amount(row),
        explain_url=refund_page.explain_url(row, RefundFigure.AMOUNT),
    )
