"""One address for both sides (S3.5): a seller's movements and payouts, a buyer's orders with the commission in them."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.language import Text, ngettext, pgettext, texts
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.paging import every
from marketplace.payments import commission_queries
from marketplace.payments.commission_queries import Commission, CommissionTotal
from marketplace.payments.states import TransactionStatus
from marketplace.web import guards, lists
from marketplace.web.buyer.overview import Figure
from marketplace.web.console import Console, buyer_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import date_text, decimal, money_text
from marketplace.web.seller import payouts as seller_payouts
from marketplace.web.seller import transactions as seller_transactions

_BUYER = "buyer"
_CSV_COLUMNS = texts(
    "Share", "Order", "Seller", "Paid (UTC)", "Currency", "Paid", "Commission in it", "Refunded", "Status",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CommissionRow:
    """One order that was paid."""

    number: str
    url: str
    seller: str
    date: str
    paid: str
    paid_url: str
    commission: str
    status: str
    tone: str


@dataclass(frozen=True, slots=True)
class CommissionsPage:
    """What templates/buyer/commissions.html shows."""

    title: str
    console: Console
    sides: tuple[Tab, ...]
    figures: tuple[Figure, ...]
    rows: tuple[CommissionRow, ...]
    tools: Tools


@dataclass(frozen=True, slots=True)
class NoPayoutsPage:
    """What templates/buyer/no_payouts.html shows."""

    title: str
    console: Console


@guards.signed_in
def my_transactions() -> ResponseReturnValue:
    """Show a seller the movements of their money, and a buyer what they paid with the commission in it."""
    viewer = guards.viewer()
    as_buyer = request.args.get("as") == _BUYER
    if viewer.is_seller and not as_buyer:
        return seller_transactions.transactions()
    asked = lists.asked(*lists.BY_TIME, **{"as": _BUYER if as_buyer else ""})
    if asked.is_csv:
        rows = every(partial(commission_queries.commissions, viewer.user_id, asked.period), asked.cursor)
        return lists.csv_file("commissions", _CSV_COLUMNS, map(_csv_row, rows))
    listed = commission_queries.commissions(viewer.user_id, asked.period, asked.cursor)
    totals = commission_queries.totals(viewer.user_id)
    page = CommissionsPage(
        title=_("Transactions"),
        console=buyer_console("transactions"),
        sides=_sides() if viewer.is_seller else (),
        figures=tuple(figure for total in totals for figure in _figures(total)),
        rows=tuple(map(_row, listed.rows)),
        tools=asked.tools(listed),
    )
    return render_template("buyer/commissions.html", page=page)


@guards.signed_in
def my_payouts() -> ResponseReturnValue:
    """Show a seller their payouts; who has no shop has none, and is told so."""
    if guards.viewer().is_seller:
        return seller_payouts.payouts()
    page = NoPayoutsPage(title=_("Payouts"), console=buyer_console("transactions"))
    return render_template("buyer/no_payouts.html", page=page)


def _sides() -> tuple[Tab, ...]:
    bought: dict[str, Any] = {"as": _BUYER}
    return (
        Tab(pgettext("what somebody did", "Sold"), url_for("buyer.my_transactions"), is_current=False),
        Tab(pgettext("what somebody did", "Bought"), url_for("buyer.my_transactions", **bought), is_current=True),
    )


def _figures(total: CommissionTotal) -> tuple[Figure, ...]:
    currency = total.currency
    orders = ngettext("%(number)s order", "%(number)s orders", total.orders, number=number_text(total.orders))
    paid_url = url_for("buyer.explain_flow", figure="paid", currency=currency)
    paid, commission = (
        _("You paid, %(currency)s", currency=currency),
        _("Commission in it, %(currency)s", currency=currency),
    )
    return (
        Figure(paid, money_text(total.gross_minor, currency), orders, paid_url),
        Figure(
            commission, money_text(total.commission_minor, currency),
            _("Paid by the sellers, not on top of the price"), "",
        ),
    )  # fmt: skip


def _row(row: Commission) -> CommissionRow:
    is_refunded = row.status is TransactionStatus.REFUNDED
    return CommissionRow(
        number=row.order_number,
        url=url_for("buyer.order", number=row.order_number),
        seller=row.shop_name,
        date=date_text(row.paid_at),
        paid=money_text(row.gross_minor, row.currency),
        paid_url=url_for("buyer.explain_order", number=row.order_number, figure="total"),
        commission=money_text(row.commission_minor, row.currency),
        status=_status(row),
        tone="mute" if is_refunded else "hold" if row.refunded_minor else "ok",
    )


def _status(row: Commission) -> str:
    if row.status is TransactionStatus.REFUNDED:
        return Text("Refunded")
    return Text("Partly refunded") if row.refunded_minor else Text("Paid")


def _csv_row(row: Commission) -> tuple[object, ...]:
    amounts = (row.gross_minor, row.commission_minor, row.refunded_minor)
    return (
        row.id, row.order_number, row.shop_name, row.paid_at, row.currency,
        *(decimal(minor, row.currency) for minor in amounts), _status(row),
    )  # fmt: skip
