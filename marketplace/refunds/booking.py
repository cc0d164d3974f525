"""What a refund does to the books and to its share: taken at approval, sent, and given back when it fails."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.debts import operations as debts
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.payments import endings
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import BlockReason, TransactionStatus
from marketplace.payouts import calling_off, taking_back
from marketplace.refunds.models import Refund
from marketplace.refunds.rules import Plan


def take(session: Session, refund: Refund, plan: Plan, *, now: datetime) -> None:
    """Freeze `plan` on the refund, take it from the share and book it: from here on it is refund_pending.

    What becomes the seller's debt is paid at once by what else is available to them.
    """
    refund.platform_minor = plan.from_platform.minor
    refund.cost_minor = plan.from_cost.minor
    refund.held_minor = plan.from_held.minor
    refund.available_minor = plan.from_available.minor
    refund.debt_minor = plan.from_debt.minor
    refund.subsidy_minor = plan.subsidy_back.minor
    _change_share(session, refund, sign=1)
    share = session.get_one(PaymentTransaction, refund.transaction_id)
    debt = debts.record(session, share, subject=subject_of(refund), amount_minor=refund.debt_minor, now=now)
    _book(session, refund, fact="approved", sign=1, now=now)
    if debt is not None:
        debts.net(session, seller_id=refund.seller_id, currency=refund.currency, now=now)


def give_back(session: Session, refund: Refund, *, now: datetime) -> None:
    """Undo `take` because the buyer did not get the money: the inverse (DESIGN 4.12).

    What was taken while the share was held goes to where the share stands now, if it was released meanwhile. What
    other shares paid of the debt is available again.
    """
    because = Text("The refund did not reach the buyer.")
    taking_back.call_off(session, subject=subject_of(refund), because=because, now=now)
    _change_share(session, refund, sign=-1)
    share = session.get_one(PaymentTransaction, refund.transaction_id)
    if endings.stood(session, share) is not TransactionStatus.HELD:
        refund.held_minor, refund.available_minor = 0, refund.held_minor + refund.available_minor
    _book(session, refund, fact="failed", sign=-1, now=now)
    debts.give_up(session, subject=subject_of(refund), transaction_id=refund.transaction_id, now=now)


def forget(refund: Refund) -> None:
    """Take the plan of an attempt that failed off a refund: it is about to be decided anew, with another amount."""
    refund.platform_minor = refund.cost_minor = refund.subsidy_minor = 0
    refund.held_minor = refund.available_minor = refund.debt_minor = 0


def subject_of(refund: Refund) -> str:
    """Return how debts and reversals name the attempt of a refund that made them."""
    return f"refund:{refund.id}:{refund.attempt}"


def block(session: Session, refund: Refund, *, now: datetime) -> None:
    """Keep the share from moving while a refund is open; a payout that has not sent it yet is called off."""
    because = f"Refund {refund.id} of one of its orders was asked for."
    calling_off.call_off_for(session, transaction_id=refund.transaction_id, because=because, now=now)
    session.add(
        PaymentBlock(
            transaction_id=refund.transaction_id,
            reason=BlockReason.REFUND,
            subject_id=refund.id,
            note=f"Refund {refund.id}: {refund.reason.english}",
            set_at=now,
        )
    )
    session.flush()


def lift_block(session: Session, refund: Refund, *, now: datetime) -> None:
    """Let the share move again as far as this refund is concerned."""
    session.execute(
        update(PaymentBlock)
        .where(
            PaymentBlock.transaction_id == refund.transaction_id,
            PaymentBlock.reason == BlockReason.REFUND,
            PaymentBlock.subject_id == refund.id,
            PaymentBlock.lifted_at.is_(None),
        )
        .values(lifted_at=now)
    )


def let_go(session: Session, refund: Refund, *, actor: Actor, now: datetime) -> None:
    """Lift the block of a refund that came to nothing; what a lost dispute gave back meanwhile is the share's end."""
    lift_block(session, refund, now=now)
    share = session.get_one(PaymentTransaction, refund.transaction_id)
    because = f"Refund {refund.number} came to nothing, and the buyer has all of it back."
    endings.agree(session, share, actor=actor, now=now, because=because)


def _change_share(session: Session, refund: Refund, *, sign: int) -> None:
    share = session.get_one(PaymentTransaction, refund.transaction_id)
    share.refunded_minor += sign * refund.amount_minor
    share.subsidy_taken_minor += sign * refund.subsidy_minor
    share.net_taken_minor += sign * (refund.held_minor + refund.available_minor)
    session.flush()


def _book(session: Session, refund: Refund, *, fact: str, sign: int, now: datetime) -> None:
    seller, order = refund.seller_id, refund.order_id
    lines = [
        Line(Account.SELLER_HELD, sign * refund.held_minor, owner_id=seller, order_id=order),
        Line(Account.SELLER_PAYABLE, sign * refund.available_minor, owner_id=seller, order_id=order),
        Line(Account.SELLER_DEBT, sign * refund.debt_minor, owner_id=seller, order_id=order),
        Line(Account.PLATFORM_FEE, sign * refund.platform_minor, order_id=order),
        Line(Account.REFUND_COST, sign * refund.cost_minor, order_id=order),
        Line(Account.DISCOUNT_EXPENSE, -sign * refund.subsidy_minor, order_id=order),
        Line(Account.REFUND_PENDING, -sign * refund.amount_minor, owner_id=refund.buyer_id, order_id=order),
    ]
    ledger.book(
        session,
        key=f"refund:{refund.id}:{fact}:{refund.attempt}",
        description=f"Refund {refund.number} {fact}",
        currency=refund.currency,
        lines=lines,
        payment_id=refund.payment_id,
        now=now,
    )
