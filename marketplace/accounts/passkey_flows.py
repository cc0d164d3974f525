"""Adding a passkey and signing in with one: a challenge, the device's answer, one write."""

import secrets
from datetime import datetime

from marketplace import db
from marketplace.accounts import flows, passkey_operations, passkey_queries, webauthn_keys
from marketplace.accounts.operations import Device, token_hash
from marketplace.accounts.rules import clean_name
from marketplace.accounts.webauthn_keys import NOT_BELIEVED, Party
from marketplace.errors import Invalid
from marketplace.language import gettext as _


def begin_new(
    *, user_id: int, email: str, password: str, code: str, name: str, device: Device, now: datetime
) -> tuple[str, str]:
    """Return a challenge for a new passkey and its cleaned name, once it is them again. `now` is system time.

    Raises Invalid naming the field, TooManyTries.
    """
    try:
        cleaned = clean_name(name)
    except Invalid as error:
        raise Invalid(_("Give it a name of at most 64 characters, such as Phone."), field="name") from error
    flows.check_again(user_id=user_id, email=email, password=password, code=code, device=device, now=now)
    return _begin(user_id, now), cleaned


def add(*, user_id: int, session_id: int, name: str, challenge: str, answer: str, party: Party, now: datetime) -> int:
    """Keep the passkey that a device has made; return its id. `now` is system time.

    Raises ChallengeEnded, Invalid, Conflict for one that is known or too many.
    """
    passkey_operations.take(challenge_hash=token_hash(challenge), user_id=user_id, now=now)
    key = webauthn_keys.made(party, answer, challenge=challenge.encode())
    return db.atomic(passkey_operations.add, (), user_id=user_id, session_id=session_id, key=key, name=name, now=now)


def begin_sign_in(*, now: datetime) -> str:
    """Return a challenge for whichever passkey answers. `now` is system time."""
    return _begin(None, now)


def sign_in(*, challenge: str, answer: str, party: Party, device: Device, now: datetime) -> tuple[int, str]:
    """Return the user id and a fresh session token of whoever's passkey has signed. `now` is system time.

    Raises ChallengeEnded, Invalid with one text for every reason.
    """
    passkey_operations.take(challenge_hash=token_hash(challenge), user_id=None, now=now)
    known = passkey_queries.key_of(webauthn_keys.credential_of(answer))
    if known is None:
        raise Invalid(NOT_BELIEVED)
    count = webauthn_keys.signed(
        party, answer, challenge=challenge.encode(), public_key=known.public_key, sign_count=known.sign_count
    )
    token = secrets.token_urlsafe(32)
    user_id = db.atomic(
        passkey_operations.sign_in,
        (),
        passkey_id=known.passkey_id,
        count=count,
        token=token,
        device=device,
        now=now,
    )
    return user_id, token


def remove(
    *,
    user_id: int,
    session_id: int,
    passkey_id: int,
    email: str,
    password: str,
    code: str,
    device: Device,
    now: datetime,
) -> None:
    """Remove one of somebody's passkeys, once it is them again. `now` is system time.

    Raises Invalid naming the field, TooManyTries, NotFound for another person's.
    """
    flows.check_again(user_id=user_id, email=email, password=password, code=code, device=device, now=now)
    db.atomic(passkey_operations.remove, (), user_id=user_id, session_id=session_id, passkey_id=passkey_id, now=now)


def _begin(user_id: int | None, now: datetime) -> str:
    challenge = secrets.token_urlsafe(32)
    passkey_operations.begin(challenge_hash=token_hash(challenge), user_id=user_id, now=now)
    return challenge
