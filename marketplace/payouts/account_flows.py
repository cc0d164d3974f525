"""Where sellers' accounts meet the provider: opened once, links minted anew for each click. No open transaction."""

from collections.abc import Mapping
from datetime import datetime

import structlog

from marketplace import db
from marketplace.errors import Conflict
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.outbound import flows as outbound
from marketplace.outbound.flows import Outcomes
from marketplace.outbound.models import CallKind
from marketplace.payouts import account_queries, onboarding
from marketplace.payouts.states import AccountStatus
from marketplace.providers.accounts import ProviderAccount
from marketplace.providers.base import Provider, Refused, Unknown

OUTCOMES: Outcomes = {CallKind.CREATE_ACCOUNT: onboarding.opened}
_SILENT = Text("Our payment provider does not answer right now. Nothing is lost. Please try again in a minute.")
_REFUSED = Text("Our payment provider could not open an account: %(why)s")
NO_ACCESS = "account_invalid"
"""What the provider says of an account whose owner has taken our access away."""

log = structlog.get_logger()


def start(*, seller_id: int, country: str, provider: Provider, now: datetime) -> str:
    """Open a seller's account at the provider, once however often they ask, and return its id there.

    Raises NotFound, Invalid and Conflict as `onboarding.begin` does, and Conflict when the provider does not answer or
    says no. An unknown answer is followed by the janitor.
    """
    begun = db.atomic(
        onboarding.begin,
        [f"seller_account:{seller_id}"],
        seller_id=seller_id,
        country=country,
        provider=provider.name,
        now=now,
    )
    if begun.call_id is None:
        return begun.account_id or ""
    sent = outbound.send(begun.call_id, providers={provider.name: provider}, outcomes=OUTCOMES, now=now)
    if sent.refusal is not None:
        raise Conflict(_(_REFUSED, why=sent.refusal.message))
    found = account_queries.account_of(seller_id)
    if found is None or found.account_id is None or found.status == AccountStatus.DISCONNECTED:
        raise Conflict(_(_SILENT))
    return found.account_id


def setup_link(account_id: str, *, provider: Provider, return_url: str, refresh_url: str) -> str:
    """Return a fresh address of the provider's setup page; it opens once and is kept nowhere. Raises Conflict."""
    db.forbid_open_transaction()
    try:
        return provider.accounts.onboarding_link(account_id, return_url=return_url, refresh_url=refresh_url)
    except (Unknown, Refused) as error:
        raise Conflict(_(_SILENT)) from error


def login_link(account_id: str, *, provider: Provider) -> str:
    """Return a fresh address by which the seller opens their account at the provider. Raises Conflict."""
    db.forbid_open_transaction()
    try:
        return provider.accounts.login_link(account_id)
    except Unknown as error:
        raise Conflict(_(_SILENT)) from error
    except Refused as error:
        raise Conflict(_("Finish the setup first; then your account can be opened.")) from error


def read(account_id: str, *, provider: Provider) -> ProviderAccount | None:
    """Return an account as the provider has it now; None when it gives us no access any more. Raises as the port."""
    db.forbid_open_transaction()
    try:
        return provider.accounts.get(account_id)
    except Refused as refusal:
        if refusal.code == NO_ACCESS:
            return None
        raise


def read_again(account_id: str, *, actor: Actor, provider: Provider, now: datetime) -> bool:
    """Ask the provider about an account and put the answer into the books; return whether it answered."""
    try:
        found = read(account_id, provider=provider)
        if found is None:
            db.atomic(onboarding.lost, (), account_id=account_id, actor=actor, now=now)
        else:
            db.atomic(onboarding.follow, (), found=found, actor=actor, now=now)
    except Unknown as error:
        log.info("account not read", account_id=account_id, error=str(error))
        return False
    except (Refused, onboarding.NotOurs) as error:
        log.info("account not read", account_id=account_id, error=str(error))
        db.atomic(onboarding.asked, (), account_id=account_id, now=now)
    return True


def read_unheard(*, providers: Mapping[str, Provider], now: datetime) -> int:
    """Read accounts again about which an event may have been lost, a few at a time; return how many were read."""
    read_so_far = 0
    for account_id, provider in account_queries.unheard(now):
        if not read_again(account_id, actor=Actor.job("tick"), provider=providers[provider], now=now):
            break
        read_so_far += 1
    return read_so_far


def remind(*, now: datetime) -> int:
    """Tell sellers whose deadline at the provider is less than a week away, once for each; return how many."""
    return db.atomic(onboarding.remind, (), now=now)
