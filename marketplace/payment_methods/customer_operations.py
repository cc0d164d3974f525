"""Whom a provider knows by name: made once when somebody first wants a card saved, and begun anew where it is gone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.errors import Conflict
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.outbound import operations as outbound
from marketplace.outbound import watching
from marketplace.outbound.models import CallKind, WatchKind
from marketplace.outbound.requests import Answer
from marketplace.payment_methods.models import ProviderCustomer
from marketplace.providers.methods import ProviderCustomer as Known


@dataclass(frozen=True)
class Begun:
    """How far a customer is: at the provider under `customer_id`, or to be asked for by `call_id`."""

    customer_id: str | None
    call_id: int | None


def begin(session: Session, *, user_id: int, provider: str, now: datetime) -> Begun:
    """Make somebody a customer, or go on with the one there is; the caller sends the call when there is one.

    Raises Conflict while the provider is being asked.
    """
    customer = of_user(session, user_id=user_id, provider=provider)
    if customer is None:
        customer = ProviderCustomer(user_id=user_id, provider=provider, created_at=now)
        session.add(customer)
        session.flush()
    if customer.customer_id is not None:
        return Begun(customer.customer_id, None)
    if outbound.is_under_way(session, kind=CallKind.CREATE_CUSTOMER, subject_id=customer.id):
        raise Conflict(_("Your cards are being made ready. Please try again in a minute."))
    user = session.get_one(User, user_id)
    call_id = outbound.plan(
        session,
        provider=provider,
        kind=CallKind.CREATE_CUSTOMER,
        subject_id=customer.id,
        request={"user_id": user_id, "email": user.email, "full_name": user.name},
        actor=Actor.user(user_id),
        now=now,
    )
    return Begun(None, call_id)


def made(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Write what came of asking for a customer; after a refusal the person may ask again. The first one counts."""
    del code
    customer = session.get_one(ProviderCustomer, subject_id)
    if isinstance(answer, Known) and not answer.is_gone and customer.customer_id is None:
        customer.customer_id = answer.customer_id
        watch(session, customer, now=now)


def watch(session: Session, customer: ProviderCustomer, *, now: datetime, at_once: bool = False) -> None:
    """Ask from now on what a customer has saved: what they do on the provider's pages may be told in vain."""
    watching.begin(session, WatchKind.CUSTOMER, customer.id, now=now, at_once=at_once)


def watch_user(session: Session, *, user_id: int, provider: str, now: datetime, at_once: bool = False) -> None:
    """Ask from now on what somebody has saved; nothing for a person whom the provider does not know."""
    customer = of_user(session, user_id=user_id, provider=provider)
    if customer is not None and customer.customer_id is not None:
        watch(session, customer, now=now, at_once=at_once)


def of_user(session: Session, *, user_id: int, provider: str) -> ProviderCustomer | None:
    """Return the customer that a user is at a provider."""
    statement = select(ProviderCustomer).where(
        ProviderCustomer.user_id == user_id, ProviderCustomer.provider == provider
    )
    return session.execute(statement).scalar_one_or_none()


def of_id(session: Session, customer_id: str) -> ProviderCustomer | None:
    """Return the customer that a provider knows by this name."""
    statement = select(ProviderCustomer).where(ProviderCustomer.customer_id == customer_id)
    return session.execute(statement).scalar_one_or_none()
