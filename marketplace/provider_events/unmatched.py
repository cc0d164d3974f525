"""Events about what we don't know, and what an admin decides: ours after all, money to give back, or not ours.

Somebody took a payment in the provider's dashboard, or another program uses the same account. Machines may not guess
whose money that is, so the event waits; the decision ends in the same operations as everything else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from marketplace import db, history
from marketplace.checkout import settlement
from marketplace.checkout.settlement import Contradiction, PaidReport, Settled
from marketplace.config import MoneyPolicy
from marketplace.errors import Conflict, Invalid
from marketplace.history import Actor
from marketplace.language import ENGLISH, Text, reading
from marketplace.language import gettext as _
from marketplace.orders.models import Purchase
from marketplace.payment_records.models import Payment
from marketplace.payment_records.records import NewPayment
from marketplace.payment_records.states import PaymentStatus
from marketplace.payment_records.tracker import get_payment_tracker
from marketplace.payments import operations as payments
from marketplace.payments import trackers
from marketplace.payments.rules import RefundRule
from marketplace.provider_events import operations, unmatched_queries
from marketplace.provider_events.models import EventAttempt, ProviderEvent
from marketplace.provider_events.states import EventRoad, EventStatus, Outcome
from marketplace.provider_events.unmatched_queries import Unmatched, is_about
from marketplace.providers.base import Intent, Provider, Refused, Unknown

_WITH_MONEY = frozenset({PaymentStatus.COMPLETED, PaymentStatus.REFUNDED, PaymentStatus.PARTIALLY_REFUNDED})
# What these report is all in the decision; what others report (the fee, a refund) is still to come.
_TELL_OF_MONEY = ("checkout.session.", "payment_intent.", "charge.succeeded")


class Decision(StrEnum):
    """What an admin says about an event that fits nothing."""

    OURS = "ours"
    GIVE_BACK = "give_back"
    NOT_OURS = "not_ours"


@dataclass(frozen=True)
class Verdict:
    """A decision with who took it, why, and, for OURS, the purchase it names."""

    decision: Decision
    admin_id: int
    reason: str
    purchase_number: str = ""


@dataclass(frozen=True)
class Asked:
    """What the provider says of the payment an event is about; `problem` in words when it says nothing."""

    intent: Intent | None
    problem: str

    @property
    def has_money(self) -> bool:
        """Return whether there is money to decide about."""
        return self.intent is not None and self.intent.status == "succeeded" and self.intent.amount_minor > 0


def ask(found: Unmatched, *, provider: Provider) -> Asked:
    """Ask the provider how the payment stands that an event is about. Not inside a transaction."""
    if found.intent_id is None:
        return Asked(None, _("It is about no payment."))
    try:
        return Asked(provider.get_intent(found.intent_id), "")
    except Unknown:
        return Asked(None, _("The provider did not answer. Please try again."))
    except Refused as error:
        return Asked(None, _("The provider does not give it out: %(why)s", why=error.message))


def decide(event_row_id: int, verdict: Verdict, *, provider: Provider, policy: MoneyPolicy, now: datetime) -> str:
    """Do what an admin decided about an unmatched event and all that wait with it; return what was done, in words.

    Raises NotFound; Conflict when somebody decided before, or it does not fit; Invalid (field) for a bad purchase.
    """
    found = unmatched_queries.unmatched(event_row_id)
    work: Callable[[Session], str]
    if verdict.decision is Decision.NOT_OURS:
        work = partial(_put_aside, found=found, verdict=verdict, now=now)
    else:
        asked = ask(found, provider=provider)
        if asked.intent is None or not asked.has_money:
            raise Conflict(asked.problem or _("The provider has no money of this payment."))
        take = _claim if verdict.decision is Decision.OURS else _give_back
        work = partial(take, found=found, intent=asked.intent, verdict=verdict, policy=policy, now=now)
    return db.atomic(_decided, (db.TURN,), work, event_row_id)


def _decided(session: Session, work: Callable[[Session], str], event_row_id: int) -> str:
    status = session.execute(select(ProviderEvent.status).where(ProviderEvent.id == event_row_id)).scalar_one()
    if status is not EventStatus.PARKED:
        raise Conflict(_("Somebody has decided about this event already, or it has had its effect."))
    return work(session)


def _claim(
    session: Session, *, found: Unmatched, intent: Intent, verdict: Verdict, policy: MoneyPolicy, now: datetime
) -> str:
    """Count the money for the purchase that the admin names."""
    actor = Actor.user(verdict.admin_id, "admin")
    payment = _payment_for(session, intent, verdict.purchase_number)
    paid = PaidReport(payment.id, intent.amount_minor, intent.currency, intent.intent_id, None)
    try:
        settled = settlement.settle(session, paid=paid, actor=actor, policy=policy, now=now)
    except Contradiction as error:
        raise Conflict(_("It does not fit: %(why)s.", why=error)) from error
    text = Text("The money came too late and goes back, for purchase %(number)s.")
    if settled is Settled.COUNTED:
        text = Text("The money counts for purchase %(number)s.")
    with reading(ENGLISH):
        note = text % {"number": verdict.purchase_number}
    _close(session, found, verdict, note, payment.id, now)
    return text % {"number": verdict.purchase_number}


def _payment_for(session: Session, intent: Intent, number: str) -> Payment:
    """Return the newest attempt to pay a purchase that this money can be; raises Invalid."""
    purchase = session.execute(select(Purchase).where(Purchase.number == number)).scalar_one_or_none()
    if purchase is None:
        raise Invalid(_("There is no purchase with this number."), field="purchase")
    attempts = select(Payment).where(Payment.purchase_id == purchase.id).order_by(Payment.id.desc())
    rows = list(session.execute(attempts).scalars())
    if any(row.status in _WITH_MONEY for row in rows):
        raise Invalid(_("This purchase is paid. Give the money back instead."), field="purchase")
    same = [row for row in rows if (row.amount_minor, row.currency) == (intent.amount_minor, intent.currency)]
    if not same:
        raise Invalid(_("This purchase costs another amount."), field="purchase")
    free = [row for row in same if row.provider_payment_id in {None, intent.intent_id}]
    if not free:
        raise Invalid(_("Every payment of this purchase has a payment of its own at the provider."), field="purchase")
    return free[0]


def _give_back(
    session: Session, *, found: Unmatched, intent: Intent, verdict: Verdict, policy: MoneyPolicy, now: datetime
) -> str:
    """Book the money as received for nothing, so that it goes back; the admin stands for whoever paid."""
    actor = Actor.user(verdict.admin_id, "admin")
    if session.execute(select(Payment.id).where(Payment.provider_payment_id == intent.intent_id)).first():
        raise Conflict(_("This money has a payment of its own already."))
    records = get_payment_tracker("postgresql", session=session, actor=actor, now=now)
    new = NewPayment(verdict.admin_id, intent.amount_minor, intent.currency, found.provider)
    payment = session.get_one(Payment, records.create_pending_payment(new).id)
    tracker = trackers.known(session, payment=payment, intent_id=intent.intent_id, actor=actor, now=now)
    trackers.succeed(session, tracker, session_id=None, actor=actor, now=now)
    records.mark_completed(payment.id, session_closed_at=now)
    cause = Text("The provider took it without an order of the shop.")
    payments.receive_unapplied(session, payment=payment, rule=RefundRule.NOBODYS, cause=cause, actor=actor, now=now)
    text = Text("The money belongs to no purchase. It goes back as payment %(id)s.")
    with reading(ENGLISH):
        note = text % {"id": payment.id}
    _close(session, found, verdict, note, payment.id, now)
    return text % {"id": payment.id}


def _put_aside(session: Session, *, found: Unmatched, verdict: Verdict, now: datetime) -> str:
    ids = _together(session, found)
    actor = Actor.user(verdict.admin_id, "admin")
    values = {"note": verdict.reason, "next_attempt_at": None}
    history.move_many(
        session, ProviderEvent, ids, "set_aside", actor=actor, at=now, because=verdict.reason, values=values
    )
    if len(ids) == 1:
        return _("Put aside: it is none of our business.")
    return _("Put aside, with %(count)s more.", count=len(ids) - 1)


def _close(session: Session, found: Unmatched, verdict: Verdict, note: str, payment_id: int, now: datetime) -> None:
    """End the waiting of what tells of the same money; what tells more of it is read again at once."""
    ids = _together(session, found)
    told = select(ProviderEvent.id, ProviderEvent.type).where(ProviderEvent.id.in_(ids))
    done = [row.id for row in session.execute(told) if row.type.startswith(_TELL_OF_MONEY) or row.id == found.id]
    actor = Actor.user(verdict.admin_id, "admin")
    values = {"payment_id": payment_id, "next_attempt_at": None, "note": note}
    history.move_many(session, ProviderEvent, done, "apply", actor=actor, at=now, because=note, values=values)
    rest = ProviderEvent.__table__.c.id.in_(set(ids) - set(done))
    session.execute(update(ProviderEvent).where(rest).values(next_attempt_at=now))
    attempt = {
        "event_id": found.id,
        "road": EventRoad.DECISION,
        "outcome": Outcome.CHANGED,
        "note": note,
        "actor_user_id": verdict.admin_id,
        "reason": verdict.reason,
        "at": now,
    }
    session.execute(insert(EventAttempt).values(attempt))


def _together(session: Session, found: Unmatched) -> list[int]:
    """Return the events that wait because of the same thing at the provider, this one among them."""
    waiting = select(ProviderEvent.id).where(ProviderEvent.status == EventStatus.PARKED, is_about(found.matter))
    return sorted({found.id, *session.execute(waiting).scalars()})


def take_up(event_row_id: int, *, admin_id: int, now: datetime) -> None:
    """Let an event that was put aside wait for a decision again, as somebody erred. Raises NotFound or Conflict."""
    db.atomic(operations.take_up, (), event_id=event_row_id, admin_id=admin_id, now=now)
