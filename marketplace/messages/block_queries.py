"""What people and admins read of blocks: whether one stands between two, whom somebody blocks, and all about one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.messages.models import Conversation, WritingBlock
from marketplace.messages.queries import Between
from marketplace.paging import Cursor, Listed, Period, read_page

_MOST = 20


@dataclass(frozen=True, slots=True)
class BlockRow:
    """One person whom somebody blocks, by the name under which they met."""

    id: int
    conversation_id: int
    name: str
    subject: str
    blocked_at: datetime


@dataclass(frozen=True, slots=True)
class AdminBlockRow:
    """A block as an admin reads it, standing or lifted, with the names under which the two met."""

    conversation_id: int
    blocker_id: int
    blocker: str
    blocked: str
    blocked_at: datetime
    lifted_at: datetime | None


_BETWEEN = select(WritingBlock.blocker_id).where(
    WritingBlock.lifted_at.is_(None),
    or_(
        and_(WritingBlock.blocker_id == bindparam("user_id"), WritingBlock.blocked_id == bindparam("other_id")),
        and_(WritingBlock.blocker_id == bindparam("other_id"), WritingBlock.blocked_id == bindparam("user_id")),
    ),
)
_BLOCKER, _BLOCKED = aliased(User), aliased(User)


def _name(user_id: Any, person: Any) -> Any:
    """Return how somebody was called in the conversation: a seller by the shop."""
    return case((Conversation.seller_id == user_id, func.coalesce(Shop.name, person.name)), else_=person.name)


_BLOCKS: Select[*tuple[Any, ...]] = (
    select(
        WritingBlock.id,
        WritingBlock.conversation_id,
        _name(WritingBlock.blocked_id, _BLOCKED),
        Conversation.subject,
        WritingBlock.blocked_at,
    )
    .join(Conversation, Conversation.id == WritingBlock.conversation_id)
    .join(_BLOCKED, _BLOCKED.id == WritingBlock.blocked_id)
    .outerjoin(Shop, Shop.seller_id == Conversation.seller_id)
    .where(WritingBlock.lifted_at.is_(None))
)
_ABOUT: Select[*tuple[Any, ...]] = (
    select(
        WritingBlock.conversation_id,
        WritingBlock.blocker_id,
        _name(WritingBlock.blocker_id, _BLOCKER),
        _name(WritingBlock.blocked_id, _BLOCKED),
        WritingBlock.blocked_at,
        WritingBlock.lifted_at,
    )
    .join(Conversation, Conversation.id == WritingBlock.conversation_id)
    .join(_BLOCKER, _BLOCKER.id == WritingBlock.blocker_id)
    .join(_BLOCKED, _BLOCKED.id == WritingBlock.blocked_id)
    .outerjoin(Shop, Shop.seller_id == Conversation.seller_id)
    .where(
        or_(WritingBlock.blocker_id == bindparam("user_id"), WritingBlock.blocked_id == bindparam("user_id")),
    )
    .order_by(WritingBlock.id.desc())
    .limit(_MOST)
)


def between(user_id: int, other_id: int) -> Between:
    """Return whether one of two people has blocked the other."""
    blockers = {row.blocker_id for row in db.read(_BETWEEN, {"user_id": user_id, "other_id": other_id})}
    return Between(user_id in blockers, other_id in blockers)


def blocked_by(user_id: int, period: Period, cursor: Cursor) -> Listed[BlockRow]:
    """Return one page of the people whom somebody blocks, the last blocked first."""
    statement = _BLOCKS.where(WritingBlock.blocker_id == user_id, period.of(WritingBlock.__table__.c.blocked_at))
    return read_page(statement, WritingBlock.__table__.c.id, cursor, BlockRow)


def about(user_id: int) -> tuple[AdminBlockRow, ...]:
    """Return the latest twenty blocks by and against a person, lifted ones too."""
    return tuple(AdminBlockRow(*tuple(row)) for row in db.read(_ABOUT, {"user_id": user_id}))
