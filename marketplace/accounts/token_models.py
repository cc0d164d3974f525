"""The tokens with which programs ask, and how often somebody has asked lately."""

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, PrimaryKey, Text64, UtcTime


class ApiToken(Base):
    """What a person has given a program to ask in their name. A revoked one keeps its row."""

    __tablename__ = "api_token"

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    name: Mapped[Text64]
    """What its owner calls it."""
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256 of the token, which is shown once and stored nowhere."""
    may_write: Mapped[bool]
    """Whether it may change something, or only read."""
    created_at: Mapped[UtcTime]
    """System time, as all times of this table."""
    expires_at: Mapped[UtcTime]
    last_used_at: Mapped[UtcTime | None]
    revoked_at: Mapped[UtcTime | None]


class ApiUse(Base):
    """How many requests somebody has made in the minute that began at `since`."""

    __tablename__ = "api_use"

    who: Mapped[Text64] = mapped_column(primary_key=True)
    """user:7, or address:203.0.113.9 for tokens that are none."""
    since: Mapped[UtcTime] = mapped_column(index=True)
    """System time."""
    requests: Mapped[int]
