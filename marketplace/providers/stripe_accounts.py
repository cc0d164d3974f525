"""Connected accounts at Stripe (stripe-reference section 8)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from marketplace.providers.accounts import BankAccount, ProviderAccount, Requirement
from marketplace.providers.base import installation_of
from marketplace.providers.stripe_objects import as_dict, moment, our_id

# In this order: what is past due is currently due as well, and what is currently due eventually.
_DUE = (
    ("past", "past_due"),
    ("currently", "currently_due"),
    ("pending", "pending_verification"),
    ("eventually", "eventually_due"),
)
_PAGE = 100


class StripeAccounts:
    """The part of Stripe's API that is about sellers' accounts."""

    def __init__(self, client: Any, call: Callable[[Callable[[], Any]], Any]) -> None:
        self._client = client.v1
        self._call = call

    def create(self, *, seller_id: int, email: str, country: str, installation: str, key: str) -> ProviderAccount:
        """Open an Express account that is only paid by us (https://docs.stripe.com/api/accounts/create)."""
        params = {
            "type": "express",
            "country": country,
            "email": email,
            "capabilities": {"transfers": {"requested": True}},
            # We pay each seller out ourselves, on the day they chose: nothing leaves by Stripe's own daily habit.
            "settings": {"payouts": {"schedule": {"interval": "manual"}}},
            "metadata": {"seller_id": str(seller_id), "installation": installation},
        }
        return account(self._call(lambda: self._client.accounts.create(params, {"idempotency_key": key})))

    def get(self, account_id: str) -> ProviderAccount:
        """Read an account; Stripe says 403 `account_invalid` once the seller has disconnected it."""
        return account(self._call(lambda: self._client.accounts.retrieve(account_id)))

    def find(self, *, seller_id: int, installation: str, since: datetime) -> ProviderAccount | None:
        """Look through the accounts created since `since` for the one that carries our seller's id and name."""
        params = {"created": {"gte": int(since.timestamp()) - 60}, "limit": _PAGE}
        listed = self._call(lambda: self._client.accounts.list(params))
        accounts = self._call(lambda: [account(item) for item in listed.auto_paging_iter()])
        wanted = (seller_id, installation)
        return next((found for found in accounts if (found.seller_id, found.installation) == wanted), None)

    def onboarding_link(self, account_id: str, *, return_url: str, refresh_url: str) -> str:
        """Make an account link (https://docs.stripe.com/api/account_links/create), which has no idempotency key."""
        params = {
            "account": account_id,
            "type": "account_onboarding",
            "return_url": return_url,
            "refresh_url": refresh_url,
            "collection_options": {"fields": "eventually_due"},
        }
        return str(self._call(lambda: self._client.account_links.create(params)).url)

    def login_link(self, account_id: str) -> str:
        """Make a link to the Express dashboard; Stripe refuses before the details have been given."""
        return str(self._call(lambda: self._client.accounts.login_links.create(account_id)).url)


def account(source: Any) -> ProviderAccount:
    """Return an Account."""
    found = as_dict(source)
    asked = found.get("requirements") or {}
    deadline = asked.get("current_deadline")
    return ProviderAccount(
        account_id=found["id"],
        seller_id=our_id(found, "seller_id"),
        installation=installation_of(found),
        country=found.get("country") or "",
        transfers_enabled=(found.get("capabilities") or {}).get("transfers") == "active",
        payouts_enabled=bool(found.get("payouts_enabled")),
        details_submitted=bool(found.get("details_submitted")),
        disabled_reason=asked.get("disabled_reason"),
        requirements=_requirements(asked),
        deadline=moment(deadline) if deadline else None,
        bank=_bank((found.get("external_accounts") or {}).get("data") or ()),
    )


def _requirements(asked: Mapping[str, Any]) -> tuple[Requirement, ...]:
    """Return each requirement once, with the most urgent of the lists it stands in."""
    due: dict[str, str] = {}
    for word, listed in _DUE:
        for name in asked.get(listed) or ():
            due.setdefault(name, word)
    return tuple(Requirement(name, word) for name, word in due.items())


def _bank(listed: Any) -> BankAccount | None:
    """Return the account that is paid to: the default one of its currency, else the first."""
    chosen = next((item for item in listed if item.get("default_for_currency")), next(iter(listed), None))
    if chosen is None:
        return None
    name = chosen.get("bank_name") or chosen.get("brand") or ""
    return BankAccount(name[:64], str(chosen.get("last4") or "")[:64], str(chosen.get("currency") or "").upper())
