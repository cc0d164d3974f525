"""The ordinary payment, counted in two round trips: one statement reads everything, one batch writes everything.

Nearly every webhook says the same: a payment that waited is paid, its goods are set aside, nothing was reported before.
What that means is said in `settlement`, which also handles every other case. This module writes the same rows with the
hot statements (a test compares the two, row by row); every status in them comes from its machine.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from marketplace import batches, history, hot_history
from marketplace.catalog.models import StockReservation
from marketplace.checkout import telling
from marketplace.checkout.reports import PaidReport
from marketplace.config import MoneyPolicy
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.ledger import operations as ledger
from marketplace.orders.models import Order, Purchase
from marketplace.payment_records.models import Payment
from marketplace.payments import operations as payments
from marketplace.payments.models import PaymentTracker, PaymentTransaction
from marketplace.payments.trackers import paid_note

# One row per order of the payment's purchase.
_LOAD = """
SELECT p.status AS payment_status, p.provider, p.provider_session_id, p.provider_payment_id, p.amount_minor,
       p.currency AS payment_currency, u.id AS purchase_id, u.number AS purchase_number, u.buyer_id, u.cart_id,
       u.status AS purchase_status, u.total_minor AS purchase_total_minor, u.discount_code, o.id, o.number,
       o.seller_id, o.currency, o.status, o.total_minor, o.subsidy_minor, o.platform_fee_minor, o.processing_fee_minor,
       o.net_minor,
       ARRAY(SELECT r.id FROM stock_reservation r WHERE r.purchase_id = u.id AND r.status = %s) AS reservations
FROM payment p JOIN purchase u ON u.id = p.purchase_id JOIN "order" o ON o.purchase_id = u.id
WHERE p.id = %s ORDER BY o.id
"""
_PAYMENT = """
UPDATE payment SET status = %(status)s, provider_payment_id = %(intent_id)s, completed_at = %(now)s,
       session_closed_at = %(now)s, updated_at = %(now)s WHERE id = %(id)s
"""
_TRACKER = f"""
WITH made AS (
    INSERT INTO payment_tracker (provider, payment_intent_id, payment_id, status, attempts, notes, created_at,
        updated_at)
    VALUES (%(provider)s, %(intent_id)s, %(payment_id)s, %(status)s, 0, %(notes)s, %(now)s, %(now)s) RETURNING id)
{hot_history.OF_MADE}
"""  # noqa: S608  made of constants
_SHARE = f"""
WITH made AS (
    INSERT INTO payment_transaction (payment_id, order_id, seller_id, currency, gross_minor, subsidy_minor,
        platform_fee_minor, processing_fee_minor, net_minor, status, hold_reason, days_to_hold, hold_start_date,
        planned_release_date, payment_received_date, created_at)
    VALUES (%(payment_id)s, %(order_id)s, %(seller_id)s, %(currency)s, %(gross)s, %(subsidy)s, %(platform_fee)s,
        %(processing_fee)s, %(net)s, %(status)s, %(hold_reason)s, %(days_to_hold)s, %(hold_start_date)s,
        %(planned_release_date)s, %(payment_received_date)s, %(now)s) RETURNING id)
{hot_history.OF_MADE}
"""  # noqa: S608  made of constants
_STATUS: dict[type[history.Ruled], str] = {
    model: f'UPDATE "{model.machine.name}" SET status = %s WHERE id = %s'  # noqa: S608  made of constants
    for model in (StockReservation, Order, Purchase)
}
_CART = """
DELETE FROM cart_line WHERE cart_id = %s AND listing_id IN (
    SELECT line.listing_id FROM order_line line JOIN "order" o ON o.id = line.order_id WHERE o.purchase_id = %s)
