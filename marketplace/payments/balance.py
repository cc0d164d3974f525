"""The provider's own account for us, line by line: true fees, and money that went back (DESIGN 4.12)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account, balance_at, paid_from
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.ledger.operations import Line
from marketplace.payment_records.models import Payment
from marketplace.payments.models import BalanceTransaction
from marketplace.providers.base import BalanceLine


def book_charge(session: Session, *, payment_id: int, line: BalanceLine, now: datetime) -> bool:
    """Book the provider's line for a captured payment; return False when it is in the books already.

    Clearing becomes balance, and the true fee replaces what sellers were charged, through the variance account.
    The sellers' shares stay as agreed.
    """
    payment = _payment(session, payment_id)
    if not _keep(session, line, payment_id=payment_id, provider=payment.provider, now=now):
        return False
    currency = payment.currency
    # What the provider takes of a package of credits is charged to nobody, so there is nothing to compare it with.
    is_compared = line.currency == currency and not payment.credits_to_add
    surplus = _charged_to_sellers(session, payment_id) - line.fee_minor if is_compared else 0
    arrived = paid_from(payment.provider)
    if line.currency != currency:
        # Settled in another currency: each currency's entry balances by itself, against the same account.
        arrived = Account.FX_CLEARING
        _exchange(session, payment_id=payment_id, line=line, now=now)
    there = balance_at(payment.provider)
    moved = [Line(there, line.net_minor), Line(arrived, -line.amount_minor)]
    if there is arrived:  # it was there at once, and only the fee leaves it
        moved = [Line(there, line.net_minor - line.amount_minor)]
    ledger.book(
        session,
        key=f"balance_transaction:{line.line_id}",
        description=f"Payment {payment_id} in the provider's balance",
        currency=line.currency,
        lines=[
            *moved,
            Line(Account.PROCESSING_FEE, line.fee_minor),
            Line(Account.PROCESSING_FEE_RECOVERY, surplus),
            Line(Account.FEE_VARIANCE, -surplus),
        ],
        payment_id=payment_id,
        now=now,
    )
    return True


def book_refund(
    session: Session,
    *,
    payment_id: int,
    owner_id: int,
    refund_id: str,
    line: BalanceLine,
    now: datetime,
    owed: Account = Account.REFUND_PENDING,
) -> bool:
    """Book that what was `owed` went back to the buyer; return False when it is in the books already.

    A failed refund's own line (positive) books the inverse.
    """
    provider = _payment(session, payment_id).provider
    if not _keep(session, line, payment_id=payment_id, provider=provider, now=now):
        return False
    ledger.book(
        session,
        key=f"balance_transaction:{line.line_id}",
        description=f"Refund {refund_id} of payment {payment_id}",
        currency=line.currency,
        lines=[
            Line(owed, -line.amount_minor, owner_id=owner_id),
            Line(Account.PROCESSING_FEE, line.fee_minor),
            Line(balance_at(provider), line.net_minor),
        ],
        payment_id=payment_id,
        now=now,
    )
    return True


def book_line(
    session: Session,
    *,
    provider: str,
    line: BalanceLine,
    lines: Sequence[Line],
    description: str,
    now: datetime,
) -> bool:
    """Book a line that belongs to no single payment against `lines`; return False when it is in the books already.

    `lines` are the other side: with what the provider moved and took for it they balance.
    """
    if not _keep(session, line, payment_id=None, provider=provider, now=now):
        return False
    theirs = [Line(Account.PROVIDER_BALANCE, line.net_minor), Line(Account.PROCESSING_FEE, line.fee_minor)]
    ledger.book(
        session,
        key=f"balance_transaction:{line.line_id}",
        description=description,
        currency=line.currency,
        lines=[*lines, *theirs],
        payment_id=None,
        now=now,
    )
    return True


def book_dispute(
    session: Session, *, payment_id: int, dispute: str, amount_minor: int, line: BalanceLine, now: datetime
) -> bool:
    """Book what a bank took (Dr dispute_hold and dispute_fee) or gave back; False when it is in the books already.

    `amount_minor` is what the line moved in the payment's currency, minor units; positive was taken.
    """
    payment = _payment(session, payment_id)
    if not _keep(session, line, payment_id=payment_id, provider=payment.provider, now=now):
        return False
    hold = Line(Account.DISPUTE_HOLD, amount_minor)
    if line.currency != payment.currency:
        ledger.book(
            session,
            key=f"balance_transaction:{line.line_id}:exchanged",
            description=f"Dispute {dispute} settled in {line.currency}",
            currency=payment.currency,
            lines=[hold, Line(Account.FX_CLEARING, -amount_minor)],
            payment_id=payment_id,
            now=now,
        )
        hold = Line(Account.FX_CLEARING, -line.amount_minor)
    ledger.book(
        session,
        key=f"balance_transaction:{line.line_id}",
        description=f"Dispute {dispute}: {'taken by' if line.amount_minor < 0 else 'given back by'} the bank",
        currency=line.currency,
        lines=[hold, Line(Account.DISPUTE_FEE, line.fee_minor), Line(Account.PROVIDER_BALANCE, line.net_minor)],
        payment_id=payment_id,
        now=now,
    )
    return True


def _keep(session: Session, line: BalanceLine, *, payment_id: int | None, provider: str, now: datetime) -> bool:
    known = select(BalanceTransaction.id).where(BalanceTransaction.provider_id == line.line_id)
    if session.execute(known).first() is not None:
        return False
    session.execute(
        insert(BalanceTransaction).values(
            provider=provider,
            provider_id=line.line_id,
            kind=line.kind,
            payment_id=payment_id,
            currency=line.currency,
            amount_minor=line.amount_minor,
            fee_minor=line.fee_minor,
            net_minor=line.net_minor,
            available_on=line.available_on,
            created_at=now,
        )
    )
    return True


def _exchange(session: Session, *, payment_id: int, line: BalanceLine, now: datetime) -> None:
    payment = _payment(session, payment_id)
    ledger.book(
        session,
        key=f"balance_transaction:{line.line_id}:exchanged",
        description=f"Payment {payment_id} settled in {line.currency}",
        currency=payment.currency,
        lines=[
            Line(Account.FX_CLEARING, payment.amount_minor),
            Line(paid_from(payment.provider), -payment.amount_minor),
        ],
        payment_id=payment_id,
        now=now,
    )


def _charged_to_sellers(session: Session, payment_id: int) -> int:
    """Return the processing fee that the payment's capture charged to its sellers, minor units."""
    statement = (
        select(func.coalesce(-func.sum(Posting.amount_minor), 0))
        .join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
        .where(LedgerEntry.payment_id == payment_id, Posting.account == Account.PROCESSING_FEE_RECOVERY)
    )
    return int(session.execute(statement).scalar_one())


def _payment(session: Session, payment_id: int) -> Payment:
    return session.get_one(Payment, payment_id)
