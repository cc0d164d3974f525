"""What both sides read of their conversations: the list, one with its messages, and what waits unread."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Listing, Shop
from marketplace.catalog.states import ListingStatus
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.messages.models import Conversation, ConversationSide, Message, MessageFile, Part, WritingBlock
from marketplace.orders.models import Order
from marketplace.paging import Cursor, Listed, read_page

__all__ = ["Part"]


@dataclass(frozen=True, slots=True)
class Between:
    """What stands between a person and another; both may be."""

    is_own: bool
    """They block the other."""
    is_others: bool
    """The other blocks them."""


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One conversation with the names of both sides and what it is about."""

    id: int
    buyer_id: int
    buyer: str
    seller_id: int
    shop: str
    shop_slug: str
    subject: str
    order_id: int | None
    order_number: str | None
    listing_slug: str | None
    listing_is_active: bool | None
    buyer_blocks: bool
    seller_blocks: bool
    buyer_unread: int
    """How many messages wait for the buyer, and for the seller."""
    seller_unread: int

    def unread(self, user_id: int) -> int:
        """Return how many messages of it wait for the side `user_id`."""
        return self.buyer_unread if user_id == self.buyer_id else self.seller_unread

    def between(self, user_id: int) -> Between:
        """Return whether one of the two sides blocks the other, as the side `user_id` has it."""
        if user_id == self.buyer_id:
            return Between(self.buyer_blocks, self.seller_blocks)
        return Between(self.seller_blocks, self.buyer_blocks)


@dataclass(frozen=True, slots=True)
class AskedListing:
    """A listing that somebody may ask about."""

    id: int
    title: str
    seller_id: int
    shop: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that came with a message."""

    id: int
    file_name: str
    media_type: str
    size_bytes: int
    stored_name: str


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message; a hidden one has no text and no files any more, but the reason."""

    id: int
    conversation_id: int
    author_id: int
    text: str
    sent_at: datetime
    hidden_reason: str | None
    files: tuple[FileRow, ...]


def _blocks(blocker_id: Any, blocked_id: Any) -> ColumnElement[bool]:
    """Return whether one of two people blocks the other now."""
    is_standing = (WritingBlock.blocker_id == blocker_id, WritingBlock.lifted_at.is_(None))
    return exists().where(*is_standing, WritingBlock.blocked_id == blocked_id).correlate(Conversation)


def _waiting(user_id: Any) -> ColumnElement[int]:
    """Return how many messages of a conversation one of its sides has not read."""
    side = (ConversationSide.user_id == user_id, ConversationSide.conversation_id == Conversation.id)
    return func.coalesce(select(ConversationSide.unread).where(*side).correlate(Conversation).scalar_subquery(), 0)


_BUYER = aliased(User)
_CONVERSATION = (
    select(
        Conversation.id,
        Conversation.buyer_id,
        _BUYER.name,
        Conversation.seller_id,
        Shop.name,
        Shop.slug,
        Conversation.subject,
        Conversation.order_id,
        Order.number,
        Listing.slug,
        Listing.status == ListingStatus.ACTIVE,
        _blocks(Conversation.buyer_id, Conversation.seller_id),
        _blocks(Conversation.seller_id, Conversation.buyer_id),
        _waiting(Conversation.buyer_id),
        _waiting(Conversation.seller_id),
    )
    .join(_BUYER, _BUYER.id == Conversation.buyer_id)
    .join(Shop, Shop.seller_id == Conversation.seller_id)
    .outerjoin(Order, Order.id == Conversation.order_id)
    .outerjoin(Listing, Listing.id == Conversation.listing_id)
)
_BY_ID = _CONVERSATION.where(Conversation.id == bindparam("conversation_id"))
_LISTING = (
    select(Listing.id, Listing.title, Listing.seller_id, Shop.name)
    .join(Shop, Shop.seller_id == Listing.seller_id)
    .where(Listing.slug == bindparam("slug"), Listing.status == ListingStatus.ACTIVE)
)
_FILES = (
    select(
        func.coalesce(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(
                        MessageFile.id,
                        MessageFile.file_name,
                        MessageFile.media_type,
                        MessageFile.size_bytes,
                        MessageFile.stored_name,
                    ),
                    MessageFile.id,
                )
            ),
            text("'[]'"),
        )
    )
    .where(MessageFile.message_id == Message.id, Message.hidden_at.is_(None))
    .correlate(Message)
    .scalar_subquery()
)
MESSAGES = select(
    Message.id,
    Message.conversation_id,
    Message.author_id,
    Message.text,
    Message.sent_at,
    Message.hidden_reason,
    _FILES.label("files"),
)
_FILE = (
    select(
        MessageFile.id,
        MessageFile.file_name,
        MessageFile.media_type,
        MessageFile.size_bytes,
        MessageFile.stored_name,
    )
    .join(Message, Message.id == MessageFile.message_id)
    .where(
        MessageFile.id == bindparam("file_id"),
        Message.conversation_id == bindparam("conversation_id"),
        Message.hidden_at.is_(None),
    )
)
_UNREAD = select(func.coalesce(func.sum(ConversationSide.unread), 0)).where(
    ConversationSide.user_id == bindparam("user_id")
)


