"""Debts: recorded with what made them, paid by coming sales, and given up when their cause falls away."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.debts import rules, telling, writing_off
from marketplace.debts.models import DebtNetting, SellerDebt
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.payments import endings
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import TransactionStatus

_NETTING = Actor.job("netting")
_BATCH = 100
BOTH = (
    select(SellerDebt.seller_id, SellerDebt.currency)
    .join(
        PaymentTransaction,
        (PaymentTransaction.seller_id == SellerDebt.seller_id) & (PaymentTransaction.currency == SellerDebt.currency),
    )
    .where(
        SellerDebt.is_open(),
        PaymentTransaction.status == TransactionStatus.AVAILABLE,
        PaymentTransaction.left_minor > 0,
        ~PaymentBlock.is_open_for(PaymentTransaction.id),
    )
    .distinct()
    .limit(_BATCH)
)
"""Sellers who owe something and have something available, by currency."""


def record(
    session: Session, share: PaymentTransaction, *, subject: str, amount_minor: int, now: datetime
) -> SellerDebt | None:
    """Record that the seller of `share` owes `amount_minor` minor units because of `subject`; None for nothing.

    The caller books it (Dr seller_debt, with the share's order) in the entry of the fact that made it.
    """
    if not amount_minor:
        return None
    debt = SellerDebt(
        seller_id=share.seller_id,
        order_id=share.order_id,
        transaction_id=share.id,
        subject=subject,
        currency=share.currency,
        amount_minor=amount_minor,
        created_at=now,
    )
    session.add(debt)
    session.flush()
    return debt


def net(session: Session, *, seller_id: int, currency: str, now: datetime) -> int:
    """Let what is available to a seller pay what they owe, oldest first; return how much, minor units.

    Shares that something blocks pay nothing. A share that is used up ends as `payments.endings` says.
    """
    open_ones = _open_debts(session, seller_id, currency)
    return _pair(session, open_ones, _available(session, seller_id, currency), now=now) if open_ones else 0


def pay_from(session: Session, share: PaymentTransaction, *, now: datetime) -> int:
    """Let what came back of one share pay what its seller owes, its own order's debts first; return it, minor units.

    It may, although a refund of it blocks it: the block keeps money from going to the seller, not from coming back.
    """
    debts = _open_debts(session, share.seller_id, share.currency) if share.left_minor > 0 else []
    own_first = sorted(debts, key=lambda debt: (debt.transaction_id != share.id, debt.id))
    return _pair(session, own_first, [share], now=now)


def owes(session: Session, *, seller_id: int, currency: str) -> bool:
    """Return whether a seller owes anything in `currency`."""
    return bool(_open_debts(session, seller_id, currency))


def net_due(session: Session, *, now: datetime) -> int:
    """Let available money pay debts of every seller who has both; return how many sellers (at most 100 a call)."""
    sellers = session.execute(BOTH).all()
    for seller_id, currency in sellers:
        net(session, seller_id=seller_id, currency=currency, now=now)
    return len(sellers)


def give_up(session: Session, *, subject: str, transaction_id: int, now: datetime) -> int:
    """Give up the debt that `subject` made for a share, because its cause fell away; return it, minor units.

    What sales have paid already becomes available again, and what the platform has written off is owed again first.
    The caller books the inverse of what made the debt (Cr seller_debt); 0 when there was none, or it was given up
    before.
    """
    debt = session.execute(
        select(SellerDebt).where(SellerDebt.subject == subject, SellerDebt.transaction_id == transaction_id)
    ).scalar_one_or_none()
    if debt is None:
        return 0
    writing_off.undo(session, debt, now=now)
    given_up = debt.amount_minor - debt.forgiven_minor
    paid = select(DebtNetting).where(DebtNetting.debt_id == debt.id).order_by(DebtNetting.id.desc())
    for netting in session.execute(paid).scalars():
        _undo(session, debt, netting, now=now)
    debt.forgiven_minor = debt.amount_minor
    session.flush()
    return given_up


def _pair(session: Session, debts: Sequence[SellerDebt], shares: Sequence[PaymentTransaction], *, now: datetime) -> int:
    debt_of, share_of = {debt.id: debt for debt in debts}, {share.id: share for share in shares}
    pairings = rules.pair(
        [rules.Open(debt.id, debt.open_minor) for debt in debts],
        [rules.Open(share.id, share.left_minor) for share in shares],
    )
    for pairing in pairings:
        _pay(session, debt_of[pairing.debt_id], share_of[pairing.transaction_id], pairing.amount_minor, now=now)
    return sum(pairing.amount_minor for pairing in pairings)


def _open_debts(session: Session, seller_id: int, currency: str) -> list[SellerDebt]:
    statement = (
        select(SellerDebt)
        .where(
            SellerDebt.seller_id == seller_id,
            SellerDebt.currency == currency,
            SellerDebt.is_open(),
        )
        .order_by(SellerDebt.id)
        .limit(_BATCH)
    )
    return list(session.execute(statement).scalars())


def _available(session: Session, seller_id: int, currency: str) -> list[PaymentTransaction]:
    statement = (
        select(PaymentTransaction)
        .where(
            PaymentTransaction.seller_id == seller_id,
            PaymentTransaction.currency == currency,
            PaymentTransaction.status == TransactionStatus.AVAILABLE,
            PaymentTransaction.left_minor > 0,
            ~PaymentBlock.is_open_for(PaymentTransaction.id),
        )
        .order_by(PaymentTransaction.id)
        .limit(_BATCH)
    )
    return list(session.execute(statement).scalars())


def _pay(session: Session, debt: SellerDebt, share: PaymentTransaction, amount_minor: int, *, now: datetime) -> None:
    netting = DebtNetting(debt_id=debt.id, transaction_id=share.id, amount_minor=amount_minor, netted_at=now)
    session.add(netting)
    debt.netted_minor += amount_minor
    share.netted_minor += amount_minor
    session.flush()
    _book(session, netting, debt, share, key=f"netting:{netting.id}", amount_minor=amount_minor, now=now)
    telling.paid(session, debt, share, netting, now=now)
    if share.left_minor == 0 and share.status is TransactionStatus.AVAILABLE:
        endings.end(session, share, actor=_NETTING, now=now, because=Text("What was left of it paid what you owed."))


def _undo(session: Session, debt: SellerDebt, netting: DebtNetting, *, now: datetime) -> None:
    amount_minor = netting.amount_minor - netting.undone_minor
    if not amount_minor:
        return
    share = session.get_one(PaymentTransaction, netting.transaction_id)
    netting.undone_minor = netting.amount_minor
    debt.netted_minor -= amount_minor
    share.netted_minor -= amount_minor
    session.flush()
    _book(session, netting, debt, share, key=f"netting:{netting.id}:undone", amount_minor=-amount_minor, now=now)
    because = Text("What it paid of a debt is not owed any more.")
    endings.reopen(session, share, actor=_NETTING, now=now, because=because)


def _book(
    session: Session,
    netting: DebtNetting,
    debt: SellerDebt,
    share: PaymentTransaction,
    *,
    key: str,
    amount_minor: int,
    now: datetime,
) -> None:
    ledger.book(
        session,
        key=key,
        description=f"Share {share.id} pays debt {debt.id}" if amount_minor > 0 else f"Debt {debt.id} is given up",
        currency=debt.currency,
        lines=[
            Line(Account.SELLER_PAYABLE, amount_minor, owner_id=share.seller_id, order_id=share.order_id),
            Line(Account.SELLER_DEBT, -amount_minor, owner_id=debt.seller_id, order_id=debt.order_id),
        ],
        payment_id=share.payment_id,
        now=now,
    )
