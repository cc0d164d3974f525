"""A purchase that its buyer pays by bank transfer: placed at once, paid when the money is on our account (S2.27)."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace.bank_transfers import asking
from marketplace.carts.models import CartLine
from marketplace.checkout import attempts, operations
from marketplace.checkout.operations import Agreed
from marketplace.config import Settings
from marketplace.errors import Conflict
from marketplace.language import gettext as _
from marketplace.orders.models import Order, OrderLine, Purchase


def place(session: Session, *, agreed: Agreed, settings: Settings, now: datetime) -> int:
    """Freeze the cart's lines of one currency as a purchase, tell its buyer what to transfer; return the payment's id.

    What was ordered leaves the basket: the purchase waits for days, and the basket is for what comes next. The same
    form sent twice is the same purchase. Raises Conflict where there is no account for the currency or nothing is to be
    paid, and what `operations.open_purchase` raises; then nothing is done.
    """
    opened = operations.open_purchase(session, agreed=agreed, settings=settings, now=now)
    if opened.is_known:
        return attempts.latest(session, purchase_id=opened.purchase_id).payment_id
    purchase = session.get_one(Purchase, opened.purchase_id)
    if not purchase.total_minor:
        raise Conflict(_("There is nothing to pay. Place the order without a transfer."))
    asking.ask(session, payment_id=opened.payment_id, number=purchase.number, policy=settings.bank_transfers, now=now)
    bought = select(OrderLine.listing_id).join(Order, Order.id == OrderLine.order_id)
    session.execute(
        delete(CartLine)
        .where(
            CartLine.cart_id == purchase.cart_id,
            CartLine.listing_id.in_(bought.where(Order.purchase_id == purchase.id)),
        )
        .execution_options(synchronize_session=False)
    )
    # When it is paid, what lies in the basket then is something else.
    purchase.cart_id = None
    session.flush()
    return opened.payment_id
