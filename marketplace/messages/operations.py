"""Write to the other side of an order or of a question, and remember what was read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from marketplace.accounts import suspending
from marketplace.accounts.models import User
from marketplace.catalog.models import Listing
from marketplace.catalog.states import ListingStatus
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.media.storing import StoredFile
from marketplace.messages import blocking, rules, telling
from marketplace.messages.models import Conversation, ConversationSide, Message, MessageFile, Part
from marketplace.messages.rules import Writer
from marketplace.notifications import operations as notifications
from marketplace.orders.models import Order
from marketplace.reports import operations as reports

_NOT_THERE = Text("There is no such conversation among yours.")


@dataclass(frozen=True)
class Words:
    """What somebody writes: the text, the form's one-time token, and files that lie in the store already."""

    text: str
    token: str
    files: tuple[StoredFile, ...] = ()


@dataclass(frozen=True)
class Sent:
    """Where a message stands; `is_new` is False when the same form came a second time."""

    conversation_id: int
    message_id: int
    is_new: bool


def write_about_order(session: Session, *, author_id: int, number: str, words: Words, now: datetime) -> Sent:
    """Write to the other side of an order, whichever side the author is.

    Raises NotFound for a stranger's order, NotAllowed for who may not write or too often, Invalid for the text.
    """
    order = session.execute(select(Order).where(Order.number == number)).scalar_one_or_none()
    if order is None or author_id not in {order.buyer_id, order.seller_id}:
        raise NotFound(_("There is no order with this number among yours."))
    if (known := _sent_before(session, author_id, words)) is not None:
        return known
    found = _conversation(session, Conversation.order_id == order.id)
    begun = found or Conversation(
        order_id=order.id,
        buyer_id=order.buyer_id,
        seller_id=order.seller_id,
        subject=f"Order {order.number}",
        begun_at=now,
    )
    return _write(session, begun, author_id, words, now)


def ask(session: Session, *, author_id: int, listing_id: int, words: Words, now: datetime) -> Sent:
    """Ask the seller of a listing that is for sale. Raises as `write_about_order`, NotAllowed for one's own listing."""
    if (known := _sent_before(session, author_id, words)) is not None:
        return known
    listing = session.get(Listing, listing_id)
    found = _conversation(session, Conversation.listing_id == listing_id, Conversation.buyer_id == author_id)
    if listing is None or (listing.status is not ListingStatus.ACTIVE and found is None):
        raise NotFound(_("This listing is not for sale any more, or never was."))
    if listing.seller_id == author_id:
        raise NotAllowed(_("This is your own listing. Buyers who ask about it are in your messages."))
    begun = found or Conversation(
        listing_id=listing.id,
        buyer_id=author_id,
        seller_id=listing.seller_id,
        subject=listing.title[:200],
        begun_at=now,
    )
    return _write(session, begun, author_id, words, now)


def reply(session: Session, *, author_id: int, conversation_id: int, words: Words, now: datetime) -> Sent:
    """Go on in a conversation of one's own. Raises NotFound for a stranger's, else as `write_about_order`."""
    found = session.get(Conversation, conversation_id)
    if found is None or author_id not in {found.buyer_id, found.seller_id}:
        raise NotFound(_NOT_THERE)
    return _sent_before(session, author_id, words) or _write(session, found, author_id, words, now)


def mark_read(session: Session, *, user_id: int, conversation_id: int, upto: int, now: datetime) -> None:
    """Remember that a person has read a conversation up to the message `upto`; what came later stays unread.

    Raises NotFound when it is not theirs.
    """
    side = session.execute(
        select(ConversationSide).where(
            ConversationSide.user_id == user_id, ConversationSide.conversation_id == conversation_id
        )
    ).scalar_one_or_none()
    if side is None:
        raise NotFound(_NOT_THERE)
    others = (Message.conversation_id == conversation_id, Message.author_id != user_id)
    left = session.execute(select(func.count()).select_from(Message).where(*others, Message.id > upto)).scalar_one()
    side.unread = min(side.unread, left)
    seen = session.execute(select(Message.id).where(*others, Message.id <= upto)).scalars().all()
    notifications.mark_read_about(session, user_id=user_id, subject="message", subject_ids=seen, now=now)


