"""Who is told what at each step of a refund: buyer and seller, always both; admins what they did not do themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.orders.models import Order
from marketplace.refunds.models import Refund, RefundPicture, RefundPictureLook

_NOTHING: Mapping[str, object] = MappingProxyType({})


def asked(session: Session, refund: Refund, *, now: datetime) -> None:
    """Tell both that money was asked back."""
    _tell(session, refund, NotificationKind.REFUND_ASKED, now)


def approved(session: Session, refund: Refund, *, now: datetime) -> None:
    """Tell both what was agreed and what it takes from the seller; once per attempt."""
    if refund.attempt == 1:
        _tell(session, refund, NotificationKind.REFUND_APPROVED, now)


def rejected(session: Session, refund: Refund, *, now: datetime) -> None:
    """Tell both that an admin did not agree, and why."""
    _tell(session, refund, NotificationKind.REFUND_REJECTED, now)


def withdrawn(session: Session, refund: Refund, *, now: datetime) -> None:
    """Tell both that the buyer took the request back."""
    _tell(session, refund, NotificationKind.REFUND_WITHDRAWN, now)


def completed(session: Session, refund: Refund, *, is_in_wallet: bool, now: datetime) -> None:
    """Tell both that the money is back with the buyer; what is in a wallet again waits for no bank."""
    _tell(session, refund, NotificationKind.REFUND_COMPLETED, now, {"is_in_wallet": True} if is_in_wallet else {})


def failed(session: Session, refund: Refund, *, now: datetime) -> None:
    """Tell both that the money did not reach the buyer and is being looked after, and the admins that they must."""
    _tell(session, refund, NotificationKind.REFUND_FAILED, now)
    _tell_admins(session, refund, NotificationKind.REFUND_FAILED, now)


def mirrored(session: Session, refund: Refund, *, now: datetime) -> None:
    """Tell the admins that somebody made a refund at the provider, which nobody here has agreed to (scar S20)."""
    _tell_admins(session, refund, NotificationKind.REFUND_APPROVED, now)


def pictures_added(session: Session, refund: Refund, first_id: int, count: int, *, now: datetime) -> None:
    """Tell seller and admins that the buyer shows more: `count` pictures, of which `first_id` came first."""
    told = {"seller": [refund.seller_id], "admin": _admins(session, refund)}
    kind = NotificationKind.REFUND_PICTURES_ADDED
    for role, people in told.items():
        for user_id in people:
            _tell_of_picture(session, refund, kind, role, user_id, first_id, {"count": count}, now)


def picture_removed(session: Session, refund: Refund, picture: RefundPicture, *, now: datetime) -> None:
    """Tell the admins who have seen a picture that the buyer has taken it away."""
    seen = select(RefundPictureLook.admin_id).where(RefundPictureLook.picture_id == picture.id)
    facts = {"file": picture.file_name}
    for user_id in session.execute(seen.order_by(RefundPictureLook.admin_id)).scalars():
        kind = NotificationKind.REFUND_PICTURE_REMOVED
        _tell_of_picture(session, refund, kind, "admin", user_id, picture.id, facts, now)


def _tell(
    session: Session, refund: Refund, kind: NotificationKind, now: datetime, more: Mapping[str, object] = _NOTHING
) -> None:
    for role, user_id in (("buyer", refund.buyer_id), ("seller", refund.seller_id)):
        _tell_one(session, refund, kind, role, user_id, now, more)


def _tell_admins(session: Session, refund: Refund, kind: NotificationKind, now: datetime) -> None:
    for user_id in _admins(session, refund):
        _tell_one(session, refund, kind, "admin", user_id, now)


def _admins(session: Session, refund: Refund) -> Sequence[int]:
    admins = select(User.id).where(User.is_admin, User.id.not_in([refund.buyer_id, refund.seller_id]))
    return session.execute(admins.order_by(User.id)).scalars().all()


def _tell_of_picture(
    session: Session,
    refund: Refund,
    kind: NotificationKind,
    role: str,
    user_id: int,
    picture_id: int,
    facts: Mapping[str, object],
    now: datetime,
) -> None:
    """Tell one person about pictures: each is a fact of its own, not of the refund."""
    order = session.get_one(Order, refund.order_id)
    told = {"number": refund.number, "order": order.number, "role": role, **facts}
    notifications.tell(
        session, user_id=user_id, kind=kind, subject="refund_picture", subject_id=picture_id, facts=told, now=now
    )


def _tell_one(
    session: Session,
    refund: Refund,
    kind: NotificationKind,
    role: str,
    user_id: int,
    now: datetime,
    more: Mapping[str, object] = _NOTHING,
) -> None:
    order = session.get_one(Order, refund.order_id)
    facts = {
        "number": refund.number,
        "order": order.number,
        "amount_minor": refund.amount_minor,
        "currency": refund.currency,
        "reason": refund.admin_notes,
        "role": role,
        **more,
    }
    notifications.tell(
        session, user_id=user_id, kind=kind, subject="refund", subject_id=refund.id, facts=facts, now=now
    )
