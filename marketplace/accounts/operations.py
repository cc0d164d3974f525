"""What changes people's rows: registering, sign-in sessions, passwords, addresses."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from marketplace import db, language
from marketplace.accounts import time_zones, token_operations
from marketplace.accounts.models import Address, AttemptResult, SignInAttempt, User, UserSession
from marketplace.accounts.rules import (
    ATTEMPT_WINDOW,
    RecentFailures,
    clean_email,
    clean_name,
    known_language,
    printable,
    session_has_ended,
)
from marketplace.errors import Invalid, NotFound
from marketplace.language import gettext as _

_ATTEMPTS_ARE_KEPT = timedelta(days=1)


class EmailTaken(Invalid):
    """Somebody has registered with this e-mail address already."""


@dataclass(frozen=True, slots=True)
class Device:
    """Where a person signs in from."""

    ip_address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address as it is written on a parcel; `country` is ISO 3166-1 alpha-2."""

    full_name: str
    line1: str
    city: str
    postcode: str
    country: str
    line2: str = ""
    region: str = ""


def choose_time_zone(session: Session, *, user_id: int, name: str) -> None:
    """Let a person read times in the zone of this IANA name; "" is UTC.

    Raises Invalid for a zone that is not known.
    """
    user = session.get_one(User, user_id)
    user.time_zone = time_zones.known(name) if name else None


def choose_language(session: Session, *, user_id: int, code: str) -> None:
    """Write to a person in the language of this code from now on.

    Raises Invalid for a language that the shop does not speak.
    """
    session.get_one(User, user_id).language = known_language(code)


def register(
    session: Session,
    *,
    email: str,
    name: str,
    password_hash: str,
    now: datetime,
    is_admin: bool = False,
    is_confirmed: bool = False,
) -> int:
    """Add a person and return the user id; `is_confirmed` says that the address is known to be theirs.

    Raises Invalid for an unusable e-mail or name, EmailTaken when somebody has it.
    """
    email = clean_email(email)
    taken = session.execute(select(User.id).where(func.lower(User.email) == func.lower(email))).first()
    if taken:
        raise EmailTaken(
            _("You can't register with this e-mail address. If it is yours, sign in instead."), field="email"
        )
    user = User(
        email=email,
        name=clean_name(name),
        password_hash=password_hash,
        is_admin=is_admin,
        is_seller=False,
        created_at=now,
        language=language.current(),
        email_verified_at=now if is_confirmed else None,
    )
    session.add(user)
    session.flush()
    return user.id


def open_session(session: Session, *, user_id: int, token: str, device: Device, now: datetime) -> int:
    """Sign `user_id` in on `device` under the random `token` and return the session id. Times are system time."""
    row = UserSession(
        user_id=user_id,
        token_hash=token_hash(token),
        signed_in_at=now,
        last_seen_at=now,
        ip_address=device.ip_address[:64],
        user_agent=printable(device.user_agent)[:200],
    )
    session.add(row)
    session.flush()
    return row.id


def close_session(session: Session, *, user_id: int, session_id: int, now: datetime) -> None:
    """Sign one device of `user_id` out; nothing changes when it is already.

    Raises NotFound when `user_id` has no such device.
    """
    row = session.get(UserSession, session_id)
    if row is None or row.user_id != user_id:
        raise NotFound(_("This device is not signed in."))
    if row.revoked_at is None:
        row.revoked_at = now


def close_other_sessions(session: Session, *, user_id: int, session_id: int, now: datetime) -> int:
    """Sign `user_id` out on every device but `session_id`; return how many were signed in."""
    others = session.execute(
        select(UserSession).where(
            UserSession.user_id == user_id, UserSession.id != session_id, UserSession.revoked_at.is_(None)
        )
    ).scalars()
    ended = [row for row in others if not _close(row, now)]
    return len(ended)


def change_password(session: Session, *, user_id: int, session_id: int, password_hash: str, now: datetime) -> int:
    """Store a new password of `user_id`, sign every other device out and revoke the tokens of their programs.

    Return how many devices were signed in. `now` is system time; they are told of it soon after. Raises NotFound
    without such a person.
    """
    set_password_hash(session, user_id=user_id, password_hash=password_hash)
    session.get_one(User, user_id).password_changed_at = now
    token_operations.revoke_all(session, user_id=user_id, now=now)
    return close_other_sessions(session, user_id=user_id, session_id=session_id, now=now)


def set_password_hash(session: Session, *, user_id: int, password_hash: str) -> None:
    """Store a hash of `user_id`'s password. Raises NotFound without such a person."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(_("There is no such person."))
    user.password_hash = password_hash


def remember_address(session: Session, *, user_id: int, address: PostalAddress, now: datetime) -> int:
    """Put `address` first in the address book of `user_id`, once however often it is used; return its id."""
    values = asdict(address)
    found = session.execute(select(Address).filter_by(user_id=user_id, **values)).scalars().first()
    row = found or Address(user_id=user_id, **values)
    row.used_at = now
    session.add(row)
    session.flush()
    return row.id


def note_visit(session_id: int, *, now: datetime) -> None:
    """Write when a device was last seen. Runs alone, outside `atomic`; no money rule reads it."""
    db.append(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=now))


def begin_attempt(*, email: str, ip_address: str, now: datetime) -> int:
    """Count a try to sign in as failed until it succeeds; return its id. Runs alone, outside `atomic`."""
    db.append(delete(SignInAttempt).where(SignInAttempt.at < now - _ATTEMPTS_ARE_KEPT))
    statement = insert(SignInAttempt).values(
        email=printable(email).lower()[:200], ip_address=ip_address[:64], result=AttemptResult.FAILED, at=now
    )
    return int(db.append(statement.returning(SignInAttempt.id))[0].id)


def end_attempt(attempt_id: int, result: AttemptResult) -> None:
    """Write how a try to sign in ended. Runs alone, outside `atomic`."""
    db.append(update(SignInAttempt).where(SignInAttempt.id == attempt_id).values(result=result))


def recent_failures(*, email: str, ip_address: str, now: datetime) -> tuple[RecentFailures, RecentFailures]:
    """Return the failed tries within the window for an e-mail since its last success, and for a network address.

    Read through the writer, so that a try counts itself.
    """
    email = printable(email).lower()[:200]
    since = now - ATTEMPT_WINDOW
    last_success = (
        select(func.coalesce(func.max(SignInAttempt.at), since))
        .where(SignInAttempt.email == email, SignInAttempt.result == AttemptResult.SUCCEEDED, SignInAttempt.at > since)
        .scalar_subquery()
    )
    failed = select(func.count().label("count"), func.min(SignInAttempt.at).label("first_at")).where(
        SignInAttempt.result == AttemptResult.FAILED, SignInAttempt.at > since
    )
    by_email = db.append(failed.where(SignInAttempt.email == email, SignInAttempt.at > last_success))[0]
    by_address = db.append(failed.where(SignInAttempt.ip_address == ip_address[:64]))[0]
    return RecentFailures(*tuple(by_email)), RecentFailures(*tuple(by_address))


def token_hash(token: str) -> bytes:
    """Return the SHA-256 under which a random token is stored."""
    return hashlib.sha256(token.encode()).digest()


def _close(row: UserSession, now: datetime) -> bool:
    """Revoke `row`; return whether it had ended by itself before."""
    row.revoked_at = now
    return session_has_ended(last_seen_at=row.last_seen_at, is_admin=False, now=now)
