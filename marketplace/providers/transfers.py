"""The port's part for paying sellers: to their account at the provider, on to their bank, and what came back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from marketplace.providers.base import BalanceLine


@dataclass(frozen=True)
class Transfer:
    """Money moved from our balance to a seller's account. It exists or it does not; it has no status."""

    transfer_id: str
    account_id: str
    amount_minor: int
    currency: str
    reference: str | None
    """Our row that asked for it, `payout:7`; None when it was made at the provider."""
    installation: str
    """Whose row that is; "" when it does not say."""
    line: BalanceLine
    """What it took from our balance."""


@dataclass(frozen=True)
class MadeReversal:
    """Money of a transfer that came back to our balance."""

    reversal_id: str
    transfer_id: str
    amount_minor: int
    currency: str
    reference: str | None
    """Our row that asked for it, `reversal:5`; None when it was made at the provider."""
    installation: str
    line: BalanceLine


@dataclass(frozen=True)
class BankPayout:
    """A payment from a seller's account to their bank, as it stands."""

    payout_id: str
    account_id: str
    amount_minor: int
    currency: str
    status: str
    """pending, in_transit, paid, failed or canceled; paid may still become failed."""
    reference: str | None
    installation: str
    arrives_at: datetime
    failure_code: str | None
    failure_message: str | None


class Transfers(Protocol):
    """What a provider can do to pay sellers. Calls raise Unknown or Refused; none may run inside a transaction."""

    def transfer(
        self,
        *,
        account_id: str,
        amount_minor: int,
        currency: str,
        group: str,
        reference: str,
        installation: str,
        key: str,
    ) -> Transfer:
        """Move money from our available balance to a seller's account under the idempotency `key`."""

    def get_transfer(self, transfer_id: str) -> Transfer:
        """Read a transfer again."""

    def transfer_and_reversals(self, transfer_id: str) -> tuple[Transfer, tuple[MadeReversal, ...]]:
        """Read a transfer again with what came back of it so far, oldest first: one question where one is enough."""

    def find_transfer(self, *, group: str, reference: str, installation: str) -> Transfer | None:
        """Look up the transfer made for our row, when the answer to it was lost."""

    def reversals_of(self, transfer_id: str) -> tuple[MadeReversal, ...]:
        """Return what came back of a transfer so far, whoever asked for it, oldest first."""

    def pay_bank(
        self, *, account_id: str, amount_minor: int, currency: str, reference: str, installation: str, key: str
    ) -> BankPayout:
        """Send money from a seller's account to their bank under the idempotency `key`."""

    def get_bank_payout(self, account_id: str, payout_id: str) -> BankPayout:
        """Read a payment to a bank again."""

    def find_bank_payout(
        self, *, account_id: str, reference: str, installation: str, since: datetime
    ) -> BankPayout | None:
        """Look up the newest payment to a bank made for our row since `since`."""
