"""Block the other side of a conversation, lift it again, and keep the two from writing meanwhile."""

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from marketplace.errors import NotAllowed, NotFound
from marketplace.language import gettext as _
from marketplace.messages.models import Conversation, WritingBlock


def block(session: Session, *, user_id: int, conversation_id: int, now: datetime) -> bool:
    """Take no more messages and questions from the other side of a conversation; return False when it stands already.

    What an order needs goes on: refunds, cancelling, parcels, reports, reviews ask nobody for this.
    Raises NotFound for a stranger's conversation.
    """
    other = _other(session, user_id, conversation_id)
    if _standing(session, user_id, other) is not None:
        return False
    session.add(
        WritingBlock(blocker_id=user_id, blocked_id=other, conversation_id=conversation_id, blocked_at=now),
    )
    return True


def lift(session: Session, *, user_id: int, conversation_id: int, now: datetime) -> bool:
    """Let the other side of a conversation write again; return False when one's own block does not stand.

    Raises NotFound for a stranger's conversation.
    """
    found = _standing(session, user_id, _other(session, user_id, conversation_id))
    if found is None:
        return False
    found.lifted_at = now
    return True


def check_not_blocked(session: Session, *, author_id: int, other_id: int) -> None:
    """Raise NotAllowed where one of two people has blocked the other, whichever it is."""
    statement = select(WritingBlock.blocker_id).where(
        WritingBlock.lifted_at.is_(None),
        or_(
            and_(WritingBlock.blocker_id == author_id, WritingBlock.blocked_id == other_id),
            and_(WritingBlock.blocker_id == other_id, WritingBlock.blocked_id == author_id),
        ),
    )
    blockers = set(session.execute(statement).scalars())
    if author_id in blockers:
        raise NotAllowed(_("You have blocked this person. Unblock them first, then write."))
    if blockers:
        raise NotAllowed(_("This person takes no messages from you."))


def _other(session: Session, user_id: int, conversation_id: int) -> int:
    found = session.get(Conversation, conversation_id)
    if found is None or user_id not in {found.buyer_id, found.seller_id}:
        raise NotFound(_("There is no such conversation among yours."))
    return found.seller_id if user_id == found.buyer_id else found.buyer_id


def _standing(session: Session, blocker_id: int, blocked_id: int) -> WritingBlock | None:
    return session.execute(
        select(WritingBlock).where(
            WritingBlock.blocker_id == blocker_id,
            WritingBlock.blocked_id == blocked_id,
            WritingBlock.lifted_at.is_(None),
        )
    ).scalar_one_or_none()
