"""What sellers and admins read of auctions: lists by tab, the purchases that pay one, and who did not pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from marketplace import db
from marketplace.auctions.models import Auction, AuctionPurchase, Bid
from marketplace.auctions.queries import ROWS, AuctionRow
from marketplace.auctions.states import AuctionStatus, BidStatus
from marketplace.errors import NotFound
from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.models import Order, Purchase
from marketplace.orders.states import PurchaseStatus
from marketplace.paging import Cursor, Listed, read_page
from marketplace.payments import fees
from marketplace.payments.models import FeeSchedule, OrderFee, PaymentTransaction
from marketplace.payments.states import TransactionStatus
from marketplace.prepared import is_any

_A = AuctionStatus


class DeskTab(Labelled):
    """The tabs of a seller's auctions, and of the house's."""

    RUNNING = "running", Text("Open for bids")
    TO_DO = "to-do", Text("To do")
    TO_PAY = "to-pay", Text("To be paid")
    SOLD = "sold", Text("Sold")
    ENDED = "ended", Text("Not sold")


TABS: Mapping[DeskTab, Sequence[AuctionStatus]] = {
    DeskTab.RUNNING: (_A.RUNNING,),
    DeskTab.TO_DO: (_A.UNPAID,),
    DeskTab.TO_PAY: (_A.WON,),
    DeskTab.SOLD: (_A.SOLD,),
    DeskTab.ENDED: (_A.NOT_SOLD, _A.WITHDRAWN),
}


@dataclass(frozen=True, slots=True)
class PayingRow:
    """A purchase by which a winner pays, or was to pay; amounts in minor units of `currency`."""

    purchase_id: int
    number: str
    order_number: str
    status: PurchaseStatus
    buyer_id: int
    currency: str
    total_minor: int
    platform_fee_minor: int
    platform_basis_points: int
    """The rate of that fee."""
    processing_fee_minor: int
    net_minor: int
    payment_id: int | None
    """Of the payment that counts; None before it is paid."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Strike:
    """An auction that somebody won and did not pay in time."""

    auction_id: int
    title: str
    price_minor: int
    currency: str
    placed_at: datetime


_COUNTS = select(Auction.status, func.count().label("auctions")).group_by(Auction.status)
_RATE = (
    select(func.coalesce(func.max(FeeSchedule.platform_basis_points), 0))
    .join(OrderFee, OrderFee.fee_schedule_id == FeeSchedule.id)
    .where(OrderFee.order_id == Order.id)
    .correlate(Order)
    .scalar_subquery()
)
_PAYMENT = (
    select(func.max(PaymentTransaction.payment_id))
    .where(
        PaymentTransaction.order_id == Order.id,
        PaymentTransaction.status.not_in([TransactionStatus.PENDING, TransactionStatus.FAILED]),
    )
    .correlate(Order)
    .scalar_subquery()
)
_PAYING = (
    select(
        Purchase.id,
        Purchase.number,
        Order.number.label("order_number"),
        Purchase.status,
        Purchase.buyer_id,
        Order.currency,
        Order.total_minor,
        Order.platform_fee_minor,
        _RATE,
        Order.processing_fee_minor,
        Order.net_minor,
        _PAYMENT,
        Purchase.created_at,
    )
    .join_from(AuctionPurchase, Purchase, Purchase.id == AuctionPurchase.purchase_id)
    .join(Order, Order.purchase_id == Purchase.id)
    .where(AuctionPurchase.auction_id == bindparam("auction_id"))
    .order_by(Purchase.id.desc())
)
_STRIKES = (
    select(Auction.id, Auction.title, Bid.maximum_minor, Auction.currency, Bid.placed_at)
    .join(Auction, Auction.id == Bid.auction_id)
    .where(Bid.bidder_id == bindparam("user_id"), Bid.status == BidStatus.UNPAID)
    .order_by(Bid.id.desc())
    .limit(20)
)


def auctions(tab: DeskTab, cursor: Cursor, seller_id: int | None = None) -> Listed[AuctionRow]:
    """Return one page of a seller's auctions, or of everybody's, newest first."""
    rows = ROWS.where(is_any(Auction.status, tuple(TABS[tab])))
    if seller_id is not None:
        rows = rows.where(Auction.seller_id == seller_id)
    return read_page(rows, Auction.__table__.c.id, cursor, AuctionRow)


def counts(seller_id: int | None = None) -> dict[DeskTab, int]:
    """Return how many auctions stand under each tab."""
    statement = _COUNTS if seller_id is None else _COUNTS.where(Auction.seller_id == seller_id)
    found = {row.status: int(row.auctions) for row in db.read(statement)}
    return {tab: sum(found.get(status, 0) for status in statuses) for tab, statuses in TABS.items()}


def own_auction(auction_id: int, seller_id: int) -> AuctionRow:
    """Return a seller's own auction; raises NotFound for anybody else's."""
    row = db.read_one(ROWS.where(Auction.id == auction_id, Auction.seller_id == seller_id))
    if row is None:
        raise NotFound(_("There is no such auction."))
    return AuctionRow(*tuple(row))


def paying(auction_id: int) -> list[PayingRow]:
    """Return the purchases of an auction, newest first."""
    return [PayingRow(*tuple(row)) for row in db.read(_PAYING, {"auction_id": auction_id})]


def platform_rate(seller_id: int, now: datetime) -> int:
    """Return what the platform takes of a seller's auctions now, whatever is sold, in basis points."""
    valid = db.read(fees.valid_schedules(channel=fees.AUCTION, seller_ids=[seller_id], now=now))
    newest = {(each.seller_id, each.category): int(each.platform_basis_points) for each in valid}
    return newest.get((seller_id, None), newest[None, None])


def strikes(user_id: int) -> list[Strike]:
    """Return the auctions that somebody won and did not pay in time, newest first."""
    return [Strike(*tuple(row)) for row in db.read(_STRIKES, {"user_id": user_id})]
