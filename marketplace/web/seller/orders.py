"""A seller's orders: the list and one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.cancellations import queries as cancellations
from marketplace.debts import order_queries as debts
from marketplace.disputes import page_queries as dispute_queries
from marketplace.invoices.queries import Side
from marketplace.language import gettext as _
from marketplace.language import ngettext, texts
from marketplace.orders import queries, shipping_queries
from marketplace.orders.packing_queries import MOST_AT_ONCE
from marketplace.orders.queries import OrderSummary
from marketplace.orders.states import ORDER, OrderStatus
from marketplace.orders.tabs import SellerTab
from marketplace.paging import Sort, every
from marketplace.payments import queries as payment_queries
from marketplace.payments import timeline_queries
from marketplace.payments.queries import HeldTotal, Share
from marketplace.payouts import balance_queries
from marketplace.payouts import order_queries as payouts
from marketplace.refunds import queries as refund_queries
from marketplace.web import guards, invoice_list, lists, order_parts
from marketplace.web.console import Console, seller_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.messages.on_order import order_talk
from marketplace.web.pages import date_text, decimal, money_text
from marketplace.web.picture_parts import picture_url
from marketplace.web.seller import order_page
from marketplace.web.seller.forms import NoteForm, ShipForm
from marketplace.web.seller.hold_words import Place
from marketplace.web.seller.order_page import ShipBy
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts(
    "Order", "Placed (UTC)", "Buyer", "Title", "Lines", "Status", "Currency", "Discount", "Order total",
    "Discount paid by the marketplace", "You receive", "Delivery",
)  # fmt: skip


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
    badges: tuple[Badge, ...]
    gross: str
    gross_url: str
    net: str
    net_url: str
    ship_by: ShipBy | None
    release: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What can be done with the chosen orders; `key` presses the button, "" for none, as for its own address."""

    label: str
    icon: str
    action: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """The form of what can be done with several orders of the list."""

    method: str
    action: str
    deeds: tuple[Deed, ...]
    note: str
    keys: str = ""
    """What its keys do, for those who have a keyboard."""


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """What templates/seller/orders.html shows."""

    title: str
    console: Console
    tiles: tuple[Tile, ...]
    tabs: tuple[Tab, ...]
    rows: tuple[OrderRow, ...]
    choice: Choice | None
    tools: Tools
    search_text: str
    tab_label: str
    has_orders: bool


