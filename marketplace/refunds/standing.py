"""What a share's order has left. One reading for the preview and for the deed, so that they can't differ."""

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.orm import Session

from marketplace.errors import NotAllowed
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.outbound import operations as outbound
from marketplace.outbound.models import CallKind
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import BlockReason, TransactionStatus
from marketplace.payouts.taking_back_queries import PENDING_OF_SHARE
from marketplace.refunds import rules
from marketplace.refunds.models import Refund
from marketplace.refunds.rules import Standing
from marketplace.refunds.states import COUNTED

PAID = (
    TransactionStatus.HELD,
    TransactionStatus.AVAILABLE,
    TransactionStatus.TRANSFERRING,
    TransactionStatus.PAID_OUT,
    TransactionStatus.REFUNDED,
)
"""Where the money of a paid order can be: all of it can be refunded, wherever it is."""
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
    (PaymentTransaction.paid_out_minor - PENDING_OF_SHARE).label("transferred"),
    PaymentTransaction.subsidy_minor,
    PaymentTransaction.subsidy_taken_minor,
    _RESERVED,
).where(PaymentTransaction.id == bindparam("transaction_id"))

_DISPUTED = select(PaymentBlock.id).where(
    PaymentBlock.transaction_id == bindparam("transaction_id"),
    PaymentBlock.reason == BlockReason.DISPUTE,
    PaymentBlock.lifted_at.is_(None),
)


def read(connection: Session | Connection, transaction_id: int, *, except_refund_id: int | None) -> Standing:
    """Return what a share's order has left; the refund that asks is not counted against itself."""
    values = {"transaction_id": transaction_id, "except_refund_id": except_refund_id or 0}
    row = connection.execute(_STANDING, values).one()
    currency, status, gross, platform, processing, refunded, charged_back, left, transferred, *rest = row
    subsidy, subsidy_taken, reserved = rest
    return Standing(
        gross=Money(gross, currency),
        platform_fee=Money(platform, currency),
        processing_fee=Money(processing, currency),
        # What a lost dispute gave back is with the buyer too: it can't be refunded again, and its fees went with it.
        refunded=Money(min(refunded + charged_back, gross), currency),
        reserved=Money(min(reserved + charged_back, gross), currency),
        held=Money(left if status is TransactionStatus.HELD else 0, currency),
        available=Money(left if status is TransactionStatus.AVAILABLE else 0, currency),
        transferred=Money(transferred, currency),
        subsidy=Money(subsidy, currency),
        subsidy_taken=Money(subsidy_taken, currency),
    )


def is_disputed(connection: Session | Connection, transaction_id: int) -> bool:
    """Return whether the buyer's bank is taking the payment of a share back."""
    return connection.execute(_DISPUTED, {"transaction_id": transaction_id}).first() is not None


def share_of(session: Session, order_id: int) -> PaymentTransaction:
    """Return the share of an order that was paid, wherever its money is now; raises NotAllowed when there is none."""
    statement = select(PaymentTransaction).where(
        PaymentTransaction.order_id == order_id, PaymentTransaction.status.in_(PAID)
    )
    share = session.execute(statement).scalar_one_or_none()
    if share is None:
        raise NotAllowed(_("This order has not been paid."))
    return share


def check_sendable(session: Session, refund: Refund) -> None:
    """Raise NotAllowed while a bank has the money, or nobody knows whether an earlier attempt has sent it."""
    if outbound.is_in_doubt(session, kind=CallKind.REFUND, subject_id=refund.id):
        raise NotAllowed(_("Nobody knows whether its last attempt has sent the money. Decide that first, under Calls."))
    rules.check_not_disputed(is_disputed=is_disputed(session, refund.transaction_id))
