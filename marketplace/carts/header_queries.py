"""What the header of every page tells of a person: who it is, the units in the basket, the unread notifications."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from marketplace import db
from marketplace.accounts import queries as accounts
from marketplace.accounts.models import User
from marketplace.accounts.queries import SignedIn
from marketplace.carts.models import Cart, CartLine
from marketplace.notifications.models import Notification

_UNITS = (
    select(func.coalesce(func.sum(CartLine.quantity), 0))
    .join_from(CartLine, Cart, Cart.id == CartLine.cart_id)
    .where(Cart.user_id == User.id)
    .correlate(User)
    .scalar_subquery()
)
_UNREAD = (
    select(func.count())
    .select_from(Notification)
    .where(Notification.user_id == User.id, Notification.read_at.is_(None))
    .correlate(User)
    .scalar_subquery()
)
_HEADER = accounts.SIGNED_IN.add_columns(_UNITS, _UNREAD)


def header(token_hash: bytes) -> tuple[SignedIn, tuple[int, int]] | None:
    """Return whose unrevoked session has this token hash, with the basket's units and the unread count; or None."""
    row = db.read_one(_HEADER, {"token_hash": token_hash})
    if row is None:
        return None
    columns: Sequence[Any] = tuple(row)
    *person, units, unread = columns
    return SignedIn(*person), (int(units), int(unread))
