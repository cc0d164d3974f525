"""Links in mails: asked for, keyed, used once. Times are system time."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from marketplace import db
from marketplace.accounts import link_rules, operations
from marketplace.accounts.link_rules import LINK_WINDOW, LINKS_ARE_KEPT, Link, LinkEnd
from marketplace.accounts.models import LinkPurpose, LinkRequest, LinkToken, User
from marketplace.accounts.rules import RecentFailures, printable
from marketplace.errors import NotAllowed, NotFound
from marketplace.language import gettext as _

_AT_ONCE = 500
OLD = select(LinkRequest.id).where(LinkRequest.at < bindparam("links_until")).order_by(LinkRequest.at).limit(_AT_ONCE)
"""Requests from so long ago that nobody needs to know any more why their links do not work."""
_NEWER = aliased(LinkRequest)
_LINKS = select(
    LinkRequest.id,
    LinkRequest.purpose,
    LinkRequest.user_id,
    LinkRequest.email,
    User.email.label("own_email"),
    LinkRequest.at,
    LinkRequest.used_at,
    User.password_changed_at,
    ~exists().where(
        _NEWER.user_id == LinkRequest.user_id, _NEWER.purpose == LinkRequest.purpose, _NEWER.id > LinkRequest.id
    ),
).join(User, User.id == LinkRequest.user_id)
_BY_TOKEN = _LINKS.join(LinkToken, LinkToken.request_id == LinkRequest.id).where(
    LinkToken.token_hash == bindparam("token_hash")
)
_BY_ID = _LINKS.where(LinkRequest.id == bindparam("request_id"))


class LinkEnded(NotAllowed):
    """A link that does not work; `end` says why."""

    def __init__(self, end: LinkEnd) -> None:
        super().__init__(_("This link does not work any more."))
        self.end = end


def begin_request(*, purpose: LinkPurpose, email: str, ip_address: str, now: datetime) -> int:
    """Count somebody who asks for a link; return the id. Runs alone, outside `atomic`."""
    statement = insert(LinkRequest).values(purpose=purpose, email=_plain(email), ip_address=ip_address[:64], at=now)
    return int(db.append(statement.returning(LinkRequest.id))[0].id)


def recent_requests(
    *, purpose: LinkPurpose, email: str, ip_address: str, now: datetime
) -> tuple[RecentFailures, RecentFailures]:
    """Return the requests within the window for an e-mail and for a network address, read through the writer."""
    asked = select(func.count().label("count"), func.min(LinkRequest.at).label("first_at")).where(
        LinkRequest.purpose == purpose, LinkRequest.at > now - LINK_WINDOW
    )
    by_email = db.append(asked.where(LinkRequest.email == _plain(email)))[0]
    by_address = db.append(asked.where(LinkRequest.ip_address == ip_address[:64]))[0]
    return RecentFailures(*tuple(by_email)), RecentFailures(*tuple(by_address))


def old_at(now: datetime) -> dict[str, datetime]:
    """Return what OLD takes; `now` is system time."""
    return {"links_until": now - LINKS_ARE_KEPT}


def forget_old(session: Session, *, now: datetime) -> int:
    """Forget at most 500 old requests with their keys; return how many. `now` is system time."""
    old = list(session.execute(OLD, old_at(now)).scalars())
    if old:
        session.execute(delete(LinkRequest).where(LinkRequest.id.in_(old)))
    return len(old)


def drop_request(request_id: int) -> None:
    """Do not count a request that was refused, so that trying on makes nobody wait longer. Runs alone."""
    db.append(delete(LinkRequest).where(LinkRequest.id == request_id))


def address_request(request_id: int) -> None:
    """Put the person behind a request, where there is one; the statement is the same for nobody. Runs alone."""
    whose = select(User.id).where(func.lower(User.email) == func.lower(LinkRequest.email)).scalar_subquery()
    db.append(update(LinkRequest).where(LinkRequest.id == request_id).values(user_id=whose))


def ask_to_confirm(session: Session, *, user_id: int, ip_address: str, now: datetime) -> int:
    """Ask for the link that confirms the address of somebody who has just registered; return the request's id."""
    email = session.get_one(User, user_id).email
    row = LinkRequest(
        purpose=LinkPurpose.VERIFY, email=_plain(email), ip_address=ip_address[:64], user_id=user_id, at=now
    )
    session.add(row)
    session.flush()
    return row.id


def add_token(session: Session, *, request_id: int, token_hash: bytes) -> None:
    """Keep the hash of a key that is about to be mailed; the earlier ones of the request stay good."""
    session.add(LinkToken(token_hash=token_hash, request_id=request_id))


def choose_password(session: Session, *, token_hash: bytes, password_hash: str, now: datetime) -> int:
    """Give the person behind a link a new password and sign them out everywhere; return the user id.

    Whoever has the mail has the address, so that is confirmed too. Raises LinkEnded.
    """
    link = _use(session, LinkPurpose.RESET, token_hash, now)
    operations.change_password(session, user_id=link.user_id, session_id=0, password_hash=password_hash, now=now)
    _confirm(session, link.user_id, now)
    return link.user_id


def confirm_address(session: Session, *, token_hash: bytes, now: datetime) -> int:
    """Remember that the address behind a link is theirs; return the user id. Raises LinkEnded."""
    link = _use(session, LinkPurpose.VERIFY, token_hash, now)
    _confirm(session, link.user_id, now)
    return link.user_id


def ask_to_change(session: Session, *, request_id: int, user_id: int) -> None:
    """Put the person behind a request for another address: its mail goes to the new one."""
    session.get_one(LinkRequest, request_id).user_id = user_id


def change_address(session: Session, *, token_hash: bytes, session_id: int, now: datetime) -> tuple[Link, str]:
    """Make the address behind a link its person's, confirmed, and sign them out everywhere but in one session.

    Return the link and the address they had. Raises LinkEnded, also when somebody else has the address by now.
    """
    link = _use(session, LinkPurpose.CHANGE, token_hash, now)
    taken = select(User.id).where(func.lower(User.email) == link.email, User.id != link.user_id)
    if session.execute(taken).first() is not None:
        raise LinkEnded(LinkEnd.VOID)
    user = session.get_one(User, link.user_id)
    before, user.email, user.email_verified_at = user.email, link.email, now
    operations.close_other_sessions(session, user_id=link.user_id, session_id=session_id, now=now)
    return link, before


def link_of(token_hash: bytes) -> Link | None:
    """Return the link with this SHA-256 of a key, or None."""
    row = db.read_one(_BY_TOKEN, {"token_hash": token_hash})
    return Link(*tuple(row)) if row else None


def link_with_id(request_id: int) -> Link:
    """Return the link of a request. Raises NotFound when it is forgotten or nobody's."""
    row = db.read_one(_BY_ID, {"request_id": request_id})
    if row is None:
        raise NotFound(_("This link does not work any more."))
    return Link(*tuple(row))


def _use(session: Session, purpose: LinkPurpose, token_hash: bytes, now: datetime) -> Link:
    found: Any = session.execute(_BY_TOKEN, {"token_hash": token_hash}).one_or_none()
    link = Link(*tuple(found)) if found else None
    if link is None or link.purpose != purpose:
        raise LinkEnded(LinkEnd.UNKNOWN)
    if end := link_rules.why_not(link, now=now):
        raise LinkEnded(end)
    session.get_one(LinkRequest, link.request_id).used_at = now
    return link


def _confirm(session: Session, user_id: int, now: datetime) -> None:
    user = session.get_one(User, user_id)
    user.email_verified_at = user.email_verified_at or now


def _plain(email: str) -> str:
    return printable(email).lower()[:200]
