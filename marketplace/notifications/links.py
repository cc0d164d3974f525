"""Who asked for a link is told, by mail with the link: found by looking, so that asking takes as long for nobody.

Where another address is asked for, the link goes there, and the address they have is told.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from marketplace import db
from marketplace.accounts import link_operations as operations
from marketplace.accounts import link_rules
from marketplace.accounts.models import LinkPurpose, LinkRequest, User
from marketplace.notifications.models import Notification, NotificationKind
from marketplace.notifications.operations import NewFact, tell_new

SUBJECT = "link_request"
_MOST = 500
_KINDS = {
    LinkPurpose.RESET: NotificationKind.RESET_ASKED,
    LinkPurpose.VERIFY: NotificationKind.CONFIRMATION_ASKED,
    LinkPurpose.CHANGE: NotificationKind.ADDRESS_LINK_ASKED,
}
_OTHER = aliased(User)
_UNTOLD = (
    select(
        LinkRequest.id,
        LinkRequest.purpose,
        LinkRequest.user_id,
        LinkRequest.at,
        User.email,
        LinkRequest.email.label("asked_email"),
        exists().where(func.lower(_OTHER.email) == LinkRequest.email, _OTHER.id != User.id).label("is_taken"),
    )
    .join(User, User.id == LinkRequest.user_id)
    .outerjoin(
        Notification,
        and_(
            Notification.user_id == LinkRequest.user_id,
            Notification.subject == SUBJECT,
            Notification.subject_id == LinkRequest.id,
        ),
    )
    .where(LinkRequest.used_at.is_(None), Notification.id.is_(None))
    .order_by(LinkRequest.id)
    .limit(_MOST)
)


def due(system_now: datetime) -> list[NewFact]:
    """Return whom to tell of links that were asked for and still work."""
    open_ones = or_(
        *(
            and_(LinkRequest.purpose == purpose, LinkRequest.at > system_now - link_rules.LIFETIMES[purpose])
            for purpose in LinkPurpose
        )
    )
    return [fact for row in db.read(_UNTOLD.where(open_ones)) for fact in _facts(row)]


def change_address(session: Session, *, token_hash: bytes, session_id: int, system_now: datetime, now: datetime) -> int:
    """Make the address behind a link its person's and tell the one they had; return the user id. Raises LinkEnded."""
    link, before = operations.change_address(session, token_hash=token_hash, session_id=session_id, now=system_now)
    facts = {"email": link.email, "mail_to": before, "at": system_now.isoformat()}
    changed = NewFact(link.user_id, NotificationKind.ADDRESS_CHANGED, SUBJECT, link.request_id, facts)
    tell_new(session, [changed], now=now)
    return link.user_id


def _facts(row: Row[Any]) -> Iterator[NewFact]:
    facts = {"email": row.email, "until": link_rules.ends_at(row.purpose, row.at).isoformat()}
    if row.purpose is not LinkPurpose.CHANGE:
        yield NewFact(row.user_id, _KINDS[row.purpose], SUBJECT, row.id, facts)
        return
    facts["email"] = row.asked_email
    yield NewFact(row.user_id, NotificationKind.ADDRESS_CHANGE_ASKED, SUBJECT, row.id, facts)
    if not row.is_taken:
        yield NewFact(row.user_id, _KINDS[row.purpose], SUBJECT, row.id, {**facts, "mail_to": row.asked_email})
