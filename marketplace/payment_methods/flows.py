"""Where saved cards meet the provider: a customer made once, a page to save on, a card dropped. No open transaction."""

from collections.abc import Mapping
from datetime import datetime

import structlog

from marketplace import db
from marketplace.errors import Conflict, NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.outbound import flows as outbound
from marketplace.outbound.flows import Outcome
from marketplace.outbound.models import CallKind
from marketplace.payment_methods import customer_operations as customers
from marketplace.payment_methods import operations, queries, rules
from marketplace.providers.base import Provider, Refused, Unknown

log = structlog.get_logger()

OUTCOMES: Mapping[CallKind, Outcome] = {
    CallKind.CREATE_CUSTOMER: customers.made,
    CallKind.DETACH_METHOD: operations.remove_answered,
    CallKind.DEFAULT_METHOD: operations.default_answered,
}
_SILENT = Text("Our payment provider does not answer right now. Nothing is lost. Please try again in a minute.")
_REFUSED = Text("Our payment provider refuses: %(why)s")


def known(*, user_id: int, provider: Provider, now: datetime) -> str:
    """Make somebody a customer of the provider, once however often they ask, and return its name for them.

    Raises Conflict when the provider does not answer or says no. An unknown answer is followed by the janitor.
    """
    begun = db.atomic(customers.begin, [f"customer:{user_id}"], user_id=user_id, provider=provider.name, now=now)
    if begun.call_id is None:
        return begun.customer_id or ""
    sent = outbound.send(begun.call_id, providers={provider.name: provider}, outcomes=OUTCOMES, now=now)
    if sent.refusal is not None:
        raise Conflict(_(_REFUSED, why=sent.refusal.message))
    found = queries.customer_of(user_id, provider.name)
    if found is None or found.customer_id is None:
        raise Conflict(_(_SILENT))
    return found.customer_id


def is_known(*, user_id: int, provider: Provider, now: datetime) -> bool:
    """Make somebody a customer if the provider answers now; return whether they are one. A purchase never waits."""
    try:
        known(user_id=user_id, provider=provider, now=now)
    except Conflict as error:
        log.info("no customer yet", user_id=user_id, because=error.message)
        return False
    return True


def open_page(*, user_id: int, provider: Provider, success_url: str, cancel_url: str, now: datetime) -> str:
    """Return a fresh address of the provider's page on which a card is saved; it is kept nowhere. Raises Conflict."""
    db.atomic(operations.check_room, (), user_id=user_id)
    customer_id = known(user_id=user_id, provider=provider, now=now)
    db.atomic(customers.watch_user, (), user_id=user_id, provider=provider.name, now=now)
    db.forbid_open_transaction()
    try:
        page = provider.methods.open_page(customer_id, success_url=success_url, cancel_url=cancel_url)
    except Refused as error:
        raise Conflict(_(_REFUSED, why=error.message)) from error
    except Unknown as error:
        raise Conflict(_(_SILENT)) from error
    if not page.url:
        raise Conflict(_(_SILENT))
    return page.url


def came_back(*, user_id: int, page_id: str, provider: Provider, now: datetime) -> str:
    """Put what was saved on a page into the books and return what it is called; "" when that is not known yet.

    Raises NotFound for somebody else's page.
    """
    db.forbid_open_transaction()
    try:
        page = provider.methods.get_page(page_id)
    except Unknown:
        return ""
    except Refused as error:
        raise NotFound(_("There is no such page.")) from error
    customer = queries.customer_of(user_id, provider.name)
    if customer is None or customer.customer_id is None or page.customer_id != customer.customer_id:
        raise NotFound(_("There is no such page."))
    if page.method is None:
        return ""
    actor = Actor.user(user_id, "came back")
    db.atomic(operations.learn, (db.TURN,), found=page.method, provider=provider.name, actor=actor, now=now)
    return rules.name(page.method.kind, page.method.brand, page.method.last4)


def remove(*, user_id: int, method_id: int, provider: Provider, now: datetime) -> bool:
    """Take a saved card out of use and have the provider drop it; return whether it has.

    However the call ends, the card is out of use: the janitor goes on. Raises NotFound for somebody else's.
    """
    lock = [f"customer:{user_id}"]
    call_id = db.atomic(operations.remove, lock, user_id=user_id, method_id=method_id, now=now)
    if call_id is None:
        return True
    sent = outbound.send(call_id, providers={provider.name: provider}, outcomes=OUTCOMES, now=now)
    if sent.refusal is not None:
        read_again(user_id=user_id, provider=provider, now=now)
    return sent.answer is not None


def set_default(*, user_id: int, method_id: int, provider: Provider, now: datetime) -> None:
    """Let payment pages begin with a saved card; the provider is told now or by the janitor.

    Raises NotFound for somebody else's, Conflict for one that can't be paid with.
    """
    lock = [f"customer:{user_id}"]
    call_id = db.atomic(operations.set_default, lock, user_id=user_id, method_id=method_id, now=now)
    if call_id is not None:
        outbound.send(call_id, providers={provider.name: provider}, outcomes=OUTCOMES, now=now)


def read_again(*, user_id: int, provider: Provider, now: datetime) -> None:
    """Ask the provider what somebody has saved and put it into the books; no answer changes nothing."""
    found = queries.customer_of(user_id, provider.name)
    if found is None:
        return
    try:
        read(found.id, provider=provider, actor=Actor.user(user_id), now=now)
    except (Unknown, Refused) as error:
        log.info("saved cards not read", user_id=user_id, because=str(error))


def read(row_id: int, *, provider: Provider, actor: Actor, now: datetime) -> str:
    """Ask the provider what a customer has saved and put it into the books; return what that did, in words.

    Raises Unknown and Refused as the port does.
    """
    customer_id = queries.customer(row_id).customer_id
    if customer_id is None:
        return Text("The provider does not know them.")
    db.forbid_open_transaction()
    if provider.methods.get_customer(customer_id).is_gone:
        return db.atomic(operations.forget, (db.TURN,), customer_id=customer_id, actor=actor, now=now)
    found = provider.methods.methods_of(customer_id)
    return db.atomic(operations.learn_all, (db.TURN,), customer_row_id=row_id, found=found, actor=actor, now=now)
