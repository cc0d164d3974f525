"""What pages read about people: who is signed in, on which devices, at which addresses."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, func, select

from marketplace import db
from marketplace.accounts.models import Address, AppFactor, User, UserSession
from marketplace.accounts.rules import device_name
from marketplace.accounts.suspension_models import Suspension


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whom a session token belongs to."""

    session_id: int
    user_id: int
    email: str
    name: str
    is_seller: bool
    is_admin: bool
    time_zone: str | None
    language: str
    last_seen_at: datetime
    is_confirmed: bool
    """Whether the e-mail address is known to be theirs."""
    suspended_as: str
    """The sides on which they are suspended, with commas between them; "" for none."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against."""

    user_id: int
    password_hash: str
    has_second_step: bool
    """Whether a password alone does not let them in."""


@dataclass(frozen=True, slots=True)
class Device:
    """One signed-in device of a person."""

    session_id: int
    name: str
    ip_address: str
    signed_in_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class AddressRow:
    """An address of a person's address book."""

    address_id: int
    full_name: str
    line1: str
    line2: str
    city: str
    region: str
    postcode: str
    country: str
    is_delivery_default: bool = False
    is_billing_default: bool = False


_SUSPENDED_AS = (
    select(func.coalesce(func.string_agg(Suspension.side, ","), ""))
    .where(Suspension.user_id == User.id, Suspension.lifted_at.is_(None))
    .correlate(User)
    .scalar_subquery()
)
SIGNED_IN = (
    select(
        UserSession.id.label("session_id"),
        User.id.label("user_id"),
        User.email,
        User.name,
        User.is_seller,
        User.is_admin,
        User.time_zone,
        User.language,
        UserSession.last_seen_at,
        User.email_verified_at.is_not(None).label("is_confirmed"),
        _SUSPENDED_AS.label("suspended_as"),
    )
    .join(User, User.id == UserSession.user_id)
    .where(UserSession.token_hash == bindparam("token_hash"), UserSession.revoked_at.is_(None))
)
_CREDENTIALS = select(
    User.id.label("user_id"),
    User.password_hash,
    exists().where(AppFactor.user_id == User.id, AppFactor.confirmed_at.is_not(None)).label("has_second_step"),
)
_BY_EMAIL = _CREDENTIALS.where(func.lower(User.email) == func.lower(bindparam("email")))
_BY_ID = _CREDENTIALS.where(User.id == bindparam("user_id"))
_DEVICES = (
    select(
        UserSession.id,
        UserSession.user_agent,
        UserSession.ip_address,
        UserSession.signed_in_at,
        UserSession.last_seen_at,
    )
    .where(
        UserSession.user_id == bindparam("user_id"),
        UserSession.revoked_at.is_(None),
        UserSession.last_seen_at > bindparam("seen_after"),
    )
    .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
)
_ADDRESSES = (
    select(
        Address.id.label("address_id"),
        Address.full_name,
        Address.line1,
        Address.line2,
        Address.city,
        Address.region,
        Address.postcode,
        Address.country,
        Address.is_delivery_default,
        Address.is_billing_default,
    )
    .where(Address.user_id == bindparam("user_id"))
    # Where bills go is the last guess for a parcel, however lately it was written down.
    .order_by(Address.is_delivery_default.desc(), Address.is_billing_default, Address.used_at.desc(), Address.id.desc())
)


def signed_in(token_hash: bytes) -> SignedIn | None:
    """Return whose unrevoked session has this SHA-256 token hash, or None."""
    row = db.read_one(SIGNED_IN, {"token_hash": token_hash})
    return SignedIn(*tuple(row)) if row else None


def credentials(email: str) -> Credentials | None:
    """Return what signing in as `email` is checked against, or None for nobody. Case does not matter."""
    row = db.read_one(_BY_EMAIL, {"email": email})
    return Credentials(*tuple(row)) if row else None


def own_credentials(user_id: int) -> Credentials | None:
    """Return what the password of `user_id` is checked against."""
    row = db.read_one(_BY_ID, {"user_id": user_id})
    return Credentials(*tuple(row)) if row else None


def devices(user_id: int, *, seen_after: datetime) -> list[Device]:
    """Return the devices `user_id` is signed in on and that were seen after that time, latest first."""
    rows = db.read(_DEVICES, {"user_id": user_id, "seen_after": seen_after})
    return [
        Device(row.id, device_name(row.user_agent), row.ip_address, row.signed_in_at, row.last_seen_at) for row in rows
    ]


def addresses(user_id: int) -> list[AddressRow]:
    """Return the addresses of `user_id`: the default for deliveries, then the one used last; that for bills last."""
    return [AddressRow(*tuple(row)) for row in db.read(_ADDRESSES, {"user_id": user_id})]
