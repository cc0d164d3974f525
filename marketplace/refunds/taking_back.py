"""Taking a refunded order's money back from its seller's account at the provider: planned, answered, called off.

An admin chooses it at approval; it is a call of its own. Without it, or when the provider refuses, the seller owes the
money, and coming sales pay it.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.debts import operations as debts
from marketplace.history import Actor
from marketplace.notifications.models import NotificationKind
from marketplace.outbound import operations as outbound
from marketplace.outbound.models import CallKind
from marketplace.outbound.requests import Answer
from marketplace.payments.models import PaymentTransaction
from marketplace.payouts import reversing
from marketplace.payouts.models import Payout, PayoutLine, SellerAccount, TransferReversal
from marketplace.payouts.states import ReversalStatus
from marketplace.providers.transfers import MadeReversal
from marketplace.refunds import telling
from marketplace.refunds.models import Refund

REFUSED_WORDS = "The seller's account at the provider does not have the money."


def plan(session: Session, refund: Refund, amount_minor: int, *, actor: Actor, now: datetime) -> tuple[int, ...]:
    """Plan to take `amount_minor` minor units back of what the refund's share was paid; return the calls' ids.

    From the latest payout first: the earlier ones have long been at the bank.
    """
    call_ids = []
    for line, payout in _transferred(session, refund.transaction_id):
        part = min(amount_minor, line.amount_minor - line.reversed_minor - _pending(session, payout.id, line))
        if part <= 0:
            continue
        amount_minor -= part
        reversal = TransferReversal(
            payout_id=payout.id,
            transaction_id=refund.transaction_id,
            subject=subject_of(refund),
            amount_minor=part,
            created_at=now,
        )
        session.add(reversal)
        session.flush()
        because = f"An admin chose it for refund {refund.number}."
        history.begin(session, TransferReversal, [reversal.id], actor=actor, at=now, because=because)
        call_ids.append(_plan_call(session, reversal, payout, actor=actor, now=now))
    return tuple(call_ids)


def answered(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Write what the provider said: the money is here and pays what the seller owes, or the seller goes on owing it."""
    reversal = session.get_one(TransferReversal, subject_id)
    share = session.get_one(PaymentTransaction, reversal.transaction_id)
    if isinstance(answer, MadeReversal):
        payout = session.get_one(Payout, reversal.payout_id)
        reversing.booked(session, payout, answer, actor=outbound.SENDER, now=now)
        debts.pay_from(session, share, now=now)
        telling.taken_back(session, reversal, share, NotificationKind.REVERSAL_DONE, now=now)
    elif reversal.machine.can(reversal.status, "refuse"):
        reversal.failure_code = code
        history.move(session, reversal, "refuse", actor=outbound.SENDER, at=now, because=f"{code}: {REFUSED_WORDS}")
        telling.taken_back(session, reversal, share, NotificationKind.REVERSAL_REFUSED, now=now)


def call_off(session: Session, refund: Refund, *, now: datetime) -> None:
    """Call off what was planned for a refund that has failed, where it was never sent.

    What has been sent comes back all the same and is available to the seller.
    """
    because = "The refund did not reach the buyer."
    waiting = select(TransferReversal).where(
        TransferReversal.subject == subject_of(refund), TransferReversal.status == ReversalStatus.PENDING
    )
    for reversal in session.execute(waiting).scalars().all():
        if outbound.call_off(session, kind=CallKind.REVERSAL, subject_id=reversal.id, because=because, now=now):
            reversal.failure_code = "called_off"
            history.move(session, reversal, "refuse", actor=outbound.SENDER, at=now, because=because)


def subject_of(refund: Refund) -> str:
    """Return how debts and reversals name the attempt of a refund that made them."""
    return f"refund:{refund.id}:{refund.attempt}"


def _transferred(session: Session, transaction_id: int) -> list[tuple[PayoutLine, Payout]]:
    statement = (
        select(PayoutLine, Payout)
        .join(Payout, Payout.id == PayoutLine.payout_id)
        .where(PayoutLine.transaction_id == transaction_id, Payout.transfer_id.is_not(None))
        .order_by(Payout.id.desc())
    )
    return [(line, payout) for line, payout in session.execute(statement).all()]


def _pending(session: Session, payout_id: int, line: PayoutLine) -> int:
    """Return what is being taken back of a payout's line right now, minor units."""
    statement = select(func.coalesce(func.sum(TransferReversal.amount_minor), 0)).where(
        TransferReversal.payout_id == payout_id,
        TransferReversal.transaction_id == line.transaction_id,
        TransferReversal.status == ReversalStatus.PENDING,
    )
    return int(session.execute(statement).scalar_one())


def _plan_call(session: Session, reversal: TransferReversal, payout: Payout, *, actor: Actor, now: datetime) -> int:
    return outbound.plan(
        session,
        provider=session.get_one(SellerAccount, payout.seller_account_id).provider,
        kind=CallKind.REVERSAL,
        subject_id=reversal.id,
        request={
            "transfer_id": payout.transfer_id,
            "amount_minor": reversal.amount_minor,
            "reference": f"{reversing.REFERENCE}{reversal.id}",
        },
        actor=actor,
        now=now,
    )
