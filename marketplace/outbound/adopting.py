"""The object that a person says a call has made: read at the provider by its id, and believed only when it fits."""

from collections.abc import Callable, Mapping
from typing import Any

from marketplace.outbound import requests
from marketplace.outbound.models import CallKind
from marketplace.outbound.operations import TakenCall
from marketplace.outbound.requests import Answer
from marketplace.providers.base import Provider

Read = Callable[[Provider, Mapping[str, Any], str], Any]


def read(provider: Provider, call: TakenCall, object_id: str) -> Answer | None:
    """Return the object `object_id` if it is what the call asked for; None when it is something else.

    Raises Unknown and Refused as the port does.
    """
    found = _READ[call.kind](provider, call.request, object_id)
    if found is None or not _fits(call, found, object_id):
        return None
    answer: Answer = found
    return answer


def _fits(call: TakenCall, found: Any, object_id: str) -> bool:
    """Return whether an object carries what the request gave it: its own name for the row, amount and currency."""
    if requests.object_id(call.kind, found) != object_id:
        return False
    asked = call.request
    return all(getattr(found, name) == asked[name] for name in _CARRIED if hasattr(found, name) and name in asked)


# What a provider's object gives back of the request that made it, where it has such a field at all.
_CARRIED = (
    "payment_id",
    "intent_id",
    "reference",
    "installation",
    "seller_id",
    "amount_minor",
    "currency",
    "account_id",
    "transfer_id",
    "name",
    "dispute_id",
    "user_id",
    "customer_id",
    "method_id",
)


def _refund(provider: Provider, asked: Mapping[str, Any], object_id: str) -> Any:
    return provider.get_refund(object_id)


def _reversal(provider: Provider, asked: Mapping[str, Any], object_id: str) -> Any:
    made = provider.transfers.reversals_of(asked["transfer_id"])
    return next((one for one in made if one.reversal_id == object_id), None)


def _checkout(provider: Provider, asked: Mapping[str, Any], object_id: str) -> Any:
    return provider.get_checkout(object_id)


def _closed(provider: Provider, asked: Mapping[str, Any], object_id: str) -> Any:
    found = provider.get_checkout(asked["session_id"])
    return None if found.is_open else found


def _captured(provider: Provider, asked: Mapping[str, Any], object_id: str) -> Any:
    found = provider.get_checkout(asked["session_id"])
    return found if found.is_complete else None


def _dropped(provider: Provider, asked: Mapping[str, Any], object_id: str) -> Any:
    found = provider.methods.get(asked["method_id"])
    return None if found.customer_id else found


def _default(provider: Provider, asked: Mapping[str, Any], object_id: str) -> Any:
    found = provider.methods.get_customer(asked["customer_id"])
    return found if found.default_method_id == asked["method_id"] else None


_READ: dict[CallKind, Read] = {
    CallKind.CREATE_CHECKOUT: _checkout,
    CallKind.EXPIRE_CHECKOUT: _closed,
    CallKind.CAPTURE_CHECKOUT: _captured,
    CallKind.REFUND: _refund,
    CallKind.RETURN: _refund,
    CallKind.CREATE_ACCOUNT: lambda provider, asked, object_id: provider.accounts.get(object_id),
    CallKind.TRANSFER: lambda provider, asked, object_id: provider.transfers.get_transfer(object_id),
    CallKind.BANK_PAYOUT: lambda provider, asked, object_id: provider.transfers.get_bank_payout(
        asked["account_id"], object_id
    ),
    CallKind.REVERSAL: _reversal,
    CallKind.CREATE_CUSTOMER: lambda provider, asked, object_id: provider.methods.get_customer(object_id),
    CallKind.DETACH_METHOD: _dropped,
    CallKind.DEFAULT_METHOD: _default,
}


def can_read(kind: CallKind) -> bool:
    """Return whether a person can name what a call of `kind` made; evidence is looked up by its own name instead."""
    return kind in _READ
