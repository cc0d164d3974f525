"""Signing in, registering and changing a password: a short write, the slow hash outside any transaction, a write."""

import secrets
from datetime import datetime

from marketplace import db
from marketplace.accounts import factor_operations, link_operations, operations, passwords, queries, rules
from marketplace.accounts.models import AttemptResult
from marketplace.accounts.operations import Device
from marketplace.accounts.queries import Credentials
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


class CodeNeeded(NotAllowed):
    """The password was right and the person has a second step; `key` lets this browser take it within 10 minutes."""

    def __init__(self, key: str) -> None:
        super().__init__(_("Enter a code to sign in."))
        self.key = key


def sign_in(*, email: str, password: str, device: Device, now: datetime) -> tuple[int, str]:
    """Return the user id and a fresh session token. `now` is system time.

    Raises Invalid, with one text for every reason, when the pair is wrong; TooManyTries when it was wrong too often;
    CodeNeeded when the pair is right and a code is asked for as well.
    """
    attempt_id = begin(email, device, now)
    known = queries.credentials(rules.printable(email))
    if not passwords.is_password(known.password_hash if known else None, password) or known is None:
        raise Invalid(WRONG_PAIR)
    _end(attempt_id, known)
    if passwords.is_outdated(known.password_hash):
        fresh = passwords.hash_password(password)
        db.atomic(operations.set_password_hash, (), user_id=known.user_id, password_hash=fresh)
    if known.has_second_step:
        key = secrets.token_urlsafe(32)
        factor_operations.begin_half(user_id=known.user_id, token_hash=operations.token_hash(key), now=now)
        raise CodeNeeded(key)
    return known.user_id, _open(known.user_id, device, now)


def enter_code(*, key: str, code: str, device: Device, now: datetime) -> tuple[int, str]:
    """Finish a half-done sign-in; return the user id and a fresh session token. `now` is system time.

    Raises HalfEnded when it is over, Invalid naming `code` with one text for every reason, TooManyTries when passwords
    and codes were wrong too often.
    """
    half = operations.token_hash(key)
    email = factor_operations.half_of(half, now=now).email
    attempt_id, token = begin(email, device, now), secrets.token_urlsafe(32)
    user_id = db.atomic(factor_operations.finish, (), half=half, code=code, token=token, device=device, now=now)
    operations.end_attempt(attempt_id, AttemptResult.SUCCEEDED)
    return user_id, token


def register(
    *, email: str, name: str, password: str, device: Device, now: datetime, joined_at: datetime
) -> tuple[int, str]:
    """Add a person, sign in, and return the user id and a fresh session token.

    `now` is system time, `joined_at` business time.

    Raises Invalid naming the field, EmailTaken, or TooManyTries: asking who is registered counts as a failed sign-in.
    """
    email, name = rules.clean_email(email), rules.clean_name(name)
    password = rules.clean_password(password, email=email)
    attempt_id = begin(email, device, now)
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
    attempt_id = begin(email, device, now)
    known = queries.own_credentials(user_id)
    if not passwords.is_password(known.password_hash if known else None, old) or known is None:
        raise Invalid(_("This is not your current password."), field="old")
    _end(attempt_id, known)
    fresh = passwords.hash_password(new)
    return db.atomic(
        operations.change_password, (), user_id=user_id, session_id=session_id, password_hash=fresh, now=now
    )


def check_again(*, user_id: int, email: str, password: str, code: str, device: Device, now: datetime) -> None:
    """Make sure that it is still them, before money leaves or their way to sign in changes. `now` is system time.

    Who has a second step gives a code as well, and uses it up. Raises Invalid naming the field, TooManyTries when
    either was wrong too often, counted with failed sign-ins.
    """
    attempt_id = begin(email, device, now)
    known = queries.own_credentials(user_id)
    if not passwords.is_password(known.password_hash if known else None, password) or known is None:
        raise Invalid(_("This is not your password."), field="password")
    if known.has_second_step:
        db.atomic(factor_operations.use_code, (), user_id=user_id, code=code, now=now)
    operations.end_attempt(attempt_id, AttemptResult.SUCCEEDED)


def begin(email: str, device: Device, now: datetime) -> int:
    """Count a try as failed before it is judged; return its id. Raises TooManyTries."""
    attempt_id = operations.begin_attempt(email=email, ip_address=device.ip_address, now=now)
    found = operations.recent_failures(email=email, ip_address=device.ip_address, now=now)
    minutes = rules.minutes_to_wait(*found, now=now)
    if minutes:
        operations.end_attempt(attempt_id, AttemptResult.REFUSED)
        raise TooManyTries(minutes)
    return attempt_id


def _end(attempt_id: int, known: Credentials) -> None:
    """Write that a password was right. Where a code is to follow, wrong codes go on counting."""
    result = AttemptResult.HALFWAY if known.has_second_step else AttemptResult.SUCCEEDED
    operations.end_attempt(attempt_id, result)


def _open(user_id: int, device: Device, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    db.atomic(operations.open_session, (), user_id=user_id, token=token, device=device, now=now)
    return token
