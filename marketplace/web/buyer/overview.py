"""A buyer's first page: what needs a step now, what is under way, and where the money is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.language import Text, ngettext, pgettext
from marketplace.language import gettext as _
from marketplace.notifications import queries as notifications
from marketplace.numerals import number_text
from marketplace.orders import queries
from marketplace.orders.queries import OrderSummary
from marketplace.orders.states import OrderStatus
from marketplace.orders.tabs import BuyerTab
from marketplace.paging import ALWAYS, PAGE_SIZE, Cursor
from marketplace.payments import flow_queries, search_queries
from marketplace.payments import queries as payment_queries
from marketplace.payments.flow_queries import BuyerFlow, BuyerTotals, HeldForBuyer
from marketplace.payments.queries import Attempt
from marketplace.payments.search_queries import Sought
from marketplace.payments.tabs import PaymentTab
from marketplace.refunds import queries as refund_queries
from marketplace.refunds.queries import RefundRow
from marketplace.refunds.states import RefundStatus
from marketplace.web import explaining, guards, lists, order_parts
from marketplace.web.buyer import orders as orders_list
from marketplace.web.buyer.orders import OrderRow
from marketplace.web.console import Console, buyer_console
from marketplace.web.explaining import Crumb
from marketplace.web.pages import date_text, money_text

_LATEST = Cursor(size=5)
_OPEN_REFUNDS = frozenset({RefundStatus.PENDING, RefundStatus.APPROVED, RefundStatus.PROCESSING})
_ASKED = {False: Text("Has it arrived? %(order)s"), True: Text("Have you collected it? %(order)s")}
_WENT = {
    False: Text("%(number)s was sent by %(shop)s. Tell us when you have it."),
    True: Text("%(number)s was handed over by %(shop)s. Tell us when you have it."),
}
"""What is asked of an order that is not known to be with its buyer, by whether it is collected."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something the buyer can do now, or that is under way."""

    icon: str
    title: str
    text: str
    url: str
    action: str
    tone: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One tile; `explain_url` opens the rows that make it."""

    label: str
    amount: str
    note: str
    explain_url: str
    explain_label: str = Text("Explain this figure")


@dataclass(frozen=True, slots=True)
class AccountPage:
    """What templates/buyer/account.html shows."""

    title: str
    console: Console
    note: str
    figures: tuple[Figure, ...]
    steps: tuple[Step, ...]
    under_way: tuple[Step, ...]
    latest: tuple[OrderRow, ...]
    orders_url: str


@guards.signed_in
def account() -> ResponseReturnValue:
    """Show what needs a step now, what is under way, what is held, and the latest orders."""
    viewer = guards.viewer()
    buyer_id = viewer.user_id
    to_pay, coming, latest = (
        queries.buyer_orders(buyer_id, tab, "", ALWAYS, _LATEST).rows
        for tab in (BuyerTab.TO_PAY, BuyerTab.COMING, BuyerTab.ALL)
    )
    counts = queries.buyer_order_counts(buyer_id)
    shares = payment_queries.shares_of_orders(order.id for order in latest)
    clearing = payment_queries.clearing_of(order.purchase_id for order in latest)
    transfers = payment_queries.transfers_of(order.purchase_id for order in latest)
    processing = search_queries.attempts_of_buyer(buyer_id, Sought(tab=PaymentTab.PROCESSING), _LATEST).rows
    asked_back = refund_queries.refunds_of_buyer(buyer_id, ALWAYS, _LATEST).rows
    refunds = [row for row in asked_back if row.status in _OPEN_REFUNDS]
    page = AccountPage(
        title=_("Overview"),
        console=buyer_console("overview"),
        note=_("Signed in as %(email)s", email=viewer.email),
        figures=(
            *_held(flow_queries.held_for_buyer(buyer_id)),
            _count(_("On the way"), BuyerTab.COMING, counts, _("Paid and not delivered yet")),
            _count(_("To pay"), BuyerTab.TO_PAY, counts, _("Kept for you for 24 hours")),
            *_spent(flow_queries.buyer_totals(buyer_id)),
        ),
        steps=(
            *_to_pay(to_pay),
            *_to_confirm(coming),
            *_to_read(notifications.unread_count(buyer_id)),
        ),
        under_way=(*_processing(processing), *_to_be_sent(coming), *_refunds(refunds)),
        latest=tuple(orders_list.row(order, shares.get(order.id), clearing, transfers) for order in latest),
        orders_url=url_for("buyer.orders"),
    )
    return render_template("buyer/account.html", page=page)


@guards.signed_in
def explain_flow(figure: str, currency: str) -> ResponseReturnValue:
    """Show the ledger rows that make one of the viewer's own figures, over the time that the address gives."""
    asked = lists.member(BuyerFlow, figure)
    if asked is None or not lists.is_currency(currency):
        raise NotFound(_("There is no such figure."))
    buyer_id, period = guards.viewer().user_id, lists.asked().period
    if asked is BuyerFlow.HELD:
        period = ALWAYS
    found = flow_queries.explain_buyer(asked, buyer_id, currency, period, lists.row_id("before"), PAGE_SIZE)
    crumbs = [Crumb(_("Overview"), url_for("buyer.account"))]
    if asked is not BuyerFlow.HELD:
        crumbs = [Crumb(_("Statistics"), url_for("buyer.statistics"))]
    current = "overview" if asked is BuyerFlow.HELD else "statistics"
    return explaining.show_flow(found, asked, currency, buyer_console(current), crumbs)


