"""What each kind of call asks of the port, from its frozen request; and how its object is looked up again."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from marketplace.outbound.models import CallKind
from marketplace.outbound.operations import TakenCall
from marketplace.providers.base import Checkout, CheckoutLine, CheckoutRequest, Provider, ProviderRefund

Answer = Checkout | ProviderRefund


def frozen_checkout(request: CheckoutRequest) -> dict[str, Any]:
    """Return `request` as it is stored in a call."""
    return {**asdict(request), "expires_at": request.expires_at.isoformat()}


def checkout_request(stored: Mapping[str, Any]) -> CheckoutRequest:
    """Return a stored request as the port takes it."""
    values = dict(stored)
    values["lines"] = tuple(CheckoutLine(**line) for line in values["lines"])
    values["expires_at"] = datetime.fromisoformat(values["expires_at"])
    return CheckoutRequest(**values)


def send(provider: Provider, call: TakenCall) -> Answer:
    """Make the call; raises Unknown or Refused."""
    if call.kind == CallKind.CREATE_CHECKOUT:
        return provider.create_checkout(checkout_request(call.request), key=call.idempotency_key)
    if call.kind == CallKind.EXPIRE_CHECKOUT:
        return provider.expire_checkout(call.request["session_id"], key=call.idempotency_key)
    return provider.refund(**call.request, key=call.idempotency_key)


def look_up(provider: Provider, call: TakenCall) -> Answer | None:
    """Return the object that the call made, or None when the provider has none; raises Unknown or Refused."""
    if call.kind == CallKind.CREATE_CHECKOUT:
        wanted = checkout_request(call.request)
        return provider.find_checkout(wanted.payment_id, installation=wanted.installation, since=call.first_sent_at)
    if call.kind == CallKind.EXPIRE_CHECKOUT:
        return provider.get_checkout(call.request["session_id"])
    return provider.find_refund(intent_id=call.request["intent_id"], reference=call.request["reference"])


def object_id(answer: Answer) -> str:
    """Return the provider's id of what the call made or changed."""
    return answer.session_id if isinstance(answer, Checkout) else answer.refund_id
