"""Why somebody was not paid: written down when it begins, told once, ended when they are paid or the cause changes."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.payouts import rules, telling
from marketplace.payouts.models import PayoutSkip
from marketplace.payouts.rules import SkipCause
from marketplace.payouts.standing_queries import Candidate


def note(session: Session, found: Candidate, cause: SkipCause, *, now: datetime) -> None:
    """Write down why a seller is not paid in one currency; a cause that still holds only gets its new figures."""
    planned_run = rules.planned_run(found.standing, cause, now)
    skip = _open(session, found.seller_id, found.currency)
    if skip is not None and skip.cause == cause:
        if (skip.amount_minor, skip.planned_run) != (found.amount_minor, planned_run):
            skip.amount_minor, skip.planned_run, skip.last_at = found.amount_minor, planned_run, now
        return
    end(session, seller_id=found.seller_id, currency=found.currency, now=now)
    _begin(session, found.seller_id, found.currency, cause, found.amount_minor, planned_run, now=now)


def note_debt(session: Session, *, seller_id: int, currency: str, amount_minor: int, now: datetime) -> None:
    """Write down that all that was available, `amount_minor` minor units, paid what the seller owed."""
    _begin(session, seller_id, currency, SkipCause.DEBT, amount_minor, None, now=now)


def is_noted(found: Candidate, cause: SkipCause, now: datetime) -> bool:
    """Return whether just this is written down already, so that nothing has to be written."""
    planned_run = rules.planned_run(found.standing, cause, now)
    return (found.skip_cause, found.skipped_minor, found.planned_run) == (cause, found.amount_minor, planned_run)


def end(session: Session, *, seller_id: int, currency: str, now: datetime) -> None:
    """End what is written down about a seller and currency, if anything is."""
    session.execute(
        update(PayoutSkip)
        .where(PayoutSkip.seller_id == seller_id, PayoutSkip.currency == currency, PayoutSkip.ended_at.is_(None))
        .values(ended_at=now)
    )


def _open(session: Session, seller_id: int, currency: str) -> PayoutSkip | None:
    statement = select(PayoutSkip).where(
        PayoutSkip.seller_id == seller_id, PayoutSkip.currency == currency, PayoutSkip.ended_at.is_(None)
    )
    return session.execute(statement).scalar_one_or_none()


def _begin(
    session: Session,
    seller_id: int,
    currency: str,
    cause: SkipCause,
    amount_minor: int,
    planned_run: datetime | None,
    *,
    now: datetime,
) -> None:
    skip = PayoutSkip(
        seller_id=seller_id,
        currency=currency,
        cause=cause.value,
        amount_minor=amount_minor,
        planned_run=planned_run,
        since=now,
        last_at=now,
    )
    session.add(skip)
    session.flush()
    if cause.is_told:
        telling.skipped(session, skip, now=now)
