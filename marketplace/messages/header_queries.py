"""What the header of every page tells of a person: who it is, the units in the basket, what waits to be read."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from marketplace import db
from marketplace.accounts import queries as accounts
from marketplace.accounts.models import User
from marketplace.accounts.queries import SignedIn
from marketplace.carts import queries as carts
from marketplace.carts.models import Cart, CartLine
from marketplace.messages import queries
from marketplace.messages.models import ConversationSide
from marketplace.notifications import queries as notifications
from marketplace.notifications.models import Notification
from marketplace.prepared import Question

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
_MESSAGES = (
    select(func.coalesce(func.sum(ConversationSide.unread), 0))
    .where(ConversationSide.user_id == User.id, ConversationSide.unread > 0)
    .correlate(User)
    .scalar_subquery()
)
_HEADER = accounts.SIGNED_IN.add_columns(_UNITS, _UNREAD, _MESSAGES)


def question(token_hash: bytes) -> Question:
    """Return what `header` asks, for `db.reading_ahead`."""
    return _HEADER, {"token_hash": token_hash}


def header(token_hash: bytes) -> tuple[SignedIn, tuple[int, int, int]] | None:
    """Return whose unrevoked session has this token hash, or None.

    With it come the units in the basket, the unread notifications and the unread messages.
    """
    row = db.read_one(*question(token_hash))
    if row is None:
        return None
    columns: Sequence[Any] = tuple(row)
    *person, units, unread, messages = columns
    return SignedIn(*person), (int(units), int(unread), int(messages))


def counts(user_id: int | None, visitor: bytes | None) -> tuple[int, int, int]:
    """Return units in the basket, unread notifications and messages; a visitor without a basket costs nothing."""
    units = carts.count(user_id, visitor)
    return (units, notifications.unread_count(user_id), queries.unread(user_id)) if user_id else (units, 0, 0)
