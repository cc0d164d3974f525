"""The inbox: events, and the looks at them that their status history does not tell. Both are kept for ever."""

from typing import ClassVar

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Document, EnumText, LongText, PrimaryKey, Text64, Text200, UtcTime, WrittenIn
from marketplace.history import Ruled
from marketplace.language import Text
from marketplace.provider_events.states import EVENT, Endpoint, EventRoad, EventStatus, Outcome, RefusalCause
from marketplace.transitions import Machine

FOREIGN = Text("Another installation made this object.")
"""The note of an event about an object of another installation on the same account."""


class ProviderEvent(Ruled, Base):
    """One verified event as it came; its effect has the same transaction as its status."""

    __tablename__ = "provider_event"
    __table_args__ = (
        Index("uq_provider_event_event_id", "provider", "event_id", unique=True),
        Index("ix_provider_event_waiting", "next_attempt_at", postgresql_where="status IN ('received', 'parked')"),
        Index(None, "object_id"),
        Index("ix_provider_event_put_aside", "id", postgresql_where="status = 'set_aside'"),
        Index("ix_provider_event_foreign", "id", postgresql_where=f"status = 'ignored' AND note = '{FOREIGN}'"),
        Index(None, "status", "received_at"),
        Index("ix_provider_event_account", "account", "id", postgresql_where="account IS NOT NULL"),
        Index("ix_provider_event_received_at", "received_at", postgresql_using="brin"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = EVENT

    provider: Mapped[Text64]
    event_id: Mapped[Text200]
    type: Mapped[Text200]
    object_id: Mapped[Text200 | None]
    account: Mapped[Text200 | None]
    """The seller's account at the provider in which it happened; NULL: in ours."""
    road: Mapped[EventRoad] = mapped_column(EnumText(EventRoad), default=EventRoad.WEBHOOK)
    """How it came to us the first time."""
    headers: Mapped[Document] = mapped_column(default=dict)
    """What is kept of the request that brought it (`rules.kept_headers`); {} for one that was listed."""
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


class EventAttempt(Base):
    """One further look at an event: delivered again, read again in vain, or replayed. Never changed.

    The first delivery and every change of its status stand in the status history, and are not written twice.
    """

    __tablename__ = "event_attempt"

    id: Mapped[PrimaryKey]
    event_id: Mapped[int] = mapped_column(ForeignKey(ProviderEvent.id), index=True)
    road: Mapped[EventRoad] = mapped_column(EnumText(EventRoad))
    outcome: Mapped[Outcome] = mapped_column(EnumText(Outcome))
    note: Mapped[LongText]
    actor_user_id: Mapped[int | None] = mapped_column(BigInteger)
    """Who had it replayed."""
    reason: Mapped[LongText] = mapped_column(default="")
    """Why, in the words of that person."""
    at: Mapped[UtcTime]
    written_in: Mapped[WrittenIn]


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


class WebhookRefusal(Base):
    """How many messages to one of our addresses were refused in one hour, and why.

    Anybody may send such messages, so that only their number is kept: at most nine rows an hour, whatever comes.
    """

    __tablename__ = "webhook_refusal"

    endpoint: Mapped[Endpoint] = mapped_column(EnumText(Endpoint), primary_key=True)
    cause: Mapped[RefusalCause] = mapped_column(EnumText(RefusalCause), primary_key=True)
    hour: Mapped[UtcTime] = mapped_column(primary_key=True)
    """System time, as signatures have it; as is the next."""
    count: Mapped[int] = mapped_column(BigInteger, default=0)
    last_at: Mapped[UtcTime]
