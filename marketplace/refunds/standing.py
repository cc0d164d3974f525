"""What a share's order has left. One reading for the preview and for the deed, so that they can't differ."""

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.orm import Session

from marketplace.money import Money
from marketplace.payments.models import PaymentTransaction
from marketplace.payments.states import TransactionStatus
from marketplace.refunds.models import Refund
from marketplace.refunds.rules import Standing
from marketplace.refunds.states import COUNTED

_RESERVED = (
    select(func.coalesce(func.sum(Refund.amount_minor), 0).cast(Refund.amount_minor.type))
    .where(
        Refund.order_id == PaymentTransaction.order_id,
        Refund.status.in_(list(COUNTED)),
        Refund.id != bindparam("except_refund_id"),
    )
    .scalar_subquery()
)
_STANDING = select(
    PaymentTransaction.currency,
    PaymentTransaction.status,
    PaymentTransaction.gross_minor,
    PaymentTransaction.platform_fee_minor,
    PaymentTransaction.processing_fee_minor,
    PaymentTransaction.refunded_minor,
    PaymentTransaction.charged_back_minor,
    PaymentTransaction.left_minor,
    _RESERVED,
).where(PaymentTransaction.id == bindparam("transaction_id"))


def read(connection: Session | Connection, transaction_id: int, *, except_refund_id: int | None) -> Standing:
    """Return what a share's order has left; the refund that asks is not counted against itself."""
    values = {"transaction_id": transaction_id, "except_refund_id": except_refund_id or 0}
    currency, status, gross, platform, processing, refunded, charged_back, left, reserved = connection.execute(
        _STANDING, values
    ).one()
    return Standing(
        gross=Money(gross, currency),
        platform_fee=Money(platform, currency),
        processing_fee=Money(processing, currency),
        # What a lost dispute gave back is with the buyer too: it can't be refunded again, and its fees went with it.
        refunded=Money(min(refunded + charged_back, gross), currency),
        reserved=Money(min(reserved + charged_back, gross), currency),
        held=Money(left if status is TransactionStatus.HELD else 0, currency),
        available=Money(left if status is TransactionStatus.AVAILABLE else 0, currency),
    )
