"""Why a payment can't be used: its purchase was paid before, its goods are gone, or its basket was paid elsewhere.

Of two purchases of one basket at most one counts, however many tabs were open (scar S62).
"""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from marketplace import language
from marketplace.checkout import operations, packages, set_aside
from marketplace.history import Actor
from marketplace.language import ENGLISH, Text
from marketplace.orders.models import Order, OrderLine, Purchase
from marketplace.orders.states import PurchaseStatus
from marketplace.payment_records.models import Payment
from marketplace.payments.rules import RefundRule


def obstacle(
    session: Session, payment: Payment, purchase: Purchase, *, actor: Actor, now: datetime
) -> tuple[RefundRule, str] | None:
    """Return the rule by which this money goes back and why, in words; None when what it pays is now the buyer's."""
    if purchase.status == PurchaseStatus.PAID:
        return RefundRule.PAID_TWICE, Text("This purchase was paid before.")
    if payment.credits_to_add:
        # Credits are never sold out: a package that is paid late counts all the same.
        packages.keep_use(session, purchase_id=purchase.id, actor=actor, now=now)
        return None
    if purchase.status == PurchaseStatus.GIVEN_UP and give_way(session, purchase=purchase, actor=actor, now=now):
        because = Text("This basket was paid before, in another purchase.")
        # While the money was on its way, its goods and a use of its code were kept.
        set_aside.give_back(session, purchase_id=purchase.id, actor=actor, now=now, because=because)
        return RefundRule.PAID_ELSEWHERE, because
    if set_aside.redeem(session, purchase_id=purchase.id, actor=actor, now=now):
        return None
    with language.reading(ENGLISH):  # what is missing is kept with the money, whoever reads it
        missing = set_aside.renew(session, purchase_id=purchase.id, expires_at=now, actor=actor, now=now)
    if missing:
        return RefundRule.SOLD_OUT, f"The payment came late and the goods are gone. {missing}"
    set_aside.redeem(session, purchase_id=purchase.id, actor=actor, now=now)
    return None


def give_way(session: Session, *, purchase: Purchase, actor: Actor, now: datetime) -> bool:
    """Return whether a given-up purchase that is paid late must give way, because its basket was paid in another one.

    If not, it counts, and purchases of the same basket that still wait are given up: a payment for one of those is
    late in its turn, and comes back.
    """
    paid = _same_goods(session, purchase, PurchaseStatus.PAID).join(Payment, Payment.purchase_id == Purchase.id)
    if session.execute(paid.where(Payment.completed_at >= purchase.created_at)).first() is not None:
        return True
    for purchase_id in session.execute(_same_goods(session, purchase, PurchaseStatus.OPEN)).scalars().all():
        because = Text("The same basket was paid in another purchase.")
        operations.give_up(session, purchase_id=purchase_id, actor=actor, now=now, because=because)
    return False


def _same_goods(session: Session, purchase: Purchase, status: PurchaseStatus) -> Select[int]:
    """Return the buyer's other purchases of the same cart in `status` that have a listing in common with this one."""
    return (
        select(Purchase.id)
        .distinct()
        .join(Order, Order.purchase_id == Purchase.id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            Purchase.buyer_id == purchase.buyer_id,
            Purchase.cart_id == purchase.cart_id,
            Purchase.id != purchase.id,
            Purchase.status == status,
            OrderLine.listing_id.in_(set_aside.ordered_units(session, purchase.id)),
        )
    )
