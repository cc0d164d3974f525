"""What time alone decides: goods nobody paid for go back, purchases nobody paid are given up."""

from datetime import datetime

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from marketplace.catalog.models import StockReservation
from marketplace.catalog.states import ReservationStatus
from marketplace.checkout import operations, set_aside
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.orders.models import Purchase
from marketplace.orders.states import PurchaseStatus
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus
from marketplace.prepared import is_any

_BATCH = 50
_TICK = Actor.job("tick")
# While one of these may still bring money, its purchase is not given up.
_UNDECIDED = (PaymentStatus.PENDING, PaymentStatus.PROCESSING)
RUN_OUT = (
    select(StockReservation.purchase_id)
    .where(
        StockReservation.status == ReservationStatus.ACTIVE,
        StockReservation.expires_at <= bindparam("now"),
        StockReservation.purchase_id.is_not(None),
    )
    .order_by(StockReservation.expires_at)
    .limit(_BATCH)
)
"""Purchases whose goods were set aside for long enough."""
UNPAID = (
    select(Purchase.id)
    .where(
        Purchase.status == PurchaseStatus.OPEN,
        Purchase.open_until <= bindparam("now"),
        ~exists().where(Payment.purchase_id == Purchase.id, is_any(Payment.status, _UNDECIDED)),
    )
    .order_by(Purchase.open_until)
    .limit(_BATCH)
)
"""Purchases that nobody has paid in time."""


def reap_reservations(session: Session, *, now: datetime) -> int:
    """Return goods to stock whose reservation has run out; return how many reservations that were."""
    found = session.execute(RUN_OUT, {"now": now}).scalars()
    purchases = sorted({int(purchase_id) for purchase_id in found if purchase_id is not None})
    because = Text("The reservation has run out.")
    return sum(
        set_aside.give_back(session, purchase_id=purchase_id, actor=_TICK, now=now, because=because)
        for purchase_id in purchases
    )


def give_up_unpaid(session: Session, *, now: datetime) -> int:
    """Give up purchases that nobody has paid in time; return how many."""
    because = Text("It was not paid in time.")
    found = list(session.execute(UNPAID, {"now": now}).scalars())
    return sum(
        operations.give_up(session, purchase_id=purchase_id, actor=_TICK, now=now, because=because)
        for purchase_id in found
    )
