"""The rows of breaks: opened once per thing, kept up to date while they stand, closed with whoever closed them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.history import Actor
from marketplace.payouts import pauses
from marketplace.reconciliation.line_queries import JudgedLine
from marketplace.reconciliation.models import Break
from marketplace.reconciliation.rules import Verdict
from marketplace.reconciliation.side_queries import Missing
from marketplace.reconciliation.states import BreakStatus

RUN = Actor.job("reconciliation")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree, what it is about, and whose money that is."""

    subject: str
    verdict: Verdict
    currency: str | None
    seller_ids: tuple[int, ...] = ()
    line_id: int | None = None
    object_id: str | None = None
    account_id: str = ""
    entry_id: int | None = None
    event_id: int | None = None
    payment_id: int | None = None
    refund_id: int | None = None
    payout_id: int | None = None
    dispute_id: int | None = None
    note: str = ""


def of_line(judged: JudgedLine, verdict: Verdict, seller_ids: tuple[int, ...]) -> Finding:
    """Return the finding about a line."""
    return Finding(
        subject=f"line:{judged.id}",
        verdict=verdict,
        currency=judged.currency,
        seller_ids=seller_ids,
        line_id=judged.id,
        object_id=judged.object_id or judged.line_id,
        entry_id=judged.entry_id,
        event_id=judged.event_id,
        payment_id=judged.payment_id,
        refund_id=judged.refund_id,
        payout_id=judged.payout_id,
        dispute_id=judged.dispute_id,
        note=judged.note,
    )


def of_missing(missing: Missing, seller_ids: tuple[int, ...]) -> Finding:
    """Return the finding about an entry, a row or a payment to a bank."""
    return Finding(
        subject=missing.subject,
        verdict=missing.verdict,
        currency=missing.currency,
        seller_ids=seller_ids,
        line_id=missing.line_id,
        object_id=missing.object_id,
        account_id=missing.account_id,
        entry_id=missing.entry_id,
        event_id=missing.event_id,
        payment_id=missing.payment_id,
        refund_id=missing.refund_id,
        payout_id=missing.payout_id,
        note=missing.note,
    )


def found(session: Session, *, finding: Finding, run_id: int, now: datetime) -> bool:
    """Open a break for what was found and keep its sellers from being paid; return whether it is new.

    One that is open is brought up to date. One that a person has settled stays settled, as long as nothing about it
    has changed.
    """
    known = select(Break).where(Break.subject == finding.subject).order_by(Break.id.desc()).limit(1)
    last = session.execute(known).scalars().one_or_none()
    if last is not None and last.status is BreakStatus.OPEN:
        _update(session, last, finding, now=now)
        return False
    if last is not None and _is_settled(last, finding.verdict):
        return False
    row = Break(subject=finding.subject, found_at=now, run_id=run_id, **_columns(finding))
    session.add(row)
    session.flush()
    words = [finding.verdict.kind.words, finding.verdict.cause.words]
    because = " ".join(words)  # stored, so it is English
    history.begin(session, Break, [row.id], actor=RUN, at=now, because=because)
    _pause(session, row, finding, now=now)
    return True


def found_settled(session: Session, *, finding: Finding, run_id: int, now: datetime) -> bool:
    """Note something that needs nobody: a break that is mended as soon as it is found; return whether it is new."""
    known = select(Break.id).where(Break.subject == finding.subject)
    if session.execute(known.limit(1)).first() is not None:
        return False
    found(session, finding=finding, run_id=run_id, now=now)
    row = session.execute(select(Break).where(Break.subject == finding.subject)).scalar_one()
    words = [finding.verdict.cause.words, finding.note]
    because = " ".join(words)  # stored, so it is English
    return close(session, break_id=row.id, verb="mend", actor=RUN, because=because, now=now)


def close(session: Session, *, break_id: int, verb: str, actor: Actor, because: str, now: datetime) -> bool:
    """Close a break by `verb` and let its sellers be paid again; return False when somebody has closed it before."""
    row = session.get_one(Break, break_id)
    if row.status is not BreakStatus.OPEN:
        return False
    history.move(session, row, verb, actor=actor, at=now, because=because)
    row.closed_at = now
    pauses.end(session, subject=subject_of_pause(row.id), now=now)
    return True


def note_try(session: Session, *, break_id: int, note: str) -> None:
    """Note what a try to mend a break said that did not mend it."""
    row = session.get_one(Break, break_id)
    row.attempts += 1
    row.note = note[:1000]


def subject_of_pause(break_id: int) -> str:
    """Return the name under which a break keeps its sellers from being paid."""
    return f"break:{break_id}"


def _is_settled(last: Break, verdict: Verdict) -> bool:
    return (
        last.status is BreakStatus.DECIDED and last.is_explained and last.difference_minor == verdict.difference_minor
    )


def _columns(finding: Finding) -> dict[str, object]:
    return {
        "kind": finding.verdict.kind,
        "cause": finding.verdict.cause,
        "proposal": finding.verdict.proposal,
        "difference_minor": finding.verdict.difference_minor,
        "currency": finding.currency,
        "line_id": finding.line_id,
        "object_id": finding.object_id,
        "account_id": finding.account_id,
        "entry_id": finding.entry_id,
        "event_id": finding.event_id,
        "payment_id": finding.payment_id,
        "refund_id": finding.refund_id,
        "payout_id": finding.payout_id,
        "dispute_id": finding.dispute_id,
        "note": finding.note,
    }


def _update(session: Session, row: Break, finding: Finding, *, now: datetime) -> None:
    for name, value in _columns(finding).items():
        # What the last try to mend it said is not lost.
        if getattr(row, name) != value and not (name == "note" and row.attempts):
            setattr(row, name, value)
    _pause(session, row, finding, now=now)


def _pause(session: Session, row: Break, finding: Finding, *, now: datetime) -> None:
    if row.kind.keeps_payouts and finding.seller_ids:
        subject = subject_of_pause(row.id)
        pauses.begin(session, seller_ids=finding.seller_ids, subject=subject, actor=RUN, now=now)
