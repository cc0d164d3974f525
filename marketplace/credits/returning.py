"""Credits whose money goes back: taken as far as they are there, and given back when the money stays after all."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.credits import operations, rules
from marketplace.credits.models import CreditLot, CreditMovement, CreditReturn
from marketplace.credits.rules import CreditKind, ReturnCause
from marketplace.language import Text
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.money import Money
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.payment_records.models import Payment

_OWED = {ReturnCause.REFUND: Account.UNAPPLIED_RECEIPTS, ReturnCause.PROVIDER: Account.REFUND_PENDING}
"""Where what goes back waits; what a bank has taken, its dispute has booked as a cost already."""
_REASONS = {
    ReturnCause.REFUND: Text("The package was not used and goes back."),
    ReturnCause.PROVIDER: Text("The money for the package went back."),
    ReturnCause.DISPUTE: Text("Your bank took the money for the package back."),
}
_YOURS_AGAIN = Text("The money for the package stayed here after all.")


def lot_of(session: Session, payment_id: int) -> CreditLot | None:
    """Return the credits of a payment; None for a payment of something else, and for one that does not count."""
    return session.execute(select(CreditLot).where(CreditLot.payment_id == payment_id)).scalar_one_or_none()


def known(session: Session, subject: str) -> CreditReturn | None:
    """Return what went back under this name; None for nothing."""
    return session.execute(select(CreditReturn).where(CreditReturn.subject == subject)).scalar_one_or_none()


def take(
    session: Session,
    *,
    lot: CreditLot,
    subject: str,
    cause: ReturnCause,
    amount_minor: int,
    reason: str,
    by_id: int | None,
    now: datetime,
) -> CreditReturn:
    """Take the credits back that go with `amount_minor` of a package's price, as far as they are there.

    Those that were used are missing: their part of the money is the marketplace's cost.
    """
    wanted = _wanted(session, lot, amount_minor)
    taken = min(wanted, lot.left)
    deferred = rules.part_of(Money(lot.deferred_minor, lot.currency), taken, lot.left).minor if taken else 0
    found = CreditReturn(
        subject=subject,
        cause=cause,
        lot_id=lot.id,
        amount_minor=amount_minor,
        credits=taken,
        missing=wanted - taken,
        deferred_minor=deferred,
        reason=reason,
        by_id=by_id,
        at=now,
    )
    if taken:
        found.movement_id = _move(session, lot, CreditKind.TAKEN_BACK, taken, _REASONS[cause], by_id, now)
    lot.taken += taken
    lot.returned_minor += deferred
    session.add(found)
    session.flush()
    _book(session, lot, found, 1, now=now)
    return found


def give_back(session: Session, *, found: CreditReturn, now: datetime) -> None:
    """Undo `take`, because the money is here after all: the exact inverse."""
    if found.undone_at is not None:
        return
    lot = session.get_one(CreditLot, found.lot_id)
    if found.credits:
        found.undone_movement_id = _move(session, lot, CreditKind.GIVEN_BACK, found.credits, _YOURS_AGAIN, None, now)
    lot.taken -= found.credits
    lot.returned_minor -= found.deferred_minor
    found.undone_at = now
    session.flush()
    _book(session, lot, found, -1, now=now)


def gone_minor(session: Session, lot: CreditLot) -> int:
    """Return what of a package's price went back to its buyer, minor units; what a bank took is not counted."""
    return sum(each.amount_minor for each in _live(session, lot) if each.cause is not ReturnCause.DISPUTE)


def _wanted(session: Session, lot: CreditLot, amount_minor: int) -> int:
    """Return how many credits go with this part of a package's price."""
    before = _live(session, lot)
    gone_minor = sum(each.amount_minor for each in before) + amount_minor
    # Of all that went back, less what was taken or missed before: parts that make the price make the package.
    wanted = rules.wanted_back(lot.credits, gone_minor, lot.paid_minor)
    return max(0, wanted - sum(each.credits + each.missing for each in before))


def _live(session: Session, lot: CreditLot) -> list[CreditReturn]:
    """Return what went back of a package and did not come here again."""
    statement = select(CreditReturn).where(CreditReturn.lot_id == lot.id, CreditReturn.undone_at.is_(None))
    return list(session.execute(statement).scalars())


def _move(
    session: Session, lot: CreditLot, kind: CreditKind, count: int, reason: str, by_id: int | None, now: datetime
) -> int:
    movement = CreditMovement(payment_id=lot.payment_id, by_id=by_id, reason=reason, at=now)
    operations.move(session, movement, lot.user_id, kind, count)
    payment = session.get_one(Payment, lot.payment_id)
    taken = kind is CreditKind.TAKEN_BACK
    fact = NewFact(
        user_id=lot.user_id,
        kind=NotificationKind.CREDITS_TAKEN_BACK if taken else NotificationKind.CREDITS_GIVEN_BACK,
        subject="credit_movement",
        subject_id=movement.id,
        facts={
            "credits": count,
            "balance": movement.balance,
            "package": payment.package_name or "",
            "payment_id": payment.id,
            "reason": reason,
        },
    )
    notifications.tell_new(session, [fact], now=now)
    return movement.id


def _book(session: Session, lot: CreditLot, found: CreditReturn, sign: int, *, now: datetime) -> None:
    """Book what nobody had earned of it, and what it costs the marketplace."""
    owed = _OWED.get(found.cause)
    amount = found.amount_minor if owed else 0
    lines = [
        Line(Account.CREDITS_DEFERRED, sign * found.deferred_minor, owner_id=lot.user_id),
        Line(Account.REFUND_COST, sign * (amount - found.deferred_minor)),
    ]
    if owed:
        lines.append(Line(owed, -sign * amount, owner_id=lot.user_id))
    if any(line.amount_minor for line in lines):
        ledger.book(
            session,
            key=f"credit_return:{found.id}" if sign > 0 else f"credit_return:{found.id}:undone",
            description=f"Package of payment {lot.payment_id} {'went back' if sign > 0 else 'stayed after all'}",
            currency=lot.currency,
            lines=lines,
            payment_id=lot.payment_id,
            now=now,
        )
