"""What a winner buys, as a part of a basket: one line at the auction's price; delivery and tax are as always."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, literal, null, select
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.accounts.models import Address
from marketplace.auctions.models import Auction, AuctionPurchase, Bid
from marketplace.auctions.states import AuctionStatus, BidStatus
from marketplace.carts import queries as carts
from marketplace.carts.parts import CurrencyPart
from marketplace.catalog.models import Listing, Shop
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.prepared import is_any

_HOME = (
    select(Address.country)
    .where(Address.user_id == Bid.bidder_id)
    .order_by(Address.used_at.desc(), Address.id.desc())
    .limit(1)
    .scalar_subquery()
)
_LINE = (
    select(
        Auction.id,
        Auction.listing_id,
        literal(1).label("quantity"),
        Auction.price_minor.label("seen_price_minor"),
        null().label("seen_values"),
        Auction.title,
        Auction.price_minor,
        literal(1).label("in_stock"),
        # It was promised, whatever the seller has done to the listing since.
        literal(value=True).label("can_be_bought"),
        literal(value=False).label("has_variants"),
        null().label("discount_code"),
        _HOME.label("home"),
        *carts.DESCRIBED,
    )
    .join_from(Auction, Bid, Bid.auction_id == Auction.id)
    .join(Listing, Listing.id == Auction.listing_id)
    .join(Shop, Shop.seller_id == Auction.seller_id)
    .where(
        Auction.id == bindparam("auction_id"),
        Auction.status == AuctionStatus.WON,
        Bid.status == BidStatus.WON,
        Bid.bidder_id == bindparam("buyer_id"),
    )
)

_CURRENCY = (
    select(Auction.currency)
    .join(Bid, Bid.auction_id == Auction.id)
    .where(
        Auction.id == bindparam("auction_id"),
        Bid.bidder_id == bindparam("buyer_id"),
        is_any(Bid.status, (BidStatus.WON, BidStatus.PAID, BidStatus.UNPAID)),
    )
    .limit(1)
)
_OF_PURCHASE = select(AuctionPurchase.auction_id).where(AuctionPurchase.purchase_id == bindparam("purchase_id"))


def currency_of(auction_id: int, buyer_id: int) -> str:
    """Return the currency of an auction that somebody has won; raises NotFound for anybody else's."""
    row = db.read_one(_CURRENCY, {"auction_id": auction_id, "buyer_id": buyer_id})
    if row is None:
        raise NotFound(_("There is no such auction."))
    return str(row.currency)


def auction_of(purchase_id: int) -> int | None:
    """Return the auction that a purchase pays, None for a basket's."""
    row = db.read_one(_OF_PURCHASE, {"purchase_id": purchase_id})
    return int(row.auction_id) if row else None


def contents(
    auction_id: int, buyer_id: int, country: str = "", collected: Collection[int] = (), *, now: datetime
) -> CurrencyPart | None:
    """Return what the winner of an auction buys, as it goes to `country`; None where there is nothing to pay.

    "" stands for the country of the address used last. `collected` are the sellers whose goods the buyer collects.
    """
    rows = db.read(_LINE, {"auction_id": auction_id, "buyer_id": buyer_id})
    return _only(carts.arranged(db.read, rows, buyer_id, carts.NOTHING, country, collected, now.date()))


def contents_now(
    session: Session,
    auction_id: int,
    buyer_id: int,
    *,
    country: str = "",
    collected: Collection[int] = (),
    now: datetime,
) -> CurrencyPart | None:
    """Return what `contents` does, read in the caller's transaction."""

    def read(statement: Select[*tuple[Any, ...]], values: dict[str, Any]) -> Sequence[Any]:
        return session.execute(statement, values).all()

    rows = read(_LINE, {"auction_id": auction_id, "buyer_id": buyer_id})
    return _only(carts.arranged(read, rows, buyer_id, carts.NOTHING, country, collected, now.date()))


def _only(parts: tuple[CurrencyPart, ...]) -> CurrencyPart | None:
    return parts[0] if parts else None
