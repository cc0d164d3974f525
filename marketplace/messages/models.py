"""Conversations with their two sides, what was written and sent along, and who of the house has looked."""

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.catalog.models import Listing
from marketplace.db import Base, EnumText, LongText, PrimaryKey, Text64, Text200, UtcTime
from marketplace.orders.models import Order


class Part(StrEnum):
    """Which of the two sides of a conversation a person is."""

    BUYER = "buyer"
    SELLER = "seller"


class Conversation(Base):
    """What one buyer and one seller write each other: one per order, one per listing that somebody asks about."""

    __tablename__ = "conversation"
    __table_args__ = (
        CheckConstraint("(order_id IS NULL) <> (listing_id IS NULL)", name="about_one_thing"),
        CheckConstraint("buyer_id <> seller_id", name="between_two"),
        UniqueConstraint("order_id"),
        UniqueConstraint("listing_id", "buyer_id"),
        Index(None, "buyer_id", "begun_at"),
    )

    id: Mapped[PrimaryKey]
    order_id: Mapped[int | None] = mapped_column(ForeignKey(Order.id))
    listing_id: Mapped[int | None] = mapped_column(ForeignKey(Listing.id))
    buyer_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    subject: Mapped[Text200]
    """What it is about, as it was called then."""
    begun_at: Mapped[UtcTime]


class ConversationSide(Base):
    """A conversation as one of the two has it: what of it they have not read, and where it stands in their list."""

    __tablename__ = "conversation_side"
    __table_args__ = (
        CheckConstraint("unread >= 0", name="unread_not_negative"),
        UniqueConstraint("user_id", "conversation_id"),
        Index("uq_conversation_side_place", "user_id", "place", unique=True),
        Index("ix_conversation_side_unread", "user_id", postgresql_where="unread > 0"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[PrimaryKey]
    conversation_id: Mapped[int] = mapped_column(ForeignKey(Conversation.id), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    part: Mapped[Part] = mapped_column(EnumText(Part))
    unread: Mapped[int]
    """How many messages of the other side this one has not opened."""
    last_message_id: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[UtcTime]
    place: Mapped[int] = mapped_column(
        BigInteger,
        Computed("last_message_id + CASE WHEN unread > 0 THEN 4503599627370496 ELSE 0 END", persisted=True),
    )
    """Grows with what comes first: unread ones before all others, then the latest."""


class Message(Base):
    """One message. Its text is plain: nothing in it is ever markup."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("(hidden_at IS NULL) = (hidden_reason IS NULL)", name="hidden_for_a_reason"),
        UniqueConstraint("author_id", "token"),
        Index(None, "conversation_id", "id"),
        Index(None, "author_id", "sent_at"),
    )

    id: Mapped[PrimaryKey]
    conversation_id: Mapped[int] = mapped_column(ForeignKey(Conversation.id))
    author_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    token: Mapped[Text64]
    """The form's one-time token: the same form sent twice is one message."""
    text: Mapped[LongText]
    sent_at: Mapped[UtcTime]
    hidden_at: Mapped[UtcTime | None]
    """When an admin hid it after a report."""
    hidden_reason: Mapped[LongText | None]


class MessageFile(Base):
    """A picture or a PDF that came with a message."""

    __tablename__ = "message_file"

    id: Mapped[PrimaryKey]
    message_id: Mapped[int] = mapped_column(ForeignKey(Message.id), index=True)
    file_name: Mapped[Text200]
    stored_name: Mapped[Text200] = mapped_column(unique=True)
    media_type: Mapped[Text64]
    size_bytes: Mapped[int]


class ConversationLook(Base):
    """An admin has looked at a conversation: who, when, and for which report, refund or dispute. Never changed."""

    __tablename__ = "conversation_look"
    __table_args__ = (Index(None, "conversation_id", "looked_at"),)

    id: Mapped[PrimaryKey]
    conversation_id: Mapped[int] = mapped_column(ForeignKey(Conversation.id))
    admin_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    ground: Mapped[Text64]
    """The number of what gave the reason: RP-, R- or D-."""
    looked_at: Mapped[UtcTime]


class WritingBlock(Base):
    """One person takes no messages and questions from another; both write nothing to each other until it is lifted."""

    __tablename__ = "writing_block"
    __table_args__ = (
        CheckConstraint("blocker_id <> blocked_id", name="between_two"),
        Index(
            "uq_writing_block_standing", "blocker_id", "blocked_id", unique=True, postgresql_where="lifted_at IS NULL"
        ),
        Index(None, "blocker_id", "id"),
        Index(None, "blocked_id", "id"),
    )

    id: Mapped[PrimaryKey]
    blocker_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    blocked_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    conversation_id: Mapped[int] = mapped_column(ForeignKey(Conversation.id))
    """Where it was done: it says which two sides they were."""
    blocked_at: Mapped[UtcTime]
    lifted_at: Mapped[UtcTime | None]
