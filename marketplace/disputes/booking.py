"""What a lost dispute does to the books and to its shares: taken where the money stands, and given back exactly."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.debts import operations as debts
from marketplace.disputes import rules
from marketplace.disputes.models import Dispute, DisputeShare
from marketplace.disputes.rules import Bearing, FeeBearer, Loss
from marketplace.history import Actor
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.money import Money
from marketplace.payments import endings
from marketplace.payments.models import PaymentTransaction
from marketplace.payments.states import TransactionStatus
from marketplace.payouts import taking_back


def take(session: Session, dispute: Dispute, bearer: FeeBearer, *, actor: Actor, now: datetime) -> None:
    """Book that the bank keeps what it has: from each share wherever it stands, else from what its seller owes.

    What no share bears (a payment that counted for nothing) is the platform's. What becomes a seller's debt is paid at
    once by what else is available to them.
    """
    parts = shares_of(session, dispute)
    dispute.losses += 1
    lost = _parts(Money(dispute.withdrawn_minor, dispute.currency), parts)
    fees = _parts(_fee_of_sellers(dispute, bearer), parts)
    for part, lost_here, fee in zip(parts, lost, fees, strict=True):
        _take_share(session, dispute, part, lost_here, fee, actor=actor, now=now)
    dispute.platform_lost_minor = dispute.withdrawn_minor - sum(part.lost_minor for part in parts)
    dispute.is_loss_booked = True
    session.flush()
    _book(session, dispute, parts, fact="lost", sign=1, now=now)
    for seller_id in sorted({part.seller_id for part in parts if part.debt_minor}):
        debts.net(session, seller_id=seller_id, currency=dispute.currency, now=now)


def give_back(session: Session, dispute: Dispute, *, actor: Actor, now: datetime) -> None:
    """Undo `take`, because the bank decided otherwise after all: the exact inverse.

    What was taken while a share was held goes to where the share stands now, if it was released meanwhile.
    """
    because = f"The bank gave the money of dispute {dispute.number} back."
    taking_back.call_off(session, subject=debt_of(dispute), because=because, now=now)
    parts = [part for part in shares_of(session, dispute) if part.lost_minor or part.fee_minor]
    for part in parts:
        share = session.get_one(PaymentTransaction, part.transaction_id)
        share.charged_back_minor -= part.lost_minor
        share.subsidy_taken_minor -= part.subsidy_minor
        share.net_taken_minor -= part.held_minor + part.available_minor
        session.flush()
        if endings.stood(session, share) is not TransactionStatus.HELD:
            part.held_minor, part.available_minor = 0, part.held_minor + part.available_minor
    _book(session, dispute, parts, fact="regained", sign=-1, now=now)
    dispute.is_loss_booked, dispute.platform_lost_minor = False, 0
    for part in parts:
        share = session.get_one(PaymentTransaction, part.transaction_id)
        part.lost_minor = part.fee_minor = part.platform_minor = 0
        part.held_minor = part.available_minor = part.debt_minor = part.subsidy_minor = 0
        session.flush()
        debts.give_up(session, subject=debt_of(dispute), transaction_id=share.id, now=now)
        endings.agree(session, share, actor=actor, now=now, because=because)


def shares_of(session: Session, dispute: Dispute) -> list[DisputeShare]:
    """Return a dispute's shares in a lasting order."""
    statement = select(DisputeShare).where(DisputeShare.dispute_id == dispute.id).order_by(DisputeShare.id)
    return list(session.execute(statement).scalars())


def bearing_of(share: PaymentTransaction) -> Bearing:
    """Return a share's money as a loss finds it."""
    left, nothing = Money(share.left_minor, share.currency), Money.zero(share.currency)
    return Bearing(
        gross=Money(share.gross_minor, share.currency),
        platform_fee=Money(share.platform_fee_minor, share.currency),
        given_back=Money(share.refunded_minor + share.charged_back_minor, share.currency),
        held=left if share.status is TransactionStatus.HELD else nothing,
        available=left if share.status is TransactionStatus.AVAILABLE else nothing,
        subsidy=Money(share.subsidy_minor, share.currency),
        subsidy_taken=Money(share.subsidy_taken_minor, share.currency),
    )


def _take_share(
    session: Session, dispute: Dispute, part: DisputeShare, lost: Money, fee: Money, *, actor: Actor, now: datetime
) -> None:
    share = session.get_one(PaymentTransaction, part.transaction_id)
    # Never more than its buyer paid: what is above that is the platform's.
    lost = min(lost, Money(share.gross_minor - share.charged_back_minor, share.currency))
    _keep(part, rules.plan_loss(lost, fee, bearing_of(share)))
    share.charged_back_minor += part.lost_minor
    share.subsidy_taken_minor += part.subsidy_minor
    share.net_taken_minor += part.held_minor + part.available_minor
    session.flush()
    debts.record(session, share, subject=debt_of(dispute), amount_minor=part.debt_minor, now=now)
    because = f"Dispute {dispute.number} gave the buyer their money back."
    endings.agree(session, share, actor=actor, now=now, because=because)


def _keep(part: DisputeShare, loss: Loss) -> None:
    part.lost_minor, part.fee_minor = loss.lost.minor, loss.fee.minor
    part.platform_minor, part.held_minor = loss.from_platform.minor, loss.from_held.minor
    part.available_minor, part.debt_minor = loss.from_available.minor, loss.from_debt.minor
    part.subsidy_minor = loss.subsidy_back.minor


def _fee_of_sellers(dispute: Dispute, bearer: FeeBearer) -> Money:
    """Return what of the fee the sellers pay; nothing when it was taken in another currency than they sold in."""
    is_theirs = bearer is FeeBearer.SELLER and dispute.fee_currency == dispute.currency
    return Money(dispute.fee_minor if is_theirs else 0, dispute.currency)


def _parts(amount: Money, parts: Sequence[DisputeShare]) -> list[Money]:
    return amount.split([part.amount_minor for part in parts]) if parts else []


def debt_of(dispute: Dispute) -> str:
    """Return how debts and reversals name the loss of a dispute that made them."""
    return f"dispute:{dispute.id}:{dispute.losses}"


def _book(
    session: Session, dispute: Dispute, parts: Sequence[DisputeShare], *, fact: str, sign: int, now: datetime
) -> None:
    lines = [line for part in parts for line in _lines(part, sign)]
    lines += [
        Line(Account.REFUND_COST, sign * dispute.platform_lost_minor),
        Line(Account.DISPUTE_HOLD, -sign * (sum(part.lost_minor for part in parts) + dispute.platform_lost_minor)),
        Line(Account.DISPUTE_FEE, -sign * sum(part.fee_minor for part in parts)),
    ]
    ledger.book(
        session,
        key=f"dispute:{dispute.id}:{fact}:{dispute.losses}",
        description=f"Dispute {dispute.number} {fact}",
        currency=dispute.currency,
        lines=lines,
        payment_id=dispute.payment_id,
        now=now,
    )


def _lines(part: DisputeShare, sign: int) -> list[Line]:
    seller, order = part.seller_id, part.order_id
    return [
        Line(Account.SELLER_HELD, sign * part.held_minor, owner_id=seller, order_id=order),
        Line(Account.SELLER_PAYABLE, sign * part.available_minor, owner_id=seller, order_id=order),
        Line(Account.SELLER_DEBT, sign * part.debt_minor, owner_id=seller, order_id=order),
        Line(Account.PLATFORM_FEE, sign * part.platform_minor, order_id=order),
        Line(Account.DISCOUNT_EXPENSE, -sign * part.subsidy_minor, order_id=order),
    ]
