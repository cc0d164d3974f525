"""A seller puts a unit up, somebody bids, a seller takes it back before anybody has (S3.6).

The caller holds the lock `auction:<id>` for a bid and a withdrawal; the isolation level is what keeps them in order.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.accounts import suspending
from marketplace.auctions import rules, telling
from marketplace.auctions.models import Auction, Bid
from marketplace.auctions.rules import Terms
from marketplace.auctions.states import AuctionStatus, BidStatus
from marketplace.catalog import stock
from marketplace.catalog.models import Shop
from marketplace.catalog.states import ListingStatus
from marketplace.catalog.variants import check_sold_alone, own_listing
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.reasons import check_reason


@dataclass(frozen=True, slots=True)
class Placed:
    """What a bid came to: whether it leads, the price after it, and when the auction ends now."""

    bid_id: int
    leads: bool
    price: Money
    ends_at: datetime


def put_up(session: Session, *, seller_id: int, listing_id: int, terms: Terms, now: datetime) -> int:
    """Put one unit of the seller's own listing up for auction, set it aside, and return the auction's id.

    Raises NotFound for another seller's listing, Invalid naming the field, SoldOut where no unit is left, Conflict for
    a listing that buyers do not see, a shop that takes no orders, and while another auction of it runs.
    """
    listing = own_listing(session, seller_id, listing_id)
    check_sold_alone(listing)
    if terms.start.currency != listing.currency:
        raise Invalid(_("An auction is in the currency of its listing."), field="start")
    rules.check_terms(terms, now)
    if listing.status != ListingStatus.ACTIVE:
        raise Conflict(_("Publish the listing first: bidders want to see what they bid on."))
    check_shop_is_open(session, seller_id)
    running = select(Auction.id).where(Auction.listing_id == listing_id, Auction.status == AuctionStatus.RUNNING)
    if session.execute(running).first() is not None:
        raise Conflict(_("An auction of this listing is running already."))
    auction = Auction(
        listing_id=listing_id,
        seller_id=seller_id,
        title=listing.title,
        currency=listing.currency,
        start_minor=terms.start.minor,
        reserve_minor=terms.reserve.minor if terms.reserve else None,
        price_minor=terms.start.minor,
        begun_at=now,
        ends_at=terms.ends_at,
    )
    session.add(auction)
    session.flush()
    actor = Actor.user(seller_id)
    because = Text("The seller put it up for auction.")
    history.begin(session, Auction, [auction.id], actor=actor, at=now, because=because)
    stock.keep_for_auction(
        session, auction_id=auction.id, listing_id=listing_id, ends_at=terms.ends_at, actor=actor, now=now
    )
    return auction.id


def change(session: Session, *, seller_id: int, auction_id: int, terms: Terms, now: datetime) -> None:
    """Change the terms of the seller's own auction before anybody has bid.

    Raises NotFound, Invalid naming the field, Conflict after the first bid and after its end.
    """
    auction = own(session, seller_id, auction_id)
    _check_untouched(auction, now)
    if terms.start.currency != auction.currency:
        raise Invalid(_("An auction is in the currency of its listing."), field="start")
    rules.check_terms(terms, now)
    auction.start_minor = auction.price_minor = terms.start.minor
    auction.reserve_minor = terms.reserve.minor if terms.reserve else None
    auction.ends_at = terms.ends_at
    session.flush()


def withdraw(session: Session, *, seller_id: int, auction_id: int, reason: str, now: datetime) -> None:
    """Take the seller's own auction back before anybody has bid; the unit is for sale again.

    Raises NotFound, Invalid without a reason, Conflict after the first bid and after its end.
    """
    auction = own(session, seller_id, auction_id)
    why = check_reason(reason)
    _check_untouched(auction, now)
    actor = Actor.user(seller_id)
    auction.reason, auction.ended_at = why, now
    history.move(session, auction, "withdraw", actor=actor, at=now, because=why)
    because = Text("The auction was withdrawn.")
    stock.let_go(session, auction_id=auction.id, actor=actor, now=now, because=because)


def place_bid(session: Session, *, bidder_id: int, auction_id: int, maximum: Money, now: datetime) -> Placed:
    """Bid up to `maximum` for `bidder_id`, and tell whoever led before.

    Raises NotFound, NotAllowed for the seller and for who is suspended as a buyer, Conflict when the auction is over or
    the shop takes no orders, TooLow and NotMore for an amount that changes nothing.
    """
    auction = session.get(Auction, auction_id)
    if auction is None:
        raise NotFound(_("There is no such auction."))
    if auction.seller_id == bidder_id:
        raise NotAllowed(_("This is your own auction."))
    if auction.status != AuctionStatus.RUNNING or now >= auction.ends_at:
        raise Conflict(_("This auction is over."))
    suspending.check_may_buy(session, bidder_id)
    check_shop_is_open(session, auction.seller_id)
    leading = leader(session, auction_id)
    after = _after(auction, leading, bidder_id, maximum)
    bid = Bid(
        auction_id=auction_id,
        bidder_id=bidder_id,
        maximum_minor=maximum.minor,
        price_minor=after.price.minor,
        placed_at=now,
    )
    session.add(bid)
    auction.price_minor, auction.bid_count = after.price.minor, auction.bid_count + 1
    auction.ends_at = rules.ends_after_bid(auction.ends_at, now)
    session.flush()
    _stand(session, auction, bid, leading, leads=after.leads, now=now)
    return Placed(bid.id, after.leads, after.price, auction.ends_at)


def leader(session: Session, auction_id: int) -> Bid | None:
    """Return the bid that leads in an auction; None before the first and after the end."""
    found = select(Bid).where(Bid.auction_id == auction_id, Bid.status == BidStatus.LEADING)
    return session.execute(found).scalar_one_or_none()


def own(session: Session, seller_id: int, auction_id: int) -> Auction:
    """Return an auction of the seller's own; raises NotFound for anybody else's."""
    found = session.get(Auction, auction_id)
    if found is None or found.seller_id != seller_id:
        raise NotFound(_("There is no such auction."))
    return found


def check_shop_is_open(session: Session, seller_id: int) -> None:
    """Raise Conflict while a seller's shop takes no orders."""
    if session.execute(select(Shop.is_paused).where(Shop.seller_id == seller_id)).scalar_one():
        raise Conflict(_("This shop takes no orders at the moment."))


