"""Report something, decide a report, stop a person from writing and let them write again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.language import gettext as _
from marketplace.reports.models import Report, Subject, WritingStop
from marketplace.reports.rules import Decision, Reason, check_note, check_text
from marketplace.transitions import AlreadyThere


def report(
    session: Session,
    *,
    subject: Subject,
    subject_id: int,
    author_id: int,
    reporter_id: int,
    reason: Reason,
    text: str,
    now: datetime,
) -> Report:
    """Keep what somebody reports, once. Raises AlreadyThere for a second time, NotAllowed for one's own words."""
    if author_id == reporter_id:
        raise NotAllowed(_("You wrote this yourself."))
    known = select(Report.id).where(
        Report.reporter_id == reporter_id, Report.subject == subject, Report.subject_id == subject_id
    )
    if session.execute(known).first() is not None:
        raise AlreadyThere(_("You have reported this already. We look at it."))
    row = Report(
        subject=subject,
        subject_id=subject_id,
        author_id=author_id,
        reporter_id=reporter_id,
        reason=reason,
        text=check_text(text),
        reported_at=now,
    )
    session.add(row)
    session.flush()
    return row


def decide(session: Session, *, admin_id: int, report_id: int, decision: Decision, note: str, now: datetime) -> Report:
    """Write down what an admin made of a report; with STOPPED its author may not write any more.

    Raises NotFound, AlreadyThere once it is decided, NotAllowed for an admin it is about, Invalid without a reason.
    """
    row = session.get(Report, report_id)
    if row is None:
        raise NotFound(_("There is no such report."))
    if row.decision is not None:
        raise AlreadyThere(_("This report is decided already: %(decision)s.", decision=row.decision.label.lower()))
    if admin_id in {row.author_id, row.reporter_id}:
        raise NotAllowed(_("You are one of the two sides. Another admin decides this."))
    row.decision, row.admin_id, row.note, row.decided_at = decision, admin_id, check_note(note), now
    if decision is Decision.STOPPED and _open_stop(session, row.author_id) is None:
        stop(session, admin_id=admin_id, user_id=row.author_id, reason=note, now=now)
    return row


def stop(session: Session, *, admin_id: int, user_id: int, reason: str, now: datetime) -> None:
    """Stop a person from writing. Raises NotFound, Conflict when they are stopped, NotAllowed for oneself."""
    if session.get(User, user_id) is None:
        raise NotFound(_("There is no such person."))
    if admin_id == user_id:
        raise NotAllowed(_("You can't stop yourself."))
    if _open_stop(session, user_id) is not None:
        raise Conflict(_("This person may not write already."))
    try:
        kept = check_note(reason)
    except Invalid as error:
        raise Invalid(error.message, field="reason") from error
    session.add(WritingStop(user_id=user_id, reason=kept, admin_id=admin_id, stopped_at=now))


def lift(session: Session, *, admin_id: int, user_id: int, now: datetime) -> None:
    """Let a person write again. Raises NotFound, Conflict when they may."""
    if session.get(User, user_id) is None:
        raise NotFound(_("There is no such person."))
    found = _open_stop(session, user_id)
    if found is None:
        raise Conflict(_("This person may write."))
    found.lifted_by_id, found.lifted_at = admin_id, now


def check_may_write(session: Session, user_id: int) -> None:
    """Raise NotAllowed for a person whom an admin has stopped, with the reason."""
    found = _open_stop(session, user_id)
    if found is not None:
        raise NotAllowed(_("You can't write to others at the moment. The reason: %(reason)s", reason=found.reason))


def _open_stop(session: Session, user_id: int) -> WritingStop | None:
    statement = select(WritingStop).where(WritingStop.user_id == user_id, WritingStop.lifted_at.is_(None))
    return session.execute(statement).scalar_one_or_none()
