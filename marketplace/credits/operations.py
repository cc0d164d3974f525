"""Every change of what somebody holds: one movement, one entry in credits, and beside it what is earned by it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.credits import rules
from marketplace.credits.models import CreditBalance, CreditLot, CreditMovement, CreditUse
from marketplace.credits.rules import CreditKind, TooFew
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account, paid_from
from marketplace.ledger.operations import Line
from marketplace.money import CREDIT, Money
from marketplace.payment_records.models import Payment
from marketplace.payment_records.tracker import get_payment_tracker


def add(session: Session, *, payment: Payment, actor: Actor, now: datetime) -> int:
    """Add the credits of a package that was just paid, once, and return how many its buyer holds then (S1.2, S1.11).

    What was paid is owed to the buyer until the credits are used. Raises Conflict when they were added before.
    """
    movement = CreditMovement(payment_id=payment.id, by_id=payment.user_id, reason=Text("Bought in a package."), at=now)
    move(session, movement, payment.user_id, CreditKind.BOUGHT, payment.credits_to_add)
    lot = CreditLot(
        payment_id=payment.id,
        user_id=payment.user_id,
        credits=payment.credits_to_add,
        currency=payment.currency,
        paid_minor=payment.amount_minor,
        at=now,
    )
    session.add(lot)
    if payment.amount_minor:
        ledger.book(
            session,
            key=f"payment:{payment.id}:captured",
            description=f"Payment {payment.id} captured for {payment.credits_to_add} credits",
            currency=payment.currency,
            lines=[
                Line(paid_from(payment.provider), payment.amount_minor),
                Line(Account.CREDITS_DEFERRED, -payment.amount_minor, owner_id=payment.user_id),
            ],
            payment_id=payment.id,
            now=now,
        )
    records = get_payment_tracker("postgresql", session=session, actor=actor, now=now)
    records.mark_credits_added(payment.id, credit_transaction_id=movement.id)
    return movement.balance


def spend(
    session: Session, *, user_id: int, count: int, listing_id: int, reason: str, token: str, now: datetime
) -> int:
    """Take credits from what somebody holds, the oldest first, and return the movement's id; raises TooFew.

    In proportion, what was paid for them is earned now.
    """
    movement = CreditMovement(listing_id=listing_id, by_id=user_id, reason=reason, form_token=token, at=now)
    move(session, movement, user_id, CreditKind.SPENT, count)
    lots = (
        select(CreditLot)
        .where(CreditLot.user_id == user_id, CreditLot.used + CreditLot.taken < CreditLot.credits)
        .order_by(CreditLot.id)
    )
    missing = count
    for lot in session.execute(lots).scalars():
        taken = min(missing, lot.left)
        _use(session, movement, lot, taken)
        missing -= taken
        if not missing:
            break
    if missing:
        # The balance says there are enough: the lots would have to disagree with it.
        raise TooFew(count, count - missing)
    session.flush()
    return movement.id


def move(session: Session, movement: CreditMovement, user_id: int, kind: CreditKind, count: int) -> None:
    """Change what somebody holds, book it in credits and keep the movement; raises Invalid for none, TooFew."""
    held = session.get(CreditBalance, user_id) or CreditBalance(user_id=user_id, credits=0, movements=0)
    balance = rules.after(held.credits, kind, count)
    number, signed = held.movements + 1, count if kind.is_incoming else -count
    movement.entry_id = ledger.book(
        session,
        key=f"credits:{user_id}:{number}",
        description=f"Credits {kind.value}: {count} of user {user_id}",
        currency=CREDIT,
        lines=[Line(Account.CREDITS_ISSUED, signed), Line(Account.CREDITS_HELD, -signed, owner_id=user_id)],
        payment_id=movement.payment_id,
        now=movement.at,
    )
    held.credits, held.movements, held.updated_at = balance, number, movement.at
    session.add(held)
    movement.user_id, movement.number, movement.kind = user_id, number, kind
    movement.credits, movement.balance = signed, balance
    session.add(movement)
    session.flush()


def _use(session: Session, movement: CreditMovement, lot: CreditLot, count: int) -> None:
    """Take credits of one lot, and book what is earned by that."""
    earned = rules.part_of(Money(lot.deferred_minor, lot.currency), count, lot.left)
    use = CreditUse(movement_id=movement.id, lot_id=lot.id, credits=count, earned_minor=earned.minor)
    if earned:
        use.entry_id = ledger.book(
            session,
            key=f"credits:{movement.user_id}:{movement.number}:used:{lot.id}",
            description=f"Earned by {count} credits of payment {lot.payment_id}",
            currency=lot.currency,
            lines=[
                Line(Account.CREDITS_DEFERRED, earned.minor, owner_id=lot.user_id),
                Line(Account.CREDIT_REVENUE, -earned.minor),
            ],
            payment_id=lot.payment_id,
            now=movement.at,
        )
    lot.used += count
    lot.earned_minor += earned.minor
    session.add(use)
    session.flush()
