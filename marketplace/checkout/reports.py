"""What a provider reports of a payment's money, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum

from marketplace.providers.base import BalanceLine


class Contradiction(Exception):
    """What the provider reports does not fit what we know: the object is read again before anything is believed."""


class Settled(StrEnum):
    """How a paid payment ended."""

    COUNTED = "counted"
    ALREADY = "already"
    UNAPPLIED = "unapplied"


@dataclass(frozen=True)
class PaidReport:
    """The provider says that a payment has its money: minor units; ids where the report carries them."""

    payment_id: int | None
    amount_minor: int
    currency: str
    intent_id: str | None
    session_id: str | None
    line: BalanceLine | None = None
    """What the provider took for it, where it says so at once."""
