"""What a payment page or an intent says as it stands now, whoever asked: each leads to one operation of settlement."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace import batches
from marketplace.checkout import ordinary, settlement
from marketplace.config import MoneyPolicy
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus
from marketplace.providers.base import Checkout, Intent

NOT_CLEARED = Text("The payment did not clear at your bank.")
NO_PAGE = Text(
    "The payment page did not open. Nothing was charged and your basket is kept. Please try again in a minute."
)
TOO_SMALL = Text(
    "This total is below what our payment provider takes. Add something, or ask the seller for another price."
)
_NOT_CLEARED = frozenset({"requires_payment_method", "canceled"})


def question(found: object) -> batches.Question | None:
    """Return what is asked first to follow a page or an intent that was paid; None for all others."""
    match found:
        case Checkout(payment_id=int(payment_id), is_complete=True, is_paid=True):
            return ordinary.question(payment_id)
        case Intent(payment_id=int(payment_id), status="succeeded") | settlement.PaidReport(payment_id=int(payment_id)):
            return ordinary.question(payment_id)
    return None


def follow_checkout(
    session: Session,
    *,
    checkout: Checkout,
    actor: Actor,
    policy: MoneyPolicy,
    now: datetime,
    is_fresh: bool = False,
) -> str:
    """Put a payment page as it stands into the books; return what that did, in words.

    `is_fresh`: its intent was asked as well, and still clears.
    """
    if checkout.is_complete and checkout.is_paid:
        paid = settlement.PaidReport(
            checkout.payment_id,
            checkout.amount_minor,
            checkout.currency,
            checkout.intent_id,
            checkout.session_id,
            checkout.line,
        )
        return f"Paid: {settlement.settle(session, paid=paid, actor=actor, policy=policy, now=now)}."
    if checkout.is_complete:
        return settlement.processing(
            session,
            payment_id=checkout.payment_id,
            intent_id=checkout.intent_id,
            session_id=checkout.session_id,
            actor=actor,
            now=now,
            is_fresh=is_fresh,
        )
    if not checkout.is_open:
        return settlement.expired(session, payment_id=checkout.payment_id, actor=actor, now=now)
    return Text("The payment page is open.")


def follow_page(
    session: Session, *, checkout: Checkout, intent: Intent | None, actor: Actor, policy: MoneyPolicy, now: datetime
) -> str:
    """Put a payment page that was asked about into the books, with its intent where a method clears later.

    The page itself goes on saying "complete and unpaid" when the method has failed.
    """
    has_failed = intent is not None and intent.status in _NOT_CLEARED
    payment = session.get(Payment, checkout.payment_id) if checkout.payment_id is not None else None
    if has_failed and payment is not None and payment.status == PaymentStatus.FAILED and payment.session_closed_at:
        return Text("The payment has failed already.")
    is_fresh = intent is not None
    note = follow_checkout(session, checkout=checkout, actor=actor, policy=policy, now=now, is_fresh=is_fresh)
    if intent is not None and has_failed:
        if intent.decline is not None:
            settlement.declined(session, decline=intent.decline, actor=actor, now=now)
        return settlement.not_cleared(
            session, payment_id=checkout.payment_id, reason=NOT_CLEARED, actor=actor, policy=policy, now=now
        )
    return note


def follow_intent(session: Session, *, intent: Intent, actor: Actor, policy: MoneyPolicy, now: datetime) -> str:
    """Put a payment intent as it stands into the books; return what that did, in words."""
    if intent.status == "succeeded":
        about = (intent.payment_id, intent.amount_minor, intent.currency, intent.intent_id)
        paid = settlement.PaidReport(*about, None, intent.line)
        return f"Paid: {settlement.settle(session, paid=paid, actor=actor, policy=policy, now=now)}."
    if intent.status == "processing":
        return settlement.processing(
            session,
            payment_id=intent.payment_id,
            intent_id=intent.intent_id,
            session_id=None,
            actor=actor,
            now=now,
            is_fresh=intent.is_fresh,
        )
    verb = {"requires_action": "require_action", "canceled": "cancel"}.get(intent.status)
    return settlement.reported(
        session, payment_id=intent.payment_id, intent_id=intent.intent_id, verb=verb, actor=actor, now=now
    )
