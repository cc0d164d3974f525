"""Users, revocable sign-in sessions, second steps of a sign-in, and address books."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, EnumText, PrimaryKey, Text64, Text200, UtcTime
from marketplace.encryption import EncryptedText
from marketplace.language import ENGLISH


class User(Base):
    """A person. Anybody may buy; who has opened a shop also sells; admins run the house."""

    __tablename__ = "user"
    __table_args__ = (
        Index("uq_user_email", text("lower(email)"), unique=True),
        Index("ix_user_seller", "id", postgresql_where="is_seller"),
        Index("ix_user_admin", "id", postgresql_where="is_admin"),
        Index("ix_user_password_changed", "password_changed_at", postgresql_where="password_changed_at IS NOT NULL"),
    )

    id: Mapped[PrimaryKey]
    email: Mapped[Text200]
    name: Mapped[Text64]
    password_hash: Mapped[Text200]
    """argon2id, with its parameters in front."""
    is_seller: Mapped[bool] = mapped_column(default=False)
    is_admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[UtcTime]
    password_changed_at: Mapped[UtcTime | None]
    """System time."""
    time_zone: Mapped[Text64 | None]
    """The IANA name of the zone in which they read times; None is UTC."""
    language: Mapped[Text64] = mapped_column(default=ENGLISH, server_default=ENGLISH)
    """The code of the language in which they are written to."""
    email_verified_at: Mapped[UtcTime | None]
    """When a link in a mail to this address was followed, system time; None before that."""


class UserSession(Base):
    """One signed-in device. Deleting nothing: a revoked session keeps its row for the list of devices."""

    __tablename__ = "user_session"

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256 of the random token in the cookie; the token itself is stored nowhere."""
    signed_in_at: Mapped[UtcTime] = mapped_column(index=True)
    """System time, as all times of this table."""
    last_seen_at: Mapped[UtcTime]
    revoked_at: Mapped[UtcTime | None]
    ip_address: Mapped[Text64]
    user_agent: Mapped[Text200]


class AttemptResult(StrEnum):
    """How a try to sign in ended."""

    FAILED = "failed"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    """Not looked at, because too many had failed before."""
    HALFWAY = "halfway"
    """The password was right, and the person has a second step: earlier failures go on counting."""


class SignInAttempt(Base):
    """One try to sign in. Written as failed before the password is looked at, so that parallel tries count too."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "email", "at"), Index(None, "ip_address", "at"), Index(None, "at"))

    id: Mapped[PrimaryKey]
    email: Mapped[Text200]
    """As typed, in lower case; nobody may have it."""
    ip_address: Mapped[Text64]
    result: Mapped[AttemptResult] = mapped_column(EnumText(AttemptResult))
    at: Mapped[UtcTime]
    """System time."""


class LinkPurpose(StrEnum):
    """What a link in a mail is for."""

    RESET = "reset"
    """To choose a new password without the old one."""
    VERIFY = "verify"
    """To confirm that the address is theirs."""
    CHANGE = "change"
    """To make a new address theirs; the mail goes there."""


class LinkRequest(Base):
    """Somebody has asked for a mail with a link. Written whether or not anybody has the address, and counted."""

    __tablename__ = "link_request"
    __table_args__ = (
        Index(None, "email", "at"),
        Index(None, "ip_address", "at"),
        Index(None, "user_id", "id"),
        Index(None, "at"),
    )

    id: Mapped[PrimaryKey]
    purpose: Mapped[LinkPurpose] = mapped_column(EnumText(LinkPurpose))
    email: Mapped[Text200]
    """As typed, in lower case; nobody may have it. Of a change the new one."""
    ip_address: Mapped[Text64]
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """Who gets the mail; None when nobody has the address."""
    at: Mapped[UtcTime]
    """System time."""
    used_at: Mapped[UtcTime | None]
    """System time. A link works once."""


class LinkToken(Base):
    """The key to one request. A mail that is tried again has a new one, because only hashes are kept."""

    __tablename__ = "link_token"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """SHA-256 of 32 random bytes; they stand in the mail and nowhere else."""
    request_id: Mapped[int] = mapped_column(ForeignKey(LinkRequest.id, ondelete="CASCADE"), index=True)


class AppFactor(Base):
    """An app that shows codes, on somebody's phone. It counts once its first code was right."""

    __tablename__ = "app_factor"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    secret: Mapped[str] = mapped_column(EncryptedText)
    """160 bits in base 32."""
    session_id: Mapped[int] = mapped_column(BigInteger)
    """On which device it is set up: the secret is shown there and nowhere else."""
    begun_at: Mapped[UtcTime]
    """When the secret was made, system time, as all times of the second step."""
    confirmed_at: Mapped[UtcTime | None]
    used_step: Mapped[int | None] = mapped_column(BigInteger)
    """The 30 seconds, counted from 1970, of the newest code that was used: it and older ones are not taken again."""


