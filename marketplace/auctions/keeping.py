"""What a winner's purchase has of its auction: the unit while somebody pays, and the auction's end when it is paid.

The checkout calls this: a purchase of an auction has no cart, and its unit is the auction's (S3.6, S3.7).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.auctions import ending
from marketplace.auctions.models import Auction, AuctionPurchase, Bid
from marketplace.auctions.states import AuctionStatus, BidStatus
from marketplace.catalog import stock
from marketplace.catalog.stock import SoldOut
from marketplace.errors import Conflict, NotFound
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.orders.models import Purchase
from marketplace.orders.states import PurchaseStatus


def won_by(session: Session, *, auction_id: int, buyer_id: int, now: datetime) -> Auction:
    """Return an auction that a buyer has won and may pay now.

    Raises NotFound for anybody else's, Conflict when it is paid or the time to pay is over.
    """
    bids = select(Bid.status).where(Bid.auction_id == auction_id, Bid.bidder_id == buyer_id)
    statuses = set(session.execute(bids).scalars())
    if not statuses & {BidStatus.WON, BidStatus.PAID, BidStatus.UNPAID}:
        raise NotFound(_("There is no such auction."))
    auction = session.get_one(Auction, auction_id)
    if BidStatus.PAID in statuses:
        raise Conflict(_("You have paid this purchase already. You find it under your orders."))
    if BidStatus.WON not in statuses or auction.pay_by is None or now >= auction.pay_by:
        raise Conflict(_("The time to pay for this is over."))
    return auction


def begin(session: Session, *, auction_id: int, purchase_id: int) -> None:
    """Note by which purchase the winner of an auction pays."""
    bid = ending.winner(session, auction_id)
    session.add(AuctionPurchase(purchase_id=purchase_id, auction_id=auction_id, bid_id=bid.id))
    session.flush()


def is_of_auction(session: Session, purchase_id: int) -> bool:
    """Return whether a purchase pays for a won auction."""
    return session.get(AuctionPurchase, purchase_id) is not None


def lend(session: Session, *, purchase_id: int, expires_at: datetime, now: datetime | None = None) -> None:
    """Set the unit of its auction aside for a purchase until `expires_at`; raises SoldOut when it is not to be had.

    With `now` raises Conflict when the time to pay is over: money that is on its way already may still come after it.
    """
    row = session.get_one(AuctionPurchase, purchase_id)
    auction, bid = session.get_one(Auction, row.auction_id), session.get_one(Bid, row.bid_id)
    if now is not None and (auction.pay_by is None or now >= auction.pay_by):
        raise Conflict(_("The time to pay for this is over."))
    is_theirs = auction.status == AuctionStatus.WON and bid.status == BidStatus.WON
    if not (is_theirs and stock.lend(session, auction_id=auction.id, purchase_id=purchase_id, expires_at=expires_at)):
        raise SoldOut(auction.title, 0, auction.listing_id)


def paid(session: Session, *, purchase_id: int, actor: Actor, now: datetime) -> None:
    """Write down that an auction is sold and its winning bid paid; nothing for a purchase of no auction."""
    row = session.get(AuctionPurchase, purchase_id)
    if row is None:
        return
    history.move(session, session.get_one(Bid, row.bid_id), "pay", actor=actor, at=now)
    history.move(session, session.get_one(Auction, row.auction_id), "pay", actor=actor, at=now)


def open_purchases(session: Session, *, auction_id: int) -> Sequence[int]:
    """Return the purchases of an auction that are not paid and not given up."""
    found = (
        select(AuctionPurchase.purchase_id)
        .join(Purchase, Purchase.id == AuctionPurchase.purchase_id)
        .where(AuctionPurchase.auction_id == auction_id, Purchase.status == PurchaseStatus.OPEN)
    )
    return session.execute(found).scalars().all()
