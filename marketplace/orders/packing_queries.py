"""What a seller needs to pack and send orders: where each goes, what is in it, and how the last one went."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Listing, Shop
from marketplace.orders.models import Order, OrderDelivery, OrderLine, Purchase, Shipment
from marketplace.orders.states import OrderStatus

MOST_AT_ONCE = 25
"""How many orders are packed and sent in one go."""


@dataclass(frozen=True, slots=True)
class PackedLine:
    """One line as it is packed."""

    title: str
    quantity: int
    sku: str
    """The seller's own key of the listing, as it is now; "" without one."""


@dataclass(frozen=True, slots=True)
class Packing:
    """One order to pack: no amount, no e-mail address."""

    id: int
    number: str
    status: OrderStatus
    placed_at: datetime
    shop_name: str
    buyer_name: str
    address: Mapping[str, str]
    buyer_note: str
    is_pickup: bool
    """Whether the buyer collects it: it needs no label."""
    lines: tuple[PackedLine, ...]


_ORDERS = (
    select(
        Order.id,
        Order.number,
        Order.status,
        Order.created_at,
        Shop.name.label("shop_name"),
        User.name.label("buyer_name"),
        Purchase.delivery_address,
        Order.buyer_note,
        OrderDelivery.is_pickup,
    )
    .join(Purchase, Purchase.id == Order.purchase_id)
    .join(Shop, Shop.seller_id == Order.seller_id)
    .join(User, User.id == Order.buyer_id)
    .outerjoin(OrderDelivery, OrderDelivery.order_id == Order.id)
    .where(
        Order.seller_id == bindparam("seller_id"),
        Order.number.in_(bindparam("numbers", expanding=True)),
        Order.status.in_((OrderStatus.CONFIRMED, OrderStatus.SHIPPED, OrderStatus.DELIVERED)),
    )
    .order_by(Order.id)
)
_LINES = (
    select(OrderLine.order_id, OrderLine.title, OrderLine.quantity, Listing.sku)
    .join(Listing, Listing.id == OrderLine.listing_id)
    .where(OrderLine.order_id.in_(bindparam("order_ids", expanding=True)))
    .order_by(OrderLine.id)
)
_LAST_CARRIER = (
    select(Shipment.carrier)
    .join(Order, Order.id == Shipment.order_id)
    .where(Order.seller_id == bindparam("seller_id"))
    .order_by(Order.id.desc())
    .limit(1)
)


def to_pack(seller_id: int, numbers: Collection[str]) -> Sequence[Packing]:
    """Return those of a seller's own paid orders that have one of these numbers, at most MOST_AT_ONCE, oldest first."""
    chosen = sorted(set(numbers))[:MOST_AT_ONCE]
    orders = db.read(_ORDERS, {"seller_id": seller_id, "numbers": chosen})
    lines: dict[int, list[PackedLine]] = {order.id: [] for order in orders}
    for line in db.read(_LINES, {"order_ids": list(lines)}):
        lines[line.order_id].append(PackedLine(line.title, line.quantity, line.sku or ""))
    return [
        Packing(
            id=order.id,
            number=order.number,
            status=order.status,
            placed_at=order.created_at,
            shop_name=order.shop_name,
            buyer_name=order.buyer_name,
            address=order.delivery_address,
            buyer_note=order.buyer_note,
            is_pickup=bool(order.is_pickup),
            lines=tuple(lines[order.id]),
        )
        for order in orders
    ]


def last_carrier(seller_id: int) -> str:
    """Return the key of the carrier a seller sent the latest sent order with, "" before the first."""
    found = db.read_one(_LAST_CARRIER, {"seller_id": seller_id})
    return str(found[0]) if found else ""
