"""What an order page says of what was agreed beside the amounts: its delivery, and the rates of its tax."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.orders.models import OrderDelivery, OrderLine


@dataclass(frozen=True, slots=True)
class AgreedDelivery:
    """How an order is delivered, as it was agreed."""

    name: str
    """The profiles of its seller, as they were named then."""
    is_pickup: bool
    arrives_first: date
    arrives_last: date


_DELIVERY = select(
    OrderDelivery.name, OrderDelivery.is_pickup, OrderDelivery.arrives_first, OrderDelivery.arrives_last
).where(OrderDelivery.order_id == bindparam("order_id"))


_RATES = (
    select(OrderLine.tax_basis_points)
    .where(OrderLine.order_id == bindparam("order_id"), OrderLine.tax_basis_points > 0)
    .distinct()
    .order_by(OrderLine.tax_basis_points)
)


def tax_rates_of(order_id: int) -> tuple[int, ...]:
    """Return the rates of tax on an order's lines, in basis points; none where there is none or they were not kept."""
    return tuple(int(row[0]) for row in db.read(_RATES, {"order_id": order_id}))


def delivery_of(order_id: int) -> AgreedDelivery | None:
    """Return how an order is delivered; None for the standard delivery, which says no day."""
    row = db.read_one(_DELIVERY, {"order_id": order_id})
    return AgreedDelivery(*tuple(row)) if row else None
