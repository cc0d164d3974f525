"""Who is told what at each step of a dispute: the sellers it is about, the buyer, and the admins who must act."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.disputes.models import Dispute, DisputeShare
from marketplace.disputes.states import DisputeStatus
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.orders.models import Order
from marketplace.payment_records.models import Payment

_KINDS = {
    DisputeStatus.INQUIRY: NotificationKind.DISPUTE_ASKED,
    DisputeStatus.NEEDS_RESPONSE: NotificationKind.DISPUTE_TAKEN,
    DisputeStatus.INQUIRY_REVIEW: NotificationKind.DISPUTE_ANSWERED,
    DisputeStatus.UNDER_REVIEW: NotificationKind.DISPUTE_ANSWERED,
    DisputeStatus.INQUIRY_CLOSED: NotificationKind.DISPUTE_CLOSED,
    DisputeStatus.PREVENTED: NotificationKind.DISPUTE_CLOSED,
    DisputeStatus.WON: NotificationKind.DISPUTE_WON,
    DisputeStatus.LOST: NotificationKind.DISPUTE_LOST,
    DisputeStatus.WARNED: NotificationKind.DISPUTE_WARNED,
}
_NOT_FOR_BUYERS = frozenset({NotificationKind.DISPUTE_WARNED})
"""A thief must not learn that the bank suspects the payment."""


def moved(session: Session, dispute: Dispute, *, now: datetime) -> None:
    """Tell everybody concerned what the dispute has become; each step of each round once."""
    kind = _KINDS.get(dispute.status)
    if kind is None:
        return
    parts = _parts(session, dispute)
    for part, order in parts:
        _tell(session, dispute, kind, "seller", part.seller_id, [order], part.amount_minor, now)
    numbers = [order for _, order in parts]
    payment = session.get_one(Payment, dispute.payment_id)
    if kind not in _NOT_FOR_BUYERS:
        _tell(session, dispute, kind, "buyer", payment.user_id, numbers, dispute.amount_minor, now)
    others = {payment.user_id, *(part.seller_id for part, _ in parts)}
    _tell_admins(session, dispute, kind, others, numbers, now)


def contributed(session: Session, dispute: Dispute, seller_id: int, *, now: datetime) -> None:
    """Tell the admins that a seller has something to say; once per dispute."""
    numbers = [order for part, order in _parts(session, dispute) if part.seller_id == seller_id]
    _tell_admins(session, dispute, NotificationKind.DISPUTE_CONTRIBUTED, {seller_id}, numbers, now)


def _parts(session: Session, dispute: Dispute) -> list[tuple[DisputeShare, str]]:
    statement = (
        select(DisputeShare, Order.number)
        .join(Order, Order.id == DisputeShare.order_id)
        .where(DisputeShare.dispute_id == dispute.id, DisputeShare.amount_minor > 0)
        .order_by(DisputeShare.id)
    )
    return [(part, number) for part, number in session.execute(statement)]


def _tell_admins(
    session: Session, dispute: Dispute, kind: NotificationKind, others: set[int], orders: Sequence[str], now: datetime
) -> None:
    admins = select(User.id).where(User.is_admin, User.id.not_in(others)).order_by(User.id)
    for user_id in session.execute(admins).scalars():
        _tell(session, dispute, kind, "admin", user_id, orders, dispute.amount_minor, now)


def _tell(
    session: Session,
    dispute: Dispute,
    kind: NotificationKind,
    role: str,
    user_id: int,
    orders: Sequence[str],
    amount_minor: int,
    now: datetime,
) -> None:
    facts = {
        "number": dispute.number,
        "orders": list(orders),
        "amount_minor": amount_minor,
        "currency": dispute.currency,
        "due_by": dispute.due_by.isoformat() if dispute.due_by else "",
        "role": role,
    }
    # A bank may decide again: what is told in another round is another fact.
    subject = f"dispute:{dispute.losses}" if dispute.losses > 1 else "dispute"
    notifications.tell(
        session, user_id=user_id, kind=kind, subject=subject, subject_id=dispute.id, facts=facts, now=now
    )
