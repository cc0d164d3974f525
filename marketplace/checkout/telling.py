"""Who is told what when a purchase is paid, or not (S2.28, S3.8)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.orders.models import Order, Purchase
from marketplace.payment_records.models import Payment


def paid(session: Session, *, purchase: Purchase, orders: Sequence[Order], now: datetime) -> None:
    """Tell the buyer that the purchase is paid, and each seller of the new order and what it brings."""
    facts = paid_facts(
        purchase_id=purchase.id,
        number=purchase.number,
        buyer_id=purchase.buyer_id,
        total_minor=purchase.total_minor,
        currency=purchase.currency,
        orders=orders,
    )
    notifications.tell_new(session, facts, now=now)


def paid_facts(
    *, purchase_id: int, number: str, buyer_id: int, total_minor: int, currency: str, orders: Sequence[Any]
) -> list[NewFact]:
    """Return what the buyer and the sellers of a paid purchase are told; `orders` are its rows."""
    buyer = NewFact(
        user_id=buyer_id,
        kind=NotificationKind.ORDER_PAID,
        subject="purchase",
        subject_id=purchase_id,
        facts={
            "number": number,
            "orders": [order.number for order in orders],
            "total_minor": total_minor,
            "currency": currency,
        },
    )
    sellers = [
        NewFact(
            user_id=order.seller_id,
            kind=NotificationKind.ORDER_RECEIVED,
            subject="order",
            subject_id=order.id,
            facts={
                "number": order.number,
                "total_minor": order.total_minor,
                "net_minor": order.net_minor,
                "currency": order.currency,
            },
        )
        for order in orders
    ]
    return [buyer, *sellers]


def not_paid(session: Session, *, payment: Payment, is_expired: bool, now: datetime) -> None:
    """Tell the buyer that a payment page closed unpaid, a transfer did not come, or a delayed one did not clear."""
    expired = NotificationKind.PAYMENT_EXPIRED
    if payment.provider == BANK_TRANSFER:
        expired = NotificationKind.TRANSFER_GIVEN_UP
    notifications.tell(
        session,
        user_id=payment.user_id,
        kind=expired if is_expired else NotificationKind.PAYMENT_FAILED,
        subject="payment",
        subject_id=payment.id,
        facts={
            "purchase_id": payment.purchase_id,
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
            "reason": payment.error_message or "",
        },
        now=now,
    )


def returned(session: Session, *, payment: Payment, cause: str, call_id: int | None, now: datetime) -> None:
    """Tell the buyer that money which could not be used has gone back, by the call `call_id` or without one."""
    _tell_of_return(session, NotificationKind.PAYMENT_RETURNED, payment, cause, call_id, now)


def return_failed(session: Session, *, payment: Payment, cause: str, call_id: int | None, now: datetime) -> None:
    """Tell the buyer that money which could not be used has gone back and did not arrive."""
    _tell_of_return(session, NotificationKind.RETURN_FAILED, payment, cause, call_id, now)


def _tell_of_return(
    session: Session, kind: NotificationKind, payment: Payment, cause: str, call_id: int | None, now: datetime
) -> None:
    # Each attempt is told by itself: what has bounced was told as gone back before, and goes back once more.
    subject, subject_id = ("payment", payment.id) if call_id is None else ("outbound_call", call_id)
    notifications.tell(
        session,
        user_id=payment.user_id,
        kind=kind,
        subject=subject,
        subject_id=subject_id,
        facts={
            "payment_id": payment.id,
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
            "reason": cause,
        },
        now=now,
    )