def _write(session: Session, conversation: Conversation, author_id: int, words: Words, now: datetime) -> Sent:
    reports.check_may_write(session, author_id)
    other_id = conversation.seller_id if author_id == conversation.buyer_id else conversation.buyer_id
    blocking.check_not_blocked(session, author_id=author_id, other_id=other_id)
    is_question, begins = conversation.listing_id is not None, conversation.id is None
    if is_question and author_id == conversation.buyer_id:
        suspending.check_may_buy(session, author_id)
    writer = _writer(session, author_id, now)
    rules.check_pace(writer, begins=begins, is_question=is_question, now=now)
    text = rules.check_text(words.text, has_files=bool(words.files), is_question=is_question, writer=writer, now=now)
    if len(words.files) > rules.MOST_FILES:
        raise Conflict(_("At most %(most)s files in a message.", most=rules.MOST_FILES))
    session.add(conversation)
    session.flush()
    message = Message(conversation_id=conversation.id, author_id=author_id, token=words.token, text=text, sent_at=now)
    session.add(message)
    session.flush()
    for file in words.files:
        session.add(
            MessageFile(
                message_id=message.id,
                file_name=file.file_name,
                stored_name=file.stored_name,
                media_type=file.media_type,
                size_bytes=file.size_bytes,
            )
        )
    _place(session, conversation, message, begins=begins, now=now)
    return Sent(conversation.id, message.id, is_new=True)


def _place(session: Session, conversation: Conversation, message: Message, *, begins: bool, now: datetime) -> None:
    """Bring both sides of a conversation up to date, and tell the other one when nothing else waits there."""
    people = {Part.BUYER: conversation.buyer_id, Part.SELLER: conversation.seller_id}
    if begins:
        for part, user_id in people.items():
            is_reader = user_id != message.author_id
            session.add(
                ConversationSide(
                    conversation_id=conversation.id,
                    user_id=user_id,
                    part=part,
                    unread=int(is_reader),
                    last_message_id=message.id,
                    last_at=now,
                )
            )
    reader = Part.SELLER if message.author_id == conversation.buyer_id else Part.BUYER
    waited = 0
    if not begins:
        waited = session.execute(
            select(ConversationSide.unread).where(
                ConversationSide.user_id == people[reader], ConversationSide.conversation_id == conversation.id
            )
        ).scalar_one()
        for part, user_id in people.items():
            session.execute(
                update(ConversationSide)
                .where(ConversationSide.user_id == user_id, ConversationSide.conversation_id == conversation.id)
                .values(last_message_id=message.id, last_at=now, unread=ConversationSide.unread + int(part is reader))
            )
    if not waited:
        telling.received(session, conversation, message, to=reader, now=now)


def _conversation(session: Session, *about: ColumnElement[bool]) -> Conversation | None:
    return session.execute(select(Conversation).where(*about)).scalar_one_or_none()


def _sent_before(session: Session, author_id: int, words: Words) -> Sent | None:
    """Return where the same form has gone before."""
    statement = select(Message.conversation_id, Message.id).where(
        Message.author_id == author_id, Message.token == words.token
    )
    row = session.execute(statement).one_or_none()
    return Sent(row.conversation_id, row.id, is_new=False) if row else None


def _writer(session: Session, user_id: int, now: datetime) -> Writer:
    wrote = select(func.count()).select_from(Message)
    began = select(func.count()).select_from(Conversation)
    return Writer(
        registered_at=session.execute(select(User.created_at).where(User.id == user_id)).scalar_one(),
        in_last_hour=session.execute(
            wrote.where(Message.author_id == user_id, Message.sent_at > now - rules.HOUR)
        ).scalar_one(),
        begun_in_last_day=session.execute(
            began.where(
                Conversation.buyer_id == user_id,
                Conversation.listing_id.is_not(None),
                Conversation.begun_at > now - rules.DAY,
            )
        ).scalar_one(),
    )
