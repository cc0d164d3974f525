"""A seller's orders: the list and one of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.cancellations import queries as cancellations
from marketplace.orders import queries, shipping_queries
from marketplace.orders.queries import OrderSummary
from marketplace.orders.states import ORDER, OrderStatus
from marketplace.orders.tabs import SellerTab
from marketplace.paging import Period
from marketplace.payments import queries as payment_queries
from marketplace.payments import timeline_queries
from marketplace.payments.queries import HeldTotal, Share
from marketplace.refunds import queries as refund_queries
from marketplace.web import guards, lists, order_parts
from marketplace.web.console import Console, seller_console
from marketplace.web.lists import Pager, Tab
from marketplace.web.pages import date_text, money_text
from marketplace.web.seller import order_page
from marketplace.web.seller.forms import ShipForm
from marketplace.web.seller.order_page import ShipBy
from marketplace.web.shop.cards import picture_url
from marketplace.web.wording import Badge


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure at the head of the list."""

    label: str
    amount: str
    note: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in the list."""

    number: str
    title: str
    url: str
    picture_url: str
    buyer: str
    badges: tuple[Badge, Badge]
    gross: str
    gross_url: str
    net: str
    net_url: str
    ship_by: ShipBy | None
    release: str


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """What templates/seller/orders.html shows."""

    title: str
    console: Console
    tiles: tuple[Tile, ...]
    tabs: tuple[Tab, ...]
    rows: tuple[OrderRow, ...]
    pager: Pager
    is_oldest_first: bool
    tab_label: str
    has_orders: bool


@guards.seller_only
def overview() -> ResponseReturnValue:
    """Lead to the orders, the seller's first page."""
    return redirect(url_for("seller.orders"), code=303)


@guards.seller_only
def orders() -> ResponseReturnValue:
    """List the seller's orders, those to be sent first of all, with what is held above them."""
    seller_id = guards.viewer().user_id
    tab = lists.choice(SellerTab, "tab") or SellerTab.TO_SHIP
    if tab is SellerTab.TO_SHIP:
        listed = shipping_queries.orders_to_ship(seller_id, lists.cursor())
    else:
        listed = queries.seller_orders(seller_id, tab, Period(), lists.cursor())
    ship_by = _ship_by(listed.rows)
    counts = queries.seller_order_counts(seller_id)
    shares = payment_queries.shares_of_orders(order.id for order in listed.rows)
    page = OrdersPage(
        title="Orders",
        console=seller_console("orders", counts.get(OrderStatus.CONFIRMED, 0)),
        tiles=_tiles(payment_queries.held_totals(seller_id)),
        tabs=tuple(
            Tab(each.label, url_for("seller.orders", tab=each.value), each is tab, each.count_of(counts))
            for each in SellerTab
        ),
        rows=tuple(_row(order, shares.get(order.id), ship_by.get(order.id)) for order in listed.rows),
        pager=lists.pager(listed, "seller.orders", tab=tab.value),
        is_oldest_first=tab is SellerTab.TO_SHIP,
        tab_label=tab.label,
        has_orders=bool(counts),
    )
    return render_template("seller/orders.html", page=page)


@guards.seller_only
def order(number: str) -> ResponseReturnValue:
    """Show one of the seller's own orders: where to send it, what it brings and when."""
    facts = facts_of(number, guards.viewer().user_id)
    return show(facts, ShipForm(formdata=None))


def facts_of(number: str, seller_id: int) -> order_page.Facts:
    """Return what is known of the seller's own order `number`; raises NotFound for an unknown or foreign one."""
    found = queries.seller_order(lists.number(number), seller_id)
    share = payment_queries.shares_of_orders([found.id]).get(found.id)
    refunds = refund_queries.refunds_of_orders([found.id])
    subjects = {
        "order": [found.id],
        "payment_transaction": [share.id] if share else [],
        "refund": [refund.id for refund in refunds],
    }
    return order_page.Facts(
        order=found,
        share=share,
        shipment=shipping_queries.shipment_of(found.id),
        paid_at=shipping_queries.paid_at([found.id]).get(found.id),
        blocks=payment_queries.open_blocks(share.id) if share else (),
        changes=timeline_queries.changes_of(subjects),
        lines=queries.lines_of(found.id),
        refunds=refunds,
        cancellation=cancellations.of_order(found.id),
    )


def show(facts: order_page.Facts, form: ShipForm) -> str:
    """Return the page of an order, with the form that says how it was sent."""
    days = current_app.extensions["settings"].money.delivered_after_shipping_days
    page = order_page.build(facts, facts.order.seller_id, clock.now(), days)
    return render_template("seller/order.html", page=page, form=form)


def _tiles(totals: Sequence[HeldTotal]) -> tuple[Tile, ...]:
    return tuple(
        Tile(
            label=f"Held for you in {total.currency}",
            amount=money_text(total.held_minor, total.currency),
            note=("1 order" if total.orders == 1 else f"{total.orders} orders")
            + (f", first release {date_text(total.next_release)}" if total.next_release else ""),
            explain_url=url_for("seller.explain_held", currency=total.currency),
        )
        for total in totals
    )


def _ship_by(orders: Sequence[OrderSummary]) -> dict[int, ShipBy]:
    waiting = [order.id for order in orders if ORDER.can(order.status, "ship")]
    now = clock.now()
    return {order_id: order_page.ship_by(paid, now) for order_id, paid in shipping_queries.paid_at(waiting).items()}


def _row(order: OrderSummary, share: Share | None, ship_by: ShipBy | None) -> OrderRow:
    planned = share.planned_release_date if share else None
    return OrderRow(
        number=order.number,
        title=order_parts.title_of(order),
        url=url_for("seller.order", number=order.number),
        picture_url=picture_url(order.picture_file),
        buyer=order.buyer_name,
        badges=order_page.badges(order.status, order.purchase_status, share),
        gross=money_text(order.total_minor, order.currency),
        gross_url=order_page.explain_url(order.number, "gross"),
        net=money_text(order.net_minor, order.currency),
        net_url=order_page.explain_url(order.number, "net"),
        ship_by=ship_by,
        release=date_text(planned) if planned else "Not known yet",
    )
