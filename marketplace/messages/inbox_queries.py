"""The list of a person's conversations: what is unread first, then the latest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.language import Text
from marketplace.messages.models import Conversation, ConversationSide, Message, MessageFile, Part
from marketplace.paging import Cursor, Listed, Period, read_page
from marketplace.transitions import Status


class InboxTab(Status):
    """The tabs of an inbox."""

    ALL = "all", Text("All")
    UNREAD = "unread", Text("Unread")
    ORDERS = "orders", Text("Orders")
    QUESTIONS = "questions", Text("Questions")


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One conversation in the list of one of its sides; `other` is how the other side is called."""

    place: int
    id: int
    part: Part
    unread: int
    last_at: datetime
    subject: str
    is_question: bool
    other: str
    last_text: str
    last_is_hidden: bool
    last_is_own: bool
    last_files: int


_last = Message.__table__.alias("last_message")
_mine = ConversationSide.__table__
_BUYER = aliased(User)
_FILES_OF_LAST = (
    select(func.count()).select_from(MessageFile).where(MessageFile.message_id == _last.c.id).scalar_subquery()
)
_INBOX: Select[*tuple[Any, ...]] = (
    select(
        ConversationSide.place,
        Conversation.id,
        ConversationSide.part,
        ConversationSide.unread,
        ConversationSide.last_at,
        Conversation.subject,
        Conversation.listing_id.is_not(None),
        func.coalesce(Shop.name, _BUYER.name),
        _last.c.text,
        _last.c.hidden_at.is_not(None),
        _last.c.author_id == ConversationSide.user_id,
        _FILES_OF_LAST,
    )
    .join(Conversation, Conversation.id == ConversationSide.conversation_id)
    .join(_BUYER, _BUYER.id == Conversation.buyer_id)
    .outerjoin(Shop, and_(Shop.seller_id == Conversation.seller_id, ConversationSide.part == Part.BUYER))
    .join(_last, _last.c.id == ConversationSide.last_message_id)
)
_COUNTS = (
    select(
        func.count(),
        func.count().filter(ConversationSide.unread > 0),
        func.count().filter(Conversation.order_id.is_not(None)),
        func.count().filter(Conversation.listing_id.is_not(None)),
    )
    .select_from(ConversationSide)
    .join(Conversation, Conversation.id == ConversationSide.conversation_id)
    .where(ConversationSide.user_id == bindparam("user_id"))
)


def inbox(user_id: int, tab: InboxTab, sought: str, period: Period, cursor: Cursor) -> Listed[InboxRow]:
    """Return one page of a person's conversations: unread ones first, then the latest. `sought` "" for all."""
    statement = _INBOX.where(ConversationSide.user_id == user_id, period.of(_mine.c.last_at))
    if tab is InboxTab.UNREAD:
        statement = statement.where(ConversationSide.unread > 0)
    elif tab is not InboxTab.ALL:
        is_order = tab is InboxTab.ORDERS
        statement = statement.where(Conversation.order_id.is_not(None) if is_order else Conversation.order_id.is_(None))
    if sought:
        called = (Conversation.subject, func.coalesce(Shop.name, _BUYER.name))
        statement = statement.where(or_(*(column.icontains(sought, autoescape=True) for column in called)))
    return read_page(statement, _mine.c.place, cursor, InboxRow)


def inbox_counts(user_id: int) -> dict[InboxTab, int]:
    """Return how many conversations stand under each tab."""
    return dict(zip(InboxTab, map(int, db.read(_COUNTS, {"user_id": user_id})[0]), strict=True))
