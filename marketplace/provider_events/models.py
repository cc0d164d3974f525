"""The inbox table. Events are kept for ever."""

from typing import ClassVar

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Document, EnumText, LongText, Text64, Text200, UtcTime
from marketplace.history import Ruled
from marketplace.provider_events.states import EVENT, EventStatus
from marketplace.transitions import Machine


class ProviderEvent(Ruled, Base):
    """One verified event as it came; its effect has the same transaction as its status."""

    __tablename__ = "provider_event"
    __table_args__ = (
        Index("uq_provider_event_event_id", "provider", "event_id", unique=True),
        Index("ix_provider_event_waiting", "next_attempt_at", postgresql_where="status IN ('received', 'parked')"),
        Index(None, "object_id"),
        Index("ix_provider_event_received_at", "received_at", postgresql_using="brin"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = EVENT

    provider: Mapped[Text64]
    event_id: Mapped[Text200]
    type: Mapped[Text200]
    object_id: Mapped[Text200 | None]
    payment_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    """The payment it turned out to be about."""
    payload: Mapped[Document]
    body_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[EventStatus] = mapped_column(EnumText(EventStatus), default=EVENT.initial)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[UtcTime | None]
    note: Mapped[LongText] = mapped_column(default="")
    """Why it is parked, or what it did."""
    received_at: Mapped[UtcTime]


class EventCursor(Base):
    """How far the provider's own list of events has been read: ours, and each seller's account by itself."""

    __tablename__ = "event_cursor"

    provider: Mapped[Text64] = mapped_column(primary_key=True)
    account: Mapped[Text200] = mapped_column(primary_key=True)
    """The seller's account at the provider; "" for ours."""
    read_until: Mapped[UtcTime]
    next_read_at: Mapped[UtcTime] = mapped_column(index=True)
    note: Mapped[LongText] = mapped_column(default="")
    """What the last reading brought, or why it did not come to its end."""
