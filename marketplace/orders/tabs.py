"""The tabs of the order lists: which statuses each shows."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from marketplace.language import Text
from marketplace.orders.states import OrderStatus

_S = OrderStatus


class OrderTab(StrEnum):
    """A tab of an order list: its label and the statuses it shows; none means all."""

    label: str
    statuses: tuple[OrderStatus, ...]

    def __new__(cls, value: str, label: str, statuses: tuple[OrderStatus, ...] = ()) -> Self:
        """Make a tab."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.statuses = statuses
        return member

    def count_of(self, by_status: Mapping[OrderStatus, int]) -> int:
        """Return how many orders the tab holds, given the number of each status."""
        return sum(by_status.get(status, 0) for status in self.statuses or OrderStatus)


class BuyerTab(OrderTab):
    """The tabs of a buyer's orders."""

    ALL = "all", Text("All")
    TO_PAY = "to-pay", Text("To pay"), (_S.PENDING,)
    AT_BANK = "at-bank", Text("Payment on its way"), (_S.PENDING,)
    COMING = "coming", Text("Paid and on the way"), (_S.CONFIRMED, _S.SHIPPED)
    DELIVERED = "delivered", Text("Delivered"), (_S.DELIVERED,)
    CANCELLED = "cancelled", Text("Cancelled"), (_S.CANCELLED, _S.REFUNDED)

    @property
    def is_with_bank(self) -> bool | None:
        """Return whether the tab shows orders whose payment the bank is handling; None where that does not matter."""
        return {"to-pay": False, "at-bank": True}.get(self.value)

    def holds(self, status: OrderStatus, is_with_bank: bool) -> bool:
        """Return whether the tab shows an order of this status."""
        return (not self.statuses or status in self.statuses) and self.is_with_bank in {None, is_with_bank}


class SellerTab(OrderTab):
    """The tabs of a seller's orders."""

    TO_SHIP = "to-ship", Text("To send"), (_S.CONFIRMED,)
    WAITING = "waiting", Text("Waiting for payment"), (_S.PENDING,)
    SENT = "sent", Text("Sent"), (_S.SHIPPED,)
    DELIVERED = "delivered", Text("Delivered"), (_S.DELIVERED,)
    ALL = "all", Text("All")
