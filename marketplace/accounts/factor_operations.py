"""What changes somebody's second step: an app set up and taken off, codes used once. Times are system time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from marketplace import db
from marketplace.accounts import factor_rules as rules
from marketplace.accounts import operations, totp
from marketplace.accounts.models import (
    AppFactor,
    HalfSignIn,
    RecoveryCode,
    SecurityEventKind,
    User,
)
from marketplace.accounts.operations import Device, token_hash
from marketplace.accounts.security_events import note
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import Text
from marketplace.language import gettext as _

WRONG_CODE = Text("This code is not right, or it was used already.")
_HALF = (
    select(HalfSignIn.user_id, User.email, HalfSignIn.begun_at, User.password_changed_at)
    .join(User, User.id == HalfSignIn.user_id)
    .where(HalfSignIn.token_hash == bindparam("half"))
)


class HalfEnded(NotAllowed):
    """A half-done sign-in that is over, or never was: it begins again with the password."""

    def __init__(self) -> None:
        super().__init__(_("The code was not entered in time. Sign in again."))


@dataclass(frozen=True, slots=True)
class Half:
    """A sign-in whose password was right."""

    user_id: int
    email: str
    begun_at: datetime
    password_changed_at: datetime | None


def begin_half(*, user_id: int, token_hash: bytes, now: datetime) -> None:
    """Keep that a password was right, and forget the sign-ins that nobody finished. Runs alone, outside `atomic`."""
    db.append(delete(HalfSignIn).where(HalfSignIn.begun_at <= now - rules.HALF_LIFETIME))
    db.append(insert(HalfSignIn).values(token_hash=token_hash, user_id=user_id, begun_at=now))


def half_of(half: bytes, *, now: datetime) -> Half:
    """Return the half-done sign-in with this token hash. Raises HalfEnded."""
    row: Any = db.read_one(_HALF, {"half": half})
    return _not_ended(Half(*tuple(row)) if row else None, now)


def finish(session: Session, *, half: bytes, code: str, token: str, device: Device, now: datetime) -> int:
    """Use a code up and sign its person in on `device` under `token`; return the user id.

    Raises HalfEnded, Invalid naming `code`.
    """
    row: Any = session.execute(_HALF, {"half": half}).one_or_none()
    found = _not_ended(Half(*tuple(row)) if row else None, now)
    use_code(session, user_id=found.user_id, code=code, now=now)
    session.execute(delete(HalfSignIn).where(HalfSignIn.token_hash == half))
    operations.open_session(session, user_id=found.user_id, token=token, device=device, now=now)
    return found.user_id


def begin_app(session: Session, *, user_id: int, session_id: int, secret: str, now: datetime) -> None:
    """Keep a fresh secret until its first code confirms it on this device; an earlier one that waited is forgotten.

    Raises Conflict when an app is set up already.
    """
    row = session.get(AppFactor, user_id)
    if row is None:
        session.add(AppFactor(user_id=user_id, session_id=session_id, secret=secret, begun_at=now))
        return
    if row.confirmed_at is not None:
        raise Conflict(_("An app is set up already."))
    row.session_id, row.secret, row.begun_at = session_id, secret, now


def confirm_app(
    session: Session, *, user_id: int, session_id: int, code: str, recovery_codes: Sequence[str], now: datetime
) -> int:
    """Let an app count, now that its first code is right, and sign every other device out; return how many were.

    Raises Invalid naming `code`, Conflict when no secret of this device waits or it has waited too long.
    """
    row = session.get(AppFactor, user_id)
    if row is None or row.confirmed_at is not None or row.session_id != session_id:
        raise Conflict(_("Begin again: no app waits for its first code."))
    if rules.setup_has_ended(begun_at=row.begun_at, now=now):
        raise Conflict(_("Begin again: no app waits for its first code."))
    _use_app_code(row, rules.clean_code(code), now)
    row.confirmed_at = now
    _keep_codes(session, user_id, recovery_codes)
    note(session, user_id=user_id, kind=SecurityEventKind.SECOND_STEP_ON, now=now)
    return operations.close_other_sessions(session, user_id=user_id, session_id=session_id, now=now)


def take_off(session: Session, *, user_id: int, session_id: int, now: datetime) -> int:
    """Take somebody's second step off, with all that belongs to it, and sign every other device out.

    Return how many were signed in. Raises Conflict when there is none. `session_id` 0 signs out all.
    """
    row = session.get(AppFactor, user_id)
    if row is None or row.confirmed_at is None:
        raise Conflict(_("Two-step sign-in is off already."))
    session.delete(row)
    for kept in (RecoveryCode, HalfSignIn):
        session.execute(delete(kept).where(kept.user_id == user_id))
    note(session, user_id=user_id, kind=SecurityEventKind.SECOND_STEP_OFF, now=now)
    return operations.close_other_sessions(session, user_id=user_id, session_id=session_id, now=now)


def renew_codes(session: Session, *, user_id: int, recovery_codes: Sequence[str], now: datetime) -> None:
    """Replace somebody's recovery codes, used or not. Raises Conflict without a second step."""
    row = session.get(AppFactor, user_id)
    if row is None or row.confirmed_at is None:
        raise Conflict(_("Two-step sign-in is off. Recovery codes come with it."))
    _keep_codes(session, user_id, recovery_codes)
    note(session, user_id=user_id, kind=SecurityEventKind.RECOVERY_CODES_RENEWED, now=now)


def use_code(session: Session, *, user_id: int, code: str, now: datetime) -> None:
    """Use up a code of somebody's app, or a recovery code.

    Raises Invalid naming `code`, in the same words whether it is wrong, used, or of a kind they have none of. Of two
    that use one at the same time, one succeeds: both read and write its row.
    """
    typed = rules.clean_code(code)
    if not typed:
        raise Invalid(_("Enter the code."), field="code")
    if rules.is_recovery_code(typed):
        _use_recovery_code(session, user_id, typed, now)
        return
    row = session.get(AppFactor, user_id)
    if row is None or row.confirmed_at is None:
        raise Invalid(WRONG_CODE, field="code")
    _use_app_code(row, typed, now)


def encrypt_anew(session: Session) -> int:
    """Write every encrypted column under the first value of SECRET_KEY; return how many rows."""
    rows = session.scalars(select(AppFactor)).all()
    for row in rows:
        flag_modified(row, "secret")
    return len(rows)


def _not_ended(half: Half | None, now: datetime) -> Half:
    if half is None or rules.half_has_ended(
        begun_at=half.begun_at, password_changed_at=half.password_changed_at, now=now
    ):
        raise HalfEnded
    return half


def _use_app_code(row: AppFactor, typed: str, now: datetime) -> None:
    step = rules.step_of(typed, totp.codes(row.secret, now=now), row.used_step)
    if step is None:
        raise Invalid(WRONG_CODE, field="code")
    row.used_step = step


def _use_recovery_code(session: Session, user_id: int, typed: str, now: datetime) -> None:
    row = session.get(RecoveryCode, (user_id, token_hash(typed)))
    if row is None or row.used_at is not None:
        raise Invalid(WRONG_CODE, field="code")
    row.used_at = now
    session.flush()
    left = session.scalar(select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)))
    note(session, user_id=user_id, kind=SecurityEventKind.RECOVERY_CODE_USED, detail=str(left), now=now)


def _keep_codes(session: Session, user_id: int, codes: Sequence[str]) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.add_all(RecoveryCode(user_id=user_id, code_hash=token_hash(code)) for code in codes)
