"""Runs, the provider's lines as read, breaks between the three sides, and what admins decided about them."""

from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, Currency, EnumText, LongText, MinorUnits, PrimaryKey, Text64, Text200, UtcTime
from marketplace.history import Ruled
from marketplace.reconciliation.rules import Cause, CounterAccount, Kind, Proposal
from marketplace.reconciliation.states import BREAK, BreakStatus
from marketplace.transitions import Machine


class ReconciliationRun(Base):
    """One comparison of all three sides. It goes on where it stopped; one at a time is under way."""

    __tablename__ = "reconciliation_run"
    __table_args__ = (
        # The same for all of them: one is under way.
        Index("uq_reconciliation_run_open", "provider", unique=True, postgresql_where="finished_at IS NULL"),
    )

    id: Mapped[PrimaryKey]
    provider: Mapped[Text64]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """The admin who asked for it; None for the night and the command."""
    mends: Mapped[bool]
    """Whether it mends what has a known cause; otherwise it only looks."""
    since: Mapped[UtcTime | None]
    """From when on lines are read; None: all there are."""
    until: Mapped[UtcTime]
    """Until when; what is a few minutes younger waits for its message."""
    step: Mapped[Text64]
    cursor: Mapped[Text200]
    """How far the step is; "" at its beginning."""
    lines: Mapped[int] = mapped_column(default=0)
    """How many of the provider's lines were read; as are the next ones, counts of this run."""
    matched: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    found: Mapped[int] = mapped_column(default=0)
    mended: Mapped[int] = mapped_column(default=0)
    gone: Mapped[int] = mapped_column(default=0)
    unreadable: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    """Items that raised an error: each was left out, and stopped no other."""
    note: Mapped[LongText] = mapped_column(default="")
    """What it waits for, or what failed last; "" when nothing did."""
    first_posting_id: Mapped[int] = mapped_column(BigInteger, default=0)
    """The newest posting of the balance at the provider that an earlier run has looked at."""
    last_posting_id: Mapped[int] = mapped_column(BigInteger, default=0)
    started_at: Mapped[UtcTime]
    finished_at: Mapped[UtcTime | None]


class ReconciliationFigure(Base):
    """What the three sides said about one kind of line in one currency when a run had finished."""

    __tablename__ = "reconciliation_figure"
    __table_args__ = (UniqueConstraint("run_id", "currency", "kind"),)

    id: Mapped[PrimaryKey]
    run_id: Mapped[int] = mapped_column(ForeignKey(ReconciliationRun.id))
    currency: Mapped[Currency]
    kind: Mapped[Text64]
    """The provider's word for the kind of line; "balance" for what it says it holds in all."""
    lines: Mapped[int]
    provider_minor: Mapped[MinorUnits]
    """Nets, minor units; as are the next two."""
    ledger_minor: Mapped[MinorUnits]
    rows_minor: Mapped[MinorUnits]
    explained_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """How much of the difference a person has explained without an entry."""


class ProviderLine(Base):
    """One line of an account at the provider as it was read, and what the other sides said of it when they agreed."""

    __tablename__ = "provider_line"
    __table_args__ = (
        UniqueConstraint("provider", "line_id"),
        Index(None, "source_id"),
        Index(None, "currency", "kind", "id"),
        Index(
            "ix_provider_line_unmatched", "id", postgresql_where="matched_at IS NULL AND account_id = '' AND is_ours"
        ),
        Index("ix_provider_line_in_time", "made_at", "id", postgresql_where="account_id = '' AND is_ours"),
        Index("ix_provider_line_of_payment", "payment_id", postgresql_where="payment_id IS NOT NULL"),
    )

    id: Mapped[PrimaryKey]
    provider: Mapped[Text64]
    account_id: Mapped[Text200] = mapped_column(default="")
    """The seller's account at the provider; "" for ours."""
    line_id: Mapped[Text200]
    kind: Mapped[Text64]
    source_id: Mapped[Text200 | None]
    source_kind: Mapped[Text64]
    source_status: Mapped[Text64]
    charge_id: Mapped[Text200 | None]
    intent_id: Mapped[Text200 | None]
    transfer_id: Mapped[Text200 | None]
    payment_id: Mapped[int | None] = mapped_column(BigInteger)
    """Our payment, as the provider's object names it."""
    reference: Mapped[Text200 | None]
    is_ours: Mapped[bool]
    """Whether no other installation on the same account has made it."""
    currency: Mapped[Currency]
    amount_minor: Mapped[MinorUnits]
    fee_minor: Mapped[MinorUnits]
    net_minor: Mapped[MinorUnits]
    booked_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What the ledger says it changed the balance at the provider by; None while it says nothing."""
    row_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What the row of the business says that moved; None while there is none."""
    made_at: Mapped[UtcTime]
    run_id: Mapped[int] = mapped_column(ForeignKey(ReconciliationRun.id))
    """The run that read it first."""
    matched_at: Mapped[UtcTime | None]


