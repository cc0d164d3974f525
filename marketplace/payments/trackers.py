"""The provider's payment intents as we know them (S0): made at the first report, each decline kept by its charge."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.payment_records.models import Payment
from marketplace.payments.models import PaymentFailure, PaymentTracker
from marketplace.providers.base import Decline
from marketplace.transitions import Impossible


def known(session: Session, *, payment: Payment, intent_id: str, actor: Actor, now: datetime) -> PaymentTracker:
    """Return the tracker of `intent_id`, made now if this is the first report of it.

    The payment row says whether one exists: looking for a missing row would make strangers collide (performance.md).
    Raises Impossible when the payment belongs to another intent.
    """
    if payment.provider_payment_id is None:
        tracker = PaymentTracker(
            provider=payment.provider,
            payment_intent_id=intent_id,
            payment_id=payment.id,
            created_at=now,
            updated_at=now,
        )
        session.add(tracker)
        payment.provider_payment_id = intent_id
        payment.updated_at = now
        session.flush()
        history.begin(
            session, PaymentTracker, [tracker.id], actor=actor, at=now, because=Text("The provider reported it.")
        )
        return tracker
    if payment.provider_payment_id != intent_id:
        raise Impossible(f"payment {payment.id} belongs to {payment.provider_payment_id}, not to {intent_id}")
    return session.execute(
        select(PaymentTracker).where(
            PaymentTracker.provider == payment.provider, PaymentTracker.payment_intent_id == intent_id
        )
    ).scalar_one()


def advance(session: Session, tracker: PaymentTracker, verb: str, *, actor: Actor, now: datetime) -> bool:
    """Move `tracker` by `verb` if that is a step forward; return whether it moved. Nothing regresses (scar S04)."""
    if not tracker.machine.can(tracker.status, verb):
        return False
    tracker.updated_at = now
    history.move(session, tracker, verb, actor=actor, at=now)
    return True


def succeed(session: Session, tracker: PaymentTracker, *, session_id: str | None, actor: Actor, now: datetime) -> None:
    """Record that the intent has the money; the note names the session (S0.8)."""
    if tracker.machine.can(tracker.status, "succeed"):
        tracker.notes = paid_note(session_id)
    advance(session, tracker, "succeed", actor=actor, now=now)


def paid_note(session_id: str | None) -> str:
    """Return the note of a tracker that has the money."""
    return f"Paid through checkout session {session_id}." if session_id else "Paid."


def record_decline(session: Session, tracker: PaymentTracker, decline: Decline, *, actor: Actor, now: datetime) -> bool:
    """Keep one decline and what the provider said (S0.5, S0.16); return False when its charge is known already.

    A decline reported after the success is kept too, and changes no status.
    """
    seen = select(PaymentFailure.id).where(PaymentFailure.charge_id == decline.charge_id)
    if session.execute(seen).first() is not None:
        return False
    session.execute(
        insert(PaymentFailure).values(
            tracker_id=tracker.id,
            charge_id=decline.charge_id,
            code=decline.code,
            decline_code=decline.decline_code,
            reason=decline.reason,
            error_data=dict(decline.error_data),
            failed_at=now,
        )
    )
    tracker.attempts += 1
    tracker.failure_code = decline.decline_code or decline.code
    tracker.failure_reason = decline.reason
    tracker.stripe_error_data = dict(decline.error_data)
    if advance(session, tracker, "fail", actor=actor, now=now):
        tracker.notes = f"Declined: {decline.reason}"
    return True
