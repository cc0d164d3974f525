"""What can never be collected of a debt: an admin says so with a reason, and the platform bears it."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from marketplace.config import MoneyPolicy
from marketplace.debts import telling
from marketplace.debts.models import DebtWriteOff, SellerDebt
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.language import gettext as _
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.money import Money
from marketplace.payments.models import PaymentTransaction
from marketplace.payments.rules import needs_second_approver
from marketplace.reasons import check_reason


def write_off(
    session: Session,
    *,
    admin_id: int,
    debt_id: int,
    seen_minor: int,
    reason: str,
    policy: MoneyPolicy,
    now: datetime,
) -> bool:
    """Let the platform bear all that is open of a debt; return False when a second admin must confirm it first.

    `seen_minor` is what the admin saw as open, minor units. Raises NotFound, Invalid without a reason, NotAllowed for
    the debtor or the same admin twice, Conflict when something else is open now.
    """
    debt, why = _debt(session, debt_id), check_reason(reason)
    if admin_id == debt.seller_id:
        raise NotAllowed(_("This is your own debt. Another admin must decide."))
    if debt.open_minor != seen_minor:
        raise Conflict(_("The debt has changed since you looked at it. Look again at what is open."))
    if not debt.open_minor:
        raise Conflict(_("Nothing of this debt is open any more."))
    asked = session.execute(_waiting(debt_id)).scalar_one_or_none()
    is_large = needs_second_approver(Money(debt.open_minor, debt.currency), policy.second_approver_above_minor)
    if is_large and asked is not None and asked.first_approver_id == admin_id:
        raise NotAllowed(_("You have asked for this already. A second admin must confirm it."))
    if asked is None:
        asked = DebtWriteOff(
            debt_id=debt.id, amount_minor=debt.open_minor, reason=why, first_approver_id=admin_id, asked_at=now
        )
        session.add(asked)
        if is_large:
            return False
    _decide(session, debt, asked, admin_id=admin_id, now=now)
    return True


def undo(session: Session, debt: SellerDebt, *, now: datetime) -> None:
    """Undo what was written off of a debt whose cause fell away: it is owed again, so that it can be given up."""
    rows = select(DebtWriteOff).where(DebtWriteOff.debt_id == debt.id, DebtWriteOff.undone_at.is_(None))
    for row in session.execute(rows.order_by(DebtWriteOff.id)).scalars().all():
        row.undone_at = now
        if row.decided_at is not None:
            debt.forgiven_minor -= row.amount_minor
            _book(session, debt, row, key=f"debt_write_off:{row.id}:undone", sign=-1, now=now)
    session.flush()


def _decide(session: Session, debt: SellerDebt, row: DebtWriteOff, *, admin_id: int, now: datetime) -> None:
    # Sales may have paid some of it between the two admins: only what is open now is borne.
    row.amount_minor = debt.open_minor
    row.decided_by_id, row.decided_at = admin_id, now
    debt.forgiven_minor += row.amount_minor
    session.flush()
    _book(session, debt, row, key=f"debt_write_off:{row.id}", sign=1, now=now)
    telling.written_off(session, debt, row, now=now)


def _book(session: Session, debt: SellerDebt, row: DebtWriteOff, *, key: str, sign: int, now: datetime) -> None:
    amount_minor = sign * row.amount_minor
    share = session.get_one(PaymentTransaction, debt.transaction_id)
    ledger.book(
        session,
        key=key,
        description=f"Debt {debt.id} is written off" if sign > 0 else f"Debt {debt.id} is no longer written off",
        currency=debt.currency,
        lines=[
            Line(Account.REFUND_COST, amount_minor, order_id=debt.order_id),
            Line(Account.SELLER_DEBT, -amount_minor, owner_id=debt.seller_id, order_id=debt.order_id),
        ],
        payment_id=share.payment_id,
        now=now,
    )


def _waiting(debt_id: int) -> Select[DebtWriteOff]:
    return select(DebtWriteOff).where(
        DebtWriteOff.debt_id == debt_id, DebtWriteOff.decided_at.is_(None), DebtWriteOff.undone_at.is_(None)
    )


def _debt(session: Session, debt_id: int) -> SellerDebt:
    debt = session.get(SellerDebt, debt_id)
    if debt is None:
        raise NotFound(_("There is no such debt."))
    return debt
