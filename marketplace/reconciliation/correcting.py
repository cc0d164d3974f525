"""What admins decide about breaks: a correcting entry with a reason, or an explanation without one.

A correction has a ledger key of its own and stands beside the line it puts right. When the line's own rule books the
line after all, the next run finds it booked twice and undoes the correction.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.config import MoneyPolicy
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.money import Money
from marketplace.payments.rules import needs_second_approver
from marketplace.payouts.models import PayoutPause
from marketplace.reasons import check_reason
from marketplace.reconciliation import breaks
from marketplace.reconciliation.models import Break, BreakDecision, Correction, ProviderLine
from marketplace.reconciliation.rules import Cause, CounterAccount, Kind
from marketplace.reconciliation.states import BreakStatus

_ALWAYS = frozenset({Kind.LINE_WITHOUT_ENTRY, Kind.ENTRY_WITHOUT_LINE, Kind.UNKNOWN_OBJECT, Kind.AMOUNT_DIFFERS})
_AFTER_A_TRY = frozenset({Kind.MISSING_EVENT, Kind.MADE_AT_PROVIDER})


def can_be_corrected(kind: Kind, cause: Cause, attempts: int, difference_minor: int) -> bool:
    """Return whether an entry puts such a break right: the ledger lacks something, and reading again does not help."""
    if not difference_minor or cause is Cause.ROW_OTHERWISE:
        return False
    is_doubled_there = kind is Kind.DOUBLED and cause is Cause.TWICE_THERE
    return kind in _ALWAYS or is_doubled_there or (kind in _AFTER_A_TRY and attempts > 0)


def correct(
    session: Session,
    *,
    admin_id: int,
    break_id: int,
    account: CounterAccount,
    seen_minor: int,
    reason: str,
    policy: MoneyPolicy,
    now: datetime,
) -> bool:
    """Book the difference against `account`; return False when a second admin must confirm it first.

    `seen_minor` is the difference the admin saw, minor units. Raises NotFound, Invalid without a reason, NotAllowed for
    a touched seller, the same admin twice or a break that no entry puts right, Conflict when it has changed.
    """
    row, why = _open(session, break_id, admin_id), check_reason(reason)
    if not can_be_corrected(row.kind, row.cause, row.attempts, row.difference_minor) or row.currency is None:
        raise NotAllowed(_("No entry puts this right. Read it again, or explain it."))
    if row.difference_minor != seen_minor:
        raise Conflict(_("The difference has changed since you looked at it. Look again."))
    amount = Money(abs(row.difference_minor), row.currency)
    is_large = needs_second_approver(amount, policy.second_approver_above_minor)
    asked, is_new = _asked_for(session, row, account=account, reason=why, admin_id=admin_id, now=now)
    if is_large and is_new:
        _decide(session, row, "correct", why, Text("Asked for; a second admin must confirm."), admin_id, now=now)
        return False
    if is_large and asked.asked_by_id == admin_id:
        raise NotAllowed(_("You have asked for this already. A second admin must confirm it."))
    asked.approved_by_id, asked.booked_at = admin_id, now
    session.flush()
    _book(session, row, asked, key=f"correction:{asked.id}", sign=1, now=now)
    deed = "confirm" if asked.asked_by_id != admin_id else "correct"
    outcome = f"Booked against: {str.__str__(account.account.label)}."  # stored, so it is English
    _decide(session, row, deed, why, outcome, admin_id, now=now)
    _close(session, row, admin_id, why, now=now)
    return True


def explain(session: Session, *, admin_id: int, break_id: int, reason: str, now: datetime) -> None:
    """Settle a break without an entry, because an admin says why it stays as it is.

    Raises NotFound, Invalid without a reason, NotAllowed for a touched seller, Conflict when it is settled.
    """
    row, why = _open(session, break_id, admin_id), check_reason(reason)
    row.is_explained = True
    _decide(session, row, "explain", why, Text("Explained. No entry was booked."), admin_id, now=now)
    _close(session, row, admin_id, why, now=now)


def note_reread(session: Session, *, admin_id: int, break_id: int, reason: str, outcome: str, now: datetime) -> None:
    """Keep that an admin has had a break read again, and what came of it."""
    row = session.get_one(Break, break_id)
    _decide(session, row, "reread", reason, outcome, admin_id, now=now)


def check_may_decide(session: Session, *, admin_id: int, break_id: int) -> None:
    """Raise NotFound, NotAllowed for a seller whose own money it is, or Conflict when it is settled already."""
    _open(session, break_id, admin_id)


def undo(session: Session, *, break_id: int, now: datetime) -> int:
    """Book the inverse of the corrections of a line that its own rule has booked since; return how many."""
    row = session.get_one(Break, break_id)
    if row.status is not BreakStatus.OPEN or row.cause is not Cause.TWICE_HERE or row.line_id is None:
        return 0
    line = session.get_one(ProviderLine, row.line_id)
    standing = select(Correction).where(
        Correction.provider_line_id == line.line_id, Correction.booked_at.is_not(None), Correction.undone_at.is_(None)
    )
    found = list(session.execute(standing.order_by(Correction.id)).scalars())
    for each in found:
        each.undone_at = now
        _book(session, row, each, key=f"correction:{each.id}:undone", sign=-1, now=now)
    return len(found)


def _open(session: Session, break_id: int, admin_id: int) -> Break:
    row = session.get(Break, break_id)
    if row is None:
        raise NotFound(_("There is no such break."))
    if row.status is not BreakStatus.OPEN:
        raise Conflict(_("This is settled already. Nothing was changed."))
    own = select(func.count()).where(
        PayoutPause.subject == breaks.subject_of_pause(row.id), PayoutPause.seller_id == admin_id
    )
    if session.execute(own).scalar_one():
        raise NotAllowed(_("This is about your own money. Another admin must decide."))
    return row


def _asked_for(
    session: Session, row: Break, *, account: CounterAccount, reason: str, admin_id: int, now: datetime
) -> tuple[Correction, bool]:
    """Return the correction that waits, made now if need be, and whether this very entry was not asked for before."""
    waiting = select(Correction).where(Correction.break_id == row.id, Correction.booked_at.is_(None))
    asked = session.execute(waiting).scalar_one_or_none()
    if asked is not None and (asked.account, asked.amount_minor) == (account, row.difference_minor):
        return asked, False
    line = session.get(ProviderLine, row.line_id) if row.line_id else None
    # Another entry than the first admin asked for is a new decision.
    asked = asked or Correction(break_id=row.id, provider_line_id=line.line_id if line else None)
    asked.currency, asked.amount_minor, asked.account = str(row.currency), row.difference_minor, account
    asked.reason, asked.asked_by_id, asked.asked_at = reason, admin_id, now
    session.add(asked)
    session.flush()
    return asked, True


def _book(session: Session, row: Break, asked: Correction, *, key: str, sign: int, now: datetime) -> None:
    ledger.book(
        session,
        key=key,
        description=f"Correction of {row.number}" if sign > 0 else f"Correction undone by {row.number}",
        currency=asked.currency,
        lines=[
            Line(Account.PROVIDER_BALANCE, sign * asked.amount_minor),
            Line(asked.account.account, -sign * asked.amount_minor),
        ],
        payment_id=None,
        now=now,
    )


def _decide(
    session: Session, row: Break, deed: str, reason: str, outcome: str, admin_id: int, *, now: datetime
) -> None:
    session.add(
        BreakDecision(break_id=row.id, deed=deed, reason=reason, outcome=outcome, admin_id=admin_id, decided_at=now)
    )


def _close(session: Session, row: Break, admin_id: int, reason: str, *, now: datetime) -> None:
    actor = Actor.user(admin_id, "admin")
    breaks.close(session, break_id=row.id, verb="decide", actor=actor, because=reason, now=now)
