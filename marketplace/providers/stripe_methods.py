"""Customers, payment methods and Checkout in setup mode at Stripe (docs.stripe.com/payments/save-and-reuse)."""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, datetime
from secrets import token_hex
from typing import Any

from marketplace.providers.base import installation_of
from marketplace.providers.methods import ProviderCustomer, ProviderMethod, SavingPage
from marketplace.providers.stripe_objects import as_dict, our_id, reference

_PAGE = 100


class StripeMethods:
    """The part of Stripe's API that is about what people have saved."""

    def __init__(self, client: Any, call: Callable[[Callable[[], Any]], Any]) -> None:
        self._client = client.v1
        self._call = call

    def create_customer(
        self, *, user_id: int, email: str, full_name: str, installation: str, key: str
    ) -> ProviderCustomer:
        """Make a customer (https://docs.stripe.com/api/customers/create)."""
        params = {
            "email": email,
            "name": full_name,
            "metadata": {"user_id": str(user_id), "installation": installation},
        }
        return customer(self._call(lambda: self._client.customers.create(params, {"idempotency_key": key})))

    def get_customer(self, customer_id: str) -> ProviderCustomer:
        """Read a customer; a deleted one is there, and says so."""
        return customer(self._call(lambda: self._client.customers.retrieve(customer_id)))

    def find_customer(self, *, user_id: int, installation: str, since: datetime) -> ProviderCustomer | None:
        """Look through the customers made since `since` for the one that carries our user's id and name."""
        params = {"created": {"gte": int(since.timestamp()) - 60}, "limit": _PAGE}
        listed = self._call(lambda: self._client.customers.list(params))
        found = self._call(lambda: [customer(item) for item in listed.auto_paging_iter()])
        wanted = (user_id, installation)
        return next((one for one in found if (one.user_id, one.installation) == wanted), None)

    def set_default(self, *, customer_id: str, method_id: str, installation: str, key: str) -> ProviderCustomer:
        """Set the method that a customer's pages begin with; who asks stands in the request's own key."""
        params = {"invoice_settings": {"default_payment_method": method_id}}
        options = {"idempotency_key": key}
        return customer(self._call(lambda: self._client.customers.update(customer_id, params, options)))

    def open_page(self, customer_id: str, *, success_url: str, cancel_url: str) -> SavingPage:
        """Open a session of mode setup (https://docs.stripe.com/api/checkout/sessions/create)."""
        params = {
            "mode": "setup",
            "customer": customer_id,
            "payment_method_types": ["card"],
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        # A key of this click alone: a page that nobody uses moves nothing, and goes by itself.
        options = {"idempotency_key": f"saving-page/{token_hex(16)}"}
        return page(self._call(lambda: self._client.checkout.sessions.create(params, options)))

    def get_page(self, page_id: str) -> SavingPage:
        """Read a session again, with what its setup intent has saved."""
        params = {"expand": ["setup_intent.payment_method"]}
        return page(self._call(lambda: self._client.checkout.sessions.retrieve(page_id, params)))

    def saved_by(self, setup_id: str) -> ProviderMethod | None:
        """Read a setup intent with its payment method."""
        params = {"expand": ["payment_method"]}
        found = as_dict(self._call(lambda: self._client.setup_intents.retrieve(setup_id, params)))
        return _saved(found)

    def get(self, method_id: str) -> ProviderMethod:
        """Read a payment method; one that is taken away is there, and nobody's."""
        return method(self._call(lambda: self._client.payment_methods.retrieve(method_id)))

    def methods_of(self, customer_id: str) -> tuple[ProviderMethod, ...]:
        """List a customer's payment methods of every type."""
        params = {"limit": _PAGE}
        listed = self._call(lambda: self._client.customers.payment_methods.list(customer_id, params))
        return tuple(self._call(lambda: [method(item) for item in listed.auto_paging_iter()]))

    def used_for(self, charge_id: str) -> ProviderMethod | None:
        """Read a charge, which keeps what it was paid with."""
        return used(self._call(lambda: self._client.charges.retrieve(charge_id)))

    def detach(self, *, method_id: str, installation: str, key: str) -> ProviderMethod:
        """Detach a payment method; Stripe never lets one be attached again."""
        options = {"idempotency_key": key}
        return method(self._call(lambda: self._client.payment_methods.detach(method_id, {}, options)))


def customer(source: Any) -> ProviderCustomer:
    """Return a Customer; of a deleted one Stripe tells the id alone."""
    found = as_dict(source)
    settings = found.get("invoice_settings") or {}
    return ProviderCustomer(
        customer_id=found["id"],
        user_id=our_id(found, "user_id"),
        installation=installation_of(found),
        default_method_id=reference(settings, "default_payment_method"),
        is_gone=bool(found.get("deleted")),
    )


def method(source: Any) -> ProviderMethod:
    """Return a PaymentMethod."""
    found = as_dict(source)
    kind = str(found["type"])
    return ProviderMethod(
        method_id=found["id"], kind=kind, customer_id=reference(found, "customer"), **told(found.get(kind) or {})
    )


def told(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Stripe tells of a card or an account, in whatever object it does."""
    month, year = details.get("exp_month"), details.get("exp_year")
    return {
        "brand": str(details.get("brand") or details.get("bank_name") or "")[:64],
        "last4": str(details.get("last4") or "")[:4],
        "valid_until": date(year, month, monthrange(year, month)[1]) if month and year else None,
        "fingerprint": str(details.get("fingerprint") or "")[:64],
    }


def page(source: Any) -> SavingPage:
    """Return a Checkout Session of mode setup."""
    found = as_dict(source)
    intent = found.get("setup_intent")
    is_complete = found["status"] == "complete"
    return SavingPage(
        page_id=found["id"],
        customer_id=reference(found, "customer"),
        url=found.get("url"),
        is_complete=is_complete,
        method=_saved(intent) if is_complete and isinstance(intent, Mapping) else None,
    )


def used(charge: Any) -> ProviderMethod | None:
    """Return what a Charge was paid with; None where it does not say."""
    found = as_dict(charge)
    details, method_id = found.get("payment_method_details") or {}, reference(found, "payment_method")
    if not details.get("type") or not method_id:
        return None
    kind = str(details["type"])
    return ProviderMethod(
        method_id=method_id, kind=kind, customer_id=reference(found, "customer"), **told(details.get(kind) or {})
    )


def _saved(intent: Mapping[str, Any]) -> ProviderMethod | None:
    found = intent.get("payment_method")
    return method(found) if intent["status"] == "succeeded" and found else None