def _held(totals: Sequence[HeldForBuyer]) -> list[Figure]:
    figures = [
        Figure(
            _("Held for you") if len(totals) == 1 else _("Held for you, %(currency)s", currency=total.currency),
            money_text(total.held_minor, total.currency),
            _held_for(total.orders),
            url_for("buyer.explain_flow", figure=BuyerFlow.HELD.value, currency=total.currency),
        )
        for total in totals
    ]
    return figures or [Figure(_("Held for you"), _("Nothing"), _("Money of paid orders is held until they arrive"), "")]


def _held_for(orders: int) -> str:
    return ngettext(
        "For %(number)s order, until it has arrived",
        "For %(number)s orders, until they have arrived",
        orders,
        number=number_text(orders),
    )


def _spent(totals: Sequence[BuyerTotals]) -> list[Figure]:
    if not totals:
        return []
    main = totals[0]
    amount = money_text(main.spent_minor, main.currency)
    return [
        Figure(
            _("Spent in all"),
            amount,
            _("In %(currency)s, less refunds", currency=main.currency),
            url_for("buyer.statistics"),
            _("See the statistics"),
        )
    ]


def _count(label: str, tab: BuyerTab, counts: Mapping[BuyerTab, int], note: str) -> Figure:
    return Figure(label, number_text(counts[tab]), note, url_for("buyer.orders", tab=tab.value), _("See the orders"))


def _to_pay(orders: Sequence[OrderSummary]) -> list[Step]:
    return [
        Step(
            "credit-card",
            _("Pay for %(order)s", order=order_parts.title_of(order)),
            _(
                "%(number)s, %(amount)s, from %(shop)s",
                number=order.number,
                amount=money_text(order.total_minor, order.currency),
                shop=order.shop_name,
            ),
            url_for("buyer.order", number=order.number),
            _("Pay"),
            "wait",
        )
        for order in orders
    ]


def _to_confirm(orders: Sequence[OrderSummary]) -> list[Step]:
    return [
        Step(
            "package-check",
            _(_ASKED[order.is_pickup], order=order_parts.title_of(order)),
            _(_WENT[order.is_pickup], number=order.number, shop=order.shop_name),
            url_for("buyer.receive", number=order.number),
            _("Confirm"),
            "ok",
        )
        for order in orders
        if order.status is OrderStatus.SHIPPED
    ]


def _to_read(unread: int) -> list[Step]:
    if not unread:
        return []
    title = ngettext("%(number)s notification", "%(number)s notifications", unread, number=number_text(unread))
    text = _("You have not read what happened with your orders and payments.")
    return [Step("bell", title, text, url_for("buyer.notifications", show="unread"), pgettext("to do", "Read"), "mute")]


def _processing(attempts: Sequence[Attempt]) -> list[Step]:
    return [
        Step(
            "hourglass",
            _("Payment %(number)s is being processed", number=attempt.id),
            _(
                "%(amount)s. Your bank may take some days.",
                amount=money_text(attempt.amount_minor, attempt.currency),
            ),
            url_for("buyer.payment", payment_id=attempt.id),
            _("See it"),
            "wait",
        )
        for attempt in attempts
    ]


def _to_be_sent(orders: Sequence[OrderSummary]) -> list[Step]:
    return [
        Step(
            "package",
            order_parts.title_of(order),
            _("%(number)s, paid. %(shop)s sends it next.", number=order.number, shop=order.shop_name),
            url_for("buyer.order", number=order.number),
            _("See it"),
            "hold",
        )
        for order in orders
        if order.status is OrderStatus.CONFIRMED
    ]


def _refunds(rows: Sequence[RefundRow]) -> list[Step]:
    return [
        Step(
            "undo-2",
            _("Refund %(number)s: %(status)s", number=row.number, status=row.status.label.lower()),
            _(
                "%(amount)s of %(title)s, asked %(day)s",
                amount=money_text(row.amount_minor, row.currency),
                title=row.title,
                day=date_text(row.asked_at),
            ),
            url_for("buyer.refund", number=row.number),
            _("See it"),
            "wait",
        )
        for row in rows
    ]
