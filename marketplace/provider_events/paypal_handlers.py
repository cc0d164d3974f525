"""Which operation each type of PayPal's messages ends in. None is believed: the object is read again at PayPal.

Its messages come late, twice and in any order, and what they carry is a picture of a moment; one question tells all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.checkout import capturing, settlement
from marketplace.checkout import following as payments_following
from marketplace.checkout.settlement import Contradiction
from marketplace.config import Settings
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.outbound import operations as outbound
from marketplace.payment_records.models import Payment
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import BlockReason, TransactionStatus
from marketplace.payouts import calling_off
from marketplace.payouts.onboarding import NotOurs
from marketplace.provider_events.handler import Handler
from marketplace.provider_events.models import FOREIGN
from marketplace.providers.base import Checkout, Intent, Provider
from marketplace.providers.paypal_objects import DENIED, PAYPAL, Claim, Claims

OF_ORDERS = ("CHECKOUT.ORDER.APPROVED", "CHECKOUT.ORDER.COMPLETED")
OF_CAPTURES = ("PAYMENT.CAPTURE.PENDING", "PAYMENT.CAPTURE.COMPLETED", "PAYMENT.CAPTURE.DENIED")
OF_REFUNDS = ("PAYMENT.CAPTURE.REFUNDED", "PAYMENT.REFUND.PENDING", "PAYMENT.REFUND.FAILED")
OF_CLAIMS = ("CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.UPDATED", "CUSTOMER.DISPUTE.RESOLVED")
_ENDS_WELL = frozenset(("RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER", "RESOLVED_WITH_PAYOUT"))
_CAN_WAIT = (TransactionStatus.HELD, TransactionStatus.AVAILABLE)


@dataclass(frozen=True)
class ClaimFacts:
    """A dispute at PayPal as it stands, and the payment of ours that it is about."""

    claim: Claim
    payment_id: int | None = None


def order(session: Session, facts: Checkout, actor: Actor, settings: Settings, now: datetime) -> str:
    """Put an order as it stands into the books; one that its buyer has approved is captured, by a call of its own."""
    _check_ours(session, facts.installation)
    if not facts.is_approved:
        if facts.payment_id is None:
            return Text("The order is not there any more.")
        if facts.is_complete and not facts.is_paid:
            return Text("Its capture says how it stands.")
        return payments_following.follow_checkout(session, checkout=facts, actor=actor, policy=settings.money, now=now)
    payment = session.get(Payment, facts.payment_id) if facts.payment_id is not None else None
    if payment is None or payment.provider_session_id != facts.session_id:
        raise Contradiction("the order matches no payment of ours")
    grace = settings.money.reservation_grace_minutes
    call_id = capturing.plan(session, payment_id=payment.id, grace_minutes=grace, actor=actor, now=now)
    if call_id is None:
        return Text("The buyer has agreed. It is captured already, or must not be any more.")
    return Text("The buyer has agreed: it is captured.")


def capture(session: Session, facts: Intent, actor: Actor, settings: Settings, now: datetime) -> str:
    """Put a capture as it stands into the books; one that is denied ends its payment."""
    _check_ours(session, facts.installation)
    if facts.decline is None:
        return payments_following.follow_intent(session, intent=facts, actor=actor, policy=settings.money, now=now)
    settlement.declined(session, decline=facts.decline, actor=actor, now=now)
    return settlement.not_cleared(
        session, payment_id=facts.payment_id, reason=DENIED, actor=actor, policy=settings.money, now=now
    )


def check_refund_ours(session: Session, installation: str) -> None:
    """Raise NotOurs for a refund that another installation on the same account asked for."""
    _check_ours(session, installation)


def claim(session: Session, facts: ClaimFacts, actor: Actor, settings: Settings, now: datetime) -> str:
    """Keep the shares of a disputed payment from moving until it ends well, or an admin lets them go."""
    del actor, settings
    payment_id = facts.payment_id
    if payment_id is None:
        raise Contradiction("the dispute is about no payment of ours")
    mark = f"PayPal dispute {facts.claim.dispute_id}"
    if facts.claim.status == "RESOLVED":
        return _ended(session, facts.claim, payment_id, mark, now)
    blocked = 0
    for share in _shares(session, payment_id):
        if share.status in _CAN_WAIT and not _blocks(session, share.id, mark):
            because = f"{mark} is about its payment."
            calling_off.call_off_for(session, transaction_id=share.id, because=because, now=now)
            note = f"{mark}: {facts.claim.reason.lower().replace('_', ' ')}. It is answered at PayPal."
            reason = BlockReason.MANUAL
            session.add(
                PaymentBlock(transaction_id=share.id, reason=reason, subject_id=payment_id, note=note, set_at=now)
            )
            blocked += 1
    session.flush()
    return f"{mark} is {facts.claim.status.lower()}; {blocked} shares are kept back."


def read_order(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> Checkout:
    """Read an order."""
    del payload
    return provider.get_checkout(object_id)


def read_capture(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> Intent:
    """Read a capture."""
    del payload
    return provider.get_intent(object_id)


def read_claim(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> ClaimFacts:
    """Read a dispute."""
    del payload
    if not isinstance(provider, Claims):
        raise Contradiction("only PayPal has such disputes")
    return ClaimFacts(provider.get_claim(object_id))


def owned(session: Session, facts: ClaimFacts) -> ClaimFacts:
    """Return the facts with the payment whose capture is disputed."""
    found = (
        session.execute(
            select(Payment.id).where(
                Payment.provider == PAYPAL, Payment.provider_payment_id.in_(facts.claim.capture_ids)
            )
        )
        .scalars()
        .first()
    )
    return ClaimFacts(facts.claim, found)


def _ended(session: Session, found: Claim, payment_id: int, mark: str, now: datetime) -> str:
    if found.outcome not in _ENDS_WELL:
        return f"{mark} ended: {found.outcome.lower() or 'nobody says how'}. The shares wait for an admin."
    for share in _shares(session, payment_id):
        for block in _blocks(session, share.id, mark):
            block.lifted_at = now
    session.flush()
    return f"{mark} ended well: {found.outcome.lower()}."


def _shares(session: Session, payment_id: int) -> list[PaymentTransaction]:
    statement = select(PaymentTransaction).where(PaymentTransaction.payment_id == payment_id)
    return list(session.execute(statement.order_by(PaymentTransaction.id)).scalars())


def _blocks(session: Session, share_id: int, mark: str) -> list[PaymentBlock]:
    return list(
        session.execute(
            select(PaymentBlock).where(
                PaymentBlock.transaction_id == share_id,
                PaymentBlock.lifted_at.is_(None),
                PaymentBlock.note.startswith(f"{mark}:", autoescape=True),
            )
        ).scalars()
    )


def _check_ours(session: Session, installation: str) -> None:
    if installation not in {"", outbound.installation(session)}:
        raise NotOurs(FOREIGN)


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(OF_ORDERS, Handler(None, read_order, order)),
    **dict.fromkeys(OF_CAPTURES, Handler(None, read_capture, capture)),
    **dict.fromkeys(OF_CLAIMS, Handler(None, read_claim, claim)),
}
"""Those of PayPal's alone; its refunds end in what all refunds end in."""
