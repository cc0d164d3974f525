"""What sellers are told about what they owe: a sale paid some of it, or they need not pay it."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.debts.models import DebtNetting, DebtWriteOff, SellerDebt
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.orders.models import Order
from marketplace.payments.models import PaymentTransaction


def paid(session: Session, debt: SellerDebt, share: PaymentTransaction, netting: DebtNetting, *, now: datetime) -> None:
    """Tell the seller that the money of one order paid what they owed for another, and what is still owed."""
    facts = {
        "number": session.get_one(Order, share.order_id).number,
        "for_number": session.get_one(Order, debt.order_id).number,
        "amount_minor": netting.amount_minor,
        "left_minor": debt.open_minor,
        "currency": debt.currency,
    }
    notifications.tell(
        session,
        user_id=debt.seller_id,
        kind=NotificationKind.DEBT_PAID,
        subject="debt_netting",
        subject_id=netting.id,
        facts=facts,
        now=now,
    )


def written_off(session: Session, debt: SellerDebt, row: DebtWriteOff, *, now: datetime) -> None:
    """Tell the seller that the marketplace bears what was still open."""
    facts = {
        "number": session.get_one(Order, debt.order_id).number,
        "amount_minor": row.amount_minor,
        "currency": debt.currency,
    }
    notifications.tell(
        session,
        user_id=debt.seller_id,
        kind=NotificationKind.DEBT_WRITTEN_OFF,
        subject="debt_write_off",
        subject_id=row.id,
        facts=facts,
        now=now,
    )
