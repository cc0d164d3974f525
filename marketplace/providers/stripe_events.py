"""Stripe's list of events, thirty days of it (https://docs.stripe.com/api/events/list)."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from marketplace.providers import stripe_objects as objects
from marketplace.providers.base import InboundEvent, Refused

_PAGE = 100
# Which events tell about an object, by how its id begins; others are looked for among all types.
_TYPES = {
    "cs": ("checkout.session.completed", "checkout.session.expired", "checkout.session.async_payment_succeeded",
           "checkout.session.async_payment_failed"),
    "re": ("refund.created", "refund.updated", "refund.failed"),
    "pyr": ("refund.created", "refund.updated", "refund.failed"),
    "tr": ("transfer.created", "transfer.updated", "transfer.reversed"),
    "po": ("payout.created", "payout.updated", "payout.paid", "payout.failed", "payout.canceled"),
}  # fmt: skip

_MADE = (
    ("refund.updated", "/v1/refunds"),
    ("radar.early_fraud_warning.created", "/v1/radar/early_fraud_warnings"),
    ("charge.dispute.updated", "/v1/disputes"),
)


class StripeEvents:
    """The part of Stripe's API that tells what happened.

    Its answers stay JSON: what a webhook would have brought, so that it can go through the same door.
    """

    def __init__(self, client: Any, call: Callable[[Callable[[], Any]], Any]) -> None:
        self._client = client
        self._call = call

    def since(
        self,
        moment: datetime,
        *,
        until: datetime | None = None,
        account: str | None = None,
        types: Sequence[str] = (),
        undelivered: bool = False,
    ) -> tuple[InboundEvent, ...]:
        """Read the list page by page; Stripe gives the newest first."""
        created = {"gte": int(moment.timestamp())} | ({"lt": int(until.timestamp())} if until else {})
        params: dict[str, Any] = {"created": created, "limit": _PAGE}
        if types:
            params["types"] = list(types)
        if undelivered:
            params["delivery_success"] = False
        return tuple(reversed([_event(found, account) for found in self._pages("/v1/events", params, account)]))

    def about(self, object_id: str, *, since: datetime, account: str | None = None) -> tuple[InboundEvent, ...]:
        """Search the list: Stripe has no filter by object (https://docs.stripe.com/api/events/list)."""
        types = _TYPES.get(object_id.partition("_")[0], ())
        found = self.since(since, account=account, types=types)
        return tuple(event for event in found if event.object_id == object_id)

    def get(self, event_id: str, *, account: str | None = None) -> InboundEvent | None:
        """Read one event (https://docs.stripe.com/api/events/retrieve)."""
        try:
            return _event(self._read(f"/v1/events/{event_id}", {}, account), account)
        except Refused as error:
            if error.code == "resource_missing":
                return None
            raise

    def made_since(self, moment: datetime, *, livemode: bool) -> tuple[InboundEvent, ...]:
        """Read the lists of what may be made without us."""
        params = {"created": {"gte": int(moment.timestamp())}, "limit": _PAGE}
        listed = [
            objects.event_of(event_type, found, livemode=livemode)
            for event_type, path in _MADE
            for found in self._pages(path, params, None)
        ]
        return tuple(sorted(listed, key=lambda event: event.payload["created"]))

    def _pages(self, path: str, params: dict[str, Any], account: str | None) -> Iterator[dict[str, Any]]:
        page = self._read(path, params, account)
        while page["data"]:
            yield from page["data"]
            if not page["has_more"]:
                return
            page = self._read(path, {**params, "starting_after": page["data"][-1]["id"]}, account)

    def _read(self, path: str, params: dict[str, Any], account: str | None) -> dict[str, Any]:
        options = {"stripe_account": account} if account else {}
        answer = self._call(lambda: self._client.raw_request("get", path, **params, **options))
        found: dict[str, Any] = json.loads(answer.body)
        return found


def _event(payload: dict[str, Any], account: str | None) -> InboundEvent:
    """Return a listed event; asked of an account, it is about that account even where it does not say so."""
    return objects.event({**payload, "account": account} if account else payload)
