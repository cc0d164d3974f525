"""Who is told what about a share of a payment."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.orders.models import Order
from marketplace.payments.models import PaymentTransaction


def released(session: Session, share: PaymentTransaction, *, now: datetime) -> None:
    """Tell the seller that the money of an order is available."""
    number = session.execute(select(Order.number).where(Order.id == share.order_id)).scalar_one()
    facts = {"number": number, "amount_minor": share.left_minor, "currency": share.currency}
    told = NewFact(share.seller_id, NotificationKind.MONEY_RELEASED, "payment_transaction", share.id, facts)
    notifications.tell_new(session, [told], now=now)
