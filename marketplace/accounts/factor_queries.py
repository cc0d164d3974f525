"""What pages read about somebody's second step."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, func, select

from marketplace import db
from marketplace.accounts.factor_rules import setup_has_ended
from marketplace.accounts.models import AppFactor, RecoveryCode, SecurityEvent, SecurityEventKind


@dataclass(frozen=True, slots=True)
class SecondStep:
    """Somebody's second step as it stands; `since` is None while there is none."""

    since: datetime | None
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to an account, and when, in system time."""

    kind: SecurityEventKind
    detail: str
    at: datetime


_MOST_EVENTS = 10
_LEFT = (
    select(func.count())
    .where(RecoveryCode.user_id == bindparam("user_id"), RecoveryCode.used_at.is_(None))
    .scalar_subquery()
)
_STANDING = select(
    select(AppFactor.confirmed_at).where(AppFactor.user_id == bindparam("user_id")).scalar_subquery().label("since"),
    _LEFT.label("left"),
)
_WAITING = select(AppFactor.secret, AppFactor.begun_at).where(
    AppFactor.user_id == bindparam("user_id"),
    AppFactor.session_id == bindparam("session_id"),
    AppFactor.confirmed_at.is_(None),
)
_HAS = select(
    exists().where(AppFactor.user_id == bindparam("user_id"), AppFactor.confirmed_at.is_not(None)).label("has")
)
_EVENTS = (
    select(SecurityEvent.kind, SecurityEvent.detail, SecurityEvent.at)
    .where(SecurityEvent.user_id == bindparam("user_id"))
    .order_by(SecurityEvent.id.desc())
    .limit(_MOST_EVENTS)
)


def second_step(user_id: int) -> SecondStep:
    """Return how somebody's second step stands."""
    row = db.read(_STANDING, {"user_id": user_id})[0]
    return SecondStep(row.since, row.left)


def has_second_step(user_id: int) -> bool:
    """Return whether somebody's password alone does not let them in."""
    return bool(db.read(_HAS, {"user_id": user_id})[0].has)


def waiting_secret(user_id: int, session_id: int, *, now: datetime) -> str | None:
    """Return the secret that waits for its first code on this device, or None; `now` is system time."""
    row = db.read_one(_WAITING, {"user_id": user_id, "session_id": session_id})
    return None if row is None or setup_has_ended(begun_at=row.begun_at, now=now) else row.secret


def events(user_id: int) -> list[Event]:
    """Return the last things that happened to somebody's account, newest first."""
    return [Event(*tuple(row)) for row in db.read(_EVENTS, {"user_id": user_id})]
