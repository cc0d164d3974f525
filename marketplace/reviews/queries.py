"""What people read of reviews: of a listing, of a shop with how its stars are spread, and of an order's lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Listing, Shop
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.orders.models import Order, OrderLine, Shipment
from marketplace.orders.states import OrderStatus
from marketplace.paging import Cursor, Listed, read_page
from marketplace.reviews.models import Review


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review as everybody reads it; `was_refunded` says that the buyer has the money back."""

    id: int
    buyer_id: int
    buyer: str
    seller_id: int
    shop: str
    shop_slug: str
    title: str
    listing_slug: str
    goods_stars: int
    seller_stars: int
    text: str
    written_at: datetime
    changed_at: datetime | None
    answer: str | None
    answered_at: datetime | None
    hidden_reason: str | None
    was_refunded: bool


@dataclass(frozen=True, slots=True)
class LineToReview:
    """A line of an order of somebody's own, when it arrived, and what they said of it."""

    line_id: int
    title: str
    order_number: str
    order_status: OrderStatus
    shop: str
    delivered_at: datetime | None
    review_id: int | None
    goods_stars: int | None
    seller_stars: int | None
    text: str | None
    written_at: datetime | None
    answer: str | None
    hidden_reason: str | None


_REVIEWS = (
    select(
        Review.id,
        Review.buyer_id,
        User.name,
        Review.seller_id,
        Shop.name,
        Shop.slug,
        OrderLine.title,
        Listing.slug,
        Review.goods_stars,
        Review.seller_stars,
        Review.text,
        Review.written_at,
        Review.changed_at,
        Review.answer,
        Review.answered_at,
        Review.hidden_reason,
        Order.status == OrderStatus.REFUNDED,
    )
    .join(User, User.id == Review.buyer_id)
    .join(Shop, Shop.seller_id == Review.seller_id)
    .join(OrderLine, OrderLine.id == Review.order_line_id)
    .join(Listing, Listing.id == Review.listing_id)
    .join(Order, Order.id == Review.order_id)
)
_SPREAD = (
    select(Review.seller_stars.label("stars"), func.count().label("reviews"))
    .where(Review.seller_id == bindparam("seller_id"), Review.hidden_at.is_(None))
    .group_by(Review.seller_stars)
)
_LINES = (
    select(
        OrderLine.id,
        OrderLine.title,
        Order.number,
        Order.status,
        Shop.name,
        Shipment.delivered_at,
        Review.id,
        Review.goods_stars,
        Review.seller_stars,
        Review.text,
        Review.written_at,
        Review.answer,
        Review.hidden_reason,
    )
    .join(Order, Order.id == OrderLine.order_id)
    .join(Shop, Shop.seller_id == Order.seller_id)
    .outerjoin(Shipment, Shipment.order_id == Order.id)
    .outerjoin(Review, Review.order_line_id == OrderLine.id)
    .order_by(OrderLine.id)
)
_SEEN = Review.hidden_at.is_(None)


def of_shop(seller_id: int, cursor: Cursor, stars: int | None = None) -> Listed[ReviewRow]:
    """Return one page of a shop's reviews, the latest first; `stars` for the seller, None for all."""
    statement = _REVIEWS.where(Review.seller_id == seller_id, _SEEN)
    if stars is not None:
        statement = statement.where(Review.seller_stars == stars)
    return read_page(statement, Review.__table__.c.id, cursor, ReviewRow)


def of_listing(listing_id: int, count: int) -> tuple[ReviewRow, ...]:
    """Return the latest reviews of a listing."""
    statement = _REVIEWS.where(Review.listing_id == listing_id, _SEEN)
    return read_page(statement, Review.__table__.c.id, Cursor(size=count), ReviewRow).rows


def spread_of(seller_id: int) -> Mapping[int, int]:
    """Return how many reviews give a shop how many stars."""
    return {row.stars: row.reviews for row in db.read(_SPREAD, {"seller_id": seller_id})}


def review(review_id: int) -> ReviewRow:
    """Return any review, a hidden one too. Raises NotFound."""
    row = db.read_one(_REVIEWS.where(Review.id == bindparam("review_id")), {"review_id": review_id})
    if row is None:
        raise NotFound(_("There is no such review."))
    return ReviewRow(*tuple(row))


def lines_of_order(order_id: int) -> Sequence[LineToReview]:
    """Return the lines of an order with what was said of each."""
    found = db.read(_LINES.where(OrderLine.order_id == bindparam("order_id")), {"order_id": order_id})
    return [LineToReview(*tuple(row)) for row in found]


def line_of(line_id: int, buyer_id: int) -> LineToReview:
    """Return one line of an order of somebody's own. Raises NotFound for a stranger's."""
    statement = _LINES.where(OrderLine.id == bindparam("line_id"), Order.buyer_id == bindparam("buyer_id"))
    row = db.read_one(statement, {"line_id": line_id, "buyer_id": buyer_id})
    if row is None:
        raise NotFound(_("There is no such thing among what you bought."))
    return LineToReview(*tuple(row))
