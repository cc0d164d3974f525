"""The log of rules that send money back without a person: each time one applied (S4.10)."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.money import Money
from marketplace.payments.models import AutomaticRefund
from marketplace.payments.rules import RefundRule


def record(
    session: Session,
    *,
    rule: RefundRule,
    payment_id: int,
    amount: Money,
    order_id: int | None = None,
    receipt_id: int | None = None,
    now: datetime,
) -> None:
    """Note that `rule` sends `amount` of a payment back: of one order, or of a receipt that counts for nothing."""
    session.add(
        AutomaticRefund(
            rule=rule,
            payment_id=payment_id,
            order_id=order_id,
            receipt_id=receipt_id,
            currency=amount.currency,
            amount_minor=amount.minor,
            applied_at=now,
        )
    )
    session.flush()
