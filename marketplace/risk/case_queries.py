"""What an admin who looks at a payment wants to know: its cards, who else is behind them, and everybody's past."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import text

from marketplace import db
from marketplace.orders.states import OrderStatus

_MOST = 20
_CARDS = text("""
    SELECT charge_id, payment_id, brand, country, has_paid, dense_rank() OVER (ORDER BY first) AS number
    FROM (SELECT c.*, min(c.id) OVER (PARTITION BY c.fingerprint) AS first
        FROM risk_method c JOIN payment p ON p.id = c.payment_id
        WHERE p.purchase_id = (SELECT purchase_id FROM payment WHERE id = :payment_id)) tried
    ORDER BY id
""")
_PLACE = "lower(regexp_replace({0}.line1 || '|' || {0}.postcode || '|' || {0}.country, '\\s', '', 'g'))"
_LINKED = text(f"""
    WITH own AS (SELECT p.user_id, p.purchase_id FROM payment p WHERE p.id = :payment_id),
    linked AS (
        SELECT 'card' AS by, p.user_id FROM own
        JOIN payment q ON q.purchase_id = own.purchase_id JOIN risk_method c ON c.payment_id = q.id
        JOIN risk_method d ON d.fingerprint = c.fingerprint JOIN payment p ON p.id = d.payment_id
        WHERE :cards_tell AND p.user_id <> own.user_id
        UNION
        SELECT 'address', b.user_id FROM own
        JOIN address a ON a.user_id = own.user_id
        JOIN address b ON {_PLACE.format("b")} = {_PLACE.format("a")} AND b.user_id <> own.user_id
    )
    SELECT l.by, u.id, u.name, u.email, u.is_seller FROM linked l JOIN "user" u ON u.id = l.user_id
    ORDER BY u.id, l.by LIMIT {_MOST}
""")  # noqa: S608  made of constants
_BUYER = text("""
    SELECT u.id, u.name, u.email, '' AS shop_name, u.created_at AS since,
        (SELECT count(*) FROM payment p WHERE p.user_id = u.id
            AND p.status IN ('completed', 'refunded', 'partially_refunded')) AS payments,
        (SELECT count(*) FROM dispute d JOIN payment p ON p.id = d.payment_id
            WHERE p.user_id = u.id AND d.kind = 'chargeback') AS disputes,
        (SELECT count(*) FROM refund r WHERE r.buyer_id = u.id AND r.status = 'completed') AS refunds,
        (SELECT count(*) FROM risk_review r JOIN risk_assessment a ON a.id = r.assessment_id
            WHERE a.user_id = u.id AND r.status = 'refused') AS refused
    FROM payment own JOIN "user" u ON u.id = own.user_id WHERE own.id = :payment_id
""")
_SELLERS = text("""
    SELECT u.id, u.name, u.email, s.name AS shop_name, s.opened_at AS since,
        (SELECT count(*) FROM payment_transaction x WHERE x.seller_id = u.id
            AND x.payment_received_date IS NOT NULL) AS payments,
        (SELECT count(*) FROM dispute_share x JOIN dispute d ON d.id = x.dispute_id
            WHERE x.seller_id = u.id AND x.amount_minor > 0 AND d.kind = 'chargeback') AS disputes,
        (SELECT count(*) FROM refund r WHERE r.seller_id = u.id AND r.status = 'completed') AS refunds,
        (SELECT count(DISTINCT r.id) FROM risk_review r JOIN risk_assessment a ON a.id = r.assessment_id
            JOIN payment_transaction x ON x.payment_id = a.payment_id
            WHERE x.seller_id = u.id AND r.status = 'refused') AS refused
    FROM payment_transaction own JOIN "user" u ON u.id = own.seller_id JOIN shop s ON s.seller_id = u.id
    WHERE own.payment_id = :payment_id ORDER BY own.id
""")
_ORDERS = text("""
    SELECT o.number, o.status, x.id AS share_id, x.gross_minor, x.currency, s.name AS shop_name
    FROM payment_transaction x JOIN "order" o ON o.id = x.order_id JOIN shop s ON s.seller_id = x.seller_id
    WHERE x.payment_id = :payment_id ORDER BY x.id
""")


class LinkedBy(StrEnum):
    """What two people have in common."""

    CARD = "card"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card that was tried for the purchase; the same number is the same card."""

    charge_id: str
    payment_id: int
    brand: str
    country: str
    has_paid: bool
    number: int


@dataclass(frozen=True, slots=True)
class Linked:
    """Somebody else with the buyer's card or address."""

    by: LinkedBy
    user_id: int
    name: str
    email: str
    is_seller: bool


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a buyer or a seller, in counts; `shop_name` is "" for the buyer."""

    user_id: int
    name: str
    email: str
    shop_name: str
    since: datetime
    payments: int
    disputes: int
    refunds: int
    refused: int


@dataclass(frozen=True, slots=True)
class OrderOfPayment:
    """One order of the payment; minor units."""

    number: str
    status: OrderStatus
    share_id: int
    gross_minor: int
    currency: str
    shop_name: str


def cards(payment_id: int) -> Sequence[CardRow]:
    """Return the cards that were tried for a payment's purchase, oldest try first."""
    return [CardRow(*tuple(row)) for row in db.read(_CARDS, {"payment_id": payment_id})]


def linked(payment_id: int, *, cards_tell: bool) -> Sequence[Linked]:
    """Return who else used a payment's cards or lives where its buyer does, at most 20.

    `cards_tell`: cards tell people apart, as they do outside the provider's test mode.
    """
    rows = db.read(_LINKED, {"payment_id": payment_id, "cards_tell": cards_tell})
    return [Linked(LinkedBy(by), *rest) for by, *rest in map(tuple, rows)]


def buyer(payment_id: int) -> Past:
    """Return a payment's buyer."""
    return _past(db.read(_BUYER, {"payment_id": payment_id})[0])


def sellers(payment_id: int) -> Sequence[Past]:
    """Return a payment's sellers."""
    return [_past(row) for row in db.read(_SELLERS, {"payment_id": payment_id})]


def orders(payment_id: int) -> Sequence[OrderOfPayment]:
    """Return a payment's orders."""
    rows = map(tuple, db.read(_ORDERS, {"payment_id": payment_id}))
    return [OrderOfPayment(number, OrderStatus(status), *rest) for number, status, *rest in rows]


def _past(row: Any) -> Past:
    return Past(*tuple(row))
