"""What people have saved at a provider to pay with: customers, their methods, and the page that saves one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True)
class ProviderCustomer:
    """A person as the provider knows them."""

    customer_id: str
    user_id: int | None
    """Our user, from the metadata we set."""
    installation: str
    """Whose user that is, likewise; "" when it does not say."""
    default_method_id: str | None
    is_gone: bool = False
    """Whether the provider has deleted it."""


@dataclass(frozen=True)
class ProviderMethod:
    """Something a person pays with, as far as the provider tells: never its number."""

    method_id: str
    kind: str
    """The provider's word for what it is: card, us_bank_account and so on."""
    brand: str
    last4: str
    valid_until: date | None
    """Its last day; None for what does not expire."""
    fingerprint: str
    """The provider's mark of the number behind it, the same each time it is saved; "" where it tells none."""
    customer_id: str | None
    """Whose it is; None once it is taken away, or when it was never saved."""


@dataclass(frozen=True)
class SavingPage:
    """A provider's page on which a method is saved, as it stands."""

    page_id: str
    customer_id: str | None
    url: str | None
    is_complete: bool
    method: ProviderMethod | None
    """What was saved there, once it is complete."""


class Methods(Protocol):
    """What a provider can do about saved methods. Calls raise Unknown or Refused."""

    def create_customer(
        self, *, user_id: int, email: str, full_name: str, installation: str, key: str
    ) -> ProviderCustomer:
        """Make a customer of our user under the idempotency `key`."""

    def get_customer(self, customer_id: str) -> ProviderCustomer:
        """Read a customer again."""

    def find_customer(self, *, user_id: int, installation: str, since: datetime) -> ProviderCustomer | None:
        """Look up the customer made of our user, when the answer to creating it was lost."""

    def set_default(self, *, customer_id: str, method_id: str, installation: str, key: str) -> ProviderCustomer:
        """Let a customer's pages begin with one of their methods."""

    def open_page(self, customer_id: str, *, success_url: str, cancel_url: str) -> SavingPage:
        """Open a page on which a customer saves a card; nothing is charged. It stands for a day."""

    def get_page(self, page_id: str) -> SavingPage:
        """Read such a page again, with what was saved there."""

    def saved_by(self, setup_id: str) -> ProviderMethod | None:
        """Return what was saved by an intent to save something; None while nothing is."""

    def get(self, method_id: str) -> ProviderMethod:
        """Read a method again."""

    def methods_of(self, customer_id: str) -> tuple[ProviderMethod, ...]:
        """Return all that a customer has saved."""

    def used_for(self, charge_id: str) -> ProviderMethod | None:
        """Return what a charge was paid with; None where the provider does not say."""

    def detach(self, *, method_id: str, installation: str, key: str) -> ProviderMethod:
        """Take a method from its customer for good; raises Refused for one that is nobody's."""