def _after(auction: Auction, leading: Bid | None, bidder_id: int, maximum: Money) -> rules.After:
    currency = auction.currency
    if maximum.currency != currency:
        raise Invalid(_("Bid in the currency of the auction."), field="amount")
    return rules.after_bid(
        maximum,
        price=Money(auction.price_minor, currency),
        leading=Money(leading.maximum_minor, currency) if leading else None,
        is_own=leading is not None and leading.bidder_id == bidder_id,
        reserve=None if auction.reserve_minor is None else Money(auction.reserve_minor, currency),
    )


def _stand(session: Session, auction: Auction, bid: Bid, leading: Bid | None, *, leads: bool, now: datetime) -> None:
    """Write how the new bid and the one that led before stand now."""
    actor = Actor.user(bid.bidder_id)
    history.begin(session, Bid, [bid.id], actor=actor, at=now, because=Text("Somebody bid."))
    if not leads:
        history.move(session, bid, "outbid", actor=actor, at=now)
        return
    if leading is not None and leading.bidder_id == bid.bidder_id:
        history.move(session, leading, "raise", actor=actor, at=now)
    elif leading is not None:
        history.move(session, leading, "outbid", actor=actor, at=now)
        telling.outbid(session, auction=auction, bid=leading, now=now)
    history.move(session, bid, "lead", actor=actor, at=now)


def _check_untouched(auction: Auction, now: datetime) -> None:
    if auction.status != AuctionStatus.RUNNING or now >= auction.ends_at:
        raise Conflict(_("This auction is over."))
    if auction.bid_count:
        raise Conflict(_("Somebody has bid already: from the first bid on an auction stays as it is."))
