"""How much of an order can still be refunded, and who would give what: the plan before it is executed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.config import MoneyPolicy
from marketplace.money import Money
from marketplace.payment_records.models import Payment
from marketplace.payments.models import PaymentTransaction
from marketplace.payments.states import TransactionStatus
from marketplace.refunds import rules, standing
from marketplace.refunds.queries import RefundRow
from marketplace.refunds.rules import Plan, Standing
from marketplace.wallets.rules import WALLET


@dataclass(frozen=True, slots=True)
class Asking:
    """Whether money of an order may be asked for now, and how much of it."""

    left: Money
    buyer_may_ask: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would give what for an amount, and why the plan is impossible where it is."""

    plan: Plan
    standing: Standing
    share_status: TransactionStatus
    is_disputed: bool
    """Whether the buyer's bank is taking the payment back, so that nobody may approve it."""


_SHARE = select(PaymentTransaction.id, PaymentTransaction.payment_received_date).where(
    PaymentTransaction.order_id == bindparam("order_id"),
    PaymentTransaction.status.in_(standing.PAID),
)
_PROVIDER = (
    select(Payment.provider)
    .join(PaymentTransaction, PaymentTransaction.payment_id == Payment.id)
    .where(PaymentTransaction.order_id == bindparam("order_id"), PaymentTransaction.status.in_(standing.PAID))
)
_SHARE_STATUS = select(PaymentTransaction.status).where(PaymentTransaction.id == bindparam("transaction_id"))


def goes_to_wallet(order_id: int) -> bool:
    """Return whether an order was paid from its buyer's wallet, so that what comes back of it is there at once."""
    found = db.read_one(_PROVIDER, {"order_id": order_id})
    return found is not None and found.provider == WALLET


def asking(order_id: int, currency: str, *, now: datetime) -> Asking:
    """Return whether money of an order may be asked for, and how much is left."""
    with db.snapshot() as connection:
        share = connection.execute(_SHARE, {"order_id": order_id}).one_or_none()
        if share is None:
            return Asking(Money.zero(currency), buyer_may_ask=False)
        left = standing.read(connection, share.id, except_refund_id=None).left
    return Asking(left, rules.may_be_asked(share.payment_received_date, left, now))


def preview(row: RefundRow, amount: Money, policy: MoneyPolicy) -> Preview:
    """Return the plan that approving `amount` would execute now; raises Invalid or Conflict as approving would."""
    with db.snapshot() as connection:
        found = standing.read(connection, row.transaction_id, except_refund_id=row.id)
        status = connection.execute(_SHARE_STATUS, {"transaction_id": row.transaction_id}).scalar_one()
        is_disputed = standing.is_disputed(connection, row.transaction_id)
    plan = rules.plan_refund(amount, found, rules.FeeBearer(policy.refund_fee_bearer))
    return Preview(plan, found, status, is_disputed)


def preview_rest(order_id: int, policy: MoneyPolicy) -> Plan | None:
    """Return the plan that sending all that is left of an order back would execute; None when nothing is left."""
    with db.snapshot() as connection:
        share = connection.execute(_SHARE, {"order_id": order_id}).one_or_none()
        if share is None:
            return None
        found = standing.read(connection, share.id, except_refund_id=None)
    return rules.plan_rest(found, rules.FeeBearer(policy.refund_fee_bearer))
