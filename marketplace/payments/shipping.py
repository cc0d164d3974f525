"""Sending what is paid: not while an admin still has to look at the payment."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from marketplace.language import gettext as _
from marketplace.orders import operations as orders
from marketplace.orders.models import Order
from marketplace.orders.rules import Parcel
from marketplace.orders.states import OrderStatus
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import BlockReason
from marketplace.transitions import MoveNotAllowed


def ship(session: Session, *, seller_id: int, number: str, parcel: Parcel, now: datetime) -> None:
    """Record that the seller has sent the own order `number` as `parcel`, and tell the buyer.

    Raises MoveNotAllowed while its payment is checked for fraud, and what `orders.operations.ship` raises.
    """
    if session.execute(select(_is_checked(seller_id, number))).scalar_one():
        raise MoveNotAllowed(_("We are checking the payment of this order. Please do not send it yet: we tell you."))
    orders.ship(session, seller_id=seller_id, number=number, parcel=parcel, now=now)


def _is_checked(seller_id: int, number: str) -> ColumnElement[bool]:
    return exists().where(
        Order.number == number,
        Order.seller_id == seller_id,
        Order.status == OrderStatus.CONFIRMED,
        PaymentTransaction.order_id == Order.id,
        PaymentBlock.transaction_id == PaymentTransaction.id,
        PaymentBlock.reason == BlockReason.RISK,
        PaymentBlock.lifted_at.is_(None),
    )
