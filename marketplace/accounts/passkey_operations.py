"""What changes somebody's passkeys: added, used to sign in, removed. Times are system time."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.accounts import factor_rules as rules
from marketplace.accounts import operations
from marketplace.accounts.models import Passkey, PasskeyChallenge, SecurityEventKind
from marketplace.accounts.operations import Device
from marketplace.accounts.security_events import note
from marketplace.accounts.webauthn_keys import NOT_BELIEVED, NewKey
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.language import gettext as _


class ChallengeEnded(NotAllowed):
    """A passkey took too long, or its answer was used already."""

    def __init__(self) -> None:
        super().__init__(_("That took too long. Begin again."))


def begin(*, challenge_hash: bytes, user_id: int | None, now: datetime) -> None:
    """Keep what a passkey is asked to sign, and forget what none has. Runs alone, outside `atomic`."""
    db.append(delete(PasskeyChallenge).where(PasskeyChallenge.begun_at <= now - rules.CHALLENGE_LIFETIME))
    db.append(insert(PasskeyChallenge).values(challenge_hash=challenge_hash, user_id=user_id, begun_at=now))


def take(*, challenge_hash: bytes, user_id: int | None, now: datetime) -> None:
    """Use a challenge up, whatever comes of its answer. Runs alone, outside `atomic`. Raises ChallengeEnded."""
    statement = delete(PasskeyChallenge).where(
        PasskeyChallenge.challenge_hash == challenge_hash, PasskeyChallenge.user_id.is_not_distinct_from(user_id)
    )
    found = db.append(statement.returning(PasskeyChallenge.begun_at))
    if not found or now - found[0].begun_at >= rules.CHALLENGE_LIFETIME:
        raise ChallengeEnded


def add(session: Session, *, user_id: int, session_id: int, key: NewKey, name: str, now: datetime) -> int:
    """Keep a passkey and sign every other device out; return its id.

    Raises Conflict for one that is known, and for more than MOST_PASSKEYS.
    """
    count = session.scalar(select(func.count()).where(Passkey.user_id == user_id))
    if (count or 0) >= rules.MOST_PASSKEYS:
        raise Conflict(_("You have %(most)s passkeys. Remove one first.", most=rules.MOST_PASSKEYS))
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == key.credential_id)) is not None:
        raise Conflict(_("This passkey is there already."))
    row = Passkey(
        user_id=user_id,
        credential_id=key.credential_id,
        public_key=key.public_key,
        sign_count=key.sign_count,
        name=name,
        created_at=now,
    )
    session.add(row)
    session.flush()
    note(session, user_id=user_id, kind=SecurityEventKind.PASSKEY_ADDED, detail=name, now=now)
    operations.close_other_sessions(session, user_id=user_id, session_id=session_id, now=now)
    return row.id


def remove(session: Session, *, user_id: int, session_id: int, passkey_id: int, now: datetime) -> None:
    """Remove one of somebody's passkeys and sign every other device out. Raises NotFound for another person's."""
    row = session.get(Passkey, passkey_id)
    if row is None or row.user_id != user_id:
        raise NotFound(_("You have no such passkey."))
    note(session, user_id=user_id, kind=SecurityEventKind.PASSKEY_REMOVED, detail=row.name, now=now)
    session.delete(row)
    operations.close_other_sessions(session, user_id=user_id, session_id=session_id, now=now)


def sign_in(session: Session, *, passkey_id: int, count: int, token: str, device: Device, now: datetime) -> int:
    """Sign the person of a passkey in under `token`, now that it has signed; return the user id.

    Raises Invalid when its count has not risen: then there are two of it.
    """
    row = session.get(Passkey, passkey_id)
    if row is None or not rules.is_newer_count(count, row.sign_count):
        raise Invalid(NOT_BELIEVED)
    row.sign_count, row.used_at = count, now
    operations.open_session(session, user_id=row.user_id, token=token, device=device, now=now)
    return row.user_id
