"""The house's look at auctions: all of them, and one with every bid, its purchases and what happened (S3.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.auctions import desk_queries, queries
from marketplace.auctions.desk_queries import DeskTab, PayingRow
from marketplace.auctions.queries import AuctionRow, BidRow
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.orders.states import PurchaseStatus
from marketplace.payments import timeline_queries
from marketplace.payments.explain_queries import SellerFigure
from marketplace.web import auction_parts, guards, lists, wording
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Tab
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import money, money_text, time_text
from marketplace.web.seller import auction_page
from marketplace.web.seller.auction_page import ListPage
from marketplace.web.wording import Badge, TimelineEntry

_LABELS = {"auction": Text("Auction"), "bid": Text("Bid"), "stock_reservation": Text("Reservation")}


@dataclass(frozen=True, slots=True)
class FullBid:
    """One bid as the house sees it."""

    bidder: str
    bidder_url: str
    maximum: str
    price: str
    when: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class PayingView:
    """A purchase by which a winner pays, or was to pay."""

    number: str
    note: str
    url: str
    badge: Badge
    total: str


@dataclass(frozen=True, slots=True)
class AuctionPage:
    """What templates/admin/auction.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    badge: Badge
    note: str
    seller: str
    seller_url: str
    public_url: str
    price: str
    facts: tuple[Fact, ...]
    bids: tuple[FullBid, ...]
    purchases: tuple[PayingView, ...]
    money: tuple[MoneyRow, ...]
    entries: tuple[TimelineEntry, ...]


@guards.admin_only
def auctions() -> ResponseReturnValue:
    """List everybody's auctions by status, newest first."""
    counts = desk_queries.counts()
    tab = lists.choice(DeskTab, "tab") or DeskTab.RUNNING
    asked = lists.asked(tab="" if tab is DeskTab.RUNNING else tab.value)
    found, now = desk_queries.auctions(tab, asked.cursor), clock.now()
    page = ListPage(
        title=_("Auctions"),
        console=admin_console("auctions"),
        tabs=tuple(
            Tab(each.label, url_for("admin.auctions", tab=each.value), each is tab, counts[each]) for each in DeskTab
        ),
        rows=tuple(auction_parts.line(row, url_for("admin.auction", auction_id=row.id), now) for row in found.rows),
        tools=asked.tools(found),
        empty_url=url_for("admin.auctions"),
        empty_label=_("Running auctions"),
        empty_text=_("No auction stands like this."),
    )
    return render_template("auctions/desk.html", page=page)


@guards.admin_only
def auction(auction_id: int) -> ResponseReturnValue:
    """Show one auction with every bid, the purchases that pay it, and what happened."""
    row = queries.auction(auction_id)
    bids, paying = queries.bids(auction_id), desk_queries.paying(auction_id)
    changes = timeline_queries.changes_of({"auction": [auction_id], "bid": [bid.id for bid in bids]})
    page = _page(row, bids, paying, wording.audit(changes, _LABELS))
    return render_template("admin/auction.html", page=page)


def _page(
    row: AuctionRow, bids: Sequence[BidRow], paying: Sequence[PayingRow], entries: tuple[TimelineEntry, ...]
) -> AuctionPage:
    paid = next((each for each in paying if each.status is PurchaseStatus.PAID), None)
    hidden = [] if row.reserve_minor is None else [Money(row.reserve_minor, row.currency)]
    until = [Fact(_("To be paid by"), time_text(row.pay_by))] if row.pay_by else []
    reason = [Fact(_("Reason"), row.reason)] if row.reason else []
    return AuctionPage(
        title=row.title,
        console=admin_console("auctions"),
        crumbs=(Crumb(_("Auctions"), url_for("admin.auctions")),),
        badge=auction_parts.badge(row),
        note=_("Auction %(number)s", number=row.id),
        seller=row.shop_name,
        seller_url=url_for("admin.user", user_id=row.seller_id),
        public_url=auction_parts.page_url(row.id),
        price=money(row.price),
        facts=(
            *auction_parts.facts(row),
            *(Fact(_("Reserve, hidden from bidders"), money(each)) for each in hidden),
            *until,
            *reason,
        ),
        bids=tuple(_bid(row, bid) for bid in bids),
        purchases=tuple(_paying(each) for each in paying),
        money=_money(paid) if paid else (),
        entries=entries,
    )


def _money(paid: PayingRow) -> tuple[MoneyRow, ...]:
    payment_id, number = paid.payment_id, paid.order_number

    def explained(figure: SellerFigure) -> str:
        known: dict[str, Any] = {"payment_id": payment_id, "figure": figure.value, "order": number}
        return url_for("admin.explain_payment", **known) if payment_id else ""

    return auction_page.money_rows(paid, explained, _("The seller receives"))


def _bid(row: AuctionRow, bid: BidRow) -> FullBid:
    return FullBid(
        bidder=bid.bidder,
        bidder_url=url_for("admin.user", user_id=bid.bidder_id),
        maximum=money(Money(bid.maximum_minor, row.currency)),
        price=money(Money(bid.price_minor, row.currency)),
        when=time_text(bid.placed_at),
        badge=auction_parts.bid_badge(bid.status),
    )


def _paying(paying: PayingRow) -> PayingView:
    return PayingView(
        number=paying.number,
        note=_("Order %(number)s, %(time)s", number=paying.order_number, time=time_text(paying.created_at)),
        url=url_for("admin.purchase", number=paying.number),
        badge=wording.badge(paying.status),
        total=money_text(paying.total_minor, paying.currency),
    )