"""
_NOTIFICATION = """
INSERT INTO notification (user_id, kind, subject, subject_id, facts, created_at) VALUES (%s, %s, %s, %s, %s, %s)
"""


def question(payment_id: int) -> batches.Question:
    """Return what `count` asks first, for whoever takes the turn for it."""
    return _LOAD, (StockReservation.machine.initial.value, payment_id)


def count(session: Session, paid: PaidReport, *, actor: Actor, policy: MoneyPolicy, now: datetime) -> bool:
    """Count a payment if it is an ordinary one and return whether it was; otherwise nothing is written."""
    payment_id, intent_id = paid.payment_id, paid.intent_id
    if payment_id is None or intent_id is None or paid.line is not None:
        return False
    rows = batches.rows(session, question(payment_id))
    if not rows or not _is_ordinary(rows, paid.amount_minor, paid.currency, paid.session_id):
        return False
    moves = _Moves(session, actor, now)
    first = rows[0]
    writes: list[batches.Write] = [
        moves.payment(payment_id, intent_id),
        moves.tracker(first, payment_id, intent_id),
        *moves.status(StockReservation, list(first.reservations), "redeem"),
        *(moves.share(payment_id, order, payments.hold_from(now, policy.hold_days)) for order in rows),
        ledger.booking(**payments.capture(payment_id, first.payment_currency, rows, provider=first.provider), now=now),
        *moves.status(Order, [order.id for order in rows], "confirm"),
        *_told(first, rows, now),
        (_CART, (first.cart_id, first.purchase_id)),
        *moves.status(Purchase, [first.purchase_id], "pay"),
    ]
    batches.later(session, writes)
    return True


class _Moves:
    """The statements that move statuses, each with its history."""

    def __init__(self, session: Session, actor: Actor, now: datetime) -> None:
        self._session = session
        self._by: dict[str, Any] = {"actor": actor, "at": now}
        self._now = now

    def payment(self, payment_id: int, intent_id: str) -> batches.Write:
        """Return the statement that completes the payment."""
        status = hot_history.note_move(self._session, Payment, [payment_id], "complete", **self._by)
        return _PAYMENT, {"status": status, "intent_id": intent_id, "now": self._now, "id": payment_id}

    def tracker(self, found: Any, payment_id: int, intent_id: str) -> batches.Write:
        """Return the statement that makes a tracker which has succeeded."""
        made = hot_history.of_made(PaymentTracker, "succeed", because=Text("The provider reported it."), **self._by)
        note = paid_note(found.provider_session_id)
        mine = {"provider": found.provider, "intent_id": intent_id, "payment_id": payment_id, "notes": note}
        return _TRACKER, {**mine, **made, "now": self._now}

    def share(self, payment_id: int, order: Any, hold: dict[str, object]) -> batches.Write:
        """Return the statement that makes the held share of one order."""
        made = hot_history.of_made(PaymentTransaction, "hold", because=Text("One share per seller."), **self._by)
        amounts = {
            "gross": order.total_minor,
            "subsidy": order.subsidy_minor,
            "platform_fee": order.platform_fee_minor,
            "processing_fee": order.processing_fee_minor,
            "net": order.net_minor,
        }
        whose = {"payment_id": payment_id, "order_id": order.id, "seller_id": order.seller_id}
        return _SHARE, {**whose, "currency": order.currency, **amounts, **hold, **made, "now": self._now}

    def status(self, model: type[history.Ruled], ids: list[int], verb: str) -> list[batches.Write]:
        """Return the statements that move rows by `verb`, one each: for a list the server plans anew each time."""
        status = hot_history.note_move(self._session, model, ids, verb, **self._by)
        return [(_STATUS[model], (status, row_id)) for row_id in ids]


def _is_ordinary(rows: Sequence[Any], amount_minor: int, currency: str, session_id: str | None) -> bool:
    """Return whether a payment of this amount waited, unreported, for a purchase that waits with its goods."""
    first = rows[0]
    return (
        first.payment_status == Payment.machine.initial
        and first.provider_payment_id is None
        and (first.amount_minor, first.payment_currency) == (amount_minor, currency)
        and amount_minor > 0
        and session_id in {None, first.provider_session_id}
        and first.purchase_status == Purchase.machine.initial
        and bool(first.reservations)
        # The use of a code moves too: that is the clear way's business.
        and first.discount_code is None
        and first.cart_id is not None
        and all(order.status == Order.machine.initial for order in rows)
    )


def _told(first: Any, orders: Sequence[Any], now: datetime) -> list[batches.Write]:
    facts = telling.paid_facts(
        purchase_id=first.purchase_id,
        number=first.purchase_number,
        buyer_id=first.buyer_id,
        total_minor=first.purchase_total_minor,
        currency=first.payment_currency,
        orders=orders,
    )
    return [
        (_NOTIFICATION, (fact.user_id, fact.kind, fact.subject, fact.subject_id, Jsonb(fact.facts), now))
        for fact in facts
    ]
