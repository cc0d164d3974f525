"""Charges at Stripe (https://docs.stripe.com/api/charges/retrieve): read, never made."""

from collections.abc import Callable
from typing import Any

from marketplace.providers import stripe_objects as objects
from marketplace.providers.charges import ProviderCharge


class StripeCharges:
    """The part of Stripe's API that tells of charges."""

    def __init__(self, client: Any, call: Callable[[Callable[[], Any]], Any]) -> None:
        self._client = client.v1
        self._call = call

    def get(self, charge_id: str) -> ProviderCharge:
        """Read a charge again."""
        found = objects.as_dict(self._call(lambda: self._client.charges.retrieve(charge_id)))
        return ProviderCharge(
            charge_id=found["id"],
            method=str((found.get("payment_method_details") or {}).get("type") or ""),
            created_at=objects.moment(found["created"]),
            amount_minor=found["amount"],
            refunded_minor=found["amount_refunded"],
            currency=found["currency"].upper(),
            is_paid=bool(found["paid"]),
            is_disputed=bool(found["disputed"]),
        )
