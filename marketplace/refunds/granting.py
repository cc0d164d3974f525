"""Money that a rule sends back by itself: all that is left of an order, without anybody deciding an amount (S4.10)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.config import MoneyPolicy
from marketplace.history import Actor
from marketplace.orders.models import Order
from marketplace.payments.models import PaymentTransaction
from marketplace.refunds import booking, rules, sending, standing
from marketplace.refunds.models import Refund
from marketplace.refunds.rules import Plan, RefundOrigin, RefundReason
from marketplace.refunds.states import REFUND, RefundStatus

_ABSORBED = [status for status in RefundStatus if REFUND.can(status, "absorb")]


@dataclass(frozen=True)
class Granted:
    """A refund that a rule has approved: its plan is booked, its call is planned."""

    refund_id: int
    number: str
    payment_id: int
    plan: Plan
    call_id: int | None
    """None for what is back in the buyer's wallet already, and for what an admin sends at the bank."""
    is_at_once: bool
    """Whether it is back in the buyer's wallet already."""


def grant_rest(
    session: Session,
    *,
    order: Order,
    origin: RefundOrigin,
    because: str,
    actor: Actor,
    policy: MoneyPolicy,
    now: datetime,
) -> Granted | None:
    """Send all that is left of an order back, and close its open requests, which it contains; None for nothing left.

    `actor` caused it, the rule approves it: no second approver, because the amount is nobody's choice. Raises
    NotAllowed when the order was not paid, or the buyer's bank takes the payment back.
    """
    share = standing.share_of(session, order.id)
    rules.check_not_disputed(is_disputed=standing.is_disputed(session, share.id))
    plan = rules.plan_rest(
        standing.read(session, share.id, except_refund_id=None), rules.FeeBearer(policy.refund_fee_bearer)
    )
    if plan is None:
        return None
    refund = _refund(order, share, plan, origin=origin, because=because, now=now)
    session.add(refund)
    session.flush()
    history.begin(session, Refund, [refund.id], actor=actor, at=now, because=because)
    _absorb(session, refund, now=now)
    booking.block(session, refund, now=now)
    booking.take(session, refund, plan, now=now)
    rule = Actor.job(origin.value)
    history.move(session, refund, "grant", actor=rule, at=now)
    call_id = sending.send(session, refund, actor=rule, now=now)
    is_at_once = sending.goes_to_wallet(session, refund)
    return Granted(refund.id, refund.number, refund.payment_id, plan, call_id, is_at_once)


def _refund(
    order: Order, share: PaymentTransaction, plan: Plan, *, origin: RefundOrigin, because: str, now: datetime
) -> Refund:
    return Refund(
        order_id=order.id,
        payment_id=share.payment_id,
        transaction_id=share.id,
        buyer_id=order.buyer_id,
        seller_id=order.seller_id,
        currency=order.currency,
        origin=origin,
        reason=RefundReason.CANCELLED,
        description=because,
        asked_minor=plan.amount.minor,
        amount_minor=plan.amount.minor,
        attempt=1,
        decided_at=now,
        asked_at=now,
    )


def _absorb(session: Session, refund: Refund, *, now: datetime) -> None:
    """Close the order's other refunds that nobody has sent: their money is part of `refund`."""
    statement = select(Refund).where(
        Refund.order_id == refund.order_id, Refund.id != refund.id, Refund.status.in_(_ABSORBED)
    )
    for other in session.execute(statement.order_by(Refund.id)).scalars().all():
        other.replaced_by_id = refund.id
        history.move(session, other, "absorb", actor=Actor.job(refund.origin.value), at=now)
        booking.lift_block(session, other, now=now)
