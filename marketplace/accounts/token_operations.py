"""Tokens of programs: made, used, revoked. Times are system time."""

from datetime import datetime

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.accounts import token_rules
from marketplace.accounts.models import SecurityEventKind
from marketplace.accounts.security_events import note
from marketplace.accounts.token_models import ApiToken, ApiUse
from marketplace.accounts.token_rules import WINDOW
from marketplace.errors import NotFound
from marketplace.language import gettext as _


def make_token(
    session: Session, *, user_id: int, name: str, may_write: bool, days: int, token_hash: bytes, now: datetime
) -> int:
    """Keep the hash of a fresh token and return its id.

    Raises Invalid naming the field, Conflict when the person has as many as there may be.
    """
    name, lifetime = token_rules.check_name(name), token_rules.check_days(days)
    working = select(func.count()).where(
        ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now
    )
    token_rules.check_another(session.execute(working).scalar_one())
    row = ApiToken(
        user_id=user_id,
        name=name,
        token_hash=token_hash,
        may_write=may_write,
        created_at=now,
        expires_at=now + lifetime,
    )
    session.add(row)
    session.flush()
    note(session, user_id=user_id, kind=SecurityEventKind.TOKEN_MADE, detail=name, now=now)
    return row.id


def revoke_token(session: Session, *, user_id: int, token_id: int, now: datetime) -> None:
    """End one token of a person; nothing changes when it has ended. Raises NotFound for another's."""
    row = session.get(ApiToken, token_id)
    if row is None or row.user_id != user_id:
        raise NotFound(_("You have no such token."))
    row.revoked_at = row.revoked_at or now


def revoke_all(session: Session, *, user_id: int, now: datetime) -> None:
    """End every token of a person."""
    own = update(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
    session.execute(own.values(revoked_at=now))


def note_use(token_id: int, *, now: datetime) -> None:
    """Write when a token was last used. Runs alone, outside `atomic`."""
    db.append(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def count_request(who: str, most: int, *, now: datetime) -> int:
    """Count a request of `who`; return in how many seconds the next one is taken, 0 while there are at most `most`.

    Runs alone, outside `atomic`.
    """
    is_over = ApiUse.since <= now - WINDOW
    values = {
        "requests": case((is_over, 1), else_=ApiUse.requests + 1),
        "since": case((is_over, now), else_=ApiUse.since),
    }
    counted = insert(ApiUse).values(who=who[:64], since=now, requests=1)
    counted = counted.on_conflict_do_update(index_elements=[ApiUse.who], set_=values)
    found = db.append(counted.returning(ApiUse.requests, ApiUse.since))[0]
    if found.requests == 1:
        db.append(delete(ApiUse).where(ApiUse.since <= now - WINDOW))
    return token_rules.seconds_to_wait(found.requests, found.since, most, now=now)
