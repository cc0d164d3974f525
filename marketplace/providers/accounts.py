"""Sellers' accounts at a provider: what can be asked, and what is known of one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Requirement:
    """One thing the provider asks a seller for; `due` is past, currently, pending or eventually."""

    name: str
    due: str


@dataclass(frozen=True)
class BankAccount:
    """Where a provider pays a seller to, as far as it may be shown."""

    name: str
    last4: str
    currency: str


@dataclass(frozen=True)
class ProviderAccount:
    """A seller's account at the provider as it stands."""

    account_id: str
    seller_id: int | None
    """Our seller, from the metadata we set."""
    installation: str
    """Whose seller that is, likewise; "" when it does not say."""
    country: str
    transfers_enabled: bool
    """Whether the platform may transfer money to it."""
    payouts_enabled: bool
    """Whether it may be paid out to a bank."""
    details_submitted: bool
    disabled_reason: str | None
    requirements: tuple[Requirement, ...]
    deadline: datetime | None
    """Until when what is currently due must be there; None: at once, or nothing is due."""
    bank: BankAccount | None


class Accounts(Protocol):
    """What a provider can do about sellers' accounts. Calls raise Unknown or Refused."""

    def create(self, *, seller_id: int, email: str, country: str, installation: str, key: str) -> ProviderAccount:
        """Open an account for a seller under the idempotency `key`; nothing leaves it for a bank by itself."""

    def get(self, account_id: str) -> ProviderAccount:
        """Read an account again; raises Refused when the seller has taken our access away."""

    def find(self, *, seller_id: int, installation: str, since: datetime) -> ProviderAccount | None:
        """Look up the account made for our seller, when the answer to creating it was lost."""

    def onboarding_link(self, account_id: str, *, return_url: str, refresh_url: str) -> str:
        """Return an address of the provider's own page for the seller: opens once, for minutes, never to be kept."""

    def login_link(self, account_id: str) -> str:
        """Return an address by which the seller signs in at the provider: opens once, never to be kept."""