@guards.seller_only
def orders() -> ResponseReturnValue:
    """List the seller's orders, those to be sent first of all, with what is held above them."""
    seller_id, text = guards.viewer().user_id, lists.search_text()
    tab = lists.choice(SellerTab, "tab") or SellerTab.TO_SHIP
    is_queue = tab is SellerTab.TO_SHIP
    # Who has waited longest comes first; a queue has no order of amounts.
    sorts = (Sort.OLDEST, Sort.NEWEST) if is_queue else lists.BY_TIME_AND_AMOUNT
    asked = lists.asked(*sorts, tab="" if is_queue else tab.value, q=text)
    if is_queue:
        read = partial(shipping_queries.orders_to_ship, seller_id, text, asked.period)
    else:
        read = partial(queries.seller_orders, seller_id, tab, text, asked.period)
    if asked.is_csv:
        return lists.csv_file("orders", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed = read(asked.cursor)
    counts = queries.seller_order_counts(seller_id)
    page = OrdersPage(
        title=_("Orders"),
        console=seller_console("orders", counts.get(OrderStatus.CONFIRMED, 0)),
        tiles=_tiles(payment_queries.held_totals(seller_id)),
        tabs=tuple(
            Tab(each.label, url_for("seller.orders", tab=each.value), each is tab, each.count_of(counts))
            for each in SellerTab
        ),
        rows=rows_of(listed.rows),
        choice=_choice(tab),
        tools=asked.tools(listed, {"q": f"“{text}”"}),
        search_text=text,
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
    disputes = dispute_queries.disputes_of_order(found.id, seller_id)
    subjects = {
        "order": [found.id],
        "payment_transaction": [share.id] if share else [],
        "refund": [refund.id for refund in refunds],
        "dispute": [dispute.id for dispute in disputes],
    }
    return order_page.Facts(
        order=found,
        share=share,
        place=_place(share, seller_id),
        shipment=shipping_queries.shipment_of(found.id),
        paid=shipping_queries.paid_at([found.id]).get(found.id),
        blocks=payment_queries.open_blocks(share.id) if share else (),
        changes=timeline_queries.changes_of(subjects),
        lines=queries.lines_of(found.id),
        refunds=refunds,
        disputes=disputes,
        cancellation=cancellations.of_order(found.id),
        debt=debts.of_order(found.id),
        payouts=payouts.payouts_of([share.id] if share else []),
    )


def _place(share: Share | None, seller_id: int) -> Place | None:
    """Return where a share is and what it waits for, as the balance says it."""
    if share is None or share.payment_received_date is None:
        return None
    policy, now = current_app.extensions["settings"].money, clock.now()
    account = balance_queries.account(seller_id, share.currency, policy=policy, now=now)
    seller = balance_queries.facts_of(account, policy)
    found = balance_queries.share(seller_id, share.id, share.currency, seller=seller, now=now)
    return Place(found, seller) if found else None


def show(facts: order_page.Facts, form: ShipForm, note_form: NoteForm | None = None) -> str:
    """Return the page of an order, with the form that says how it was sent, and the one for the seller's own note."""
    days = current_app.extensions["settings"].money.delivered_after_shipping_days
    page = order_page.build(facts, facts.order.seller_id, clock.now(), days)
    order = facts.order
    talk = order_talk(order.id, order.number, order.seller_id, order.buyer_name, order.buyer_id)
    note_form = note_form or NoteForm(formdata=None, text=order.seller_note)
    papers = invoice_list.papers(facts.order.id, Side.SELLER)
    return render_template("seller/order.html", page=page, form=form, note_form=note_form, talk=talk, papers=papers)


def rows_of(orders: Sequence[OrderSummary]) -> tuple[OrderRow, ...]:
    """Return orders as rows, with where their money is and until when those to be sent must go."""
    ship_by = _ship_by(orders)
    shares = payment_queries.shares_of_orders(order.id for order in orders)
    return tuple(_row(order, shares.get(order.id), ship_by.get(order.id)) for order in orders)


def release_text(planned: datetime, now: datetime) -> str:
    """Return when the first of what is held is to be released."""
    return (
        _("first release %(day)s", day=date_text(planned)) if planned.date() >= now.date() else _("some of it is due")
    )


def _choice(tab: SellerTab) -> Choice | None:
    """Return what can be done with several orders of a tab at once."""
    slips = Deed(_("Packing slips"), "receipt", url_for("seller.packing_slips"))
    if tab is SellerTab.TO_SHIP:
        send = Deed(_("Send the chosen ones"), "truck", key="s")
        keys = _("Keys: j and k move, x chooses, s sends.")
        return Choice("get", url_for("seller.send"), (send, slips), _at_most(), keys)
    if tab is SellerTab.SENT:
        deed = Deed(_("The chosen ones have arrived"), "package-check")
        return Choice("post", url_for("seller.arrived"), (deed,), _at_most())
    return None


def _at_most() -> str:
    return _("At most %(most)s at once.", most=MOST_AT_ONCE)


def _tiles(totals: Sequence[HeldTotal]) -> tuple[Tile, ...]:
    main = current_app.extensions["settings"].money.main_currency
    return tuple(
        Tile(
            label=_("Held for you in %(currency)s", currency=total.currency),
            amount=money_text(total.held_minor, total.currency),
            note=ngettext("%(number)s order", "%(number)s orders", total.orders, number=total.orders)
            + (f", {release_text(total.next_release, clock.now())}" if total.next_release else ""),
            explain_url=url_for("seller.explain_held", currency=total.currency),
        )
        for total in sorted(totals, key=lambda total: (total.currency != main, total.currency))
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
        badges=(*order_page.badges(order.status, order.purchase_status, share, is_collected=order.is_pickup),),
        gross=money_text(order.total_minor, order.currency),
        gross_url=order_page.explain_url(order.number, "gross"),
        net=money_text(order.net_minor, order.currency),
        net_url=order_page.explain_url(order.number, "net"),
        ship_by=ship_by,
        release=date_text(planned) if planned else _("Not known yet"),
    )


def _csv_row(order: OrderSummary) -> tuple[object, ...]:
    what = (order.buyer_name, order.title, order.line_count, order.status.label, order.currency)
    amounts = (order.discount_minor, order.total_minor, order.subsidy_minor, order.net_minor)
    said = (decimal(minor, order.currency) for minor in amounts)
    return (order.number, order.created_at, *what, *said, order_parts.way(is_pickup=order.is_pickup))
