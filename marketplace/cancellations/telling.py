"""Who is told what when an order is cancelled: buyer and seller, always both."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.cancellations import rules
from marketplace.cancellations.models import Cancellation
from marketplace.catalog.models import Shop
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.orders.models import Order
from marketplace.refunds.granting import Granted


def cancelled(
    session: Session, *, order: Order, cancellation: Cancellation, granted: Granted | None, now: datetime
) -> None:
    """Tell both who cancelled and why, what goes back by itself, and the seller what it takes."""
    plan = granted.plan if granted else None
    shop_name = session.execute(select(Shop.name).where(Shop.seller_id == order.seller_id)).scalar_one()
    facts = {
        "number": order.number,
        "shop_name": shop_name,
        "by": cancellation.side.value,
        "reason": rules.reason_text(cancellation.reason, cancellation.note),
        "is_back_on_sale": cancellation.is_back_on_sale,
        "amount_minor": plan.amount.minor if plan else 0,
        "given_minor": (plan.from_held + plan.from_available).minor if plan else 0,
        "owed_minor": plan.from_debt.minor if plan else 0,
        "currency": order.currency,
        "is_in_wallet": granted is not None and granted.is_at_once,
    }
    told = [
        NewFact(user_id, NotificationKind.ORDER_CANCELLED, "order", order.id, {**facts, "to": role})
        for role, user_id in (("buyer", order.buyer_id), ("seller", order.seller_id))
    ]
    notifications.tell_new(session, told, now=now)
