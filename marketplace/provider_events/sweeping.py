"""The sweeper: asks the provider about everything of ours that is not final, and settles it through the same door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.checkout import flows as checkout
from marketplace.checkout.settlement import Contradiction
from marketplace.config import Settings
from marketplace.errors import DomainError
from marketplace.history import Actor
from marketplace.language import ENGLISH, Text, reading
from marketplace.outbound import watching
from marketplace.outbound.models import WatchKind
from marketplace.payment_methods import flows as saved
from marketplace.payment_methods import queries as methods
from marketplace.provider_events import sweep_queries
from marketplace.provider_events.handler import Handler
from marketplace.provider_events.handlers import ChargeLine, handler_of
from marketplace.providers.base import Provider, Refused, Unknown

log = structlog.get_logger()

SWEEPER = Actor.job("sweeper")
_BATCH = 50
_LOOKS_AT_CUSTOMERS = 4
_SILENCES = 3
"""After as many questions in a row without an answer the sweeper waits for the next tick."""


@dataclass(frozen=True)
class Look:
    """What a look found: whether the row is final, whether nothing can follow then, and what was said."""

    is_final: bool
    note: str
    ends: bool = False


@dataclass(frozen=True)
class _Door:
    provider: Provider
    settings: Settings
    now: datetime

    def read(self, event_type: str, object_id: str, account: str | None = None) -> str:
        """Read an object and put it into the books as an event about it would; return what that did, in words."""
        handler = handler_of(event_type, account)
        if handler is None or handler.read is None:
            raise LookupError(f"{event_type} names no object that can be read")
        db.forbid_open_transaction()
        facts = handler.read(self.provider, object_id, {"account": account})
        return self.apply(handler, facts)

    def apply(self, handler: Handler, facts: object) -> str:
        """Put facts into the books, as an event that carries them would."""
        return db.atomic(_applied, (db.TURN,), handler=handler, facts=facts, settings=self.settings, now=self.now)


def look_due(*, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> int:
    """Ask about every row whose turn has come; return how many were looked at. One bad row stops no other."""
    silences = looked = 0
    for watched in db.atomic(watching.due, (), now=now, limit=_BATCH):
        try:
            found = _LOOKS[watched.kind](watched.subject_id, providers, settings, now)
            silences = 0
        except Unknown as error:
            found, silences = Look(is_final=False, note=f"No answer. {error}"), silences + 1
        except (Refused, Contradiction, DomainError) as error:
            found = Look(is_final=False, note=str(error))
        except Exception as error:
            log.exception("not looked at", kind=watched.kind, subject_id=watched.subject_id)
            found = Look(is_final=False, note=f"{type(error).__name__}: {error}")
        db.atomic(watching.looked, (), watched=watched, **vars(found), now=now)
        looked += 1
        if silences >= _SILENCES:
            break
    return looked


@reading(ENGLISH)  # what it writes down stays
def read_object(
    event_type: str,
    object_id: str,
    *,
    provider: Provider,
    settings: Settings,
    now: datetime,
    account: str | None = None,
) -> str:
    """Read an object that no event told about and put it into the books; return what that did, in words.

    `account` is the seller's account at the provider in which it is; None for one of ours.

    Raises Unknown and Refused as the port does, Contradiction for one that fits nothing we know.
    """
    return _Door(provider, settings, now).read(event_type, object_id, account)


def _applied(session: Session, *, handler: Handler, facts: object, settings: Settings, now: datetime) -> str:
    return handler.apply(session, facts, SWEEPER, settings, now)


def _look_at_payment(payment_id: int, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> Look:
    """Ask whether a payment has its money, and once it has, what the provider took for it."""
    standing = sweep_queries.payment(payment_id)
    provider = providers[standing.provider]
    note = standing.status.label
    if standing.is_open:
        checkout.ask(standing.attempt(payment_id), actor=SWEEPER, now=now, providers=providers, settings=settings)
        standing = sweep_queries.payment(payment_id)
        note = standing.status.label
    if standing.lacks_fee and standing.intent_id:
        note = _ask_fee(payment_id, standing.intent_id, _Door(provider, settings, now))
        standing = sweep_queries.payment(payment_id)
    return Look(is_final=not (standing.is_open or standing.lacks_fee), note=note, ends=True)


def _ask_fee(payment_id: int, intent_id: str, door: _Door) -> str:
    charge_id = door.provider.get_intent(intent_id).charge_id
    line = door.provider.charge_balance_line(charge_id) if charge_id else None
    handler = handler_of("charge.updated", None)
    if charge_id is None or line is None or handler is None:
        return Text("The provider does not know its fee yet.")
    return door.apply(handler, ChargeLine(payment_id, line, used=door.provider.methods.used_for(charge_id)))


def _look_at_refund(refund_id: int, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> Look:
    return _look_at_return(lambda: sweep_queries.refund(refund_id), providers, settings, now)


def _look_at_receipt(receipt_id: int, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> Look:
    return _look_at_return(lambda: sweep_queries.receipt(receipt_id), providers, settings, now)


def _look_at_return(
    standing: Callable[[], sweep_queries.ReturnStanding],
    providers: Mapping[str, Provider],
    settings: Settings,
    now: datetime,
) -> Look:
    """Ask how money on its way back stands; its lines in the provider's account come with it."""
    found = standing()
    if found.provider_refund_id is None:
        return Look(is_final=found.is_over, note=Text("The provider has not been heard about it."), ends=True)
    door = _Door(providers[found.provider], settings, now)
    note = door.read("refund.updated", found.provider_refund_id)
    return Look(is_final=standing().is_over, note=note)


def _look_at_payout(payout_id: int, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> Look:
    """Ask about the transfer with all that came back of it, and about the payment to the bank."""
    found = sweep_queries.payout(payout_id)
    door = _Door(providers[found.provider], settings, now)
    notes = []
    if found.transfer_id:
        notes.append(door.read("transfer.created", found.transfer_id))
    if found.provider_payout_id and found.account_id:
        notes.append(door.read("payout.updated", found.provider_payout_id, found.account_id))
    return Look(is_final=sweep_queries.payout(payout_id).is_over, note=" ".join(notes))


def _look_at_dispute(dispute_id: int, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> Look:
    found = sweep_queries.dispute(dispute_id)
    note = _Door(providers[found.provider], settings, now).read("charge.dispute.updated", found.provider_dispute_id)
    return Look(is_final=sweep_queries.dispute(dispute_id).is_over, note=note)


def _look_at_customer(row_id: int, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> Look:
    """Ask what somebody has saved. It is asked four times: a page on which they save something stands for a day."""
    customer = methods.customer(row_id)
    note = saved.read(row_id, provider=providers[customer.provider], actor=SWEEPER, now=now)
    return Look(is_final=watching.looks_of(WatchKind.CUSTOMER, row_id) >= _LOOKS_AT_CUSTOMERS, note=note, ends=True)


_LOOKS: dict[WatchKind, Callable[[int, Mapping[str, Any], Settings, datetime], Look]] = {
    WatchKind.PAYMENT: _look_at_payment,
    WatchKind.REFUND: _look_at_refund,
    WatchKind.RECEIPT: _look_at_receipt,
    WatchKind.PAYOUT: _look_at_payout,
    WatchKind.DISPUTE: _look_at_dispute,
    WatchKind.CUSTOMER: _look_at_customer,
}
