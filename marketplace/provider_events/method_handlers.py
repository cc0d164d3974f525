"""Which operation each event about saved cards ends in. None is believed: what it names is read, in any order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.config import Settings
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.payment_methods import operations as methods
from marketplace.provider_events.handler import Handler
from marketplace.providers.base import Provider
from marketplace.providers.methods import ProviderMethod


@dataclass(frozen=True)
class MethodFacts:
    """What was saved, or taken away, as it stands; None where nothing was saved."""

    provider: str
    method: ProviderMethod | None


@dataclass(frozen=True)
class GoneFacts:
    """A customer that the provider has deleted; with `is_gone` False it is there still."""

    customer_id: str
    is_gone: bool


def _method(session: Session, facts: MethodFacts, actor: Actor, settings: Settings, now: datetime) -> str:
    if facts.method is None:
        return Text("No card was saved.")
    return methods.learn(session, found=facts.method, provider=facts.provider, actor=actor, now=now)


def _gone(session: Session, facts: GoneFacts, actor: Actor, settings: Settings, now: datetime) -> str:
    if not facts.is_gone:
        return Text("The provider has them still.")
    return methods.forget(session, customer_id=facts.customer_id, actor=actor, now=now)


def _read_method(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> MethodFacts:
    return MethodFacts(provider.name, provider.methods.get(object_id))


def _read_setup(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> MethodFacts:
    return MethodFacts(provider.name, provider.methods.saved_by(object_id))


def _read_page(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> MethodFacts:
    return MethodFacts(provider.name, provider.methods.get_page(object_id).method)


def _read_customer(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> GoneFacts:
    return GoneFacts(object_id, provider.methods.get_customer(object_id).is_gone)


_METHOD = Handler(None, _read_method, _method, payment_id=lambda facts: None, is_one_look=True)

METHOD_HANDLERS: dict[str, Handler] = {
    "payment_method.attached": _METHOD,
    "payment_method.updated": _METHOD,
    "payment_method.automatically_updated": _METHOD,
    "payment_method.detached": _METHOD,
    "setup_intent.succeeded": Handler(None, _read_setup, _method, payment_id=lambda facts: None),
    "customer.deleted": Handler(None, _read_customer, _gone, payment_id=lambda facts: None),
}
SAVING_PAGE = Handler(None, _read_page, _method, payment_id=lambda facts: None)
"""The end of a page on which a card is saved: its events have the names of those about payment pages."""
