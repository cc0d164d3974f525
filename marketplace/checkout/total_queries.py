"""What a purchase costs its buyer."""

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.money import Money
from marketplace.orders.models import Purchase

_TOTAL = select(Purchase.total_minor, Purchase.currency).where(
    Purchase.id == bindparam("purchase_id"), Purchase.buyer_id == bindparam("buyer_id")
)


def total_of(purchase_id: int, buyer_id: int) -> Money | None:
    """Return the total of a buyer's purchase; None for anybody else's."""
    row = db.read_one(_TOTAL, {"purchase_id": purchase_id, "buyer_id": buyer_id})
    return Money(row.total_minor, row.currency) if row is not None else None