class RecoveryCode(Base):
    """A way in without the app, good once. New codes replace all."""

    __tablename__ = "recovery_code"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """SHA-256 of a code of 80 random bits, which was shown once and is stored nowhere."""
    used_at: Mapped[UtcTime | None]


class HalfSignIn(Base):
    """A sign-in whose password was right and whose second step is to come."""

    __tablename__ = "half_sign_in"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """SHA-256 of the random token in the cookie of the browser it was begun in."""
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    begun_at: Mapped[UtcTime] = mapped_column(index=True)


class Passkey(Base):
    """A key pair on somebody's device, behind its lock. It signs in by itself, without password or code."""

    __tablename__ = "passkey"

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    """What the device calls it."""
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    """As COSE writes it."""
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """How often it has signed, as it says: it must rise, or there are two of it. Many devices always say 0."""
    name: Mapped[Text64]
    created_at: Mapped[UtcTime]
    used_at: Mapped[UtcTime | None]


class PasskeyChallenge(Base):
    """What a passkey is asked to sign, once. It is asked for by one browser and waits 10 minutes."""

    __tablename__ = "passkey_challenge"

    challenge_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """Who adds a passkey; None where one is to sign in, and only its answer says whom."""
    begun_at: Mapped[UtcTime] = mapped_column(index=True)


class SecurityEventKind(StrEnum):
    """What happened to somebody's second step, or to what their programs sign in with."""

    SECOND_STEP_ON = "second_step_on"
    SECOND_STEP_OFF = "second_step_off"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    TOKEN_MADE = "token_made"  # noqa: S105  a kind, not a secret


class SecurityEvent(Base):
    """What happened to somebody's account, for them to read. Append-only."""

    __tablename__ = "security_event"

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    kind: Mapped[SecurityEventKind] = mapped_column(EnumText(SecurityEventKind))
    detail: Mapped[Text64] = mapped_column(default="")
    """The name of a passkey or a token, or how many recovery codes are left."""
    at: Mapped[UtcTime] = mapped_column(index=True)


class Address(Base):
    """An address of somebody's address book, typed there or at a checkout; orders keep their own copy."""

    __tablename__ = "address"
    __table_args__ = (
        Index("uq_address_delivery_default", "user_id", unique=True, postgresql_where="is_delivery_default"),
        Index("uq_address_billing_default", "user_id", unique=True, postgresql_where="is_billing_default"),
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    full_name: Mapped[Text64]
    line1: Mapped[Text200]
    line2: Mapped[Text200] = mapped_column(default="")
    city: Mapped[Text64]
    region: Mapped[Text64] = mapped_column(default="")
    postcode: Mapped[Text64]
    country: Mapped[str] = mapped_column(String(2))
    """ISO 3166-1 alpha-2."""
    used_at: Mapped[UtcTime]
    is_delivery_default: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Offered first at a checkout; of the others the one used last."""
    is_billing_default: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Where a checkout sends the bill unless the buyer says otherwise; without one, where the goods go."""
