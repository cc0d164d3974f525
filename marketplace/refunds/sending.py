"""Where an approved refund goes: by a call to the provider that had the money, into the wallet, or by the bank."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.bank_transfers import outgoing
from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.history import Actor
from marketplace.money import Money
from marketplace.outbound import operations as outbound
from marketplace.outbound import watching
from marketplace.outbound.models import CallKind, WatchKind
from marketplace.payment_records.models import Payment
from marketplace.refunds import completing
from marketplace.refunds.models import Refund
from marketplace.wallets import operations as wallets
from marketplace.wallets.rules import WALLET

REFERENCE = "refund:"
"""How the provider keeps the row of a refund; its id and attempt follow."""


def goes_to_wallet(session: Session, refund: Refund) -> bool:
    """Return whether a refund's payment came from its buyer's wallet: then it is there again at once."""
    provider = select(Payment.provider).where(Payment.id == refund.payment_id)
    return session.execute(provider).scalar_one() == WALLET


def send(session: Session, refund: Refund, *, actor: Actor, now: datetime) -> int | None:
    """Send an approved refund: plan the call and return its id, or fill the wallet, complete it and return None.

    What was paid by bank transfer goes back by one, which an admin sends at the bank: it is planned, and None returned.
    """
    payment = session.get_one(Payment, refund.payment_id)
    if payment.provider == WALLET:
        _fill_wallet(session, refund, payment, actor=actor, now=now)
        return None
    if payment.provider == BANK_TRANSFER:
        outgoing.plan_refund(
            session,
            payment=payment,
            refund_id=refund.id,
            order_id=refund.order_id,
            attempt=refund.attempt,
            amount_minor=refund.amount_minor,
            number=refund.number,
            actor=actor,
            now=now,
        )
        return None
    watching.begin(session, WatchKind.REFUND, refund.id, now=now)
    return outbound.plan(
        session,
        provider=payment.provider,
        kind=CallKind.REFUND,
        subject_id=refund.id,
        request={
            "intent_id": payment.provider_payment_id,
            "amount_minor": refund.amount_minor,
            "reference": f"{REFERENCE}{refund.id}:{refund.attempt}",
        },
        actor=actor,
        now=now,
    )


def _fill_wallet(session: Session, refund: Refund, payment: Payment, *, actor: Actor, now: datetime) -> None:
    wallets.give_back(
        session,
        user_id=payment.user_id,
        payment_id=payment.id,
        refund_id=refund.id,
        order_id=refund.order_id,
        amount=Money(refund.amount_minor, refund.currency),
        by_id=refund.decided_by_id,
        number=refund.number,
        now=now,
    )
    completing.complete(session, refund, actor=actor, now=now)
