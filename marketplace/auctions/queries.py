"""What pages read of auctions: the running ones, one with its bids, a bidder's, and the box of a listing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.auctions import rules
from marketplace.auctions.models import Auction, Bid
from marketplace.auctions.states import AuctionStatus, BidStatus
from marketplace.catalog.models import Listing, Shop
from marketplace.catalog.states import ListingStatus
from marketplace.catalog.variants import first_picture
from marketplace.errors import NotFound
from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.paging import Cursor, Listed, Sort, read_page
from marketplace.prepared import Question, is_any


@dataclass(frozen=True, slots=True)
class AuctionRow:
    """An auction as lists and its page show it. Amounts are in minor units of `currency`."""

    id: int
    status: AuctionStatus
    title: str
    slug: str
    """Of its listing."""
    is_shown: bool
    """Whether that has a page now."""
    picture: str | None
    listing_id: int
    seller_id: int
    shop_name: str
    shop_slug: str
    currency: str
    start_minor: int
    reserve_minor: int | None
    price_minor: int
    bid_count: int
    begun_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    pay_by: datetime | None
    reason: str

    @property
    def price(self) -> Money:
        """Where it stands."""
        return Money(self.price_minor, self.currency)

    @property
    def least(self) -> Money:
        """The least that somebody who does not lead may bid."""
        return rules.least(self.price, has_bids=self.bid_count > 0)

    @property
    def is_reserve_met(self) -> bool:
        """Whether it may be won at this price."""
        return self.reserve_minor is None or (self.bid_count > 0 and self.reserve_minor <= self.price_minor)


@dataclass(frozen=True, slots=True)
class BidRow:
    """One bid; what a page may show of it is its own business."""

    id: int
    bidder_id: int
    bidder: str
    maximum_minor: int
    price_minor: int
    placed_at: datetime
    status: BidStatus


@dataclass(frozen=True, slots=True)
class MyBid:
    """The last bid of one person in an auction."""

    id: int
    maximum_minor: int
    status: BidStatus
    auction: AuctionRow


@dataclass(frozen=True, slots=True)
class Box:
    """What the page of a listing says of its newest auction that was not taken back or left unsold."""

    auction_id: int
    status: AuctionStatus
    price: Money
    bid_count: int
    is_reserve_met: bool


class MyTab(Labelled):
    """The tabs of a person's bids."""

    ALL = "all", Text("All")
    RUNNING = "running", Text("Open for bids")
    TO_PAY = "to-pay", Text("To pay")
    PAID = "paid", Text("Paid")
    LOST = "lost", Text("Lost")


MY_TABS: Mapping[MyTab, Sequence[BidStatus]] = {
    MyTab.RUNNING: (BidStatus.LEADING, BidStatus.OUTBID),
    MyTab.TO_PAY: (BidStatus.WON,),
    MyTab.PAID: (BidStatus.PAID,),
    MyTab.LOST: (BidStatus.LOST, BidStatus.UNPAID),
}
COLUMNS = (
    Auction.id,
    Auction.status,
    Auction.title,
    Listing.slug,
    (Listing.status == ListingStatus.ACTIVE).label("is_shown"),
    first_picture(Listing.__table__.c.id).label("picture"),
    Auction.listing_id,
    Auction.seller_id,
    Shop.name.label("shop_name"),
    Shop.slug.label("shop_slug"),
    Auction.currency,
    Auction.start_minor,
    Auction.reserve_minor,
    Auction.price_minor,
    Auction.bid_count,
    Auction.begun_at,
    Auction.ends_at,
    Auction.ended_at,
    Auction.pay_by,
    Auction.reason,
)
"""The columns of AuctionRow, in their order."""
ROWS = (
    select(*COLUMNS)
    .join_from(Auction, Listing, Listing.id == Auction.listing_id)
    .join(Shop, Shop.seller_id == Auction.seller_id)
)
_RUNNING = ROWS.where(Auction.status == AuctionStatus.RUNNING)
_ONE = ROWS.where(Auction.id == bindparam("auction_id"))
_BIDS = (
    select(Bid.id, Bid.bidder_id, User.name, Bid.maximum_minor, Bid.price_minor, Bid.placed_at, Bid.status)
    .join(User, User.id == Bid.bidder_id)
    .where(Bid.auction_id == bindparam("auction_id"))
)
_own = Bid.__table__.alias("own")
_LAST = (
    select(func.max(_own.c.id))
    .where(_own.c.auction_id == Bid.__table__.c.auction_id, _own.c.bidder_id == Bid.__table__.c.bidder_id)
    .correlate(Bid.__table__)
    .scalar_subquery()
)
_MINE = (
    select(Bid.id, Bid.maximum_minor, Bid.status, *COLUMNS)
    .join_from(Bid, Auction, Auction.id == Bid.auction_id)
    .join(Listing, Listing.id == Auction.listing_id)
    .join(Shop, Shop.seller_id == Auction.seller_id)
    .where(Bid.id == _LAST)
)
_COUNTS = (
    select(Bid.status, func.count().label("bids"))
    .where(Bid.bidder_id == bindparam("bidder_id"), Bid.id == _LAST)
    .group_by(Bid.status)
)
_SHOWN = (AuctionStatus.RUNNING, AuctionStatus.WON, AuctionStatus.UNPAID, AuctionStatus.SOLD)
_BOX = (
    select(
        Auction.id,
        Auction.status,
        Auction.price_minor,
        Auction.currency,
        Auction.bid_count,
        Auction.reserve_minor,
    )
    .join(Listing, Listing.id == Auction.listing_id)
    .where(Listing.slug == bindparam("slug"), is_any(Auction.status, _SHOWN))
    .order_by(Auction.id.desc())
    .limit(1)
)


