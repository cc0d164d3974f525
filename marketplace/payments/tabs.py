"""The tabs of the payment lists: the eight statuses, and all that brought money together."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from marketplace.language import Text
from marketplace.payment_records.states import HAS_MONEY, PaymentStatus

_S = PaymentStatus


class PaymentTab(StrEnum):
    """A tab of a payment list: its label and the statuses it shows; none means all."""

    label: str
    statuses: tuple[PaymentStatus, ...]

    def __new__(cls, value: str, label: str, statuses: tuple[PaymentStatus, ...] = ()) -> Self:
        """Make a tab."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.statuses = label, statuses
        return member

    ALL = "all", Text("All")
    PENDING = _S.PENDING.value, _S.PENDING.label, (_S.PENDING,)
    PROCESSING = _S.PROCESSING.value, _S.PROCESSING.label, (_S.PROCESSING,)
    COMPLETED = _S.COMPLETED.value, _S.COMPLETED.label, (_S.COMPLETED,)
    FAILED = _S.FAILED.value, _S.FAILED.label, (_S.FAILED,)
    EXPIRED = _S.EXPIRED.value, _S.EXPIRED.label, (_S.EXPIRED,)
    CANCELLED = _S.CANCELLED.value, _S.CANCELLED.label, (_S.CANCELLED,)
    REFUNDED = _S.REFUNDED.value, _S.REFUNDED.label, (_S.REFUNDED,)
    PARTIALLY_REFUNDED = _S.PARTIALLY_REFUNDED.value, _S.PARTIALLY_REFUNDED.label, (_S.PARTIALLY_REFUNDED,)
    HAS_MONEY = "has-money", Text("Money was taken"), HAS_MONEY
    """No tab of its own; figures lead here."""

    @property
    def is_shown(self) -> bool:
        """Return whether it stands among the tabs of a list."""
        return self is not PaymentTab.HAS_MONEY

    def count_of(self, by_status: Mapping[PaymentStatus, int]) -> int:
        """Return how many payments the tab holds, given the number of each status."""
        return sum(by_status.get(status, 0) for status in self.statuses or PaymentStatus)