class Break(Ruled, Base):
    """One place where the sides do not agree: what, by how much, why, and what should be done."""

    __tablename__ = "reconciliation_break"
    __table_args__ = (
        Index("uq_reconciliation_break_open", "subject", unique=True, postgresql_where="status = 'open'"),
        Index(None, "status", "kind", "id"),
        Index(None, "subject"),
    )
    machine: ClassVar[Machine] = BREAK

    number: Mapped[Text64] = mapped_column(Computed("'RB-' || (100000 + id)", persisted=True), unique=True)
    subject: Mapped[Text200]
    """What it is about, for as long as it is open: `line:17`, `entry:4`, `payment:9`, `payout:3`, `message:8`."""
    kind: Mapped[Kind] = mapped_column(EnumText(Kind))
    cause: Mapped[Cause] = mapped_column(EnumText(Cause))
    proposal: Mapped[Proposal] = mapped_column(EnumText(Proposal))
    status: Mapped[BreakStatus] = mapped_column(EnumText(BreakStatus), default=BREAK.initial)
    currency: Mapped[Currency | None]
    difference_minor: Mapped[MinorUnits]
    """How much more the provider has than the ledger, minor units; 0 where only states or messages differ."""
    line_id: Mapped[int | None] = mapped_column(ForeignKey(ProviderLine.id), index=True)
    object_id: Mapped[Text200 | None]
    """The provider's object it is about."""
    account_id: Mapped[Text200] = mapped_column(default="")
    entry_id: Mapped[int | None] = mapped_column(BigInteger)
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    payment_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    refund_id: Mapped[int | None] = mapped_column(BigInteger)
    payout_id: Mapped[int | None] = mapped_column(BigInteger)
    dispute_id: Mapped[int | None] = mapped_column(BigInteger)
    is_explained: Mapped[bool] = mapped_column(default=False)
    """Whether an admin has said that it stays as it is, without an entry."""
    note: Mapped[LongText] = mapped_column(default="")
    """What is known beyond the cause: a message's note, or what the last try to mend it said."""
    attempts: Mapped[int] = mapped_column(default=0)
    """How often the shop has tried to mend it."""
    run_id: Mapped[int] = mapped_column(ForeignKey(ReconciliationRun.id))
    """The run that found it."""
    found_at: Mapped[UtcTime]
    closed_at: Mapped[UtcTime | None]


class BreakDecision(Base):
    """What an admin did about a break, and why. Never changed, never deleted."""

    __tablename__ = "break_decision"

    id: Mapped[PrimaryKey]
    break_id: Mapped[int] = mapped_column(ForeignKey(Break.id), index=True)
    deed: Mapped[Text64]
    """reread, correct, confirm or explain."""
    reason: Mapped[LongText]
    outcome: Mapped[LongText]
    admin_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    decided_at: Mapped[UtcTime]


class Correction(Base):
    """A correcting entry that an admin asked for; above the limit a second one confirms it first."""

    __tablename__ = "correction"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        # One at a time waits for its second admin.
        Index("uq_correction_waiting", "break_id", unique=True, postgresql_where="booked_at IS NULL"),
    )

    id: Mapped[PrimaryKey]
    break_id: Mapped[int] = mapped_column(ForeignKey(Break.id), index=True)
    provider_line_id: Mapped[Text200 | None] = mapped_column(index=True)
    """The provider's line that it puts right."""
    currency: Mapped[Currency]
    amount_minor: Mapped[MinorUnits]
    """By how much the balance at the provider changes, minor units."""
    account: Mapped[CounterAccount] = mapped_column(EnumText(CounterAccount))
    reason: Mapped[LongText]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    asked_at: Mapped[UtcTime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    booked_at: Mapped[UtcTime | None]
    undone_at: Mapped[UtcTime | None]
    """When its inverse was booked, because the line's own rule has booked the line since."""
