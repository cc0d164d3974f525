"""How an auction ends: its winner, the time to pay, and what the seller may do when that passes (S3.6, S3.7).

The caller holds the lock `auction:<id>`.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.auctions import operations, rules, telling
from marketplace.auctions.models import Auction, Bid
from marketplace.auctions.states import AuctionStatus, BidStatus
from marketplace.catalog import stock
from marketplace.catalog.models import Shop, StockReservation
from marketplace.catalog.states import ReservationStatus
from marketplace.errors import Conflict
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money

_BATCH = 50
_TICK = Actor.job("tick")
OVER = (
    select(Auction.id)
    .where(Auction.status == AuctionStatus.RUNNING, Auction.ends_at <= bindparam("now"))
    .order_by(Auction.ends_at)
    .limit(_BATCH)
)
"""Auctions whose time is over."""
LAPSED = (
    select(Auction.id)
    .where(
        Auction.status == AuctionStatus.WON,
        Auction.pay_by <= bindparam("now"),
        # While somebody pays, a purchase has the unit.
        exists().where(
            StockReservation.auction_id == Auction.id,
            StockReservation.status == ReservationStatus.ACTIVE,
            StockReservation.purchase_id.is_(None),
        ),
        # Nobody can pay a shop that takes no orders.
        exists().where(Shop.seller_id == Auction.seller_id, ~Shop.is_paused),
    )
    .order_by(Auction.pay_by)
    .limit(_BATCH)
)
"""Auctions whose winner has not paid in time and is not paying now."""


def end(session: Session, *, auction_id: int, pay_hours: int, now: datetime) -> bool:
    """End an auction whose time is over, with one winner or none; return False when it runs on or has ended."""
    auction = session.get_one(Auction, auction_id)
    if auction.status != AuctionStatus.RUNNING or now < auction.ends_at:
        return False
    leader = operations.leader(session, auction_id)
    price = Money(auction.price_minor, auction.currency)
    reserve = None if auction.reserve_minor is None else Money(auction.reserve_minor, auction.currency)
    auction.ended_at = now
    if leader is None or not rules.is_reserve_met(price, reserve):
        history.move(session, auction, "end_unsold", actor=_TICK, at=now)
        stock.let_go(session, auction_id=auction_id, actor=_TICK, now=now, because=Text("The auction was not won."))
        _lose(session, auction, winner_id=None, now=now)
        telling.ended(session, auction=auction, is_sold=False, now=now)
        return True
    auction.pay_by = now + timedelta(hours=pay_hours)
    history.move(session, auction, "end_won", actor=_TICK, at=now)
    history.move(session, leader, "win", actor=_TICK, at=now)
    _lose(session, auction, winner_id=leader.bidder_id, now=now)
    telling.won(session, auction=auction, bid=leader, now=now)
    telling.ended(session, auction=auction, is_sold=True, now=now)
    return True


def lapse(session: Session, *, auction_id: int, now: datetime) -> bool:
    """Take an auction from a winner whose time to pay is over; the unit waits for what the seller decides.

    Return False when it is paid, or being paid.
    """
    due = LAPSED.where(Auction.id == auction_id)
    if session.execute(due, {"now": now}).first() is None:
        return False
    auction, bid = session.get_one(Auction, auction_id), winner(session, auction_id)
    history.move(session, bid, "lapse", actor=_TICK, at=now)
    history.move(session, auction, "lapse", actor=_TICK, at=now)
    telling.unpaid(session, auction=auction, bid=bid, now=now)
    return True


def offer_to_next(session: Session, *, seller_id: int, auction_id: int, pay_hours: int, now: datetime) -> None:
    """Offer what a winner did not pay to the next bidder, for the most that they have bid.

    Raises NotFound for another seller's auction, Conflict when it is not the time for that or nobody is left.
    """
    auction = operations.own(session, seller_id, auction_id)
    _check_lapsed(auction)
    bid = next_bid(session, auction_id)
    if bid is None:
        raise Conflict(_("There is no other bidder. You can list it again."))
    actor = Actor.user(seller_id)
    auction.price_minor, auction.pay_by = bid.maximum_minor, now + timedelta(hours=pay_hours)
    history.move(session, auction, "offer", actor=actor, at=now)
    history.move(session, bid, "offer", actor=actor, at=now)
    telling.won(session, auction=auction, bid=bid, now=now, is_offer=True)


def give_up(session: Session, *, seller_id: int, auction_id: int, now: datetime) -> int:
    """End an unpaid auction for good, put its unit back on sale, and return the listing's id.

    Raises NotFound for another seller's auction, Conflict when it is not the time for that.
    """
    auction = operations.own(session, seller_id, auction_id)
    _check_lapsed(auction)
    actor = Actor.user(seller_id)
    history.move(session, auction, "give_up", actor=actor, at=now)
    stock.let_go(session, auction_id=auction_id, actor=actor, now=now, because=Text("The auction was not paid."))
    return auction.listing_id


def winner(session: Session, auction_id: int) -> Bid:
    """Return the bid that has won and may be paid, or is paid."""
    found = select(Bid).where(Bid.auction_id == auction_id, Bid.status.in_([BidStatus.WON, BidStatus.PAID]))
    return session.execute(found).scalar_one()


def next_bid(session: Session, auction_id: int) -> Bid | None:
    """Return the highest bid of those who did not win, the earliest of equals; None where nobody is left."""
    unpaid = select(Bid.bidder_id).where(Bid.auction_id == auction_id, Bid.status == BidStatus.UNPAID)
    found = (
        select(Bid)
        .where(Bid.auction_id == auction_id, Bid.status == BidStatus.LOST, Bid.bidder_id.not_in(unpaid))
        .order_by(Bid.maximum_minor.desc(), Bid.id)
        .limit(1)
    )
    return session.execute(found).scalar_one_or_none()


def _lose(session: Session, auction: Auction, *, winner_id: int | None, now: datetime) -> None:
    """Write down that the other bids have lost, and tell those who bid."""
    open_bids = select(Bid.id, Bid.bidder_id).where(
        Bid.auction_id == auction.id, Bid.status.in_([BidStatus.LEADING, BidStatus.OUTBID])
    )
    rows = session.execute(open_bids.order_by(Bid.id)).all()
    history.move_many(session, Bid, [row.id for row in rows], "lose", actor=_TICK, at=now)
    others = sorted({row.bidder_id for row in rows} - {winner_id})
    telling.lost(session, auction=auction, bidder_ids=others, is_sold=winner_id is not None, now=now)


def _check_lapsed(auction: Auction) -> None:
    if auction.status != AuctionStatus.UNPAID:
        raise Conflict(_("This can be done when a winner has not paid in time."))
