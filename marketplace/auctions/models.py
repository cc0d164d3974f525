"""Auctions, the bids in them, and the purchases by which winners pay. The database refuses to change what was bid."""

from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.auctions.states import AUCTION, BID, AuctionStatus, BidStatus
from marketplace.catalog.models import Listing
from marketplace.db import Base, Currency, EnumText, LongText, MinorUnits, Text200, UtcTime
from marketplace.history import Ruled
from marketplace.orders.models import Purchase
from marketplace.transitions import Machine


class Auction(Ruled, Base):
    """One unit of a listing, for whoever bids most until it ends. The unit is set aside for as long as that takes."""

    __tablename__ = "auction"
    __table_args__ = (
        CheckConstraint("start_minor > 0", name="start_positive"),
        CheckConstraint("reserve_minor > start_minor", name="reserve_above_start"),
        CheckConstraint("price_minor >= start_minor", name="price_from_start"),
        CheckConstraint("bid_count >= 0", name="bids_not_negative"),
        CheckConstraint("ends_at > begun_at", name="ends_after_it_begins"),
        CheckConstraint("(status = 'running') = (ended_at IS NULL)", name="ended_or_running"),
        CheckConstraint("status NOT IN ('won', 'unpaid', 'sold') OR pay_by IS NOT NULL", name="won_until"),
        Index("uq_auction_running", "listing_id", unique=True, postgresql_where="status = 'running'"),
        Index("ix_auction_ending", "ends_at", "id", postgresql_where="status = 'running'"),
        Index("ix_auction_to_pay", "pay_by", postgresql_where="status = 'won'"),
        Index(None, "listing_id", "id"),
        Index(None, "seller_id", "id"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = AUCTION

    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    title: Mapped[Text200]
    """What is sold, as it was called when it was put up."""
    currency: Mapped[Currency]
    start_minor: Mapped[MinorUnits]
    """The least that the first bid may be, without delivery, minor units; as are the next two."""
    reserve_minor: Mapped[MinorUnits | None]
    """What it must come to; NULL where any price will do. Only its seller and admins see it."""
    price_minor: Mapped[MinorUnits]
    """Where it stands: the start price until somebody bids; what the winner pays."""
    bid_count: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[UtcTime]
    ends_at: Mapped[UtcTime]
    """Later than the seller has said when somebody bids in the last moments."""
    ended_at: Mapped[UtcTime | None]
    """When it was closed or withdrawn; NULL while it runs."""
    pay_by: Mapped[UtcTime | None]
    """Until when its winner may pay."""
    reason: Mapped[LongText] = mapped_column(default="")
    """Why it was withdrawn."""
    status: Mapped[AuctionStatus] = mapped_column(EnumText(AuctionStatus), default=AUCTION.initial)


class Bid(Ruled, Base):
    """The most that somebody would pay; the house bids for them, by steps, up to it. Bids are in order of their ids.

    Only its status changes: the database refuses the rest.
    """

    __tablename__ = "bid"
    __table_args__ = (
        CheckConstraint("maximum_minor > 0", name="maximum_positive"),
        CheckConstraint("price_minor > 0", name="price_positive"),
        Index("uq_bid_leading", "auction_id", unique=True, postgresql_where="status = 'leading'"),
        Index("uq_bid_winner", "auction_id", unique=True, postgresql_where="status IN ('won', 'paid')"),
        Index(None, "auction_id", "id"),
        Index(None, "bidder_id", "id"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = BID

    auction_id: Mapped[int] = mapped_column(ForeignKey(Auction.id))
    bidder_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    maximum_minor: Mapped[MinorUnits]
    """Minor units of the auction's currency. Nobody but the bidder and admins sees it while it leads."""
    price_minor: Mapped[MinorUnits]
    """Where the auction stood after it, minor units; never less than after the bid before."""
    placed_at: Mapped[UtcTime]
    status: Mapped[BidStatus] = mapped_column(EnumText(BidStatus), default=BID.initial)


class AuctionPurchase(Base):
    """A purchase by which a winner pays or has paid; those that were given up stay."""

    __tablename__ = "auction_purchase"
    __table_args__ = (Index(None, "auction_id"),)

    purchase_id: Mapped[int] = mapped_column(ForeignKey(Purchase.id), primary_key=True)
    auction_id: Mapped[int] = mapped_column(ForeignKey(Auction.id))
    bid_id: Mapped[int] = mapped_column(ForeignKey(Bid.id))
