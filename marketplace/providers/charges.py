"""The port's part for what a provider keeps of a payment that succeeded: how it was paid, and what has gone back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class ProviderCharge:
    """A charge at the provider as it stands; amounts in minor units."""

    charge_id: str
    method: str
    """The provider's word for how it was paid: card, sepa_debit, us_bank_account."""
    created_at: datetime
    amount_minor: int
    refunded_minor: int
    """What has gone back of it or is on its way, whoever asked for it."""
    currency: str
    is_paid: bool
    is_disputed: bool


@dataclass(frozen=True)
class CardUse:
    """A card that a charge was tried with, as the provider tells it without a digit of its number."""

    charge_id: str
    fingerprint: str
    """The provider's token, the same for the same card."""
    brand: str
    country: str
    """Of the bank that issued it, ISO 3166-1 alpha-2; "" where it is not said."""
    has_paid: bool


class Charges(Protocol):
    """What a provider can tell of charges. Calls raise Unknown or Refused; none may run inside a transaction."""

    def get(self, charge_id: str) -> ProviderCharge:
        """Read a charge again."""
