"""The end of a hold (DESIGN 4.9): its time has come, the order has arrived, and nothing blocks it.

Nobody has to press anything (S0.17). The buyer's word that the goods are there ends a hold at once where the policy
says so; the seller's word alone never does before the days have passed after which any order counts as delivered.
"""

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.config import MoneyPolicy
from marketplace.history import Actor
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.orders import operations as orders
from marketplace.orders.models import Order, Shipment
from marketplace.orders.states import DeliveredBy, OrderStatus
from marketplace.payments import telling
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import HoldReason, TransactionStatus
from marketplace.prepared import is_any

_BATCH = 100
_TICK = Actor.job("tick")
OVER = (
    select(PaymentTransaction)
    .join(Order, Order.id == PaymentTransaction.order_id)
    .join(Shipment, Shipment.order_id == Order.id)
    .where(
        PaymentTransaction.status == TransactionStatus.HELD,
        PaymentTransaction.planned_release_date <= bindparam("now"),
        Order.status == OrderStatus.DELIVERED,
        is_any(Shipment.delivered_by, (DeliveredBy.BUYER, DeliveredBy.TIME))
        | and_(Shipment.delivered_by == DeliveredBy.SELLER, Shipment.shipped_at <= bindparam("shipped_until")),
        ~PaymentBlock.is_open_for(PaymentTransaction.id),
    )
    .order_by(PaymentTransaction.planned_release_date)
    .limit(_BATCH)
)
"""Shares whose hold is over."""


def confirm_received(session: Session, *, buyer_id: int, number: str, policy: MoneyPolicy, now: datetime) -> None:
    """Record that the buyer has received the own order `number`; where the policy says so, its hold ends now.

    A hold for another reason than the standard one keeps its day: somebody has looked at it and wants it longer.
    Raises NotFound for another buyer's order, AlreadyThere when it has arrived, MoveNotAllowed when it was not sent.
    """
    order_id = orders.confirm_received(session, buyer_id=buyer_id, number=number, now=now)
    if policy.release_on_receipt:
        session.execute(
            update(PaymentTransaction)
            .where(
                PaymentTransaction.order_id == order_id,
                PaymentTransaction.status == TransactionStatus.HELD,
                PaymentTransaction.hold_reason == HoldReason.STANDARD,
                PaymentTransaction.planned_release_date > now,
            )
            .values(planned_release_date=now)
        )


def release_due(session: Session, *, policy: MoneyPolicy, now: datetime) -> int:
    """Release the shares whose hold is over, those due longest first; return how many (at most 100 a call).

    Safe to run twice, by several workers, and days late.
    """
    counted = now - timedelta(days=policy.delivered_after_shipping_days)
    shares = list(session.execute(OVER, {"now": now, "shipped_until": counted}).scalars())
    for share in shares:
        release(session, share, actor=_TICK, because=None, now=now)
    return len(shares)


def release(session: Session, share: PaymentTransaction, *, actor: Actor, because: str | None, now: datetime) -> None:
    """Make what is left of a held share available to its seller, book it and tell the seller."""
    history.move(session, share, "release", actor=actor, at=now, because=because)
    left = share.left_minor
    if left:
        ledger.book(
            session,
            key=f"transaction:{share.id}:released",
            description=f"Share {share.id} released",
            currency=share.currency,
            lines=[
                Line(Account.SELLER_HELD, left, owner_id=share.seller_id, order_id=share.order_id),
                Line(Account.SELLER_PAYABLE, -left, owner_id=share.seller_id, order_id=share.order_id),
            ],
            payment_id=share.payment_id,
            now=now,
        )
    telling.released(session, share, now=now)
