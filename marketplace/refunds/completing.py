"""What a refund whose money is back with its buyer does to order, share and payment; and one that came back."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.discounts import uses
from marketplace.history import Actor, StatusChange
from marketplace.language import Text
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from marketplace.payment_records.models import Payment
from marketplace.payment_records.tracker import get_payment_tracker
from marketplace.payments import endings
from marketplace.payments.models import PaymentTransaction
from marketplace.refunds import booking, telling
from marketplace.refunds.models import Refund
from marketplace.refunds.states import RefundStatus
from marketplace.wallets.rules import WALLET


def complete(session: Session, refund: Refund, *, actor: Actor, now: datetime) -> None:
    """Note that a refund's money is back with its buyer, and let order, share and payment follow."""
    refund.completed_at = now
    payment = session.get_one(Payment, refund.payment_id)
    is_in_wallet = payment.provider == WALLET
    because = Text("It is in the buyer's wallet again.") if is_in_wallet else None
    if payment.provider == BANK_TRANSFER:
        because = Text("It was sent at the bank.")
    history.move(session, refund, "complete", actor=actor, at=now, because=because)
    booking.lift_block(session, refund, now=now)
    agree(session, refund, actor=actor, now=now)
    telling.completed(session, refund, is_in_wallet=is_in_wallet, now=now)


def agree(session: Session, refund: Refund, *, actor: Actor, now: datetime) -> None:
    """Make order, share and payment say what the completed refunds add up to, forward and back."""
    share = session.get_one(PaymentTransaction, refund.transaction_id)
    order = session.get_one(Order, refund.order_id)
    payment = session.get_one(Payment, refund.payment_id)
    is_whole = _completed(session, Refund.order_id == order.id) == share.gross_minor
    if is_whole and order.machine.can(order.status, "refund"):
        history.move(session, order, "refund", actor=actor, at=now)
        uses.give_back(session, purchase_id=order.purchase_id, actor=actor, now=now)
    elif not is_whole and order.machine.can(order.status, "reinstate_confirmed"):
        history.move(session, order, f"reinstate_{_before_refund(session, order.id)}", actor=actor, at=now)
        if order.status is not OrderStatus.CANCELLED:
            uses.take_again(session, purchase_id=order.purchase_id, actor=actor, now=now, is_paid=True)
            uses.keep(session, purchase_id=order.purchase_id, actor=actor, now=now)
    is_complete = refund.status is RefundStatus.COMPLETED
    because = f"Refund {refund.number} {'reached' if is_complete else 'did not reach'} the buyer."
    endings.agree(session, share, actor=actor, now=now, because=because)
    back = _completed(session, Refund.payment_id == payment.id)
    verb = "refund" if back == payment.amount_minor else "refund_part" if back else "unrefund"
    if payment.machine.can(payment.status, verb):
        records = get_payment_tracker("postgresql", session=session, actor=actor, now=now)
        records.follow_refunds(payment.id, verb)


def _completed(session: Session, which: object) -> int:
    total = select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(
        which,  # type: ignore[arg-type]
        Refund.status == RefundStatus.COMPLETED,
    )
    return int(session.execute(total).scalar_one())


def _before_refund(session: Session, order_id: int) -> str:
    statement = (
        select(StatusChange.from_status)
        .where(StatusChange.subject == "order", StatusChange.subject_id == order_id, StatusChange.verb == "refund")
        .order_by(StatusChange.id.desc())
        .limit(1)
    )
    return str(session.execute(statement).scalar_one())
