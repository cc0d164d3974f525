"""What pages read about somebody's passkeys, and what a sign-in by one is checked against."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.accounts.models import Passkey


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """One of somebody's passkeys; times are system time."""

    passkey_id: int
    name: str
    created_at: datetime
    used_at: datetime | None
    credential_id: bytes


@dataclass(frozen=True, slots=True)
class Key:
    """What a passkey's answer is checked against."""

    passkey_id: int
    public_key: bytes
    sign_count: int


_OWN = (
    select(Passkey.id.label("passkey_id"), Passkey.name, Passkey.created_at, Passkey.used_at, Passkey.credential_id)
    .where(Passkey.user_id == bindparam("user_id"))
    .order_by(Passkey.id)
)
_KEY = select(Passkey.id.label("passkey_id"), Passkey.public_key, Passkey.sign_count).where(
    Passkey.credential_id == bindparam("credential_id")
)


def passkeys(user_id: int) -> list[PasskeyRow]:
    """Return somebody's passkeys, the first one first."""
    return [PasskeyRow(*tuple(row)) for row in db.read(_OWN, {"user_id": user_id})]


def key_of(credential_id: bytes) -> Key | None:
    """Return the key that a device calls by this name, or None."""
    row = db.read_one(_KEY, {"credential_id": credential_id})
    return Key(*tuple(row)) if row else None
