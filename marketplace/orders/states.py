"""What a purchase and an order can be, and what may follow (S2.3)."""

from enum import StrEnum

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class PurchaseStatus(Status):
    """Whether a purchase was paid."""

    OPEN = "open", Text("Waiting for payment")
    PAID = "paid", Text("Paid")
    GIVEN_UP = "given_up", Text("Not paid")


class OrderStatus(Status):
    """One seller's part of a purchase."""

    PENDING = "pending", Text("Waiting for payment")
    CONFIRMED = "confirmed", Text("Confirmed")
    SHIPPED = "shipped", Text("Shipped")
    DELIVERED = "delivered", Text("Delivered")
    CANCELLED = "cancelled", Text("Cancelled")
    REFUNDED = "refunded", Text("Refunded")


class DeliveredBy(StrEnum):
    """On whose word an order counts as delivered."""

    BUYER = "buyer"
    SELLER = "seller"
    TIME = "time"
    """Nobody said anything for as long as the house waits."""


_P = PurchaseStatus
_O = OrderStatus

PURCHASE = Machine(
    "purchase",
    PurchaseStatus,
    _P.OPEN,
    {
        "pay": (
            [_P.OPEN, _P.GIVEN_UP],
            _P.PAID,
            Text("One payment of it counts; a late one is honoured if stock allows."),
        ),
        "give_up": ([_P.OPEN], _P.GIVEN_UP, Text("It was not paid in time, or the buyer started over.")),
    },
)

ORDER = Machine(
    "order",
    OrderStatus,
    _O.PENDING,
    {
        "confirm": ([_O.PENDING], _O.CONFIRMED, Text("The purchase was paid.")),
        "revive": ([_O.CANCELLED], _O.CONFIRMED, Text("The purchase was paid late and the goods are still there.")),
        "ship": ([_O.CONFIRMED], _O.SHIPPED, Text("The seller sent it.")),
        "deliver": ([_O.SHIPPED], _O.DELIVERED, Text("It arrived.")),
        "cancel": ([_O.PENDING, _O.CONFIRMED], _O.CANCELLED, Text("It is not wanted or not paid any more.")),
        "refund": (
            [_O.CONFIRMED, _O.SHIPPED, _O.DELIVERED, _O.CANCELLED],
            _O.REFUNDED,
            Text("The buyer has all the money back."),
        ),
        "reinstate_confirmed": ([_O.REFUNDED], _O.CONFIRMED, Text("The refund did not reach the buyer.")),
        "reinstate_shipped": ([_O.REFUNDED], _O.SHIPPED, Text("The refund did not reach the buyer.")),
        "reinstate_delivered": ([_O.REFUNDED], _O.DELIVERED, Text("The refund did not reach the buyer.")),
        "reinstate_cancelled": ([_O.REFUNDED], _O.CANCELLED, Text("The refund did not reach the buyer.")),
    },
    walks_back=("reinstate_confirmed", "reinstate_shipped", "reinstate_delivered", "reinstate_cancelled"),
)
