"""What sellers do: send, say that it has arrived, keep their shelves; and that everybody reads what they were told.

Each deed done twice is done once.
"""

from marketplace import db
from marketplace.catalog import operations as catalog
from marketplace.demo.past.stage import Stage, listing_of, order_of, person_id
from marketplace.money import Money
from marketplace.notifications import operations as notifications
from marketplace.orders import operations as orders
from marketplace.orders.rules import Parcel
from marketplace.orders.states import ORDER
from marketplace.payments import holds


def ship(stage: Stage, *, purchase: str, seller: str, parcel: Parcel) -> None:
    """Send one seller's order; not one that nobody paid or that has its money back."""
    order = order_of(purchase, seller)
    if order is not None and ORDER.can(order.status, "ship"):
        db.atomic(orders.ship, (), seller_id=order.seller_id, number=order.number, parcel=parcel, now=stage.now)


def mark_delivered(stage: Stage, *, purchase: str, seller: str) -> None:
    """Let the seller say that the order has arrived."""
    order = order_of(purchase, seller)
    if order is not None and ORDER.can(order.status, "deliver"):
        db.atomic(orders.mark_delivered, (), seller_id=order.seller_id, number=order.number, now=stage.now)


def confirm_received(stage: Stage, *, purchase: str, seller: str) -> None:
    """Let the buyer say that the order has arrived."""
    order = order_of(purchase, seller)
    if order is not None and ORDER.can(order.status, "deliver"):
        policy = stage.settings.money
        db.atomic(
            holds.confirm_received, (), buyer_id=order.buyer_id, number=order.number, policy=policy, now=stage.now
        )


def restock(stage: Stage, *, seller: str, title: str, units: int) -> None:
    """Fill a shelf up to `units`; one that holds as many already stays."""
    found = listing_of(seller, title)
    if found.in_stock < units:
        ids = {"seller_id": found.seller_id, "listing_id": found.id}
        db.atomic(catalog.change_stock, (), units=units, **ids)


def reprice(stage: Stage, *, seller: str, title: str, price: Money, delivery: Money) -> None:
    """Ask another price."""
    found = listing_of(seller, title)
    ids = {"seller_id": found.seller_id, "listing_id": found.id}
    db.atomic(catalog.change_price, (), price=price, delivery=delivery, **ids)


def read_notifications(stage: Stage, *, email: str) -> None:
    """Read everything one was told so far."""
    db.atomic(notifications.mark_all_read, (), user_id=person_id(email), now=stage.now)
