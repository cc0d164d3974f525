"""Whom a program's token belongs to, and the tokens of a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.accounts.token_models import ApiToken


@dataclass(frozen=True, slots=True)
class Holder:
    """In whose name a program asks, and what it may."""

    token_id: int
    may_write: bool
    last_used_at: datetime | None
    user_id: int
    email: str
    name: str
    is_seller: bool
    is_admin: bool
    time_zone: str | None
    language: str
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token of a person's that works."""

    token_id: int
    name: str
    may_write: bool
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


_HOLDER = (
    select(
        ApiToken.id,
        ApiToken.may_write,
        ApiToken.last_used_at,
        User.id.label("user_id"),
        User.email,
        User.name,
        User.is_seller,
        User.is_admin,
        User.time_zone,
        User.language,
        User.email_verified_at.is_not(None).label("is_confirmed"),
    )
    .join(User, User.id == ApiToken.user_id)
    .where(
        ApiToken.token_hash == bindparam("token_hash"),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > bindparam("now"),
    )
)
_OWN = (
    select(
        ApiToken.id,
        ApiToken.name,
        ApiToken.may_write,
        ApiToken.created_at,
        ApiToken.expires_at,
        ApiToken.last_used_at,
    )
    .where(
        ApiToken.user_id == bindparam("user_id"),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > bindparam("now"),
    )
    .order_by(ApiToken.id.desc())
)


def holder(token_hash: bytes, *, now: datetime) -> Holder | None:
    """Return who has the token with this SHA-256 at system time `now`; None when it is none, or has ended."""
    row = db.read_one(_HOLDER, {"token_hash": token_hash, "now": now})
    return Holder(*tuple(row)) if row else None


def tokens_of(user_id: int, *, now: datetime) -> Sequence[TokenRow]:
    """Return the tokens of a person that work at system time `now`, newest first."""
    return [TokenRow(*tuple(row)) for row in db.read(_OWN, {"user_id": user_id, "now": now})]
