"""What admins read of conversations, where a report, a refund or a dispute gives the reason; each look is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, and_, bindparam, exists, insert, literal, or_, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.messages.models import Conversation, ConversationLook, Message
from marketplace.messages.queries import MESSAGES, MessageRow, message_of
from marketplace.reports.models import Report, Subject

_AGAIN_AFTER = timedelta(hours=1)
_MOST = 200


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """One message about an order, with the name of who wrote it and on which side."""

    order_id: int
    message: MessageRow
    author: str
    is_seller: bool


@dataclass(frozen=True, slots=True)
class LookRow:
    """An admin has looked: for what, and when."""

    admin: str
    ground: str
    looked_at: datetime


_OF_ORDERS = (
    MESSAGES.add_columns(Conversation.order_id, User.name, Shop.name.label("shop"), Conversation.seller_id)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .join(User, User.id == Message.author_id)
    .join(Shop, Shop.seller_id == Conversation.seller_id)
)
_ID: BindParameter[int] = bindparam("conversation_id")
_OF_MESSAGE = select(Message.conversation_id).where(Message.id == bindparam("message_id"))
_REPORTS = (
    select(Report.number)
    .where(
        or_(
            and_(Report.subject == Subject.CONVERSATION, Report.subject_id == _ID),
            and_(
                Report.subject == Subject.MESSAGE,
                Report.subject_id.in_(select(Message.id).where(Message.conversation_id == _ID)),
            ),
        )
    )
    .order_by(Report.id)
)
_LOOKS = (
    select(User.name, ConversationLook.ground, ConversationLook.looked_at)
    .join(User, User.id == ConversationLook.admin_id)
    .where(ConversationLook.conversation_id == _ID)
    .order_by(ConversationLook.id.desc())
    .limit(50)
)


def messages_of_orders(order_ids: Sequence[int]) -> tuple[CaseMessage, ...]:
    """Return the latest messages about some orders, oldest first; at most 200."""
    if not order_ids:
        return ()
    statement = _OF_ORDERS.where(Conversation.order_id.in_(order_ids)).order_by(Message.id.desc()).limit(_MOST)
    found = []
    for row in reversed(db.read(statement)):
        *columns, order_id, name, shop, seller_id = tuple(row)
        message = message_of(*columns)
        is_seller = message.author_id == seller_id
        found.append(CaseMessage(order_id, message, shop if is_seller else name, is_seller))
    return tuple(found)


def conversation_with(message_id: int) -> int:
    """Return the conversation in which a message stands. Raises NotFound."""
    row = db.read_one(_OF_MESSAGE, {"message_id": message_id})
    if row is None:
        raise NotFound(_("There is no such message."))
    return int(row.conversation_id)


def reports_of(conversation_id: int) -> list[str]:
    """Return the numbers of the reports about a conversation or a message in it, oldest first."""
    return [str(row.number) for row in db.read(_REPORTS, {"conversation_id": conversation_id})]


def looks_at(conversation_id: int) -> tuple[LookRow, ...]:
    """Return which admins have looked at a conversation, latest first."""
    return tuple(LookRow(*tuple(row)) for row in db.read(_LOOKS, {"conversation_id": conversation_id}))


def note_look(conversation_ids: Sequence[int], *, admin_id: int, ground: str, now: datetime) -> None:
    """Keep that an admin looks at some conversations, once an hour for each ground. Runs alone, outside `atomic`."""
    for conversation_id in sorted(set(conversation_ids)):
        looked = exists().where(
            ConversationLook.conversation_id == conversation_id,
            ConversationLook.admin_id == admin_id,
            ConversationLook.ground == ground,
            ConversationLook.looked_at > now - _AGAIN_AFTER,
        )
        columns = ["conversation_id", "admin_id", "ground", "looked_at"]
        values = select(literal(conversation_id), literal(admin_id), literal(ground), literal(now)).where(~looked)
        db.append(insert(ConversationLook).from_select(columns, values))