def running(cursor: Cursor) -> Listed[AuctionRow]:
    """Return one page of the running auctions, those that end soonest first."""
    return read_page(
        _RUNNING, Auction.__table__.c.id, cursor, AuctionRow, sort=Sort.DUE, due=Auction.__table__.c.ends_at
    )


def auction(auction_id: int) -> AuctionRow:
    """Return an auction; raises NotFound without one."""
    row = db.read_one(_ONE, {"auction_id": auction_id})
    if row is None:
        raise NotFound(_("There is no such auction."))
    return AuctionRow(*tuple(row))


def bids(auction_id: int, most: int | None = None) -> list[BidRow]:
    """Return the bids of an auction, newest first, at most `most`."""
    newest = _BIDS.order_by(Bid.id.desc())
    return [BidRow(*tuple(row)) for row in db.read(newest.limit(most) if most else newest, {"auction_id": auction_id})]


def last_bid(auction_id: int, bidder_id: int) -> BidRow | None:
    """Return what somebody bid last in an auction; None for who has not."""
    own = _BIDS.where(Bid.bidder_id == bidder_id).order_by(Bid.id.desc()).limit(1)
    row = db.read_one(own, {"auction_id": auction_id})
    return BidRow(*tuple(row)) if row else None


def my_bids(bidder_id: int, tab: MyTab, cursor: Cursor) -> Listed[MyBid]:
    """Return one page of the auctions in which somebody bids, by their last bid, newest first."""
    mine = _MINE.where(Bid.bidder_id == bidder_id)
    if tab in MY_TABS:
        mine = mine.where(is_any(Bid.status, tuple(MY_TABS[tab])))
    return read_page(mine, Bid.__table__.c.id, cursor, _my_bid)


def _my_bid(bid_id: int, maximum_minor: int, status: BidStatus, *columns: Any) -> MyBid:
    return MyBid(bid_id, maximum_minor, status, AuctionRow(*columns))


def my_counts(bidder_id: int) -> dict[MyTab, int]:
    """Return how many auctions stand under each tab of somebody's bids."""
    found = {row.status: int(row.bids) for row in db.read(_COUNTS, {"bidder_id": bidder_id})}
    counts = {tab: sum(found.get(status, 0) for status in statuses) for tab, statuses in MY_TABS.items()}
    return {MyTab.ALL: sum(found.values()), **counts}


def box_question(slug: str) -> Question:
    """Return what `box` asks, for `db.reading_ahead`."""
    return _BOX, {"slug": slug}


def box(slug: str) -> Box | None:
    """Return what the page of a listing says of its auction; None where there is none."""
    row = db.read_one(*box_question(slug))
    if row is None:
        return None
    price = Money(row.price_minor, row.currency)
    is_met = row.reserve_minor is None or (row.bid_count > 0 and row.reserve_minor <= row.price_minor)
    return Box(row.id, row.status, price, row.bid_count, is_met)
