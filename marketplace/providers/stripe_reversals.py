"""Stripe's transfer reversals that we ask for (stripe-reference section 8)."""

from collections.abc import Callable
from typing import Any

from marketplace.providers.stripe_transfers import reversal
from marketplace.providers.transfers import MadeReversal


class StripeReversals:
    """The part of Stripe's API that takes transferred money back."""

    def __init__(self, client: Any, call: Callable[[Callable[[], Any]], Any]) -> None:
        self._reversals = client.v1.transfers.reversals
        self._call = call

    def reverse(
        self, *, transfer_id: str, amount_minor: int, reference: str, installation: str, key: str
    ) -> MadeReversal:
        """Reverse part or all of a transfer (https://docs.stripe.com/api/transfer_reversals/create).

        The amount is never left out: without it Stripe takes all of the transfer, other orders' money included.
        """
        params = {
            "amount": amount_minor,
            "metadata": {"reference": reference, "installation": installation},
            "expand": ["balance_transaction"],
        }
        return reversal(self._call(lambda: self._reversals.create(transfer_id, params, {"idempotency_key": key})))

    def find(self, *, transfer_id: str, reference: str, installation: str) -> MadeReversal | None:
        """Look through a transfer's reversals for the one that carries our row's reference and our name."""
        params = {"limit": 100, "expand": ["data.balance_transaction"]}
        listed = self._call(lambda: self._reversals.list(transfer_id, params))
        found = self._call(lambda: [reversal(item) for item in listed.auto_paging_iter()])
        wanted = (reference, installation)
        return next((one for one in found if (one.reference, one.installation) == wanted), None)
