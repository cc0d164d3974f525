"""The inbox's door without a message: an object is read at the provider and settled as its event would have it.

For whoever finds out by other means that a message was lost. Idempotent as every event is: each fact has its effect
once, whoever brings it first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from marketplace import db
from marketplace.config import Settings
from marketplace.history import Actor
from marketplace.provider_events.handler import Handler
from marketplace.provider_events.handlers import ACCOUNT_HANDLERS, HANDLERS, ChargeLine
from marketplace.providers.base import Provider


class ObjectKind(StrEnum):
    """What can be read again."""

    CHARGE = "charge"
    REFUND = "refund"
    TRANSFER = "transfer"
    DISPUTE = "dispute"
    BANK_PAYOUT = "payout"


@dataclass(frozen=True)
class ProviderObject:
    """Which object to read: for a charge with its intent, its line and our payment; for a payout with its account."""

    kind: ObjectKind
    object_id: str
    intent_id: str | None = None
    line_id: str | None = None
    payment_id: int | None = None
    account_id: str = ""


Read = Callable[[Provider, ProviderObject], Any]
_HANDLERS: Mapping[ObjectKind, Handler] = {
    ObjectKind.REFUND: HANDLERS["refund.updated"],
    ObjectKind.TRANSFER: HANDLERS["transfer.reversed"],
    ObjectKind.DISPUTE: HANDLERS["charge.dispute.updated"],
    ObjectKind.BANK_PAYOUT: ACCOUNT_HANDLERS["payout.updated"],
}


def reread(about: ProviderObject, *, provider: Provider, settings: Settings, actor: Actor, now: datetime) -> str:
    """Read an object at the provider and put it into the books as it stands; return what that did, in words.

    Raises Unknown or Refused when it can't be read, Contradiction or DomainError when it does not fit what we know.
    """
    if about.kind is ObjectKind.CHARGE:
        return _reread_charge(about, provider=provider, settings=settings, actor=actor, now=now)
    handler = _HANDLERS[about.kind]
    assert handler.read is not None  # noqa: S101  # all of the table read
    db.forbid_open_transaction()
    facts = handler.read(provider, about.object_id, {"account": about.account_id})
    return db.atomic(_apply, (db.TURN,), handler=handler, facts=facts, actor=actor, settings=settings, now=now)


def _reread_charge(
    about: ProviderObject, *, provider: Provider, settings: Settings, actor: Actor, now: datetime
) -> str:
    """Settle the charge's payment, if nobody has, and book its line with the fee."""
    db.forbid_open_transaction()
    notes = []
    if about.intent_id:
        intent = provider.get_intent(about.intent_id)
        values: dict[str, Any] = {"actor": actor, "settings": settings, "now": now}
        handler = HANDLERS["payment_intent.succeeded"]
        notes.append(db.atomic(_apply, (db.TURN,), handler=handler, facts=intent, **values))
    if about.line_id:
        facts = ChargeLine(about.payment_id, provider.get_balance_line(about.line_id))
        values = {"actor": actor, "settings": settings, "now": now}
        notes.append(db.atomic(_apply, (db.TURN,), handler=HANDLERS["charge.updated"], facts=facts, **values))
    return " ".join(notes)


def _apply(
    session: Session, *, handler: Handler, facts: object, actor: Actor, settings: Settings, now: datetime
) -> str:
    return handler.apply(session, facts, actor, settings, now)
