"""Signing in, registering and changing a password: a short write, the slow hash outside any transaction, a write."""

import secrets
from datetime import datetime

from marketplace import db
from marketplace.accounts import link_operations, operations, passwords, queries, rules
from marketplace.accounts.models import AttemptResult
from marketplace.accounts.operations import Device
from marketplace.errors import Invalid, NotAllowed
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _

WRONG_PAIR = Text("E-mail and password do not match.")


class TooManyTries(NotAllowed):
    """Too many sign-ins failed; `minutes` says how long to wait."""

    def __init__(self, minutes: int) -> None:
        super().__init__(
            ngettext(
                "Too many tries failed. Wait %(minutes)s minute and try again.",
                "Too many tries failed. Wait %(minutes)s minutes and try again.",
                minutes,
                minutes=minutes,
            )
        )
        self.minutes = minutes


def sign_in(*, email: str, password: str, device: Device, now: datetime) -> tuple[int, str]:
    """Return the user id and a fresh session token. `now` is system time.

    Raises Invalid, with one text for every reason, when the pair is wrong; TooManyTries when it was wrong too often.
    """
    attempt_id = _begin(email, device, now)
    known = queries.credentials(rules.printable(email))
    if not passwords.is_password(known.password_hash if known else None, password) or known is None:
        raise Invalid(WRONG_PAIR)
    operations.end_attempt(attempt_id, AttemptResult.SUCCEEDED)
    if passwords.is_outdated(known.password_hash):
        fresh = passwords.hash_password(password)
        db.atomic(operations.set_password_hash, (), user_id=known.user_id, password_hash=fresh)
    return known.user_id, _open(known.user_id, device, now)


def register(
    *, email: str, name: str, password: str, device: Device, now: datetime, joined_at: datetime
) -> tuple[int, str]:
    """Add a person, sign in, and return the user id and a fresh session token.

    `now` is system time, `joined_at` business time.

    Raises Invalid naming the field, EmailTaken, or TooManyTries: asking who is registered counts as a failed sign-in.
    """
    email, name = rules.clean_email(email), rules.clean_name(name)
    password = rules.clean_password(password, email=email)
    attempt_id = _begin(email, device, now)
    fresh = passwords.hash_password(password)
    user_id = db.atomic(operations.register, (), email=email, name=name, password_hash=fresh, now=joined_at)
    db.atomic(link_operations.ask_to_confirm, (), user_id=user_id, ip_address=device.ip_address, now=now)
    operations.end_attempt(attempt_id, AttemptResult.SUCCEEDED)
    return user_id, _open(user_id, device, now)


def change_password(
    *, user_id: int, session_id: int, email: str, old: str, new: str, device: Device, now: datetime
) -> int:
    """Change a password and sign every other device out; return how many were. `now` is system time.

    Raises Invalid naming the field, TooManyTries when the old one was wrong too often.
    """
    new = rules.clean_password(new, email=email)
    attempt_id = _begin(email, device, now)
    known = queries.own_credentials(user_id)
    if not passwords.is_password(known.password_hash if known else None, old):
        raise Invalid(_("This is not your current password."), field="old")
    operations.end_attempt(attempt_id, AttemptResult.SUCCEEDED)
    fresh = passwords.hash_password(new)
    return db.atomic(
        operations.change_password, (), user_id=user_id, session_id=session_id, password_hash=fresh, now=now
    )


def check_password(*, user_id: int, email: str, password: str, device: Device, now: datetime) -> None:
    """Make sure that it is still them before money leaves. `now` is system time.

    Raises Invalid naming the field, TooManyTries when it was wrong too often, counted with failed sign-ins.
    """
    attempt_id = _begin(email, device, now)
    known = queries.own_credentials(user_id)
    if not passwords.is_password(known.password_hash if known else None, password):
        raise Invalid(_("This is not your password."), field="password")
    operations.end_attempt(attempt_id, AttemptResult.SUCCEEDED)


def _begin(email: str, device: Device, now: datetime) -> int:
    attempt_id = operations.begin_attempt(email=email, ip_address=device.ip_address, now=now)
    found = operations.recent_failures(email=email, ip_address=device.ip_address, now=now)
    minutes = rules.minutes_to_wait(*found, now=now)
    if minutes:
        operations.end_attempt(attempt_id, AttemptResult.REFUSED)
        raise TooManyTries(minutes)
    return attempt_id


def _open(user_id: int, device: Device, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    db.atomic(operations.open_session, (), user_id=user_id, token=token, device=device, now=now)
    return token
