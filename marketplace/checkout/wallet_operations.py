"""A purchase that its buyer's wallet pays: agreed and paid in one transaction, so that it is never half done."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.checkout import attempts, operations, settlement
from marketplace.checkout.operations import Agreed
from marketplace.checkout.settlement import PaidReport, Settled
from marketplace.config import Settings
from marketplace.history import Actor
from marketplace.payment_records.models import Payment
from marketplace.transitions import Impossible


def buy(session: Session, *, agreed: Agreed, settings: Settings, now: datetime) -> int:
    """Freeze the cart's lines of one currency as a purchase, pay it from the wallet, and return the payment's id.

    The same form sent twice is the same purchase. Raises Overdraft when the wallet holds less than the total, and what
    `operations.open_purchase` raises; then nothing is done.
    """
    opened = operations.open_purchase(session, agreed=agreed, settings=settings, now=now)
    if opened.is_known:
        return attempts.latest(session, purchase_id=opened.purchase_id).payment_id
    payment = session.get_one(Payment, opened.payment_id)
    paid = PaidReport(payment.id, payment.amount_minor, payment.currency, intent_id=None, session_id=None)
    actor = Actor.user(agreed.buyer_id)
    settled = settlement.settle(session, paid=paid, actor=actor, policy=settings.money, now=now)
    if settled is not Settled.COUNTED:
        # Its goods were set aside a moment ago, in this transaction.
        raise Impossible(f"payment {payment.id} from a wallet is {settled}")
    return payment.id
