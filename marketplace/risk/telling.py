"""Who learns that a payment is looked at: its sellers, who must not send yet, and the admins. Never its buyer.

Whoever pays with somebody else's card must not learn that it was noticed.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from marketplace.payments.models import PaymentTransaction
from marketplace.risk.models import RiskAssessment

_SUBJECT = "payment"


def begun(session: Session, assessment: RiskAssessment, *, now: datetime) -> None:
    """Tell the sellers to wait, and the admins that somebody must look."""
    told = [
        NewFact(order.seller_id, NotificationKind.CHECK_BEGAN, "order", order.id, {"number": order.number})
        for order in _orders(session, assessment)
    ]
    strangers = {assessment.user_id, *(fact.user_id for fact in told)}
    admins = select(User.id).where(User.is_admin, User.id.not_in(strangers)).order_by(User.id)
    facts = {
        "payment_id": assessment.payment_id,
        "score": assessment.score,
        "amount_minor": assessment.amount_minor,
        "currency": assessment.currency,
    }
    told += [
        NewFact(user_id, NotificationKind.CHECK_NEEDED, _SUBJECT, assessment.payment_id, facts)
        for user_id in session.execute(admins).scalars()
    ]
    notifications.tell_new(session, told, now=now)


def cleared(session: Session, assessment: RiskAssessment, *, now: datetime) -> None:
    """Tell the sellers whose orders stand that they may send now."""
    told = [
        NewFact(order.seller_id, NotificationKind.CHECK_CLEARED, "order", order.id, {"number": order.number})
        for order in _orders(session, assessment)
        if order.status is OrderStatus.CONFIRMED
    ]
    notifications.tell_new(session, told, now=now)


def _orders(session: Session, assessment: RiskAssessment) -> list[Order]:
    statement = (
        select(Order)
        .join(PaymentTransaction, PaymentTransaction.order_id == Order.id)
        .where(PaymentTransaction.payment_id == assessment.payment_id)
        .order_by(Order.id)
    )
    return list(session.execute(statement).scalars())
