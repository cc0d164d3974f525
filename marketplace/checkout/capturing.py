"""Taking the money of a page whose buyer has agreed: by one call, and only while their purchase waits for it."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.errors import Conflict
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.models import Purchase
from marketplace.orders.states import PurchaseStatus
from marketplace.outbound import operations as outbound
from marketplace.outbound import watching
from marketplace.outbound.models import CallKind, OutboundCall, WatchKind
from marketplace.outbound.requests import Answer
from marketplace.outbound.states import CallStatus
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus
from marketplace.payment_records.tracker import get_payment_tracker
from marketplace.providers.base import Checkout
from marketplace.providers.paypal_objects import DECLINES

_NOT_TAKEN = Text("The money could not be taken at the payment provider.")
_TAKING = Text("Your payment is being taken at the payment provider right now. Look again in a minute.")
# The buyer has not agreed after all: they may still do so, and nothing has failed.
_NOT_YET = frozenset(("ORDER_NOT_APPROVED",))


def plan(session: Session, *, payment_id: int, grace_minutes: int, actor: Actor, now: datetime) -> int | None:
    """Plan to take the money of a payment whose buyer has agreed; return the call's id.

    None where it must not be taken, because its attempt was given up, its time is over or its purchase waits for
    nothing any more; and where another call takes it. `grace_minutes` is how long goods are kept past the page's time.
    """
    payment = session.get_one(Payment, payment_id)
    if payment.status is not PaymentStatus.PENDING or payment.session_closed_at is not None:
        return None
    if payment.expires_at is None or now >= payment.expires_at + timedelta(minutes=grace_minutes):
        return None
    purchase = session.get_one(Purchase, payment.purchase_id)
    if purchase.status is not PurchaseStatus.OPEN or _was_asked(session, payment_id):
        return None
    return outbound.plan(
        session,
        provider=payment.provider,
        kind=CallKind.CAPTURE_CHECKOUT,
        subject_id=payment_id,
        request={"session_id": payment.provider_session_id},
        actor=actor,
        now=now,
    )


def answered(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Write what the provider said to the call: the money is put into the books by whoever asks next, and that is now.

    A refusal ends the attempt: its page takes nothing any more, and the buyer may try again or another way.
    """
    payment = session.get_one(Payment, subject_id)
    if isinstance(answer, Checkout):
        if payment.completed_at is None:
            # Whatever was decided meanwhile, it is to be asked about: money that came counts or goes back.
            payment.session_closed_at = None
            watching.soon(session, WatchKind.PAYMENT, subject_id, now=now)
        return
    if code in _NOT_YET or not payment.machine.can(payment.status, "fail"):
        return
    records = get_payment_tracker("postgresql", session=session, actor=outbound.SENDER, now=now)
    records.mark_failed(subject_id, code=code, message=DECLINES.get(code, _NOT_TAKEN))
    payment.session_closed_at = now


def check_not_taking(session: Session, payment_id: int) -> None:
    """Raise Conflict while money of this payment is being taken, or nobody knows whether it was: it can't be given up.

    Otherwise the same purchase could be paid twice.
    """
    if is_taking(session, payment_id):
        raise Conflict(_(_TAKING))


def is_taking(session: Session, payment_id: int) -> bool:
    """Return whether a call that takes this payment's money has no outcome yet."""
    kind = CallKind.CAPTURE_CHECKOUT
    is_under_way = outbound.is_under_way(session, kind=kind, subject_id=payment_id)
    return is_under_way or outbound.is_in_doubt(session, kind=kind, subject_id=payment_id)


def _was_asked(session: Session, payment_id: int) -> bool:
    """Return whether a call takes or has taken the money; one that was refused has not."""
    asked = select(OutboundCall.id).where(
        OutboundCall.kind == CallKind.CAPTURE_CHECKOUT,
        OutboundCall.subject_id == payment_id,
        OutboundCall.status.not_in((CallStatus.REFUSED, CallStatus.CANCELED)),
    )
    return session.execute(asked).first() is not None
