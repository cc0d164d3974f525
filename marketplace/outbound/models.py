"""The table of calls to providers, and the installation's own name in every idempotency key."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Document, EnumText, LongText, PrimaryKey, Text64, Text200, UtcTime
from marketplace.history import Ruled
from marketplace.outbound.states import CALL, CallStatus, CallStep
from marketplace.outbound.states import CallKind as CallKind  # noqa: PLC0414  its name is known from here as well
from marketplace.transitions import Machine

OF_PAYMENT = frozenset({CallKind.CREATE_CHECKOUT, CallKind.EXPIRE_CHECKOUT, CallKind.CAPTURE_CHECKOUT})
"""The kinds whose subject is a payment."""


class WatchKind(StrEnum):
    """What of ours at a provider is asked about until it is final."""

    PAYMENT = "payment"
    REFUND = "refund"
    RECEIPT = "receipt"
    """Money that could not be used, on its way back."""
    PAYOUT = "payout"
    DISPUTE = "dispute"
    CUSTOMER = "customer"
    """What somebody has saved at the provider to pay with."""


class Watch(Base):
    """When the provider is asked next about a row whose object there is not final: every message may get lost (S70).

    A table of its own: no hot row changes for it, and what is due is one range of one index.
    """

    __tablename__ = "provider_watch"
    __table_args__ = (Index("ix_provider_watch_due", "next_look_at", postgresql_where="next_look_at IS NOT NULL"),)

    kind: Mapped[WatchKind] = mapped_column(EnumText(WatchKind), primary_key=True)
    subject_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    looks: Mapped[int] = mapped_column(default=0)
    """How often its turn has come since it began or since it was final."""
    next_look_at: Mapped[UtcTime | None]
    """None: it is final, and nothing can follow any more."""
    final_since: Mapped[UtcTime | None]
    note: Mapped[LongText] = mapped_column(default="")
    """What the last look said."""


class Installation(Base):
    """This installation's name: two installations on one provider account never share a key."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID]


class OutboundCall(Ruled, Base):
    """One frozen request to a provider. A definite refusal ends it; the next try is a new row, a new attempt."""

    __tablename__ = "outbound_call"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id", "attempt"),
        Index(
            "ix_outbound_call_unfinished",
            "next_attempt_at",
            postgresql_where="status IN ('planned', 'sending', 'unknown')",
        ),
        Index("ix_outbound_call_blocked", "created_at", postgresql_where="status = 'blocked'"),
        Index(None, "provider_object_id"),
        Index(None, "status", "created_at"),
        Index("ix_outbound_call_created_at", "created_at", postgresql_using="brin"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = CALL

    provider: Mapped[Text64]
    kind: Mapped[CallKind] = mapped_column(EnumText(CallKind))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    """The row the call is for: a payment, or a receipt to return."""
    attempt: Mapped[int]
    idempotency_key: Mapped[Text200] = mapped_column(unique=True)
    request: Mapped[Document]
    """Frozen when planned; every send carries the same."""
    status: Mapped[CallStatus] = mapped_column(EnumText(CallStatus), default=CALL.initial)
    sends: Mapped[int] = mapped_column(default=0)
    first_sent_at: Mapped[UtcTime | None]
    next_attempt_at: Mapped[UtcTime | None]
    provider_object_id: Mapped[Text200 | None]
    error_code: Mapped[Text200 | None]
    error_message: Mapped[LongText | None]
    created_at: Mapped[UtcTime]


class CallDecision(Base):
    """What a person decided about a call, why, and what came of it."""

    __tablename__ = "call_decision"

    id: Mapped[PrimaryKey]
    call_id: Mapped[int] = mapped_column(ForeignKey(OutboundCall.id), index=True)
    step: Mapped[CallStep] = mapped_column(EnumText(CallStep))
    reason: Mapped[LongText]
    admin_id: Mapped[int] = mapped_column(BigInteger)
    token: Mapped[Text64] = mapped_column(unique=True)
    """The form's one-time token: the same form sent twice decides once."""
    result: Mapped[LongText] = mapped_column(default="")
    """What came of it, in words; "" while it goes on or where it did not come to an end."""
    decided_at: Mapped[UtcTime]
