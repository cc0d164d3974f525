"""People are told of what somebody could do in their name: sign in on a new device, change a password or second step.

All are found by looking, soon after they have happened, so that signing in waits for nothing and needs nothing.
"""

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from marketplace import db
from marketplace.accounts.models import SecurityEvent, User, UserSession
from marketplace.accounts.rules import device_name
from marketplace.notifications.models import Notification, NotificationKind
from marketplace.notifications.operations import NewFact, tell_new

_LOOKS_BACK = timedelta(hours=6)
"""How far back, system time: a worker that stood still longer tells nothing of what happened before."""
_MOST = 500
_EARLIER = aliased(UserSession)
_SIGN_INS = (
    select(
        UserSession.id, UserSession.user_id, UserSession.user_agent, UserSession.ip_address, UserSession.signed_in_at
    )
    .outerjoin(
        Notification,
        and_(
            Notification.user_id == UserSession.user_id,
            Notification.kind == NotificationKind.NEW_SIGN_IN,
            Notification.subject == "user_session",
            Notification.subject_id == UserSession.id,
        ),
    )
    .where(Notification.id.is_(None))
    .order_by(UserSession.id)
    .limit(_MOST)
)
_KNOWN = (
    select(UserSession.id, _EARLIER.user_agent)
    .join(_EARLIER, and_(_EARLIER.user_id == UserSession.user_id, _EARLIER.id < UserSession.id))
    .distinct()
)
_TOLD = select(Notification.user_id, Notification.subject).where(
    Notification.user_id.in_(bindparam("user_ids", expanding=True)),
    Notification.kind == NotificationKind.PASSWORD_CHANGED,
)
_CHANGES = select(User.id, User.password_changed_at).order_by(User.password_changed_at).limit(_MOST)
_EVENTS = (
    select(SecurityEvent.id, SecurityEvent.user_id, SecurityEvent.kind, SecurityEvent.detail, SecurityEvent.at)
    .outerjoin(
        Notification,
        and_(
            Notification.user_id == SecurityEvent.user_id,
            Notification.subject == "security_event",
            Notification.subject_id == SecurityEvent.id,
        ),
    )
    .where(Notification.id.is_(None))
    .order_by(SecurityEvent.id)
    .limit(_MOST)
)


def due(system_now: datetime) -> list[NewFact]:
    """Return what people should know of their accounts; a first sign-in and a known kind of device are no news."""
    since = system_now - _LOOKS_BACK
    return [*_new_devices(since), *_changed_passwords(since), *_events(since)]


def warn(session: Session, *, facts: list[NewFact], now: datetime) -> int:
    """Tell people `facts`, which `due` has just found to be new; return how many."""
    tell_new(session, facts, now=now)
    return len(facts)


def _new_devices(since: datetime) -> list[NewFact]:
    rows = db.read(_SIGN_INS.where(UserSession.signed_in_at > since))
    known: dict[int, set[str]] = {}
    if rows:
        for row in db.read(_KNOWN.where(UserSession.id.in_([row.id for row in rows]))):
            known.setdefault(row.id, set()).add(device_name(row.user_agent))
    found = []
    for row in rows:
        device, earlier = device_name(row.user_agent), known.get(row.id)
        if earlier and device not in earlier:
            facts = {"device": device, "ip_address": row.ip_address, "at": row.signed_in_at.isoformat()}
            found.append(NewFact(row.user_id, NotificationKind.NEW_SIGN_IN, "user_session", row.id, facts))
    return found


def _changed_passwords(since: datetime) -> list[NewFact]:
    rows = db.read(_CHANGES.where(User.password_changed_at > since))
    known = {tuple(row) for row in db.read(_TOLD, {"user_ids": [row.id for row in rows]})} if rows else set()
    found = []
    for row in rows:
        # Each change is a fact of its own: the moment tells them apart.
        subject = f"user:{int(row.password_changed_at.timestamp() * 1000)}"
        facts = {"at": row.password_changed_at.isoformat()}
        if (row.id, subject) not in known:
            found.append(NewFact(row.id, NotificationKind.PASSWORD_CHANGED, subject, row.id, facts))
    return found


def _events(since: datetime) -> list[NewFact]:
    return [
        NewFact(
            row.user_id,
            NotificationKind(row.kind.value),  # the kinds of both have the same words
            "security_event",
            row.id,
            {"detail": row.detail, "at": row.at.isoformat()},
        )
        for row in db.read(_EVENTS.where(SecurityEvent.at > since))
    ]
