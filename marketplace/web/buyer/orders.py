"""A buyer's orders: the list and one of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.cancellations import queries as cancellations
from marketplace.disputes import page_queries as dispute_queries
from marketplace.invoices.queries import Side
from marketplace.language import gettext as _
from marketplace.language import texts
from marketplace.orders import queries, shipping_queries
from marketplace.orders.queries import OrderSummary
from marketplace.orders.tabs import BuyerTab
from marketplace.paging import every
from marketplace.payments import queries as payment_queries
from marketplace.payments import timeline_queries
from marketplace.payments.queries import Share
from marketplace.refunds import planning_queries
from marketplace.refunds import queries as refund_queries
from marketplace.web import guards, invoice_list, lists, order_parts
from marketplace.web.buyer import order_page, paying
from marketplace.web.console import Console, buyer_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.messages.on_order import order_talk
from marketplace.web.pages import date_text, decimal, money_text
from marketplace.web.picture_parts import picture_url
from marketplace.web.reviews.on_order import line_reviews
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts(
    "Order", "Placed (UTC)", "Seller", "Title", "Lines", "Status", "Currency", "Discount", "Total", "Delivery",
)  # fmt: skip


_ALWAYS_SHOWN = frozenset(BuyerTab) - {BuyerTab.AT_BANK}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in the list."""

    number: str
    url: str
    title: str
    seller_name: str
    placed: str
    total: str
    explain_url: str
    picture_url: str
    badges: tuple[Badge, ...]
    pay_url: str
    next_url: str
    """Where the buyer reads what to transfer; "" where nothing is awaited."""
    next_label: str
    received_url: str


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """What templates/buyer/orders.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    text: str
    rows: tuple[OrderRow, ...]
    tools: Tools
    is_tabbed: bool


@guards.signed_in
def orders() -> ResponseReturnValue:
    """List the viewer's orders, newest first."""
    viewer = guards.viewer()
    tab, text = lists.choice(BuyerTab, "tab") or BuyerTab.ALL, lists.search_text()
    asked = lists.asked(*lists.BY_TIME_AND_AMOUNT, tab="" if tab is BuyerTab.ALL else tab.value, q=text)
    read = partial(queries.buyer_orders, viewer.user_id, tab, text, asked.period)
    if asked.is_csv:
        return lists.csv_file("orders", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed = read(asked.cursor)
    counts = queries.buyer_order_counts(viewer.user_id)
    shares = payment_queries.shares_of_orders(order.id for order in listed.rows)
    clearing = payment_queries.clearing_of(order.purchase_id for order in listed.rows)
    transfers = payment_queries.transfers_of(order.purchase_id for order in listed.rows)
    page = OrdersPage(
        title=_("Orders"),
        console=buyer_console("orders"),
        tabs=tuple(
            Tab(each.label, url_for("buyer.orders", tab=each.value), each is tab, counts[each])
            for each in BuyerTab
            if counts[each] or each in {tab, *_ALWAYS_SHOWN}
        ),
        text=text,
        rows=tuple(row(order, shares.get(order.id), clearing, transfers) for order in listed.rows),
        tools=asked.tools(listed, {"q": _("Search: %(text)s", text=text)}),
        is_tabbed=tab is not BuyerTab.ALL,
    )
    return render_template("buyer/orders.html", page=page)


@guards.signed_in
def order(number: str) -> ResponseReturnValue:
    """Show one of the viewer's own orders: where the goods are, where the money is, what happened."""
    viewer = guards.viewer()
    found = queries.buyer_order(lists.number(number), viewer.user_id)
    share = payment_queries.shares_of_orders([found.id]).get(found.id)
    attempts = payment_queries.attempts_of_purchase(found.purchase_id)
    refunds = refund_queries.refunds_of_orders([found.id])
    disputes = dispute_queries.disputes_of_order(found.id)
    policy = current_app.extensions["settings"].money
    facts = order_page.Facts(
        order=found,
        share=share,
        attempts=attempts,
        declines=payment_queries.declines_of(attempt.id for attempt in attempts),
        changes=timeline_queries.changes_of(
            {
                "order": [found.id],
                "payment": [attempt.id for attempt in attempts],
                "payment_transaction": [share.id] if share else [],
                "refund": [refund.id for refund in refunds],
                "dispute": [dispute.id for dispute in disputes],
            }
        ),
        lines=queries.lines_of(found.id),
        siblings=queries.orders_of_purchase(found.purchase_id),
        shipment=shipping_queries.shipment_of(found.id),
        refunds=refunds,
        disputes=disputes,
        cancellation=cancellations.of_order(found.id),
        buyers_may_cancel=policy.buyers_may_cancel,
        may_ask=planning_queries.asking(found.id, found.currency, now=clock.now()).buyer_may_ask,
    )
    talk = order_talk(found.id, found.number, viewer.user_id, found.shop_name, found.seller_id)
    page, reviews = order_page.build(facts, viewer.user_id, policy, clock.now()), line_reviews(found.id, clock.now())
    papers = invoice_list.papers(found.id, Side.BUYER)
    return render_template("buyer/order.html", page=page, talk=talk, reviews=reviews, papers=papers)


def row(order: OrderSummary, share: Share | None, clearing: Collection[int], transfers: Mapping[int, int]) -> OrderRow:
    """Return one order as a row of a list; `clearing` are the purchases whose payment is with the bank.

    `transfers` are those that wait for the buyer's transfer, with their payments.
    """
    is_clearing, awaited = order.purchase_id in clearing, transfers.get(order.purchase_id)
    return OrderRow(
        number=order.number,
        url=url_for("buyer.order", number=order.number),
        title=order_parts.title_of(order),
        seller_name=order.shop_name,
        placed=date_text(order.created_at),
        total=money_text(order.total_minor, order.currency),
        explain_url=order_page.explain_url(order.number, "total"),
        picture_url=picture_url(order.picture_file),
        badges=paying.badges(
            order.status,
            order.purchase_status,
            share,
            clearing=is_clearing,
            is_collected=order.is_pickup,
            transferring=awaited is not None,
        ),
        pay_url=paying.pay_url(order.purchase_id, order.purchase_status, clearing=is_clearing or awaited is not None),
        next_url=paying.transfer_url(awaited, order.purchase_status),
        next_label=_("What to transfer"),
        received_url=order_page.received_url(order.number, order.status),
    )


def _csv_row(order: OrderSummary) -> tuple[object, ...]:
    amounts = (decimal(order.discount_minor, order.currency), decimal(order.total_minor, order.currency))
    what = (order.title, order.line_count, order.status.label, order.currency)
    way = order_parts.way(is_pickup=order.is_pickup)
    return (order.number, order.created_at, order.shop_name, *what, *amounts, way)
