"""The port's part for taking money back from a seller's account at the provider."""

from typing import Protocol

from marketplace.providers.transfers import MadeReversal


class Reversals(Protocol):
    """What a provider can do about a transfer that should not have been. Calls raise Unknown or Refused."""

    def reverse(
        self, *, transfer_id: str, amount_minor: int, reference: str, installation: str, key: str
    ) -> MadeReversal:
        """Take `amount_minor` minor units of a transfer back under the idempotency `key`; refused when it is gone."""

    def find(self, *, transfer_id: str, reference: str, installation: str) -> MadeReversal | None:
        """Look up the reversal made for our row, when the answer to it was lost."""
