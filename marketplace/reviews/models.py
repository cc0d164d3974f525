"""Reviews, one per order line. What they sum to stands on the listing and the shop, written in the same transaction."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.catalog.models import Listing
from marketplace.db import Base, LongText, PrimaryKey, UtcTime
from marketplace.orders.models import Order, OrderLine


class Review(Base):
    """What a buyer says of one line of a delivered order, and of its seller. A hidden one does not count."""

    __tablename__ = "review"
    __table_args__ = (
        CheckConstraint("goods_stars BETWEEN 1 AND 5 AND seller_stars BETWEEN 1 AND 5", name="one_to_five_stars"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_at_a_time"),
        CheckConstraint("(hidden_at IS NULL) = (hidden_reason IS NULL)", name="hidden_for_a_reason"),
        Index("ix_review_of_listing", "listing_id", "id", postgresql_where="hidden_at IS NULL"),
        Index("ix_review_of_seller", "seller_id", "id", postgresql_where="hidden_at IS NULL"),
        Index(None, "order_id"),
        Index(None, "buyer_id", "id"),
    )

    id: Mapped[PrimaryKey]
    order_line_id: Mapped[int] = mapped_column(ForeignKey(OrderLine.id), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id))
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    buyer_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    goods_stars: Mapped[int]
    seller_stars: Mapped[int]
    text: Mapped[LongText]
    written_at: Mapped[UtcTime]
    changed_at: Mapped[UtcTime | None]
    answer: Mapped[LongText | None]
    """What the seller says to it, once."""
    answered_at: Mapped[UtcTime | None]
    hidden_at: Mapped[UtcTime | None]
    hidden_reason: Mapped[LongText | None]
