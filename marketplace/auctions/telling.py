"""Who is told what of an auction (S3.8). What was paid is told by the checkout: receipt and sale."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.auctions.models import Auction, Bid
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact


def outbid(session: Session, *, auction: Auction, bid: Bid, now: datetime) -> None:
    """Tell somebody who led that they do not any more."""
    _tell(session, [_of_bid(auction, bid, NotificationKind.AUCTION_OUTBID)], now)


def won(session: Session, *, auction: Auction, bid: Bid, now: datetime, is_offer: bool = False) -> None:
    """Tell the winner, or the next bidder (`is_offer`), that it is theirs, for how much and until when to pay."""
    kind = NotificationKind.AUCTION_OFFERED if is_offer else NotificationKind.AUCTION_WON
    _tell(session, [_of_bid(auction, bid, kind)], now)


def lost(session: Session, *, auction: Auction, bidder_ids: Iterable[int], is_sold: bool, now: datetime) -> None:
    """Tell bidders that the auction ended without them; `is_sold` or below its reserve."""
    facts = {**_facts(auction), "is_sold": is_sold}
    _tell(session, [_of_auction(each, auction, NotificationKind.AUCTION_LOST, facts) for each in bidder_ids], now)


def ended(session: Session, *, auction: Auction, is_sold: bool, now: datetime) -> None:
    """Tell the seller how their auction ended."""
    facts = {**_facts(auction), "is_sold": is_sold, "bids": auction.bid_count}
    _tell(session, [_of_auction(auction.seller_id, auction, NotificationKind.AUCTION_ENDED, facts)], now)


def unpaid(session: Session, *, auction: Auction, bid: Bid, now: datetime) -> None:
    """Tell both sides that the winner has not paid in time; the seller decides what follows."""
    kind = NotificationKind.AUCTION_UNPAID
    both = ((bid.bidder_id, "buyer"), (auction.seller_id, "seller"))
    facts = [NewFact(who, kind, "bid", bid.id, {**_facts(auction), "role": role}) for who, role in both]
    _tell(session, facts, now)


def _of_bid(auction: Auction, bid: Bid, kind: NotificationKind) -> NewFact:
    return NewFact(bid.bidder_id, kind, "bid", bid.id, {**_facts(auction), "maximum_minor": bid.maximum_minor})


def _of_auction(user_id: int, auction: Auction, kind: NotificationKind, facts: dict[str, Any]) -> NewFact:
    return NewFact(user_id, kind, "auction", auction.id, facts)


def _facts(auction: Auction) -> dict[str, Any]:
    return {
        "auction_id": auction.id,
        "title": auction.title,
        "price_minor": auction.price_minor,
        "currency": auction.currency,
        "pay_by": auction.pay_by.isoformat() if auction.pay_by else "",
    }


def _tell(session: Session, facts: list[NewFact], now: datetime) -> None:
    notifications.tell_new(session, facts, now=now)
