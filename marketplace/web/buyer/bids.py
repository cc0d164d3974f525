"""The viewer's bids: where they lead, were outbid, have won and can pay, or have lost."""

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.auctions import queries
from marketplace.auctions.queries import MyBid, MyTab
from marketplace.auctions.states import AuctionStatus, BidStatus
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.web import auction_parts, guards, lists
from marketplace.web.console import Console, buyer_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import money, time_text
from marketplace.web.picture_parts import picture_url
from marketplace.web.wording import Badge


@dataclass(frozen=True, slots=True)
class MyBidRow:
    """One auction in which the viewer bids."""

    title: str
    note: str
    url: str
    picture_url: str
    maximum: str
    price: str
    badge: Badge
    pay_url: str


@dataclass(frozen=True, slots=True)
class BidsPage:
    """What templates/buyer/bids.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    rows: tuple[MyBidRow, ...]
    tools: Tools
    is_tabbed: bool


@guards.signed_in
def bids() -> ResponseReturnValue:
    """List the auctions in which the viewer bids, by their last bid."""
    viewer = guards.viewer()
    tab = lists.choice(MyTab, "tab") or MyTab.ALL
    asked = lists.asked(tab="" if tab is MyTab.ALL else tab.value)
    found, counts = queries.my_bids(viewer.user_id, tab, asked.cursor), queries.my_counts(viewer.user_id)
    page = BidsPage(
        title=_("My bids"),
        console=buyer_console("bids"),
        tabs=tuple(Tab(each.label, url_for("buyer.bids", tab=each.value), each is tab, counts[each]) for each in MyTab),
        rows=tuple(_row(bid) for bid in found.rows),
        tools=asked.tools(found),
        is_tabbed=tab is not MyTab.ALL,
    )
    return render_template("buyer/bids.html", page=page)


def _row(bid: MyBid) -> MyBidRow:
    row, now = bid.auction, clock.now()
    may_pay = bid.status is BidStatus.WON and row.pay_by is not None and now < row.pay_by
    if row.status is AuctionStatus.RUNNING:
        note = auction_parts.left_text(row.ends_at, now)
    elif may_pay and row.pay_by:
        note = _("Pay by %(time)s", time=time_text(row.pay_by))
    else:
        note = _("Ended %(time)s", time=time_text(row.ended_at or row.ends_at))
    return MyBidRow(
        title=row.title,
        note=note,
        url=auction_parts.page_url(row.id),
        picture_url=picture_url(row.picture),
        maximum=money(Money(bid.maximum_minor, row.currency)),
        price=money(row.price),
        badge=auction_parts.bid_badge(bid.status),
        pay_url=url_for("checkout.won", auction_id=row.id) if may_pay else "",
    )