def unread(user_id: int) -> int:
    """Return how many messages wait for a person."""
    return int(db.read(_UNREAD, {"user_id": user_id})[0][0])


def conversation_of(conversation_id: int, user_id: int) -> ConversationRow:
    """Return a conversation of which a person is a side. Raises NotFound."""
    found = _one(_BY_ID, {"conversation_id": conversation_id})
    if found is None or user_id not in {found.buyer_id, found.seller_id}:
        raise NotFound(_("There is no such conversation among yours."))
    return found


def conversation(conversation_id: int) -> ConversationRow:
    """Return any conversation, for an admin who has a reason. Raises NotFound."""
    found = _one(_BY_ID, {"conversation_id": conversation_id})
    if found is None:
        raise NotFound(_("There is no such conversation."))
    return found


def about_order(order_id: int) -> ConversationRow | None:
    """Return the conversation about an order, or None while nobody has written."""
    return _one(_CONVERSATION.where(Conversation.order_id == bindparam("order_id")), {"order_id": order_id})


def about_listing(listing_id: int, buyer_id: int) -> ConversationRow | None:
    """Return what somebody asked about a listing, or None."""
    statement = _CONVERSATION.where(
        Conversation.listing_id == bindparam("listing_id"), Conversation.buyer_id == bindparam("buyer_id")
    )
    return _one(statement, {"listing_id": listing_id, "buyer_id": buyer_id})


def listing_to_ask(slug: str) -> AskedListing | None:
    """Return the listing for sale that somebody wants to ask about, or None."""
    row = db.read_one(_LISTING, {"slug": slug})
    return AskedListing(*tuple(row)) if row else None


def messages_of(conversation_id: int, cursor: Cursor) -> Listed[MessageRow]:
    """Return one page of a conversation, the latest first."""
    statement = MESSAGES.where(Message.conversation_id == conversation_id)
    return read_page(statement, Message.__table__.c.id, cursor, message_of)


def message_of(*columns: Any) -> MessageRow:
    """Return the message in a row of MESSAGES."""
    message_id, conversation_id, author_id, words, sent_at, hidden_reason, files = columns
    shown = "" if hidden_reason is not None else words
    rows = tuple(FileRow(*file) for file in files)
    return MessageRow(message_id, conversation_id, author_id, shown, sent_at, hidden_reason, rows)


def file_of(conversation_id: int, file_id: int) -> FileRow:
    """Return a file of a conversation. Raises NotFound, for one of a hidden message too."""
    row = db.read_one(_FILE, {"conversation_id": conversation_id, "file_id": file_id})
    if row is None:
        raise NotFound(_("There is no such file."))
    return FileRow(*tuple(row))


def _one(statement: Select[*tuple[Any, ...]], values: dict[str, Any]) -> ConversationRow | None:
    row = db.read_one(statement, values)
    return ConversationRow(*tuple(row)) if row else None
