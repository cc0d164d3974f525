"""What is known of a settled payment: read outside any transaction, so that no payment waits for it.

What the provider said of its charges stands in the inbox. A payment is looked at once its charge has been told; where
that message is late, the look waits `CARD_WAIT` and then does without.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import TIMESTAMP

from marketplace import db
from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.payment_records.models import Payment
from marketplace.payments.models import PaymentTransaction
from marketplace.provider_events.models import ProviderEvent
from marketplace.providers import stripe_objects
from marketplace.providers.charges import CardUse
from marketplace.risk import rules
from marketplace.risk.models import RiskAssessment, RiskMark
from marketplace.risk.rules import Circumstances, Usual
from marketplace.risk_policy import RiskPolicy
from marketplace.wallets.rules import WALLET

CARD_WAIT = timedelta(hours=1)
"""How long an assessment waits for the provider's word on the charge, business time."""
LOOK_BACK = timedelta(days=2)
"""How far before the mark is looked again: what was paid then has been committed by now."""
MOST = 200
UTC_TIME = TIMESTAMP(timezone=True)
_BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_RECENT = 50
"""So many of the latest payments and sales say what is usual."""

_X = PaymentTransaction
_SINCE = func.coalesce(
    select(func.greatest(RiskMark.since, RiskMark.reached_at - LOOK_BACK)).scalar_subquery(),
    literal(_BEGINNING, UTC_TIME),
)
DUE = (
    select(_X.payment_id)
    .join(Payment, Payment.id == _X.payment_id)
    .where(
        _X.payment_received_date >= _SINCE,
        ~exists().where(RiskAssessment.payment_id == _X.payment_id),
        or_(
            Payment.provider.in_((WALLET, BANK_TRANSFER)),
            _X.payment_received_date <= bindparam("told_until", type_=UTC_TIME),
            exists().where(ProviderEvent.payment_id == _X.payment_id, ProviderEvent.type == "charge.succeeded"),
        ),
    )
    .order_by(_X.payment_received_date, _X.payment_id)
    .limit(MOST)
)
"""Settled payments that nobody has looked at, the oldest first."""
_PAYMENT = text("""
    SELECT p.id, p.user_id, p.purchase_id, p.currency, p.amount_minor, u.created_at AS joined_at,
        q.delivery_address, q.billing_address,
        (SELECT min(payment_received_date) FROM payment_transaction x WHERE x.payment_id = p.id) AS settled_at
    FROM payment p JOIN purchase q ON q.id = p.purchase_id JOIN "user" u ON u.id = p.user_id WHERE p.id = :payment_id
""")
_COUNTS = text("""
    SELECT
        (SELECT count(*) FROM payment_failure f JOIN payment_tracker t ON t.id = f.tracker_id
            JOIN payment p ON p.id = t.payment_id
            WHERE p.user_id = :user_id AND f.failed_at > :hour_before AND f.failed_at <= :settled_at) AS declines,
        (SELECT count(*) FROM purchase WHERE buyer_id = :user_id
            AND created_at > :hour_before AND created_at <= :settled_at) AS purchases,
        (SELECT count(*) FROM dispute d JOIN payment p ON p.id = d.payment_id WHERE p.user_id = :user_id
            AND d.kind = 'chargeback' AND d.status = 'lost' AND d.opened_at < :settled_at) AS lost_disputes,
        (SELECT count(*) FROM suspension WHERE user_id = :user_id AND side = 'buyer' AND suspended_at < :settled_at)
        + (SELECT count(*) FROM risk_review r JOIN risk_assessment a ON a.id = r.assessment_id
            WHERE a.user_id = :user_id AND r.status = 'refused' AND r.decided_at < :settled_at) AS strikes,
        (SELECT count(*) FROM refund r JOIN payment p ON p.id = r.payment_id WHERE r.buyer_id = :user_id
            AND p.provider = :wallet AND r.completed_at > :wash_since AND r.completed_at <= :settled_at)
            AS refunds_to_wallet,
        (SELECT count(*) FROM refund r JOIN payment p ON p.id = r.payment_id WHERE r.buyer_id = :user_id
            AND p.provider <> :wallet AND r.completed_at > :wash_since AND r.completed_at <= :settled_at)
            AS refunds_to_card
""")
_USUAL_OF_BUYER = text(f"""
    SELECT CAST(:amount AS bigint), percentile_disc(0.5) WITHIN GROUP (ORDER BY amount_minor), count(*)
    FROM (SELECT amount_minor FROM risk_assessment WHERE user_id = :user_id AND currency = :currency
        AND payment_id < :payment_id ORDER BY id DESC LIMIT {_RECENT}) latest
""")  # noqa: S608  made of constants
_USUAL_OF_SHOPS = text(f"""
    SELECT x.gross_minor, percentile_disc(0.5) WITHIN GROUP (ORDER BY sold.gross_minor), count(sold.gross_minor)
    FROM payment_transaction x LEFT JOIN LATERAL (
        SELECT y.gross_minor FROM payment_transaction y WHERE y.seller_id = x.seller_id AND y.currency = x.currency
            AND y.id < x.id AND y.payment_received_date IS NOT NULL ORDER BY y.id DESC LIMIT {_RECENT}) sold ON true
    WHERE x.payment_id = :payment_id GROUP BY x.id ORDER BY x.id
""")  # noqa: S608  made of constants
_PLACE = "lower(regexp_replace({line} || '|' || {postcode} || '|' || {country}, '\\s', '', 'g')) = ANY(:places)"
_SHARED_ADDRESS = text(f"""
    SELECT DISTINCT x.seller_id FROM payment_transaction x WHERE x.payment_id = :payment_id AND (
        EXISTS (SELECT FROM address a WHERE a.user_id = x.seller_id
            AND {_PLACE.format(line="a.line1", postcode="a.postcode", country="a.country")})
        OR EXISTS (SELECT FROM shop s WHERE s.seller_id = x.seller_id AND s.legal_street <> ''
            AND {_PLACE.format(line="s.legal_street", postcode="s.legal_postcode", country="s.country")}))
""")  # noqa: S608  made of constants
_SHARED_CARD = text("""
    SELECT DISTINCT x.seller_id FROM payment_transaction x JOIN payment p ON p.user_id = x.seller_id
    JOIN risk_method c ON c.payment_id = p.id
    WHERE x.payment_id = :payment_id AND c.fingerprint = ANY(:fingerprints)
""")
_SHARED_NETWORK = text("""
    SELECT DISTINCT s.user_id, s.ip_address, s.user_agent = b.user_agent AS is_same_device
    FROM payment_transaction x JOIN user_session s ON s.user_id = x.seller_id
    JOIN user_session b ON b.user_id = :user_id AND b.ip_address = s.ip_address
    WHERE x.payment_id = :payment_id
""")
_CHARGES = text("""
    SELECT e.payload -> 'data' -> 'object', e.payment_id
    FROM provider_event e JOIN payment p ON p.id = e.payment_id
    WHERE p.purchase_id = :purchase_id AND e.type IN ('charge.succeeded', 'charge.failed') ORDER BY e.id
""")


@dataclass(frozen=True, slots=True)
class Tried:
    """A card that was tried for a purchase, and for which of its payments."""

    payment_id: int
    card: CardUse


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a settled payment."""

    payment_id: int
    user_id: int
    settled_at: datetime
    circumstances: Circumstances
    tried: tuple[Tried, ...]


def due_at(now: datetime) -> dict[str, datetime]:
    """Return the parameters of DUE."""
    return {"told_until": now - CARD_WAIT}


def due(now: datetime) -> Sequence[int]:
    """Return settled payments that nobody has looked at, at most MOST."""
    return list(dict.fromkeys(int(row[0]) for row in db.read(DUE, due_at(now))))


def known(payment_id: int, policy: RiskPolicy, *, is_live: bool) -> Known:
    """Return what is known of a settled payment; `is_live` tells real cards from those of the provider's test mode."""
    [row] = db.read(_PAYMENT, {"payment_id": payment_id})
    tried = _tried(row.purchase_id)
    of_payment: dict[str, Any] = {"payment_id": payment_id, "user_id": row.user_id, "currency": row.currency}
    tells = is_live or policy.test_cards_tell
    shared: dict[str, Any] = _shared(row, of_payment, {each.card.fingerprint for each in tried} if tells else set())
    counts: dict[str, Any] = _counts(row, policy)
    paid_by = next((each.card for each in tried if each.card.has_paid and each.payment_id == payment_id), None)
    usual = db.read(_USUAL_OF_BUYER, {**of_payment, "amount": row.amount_minor})
    circumstances = Circumstances(
        currency=row.currency,
        amount_minor=row.amount_minor,
        account_age=row.settled_at - row.joined_at,
        cards=len({each.card.fingerprint for each in tried}),
        delivery_country=str(row.delivery_address.get("country") or ""),
        billing_country=str(row.billing_address.get("country") or ""),
        card_country=paid_by.country if paid_by else "",
        usual_of_buyer=_usual(usual[0], policy),
        usual_of_shops=[_usual(each, policy) for each in db.read(_USUAL_OF_SHOPS, {"payment_id": payment_id})],
        **shared,
        **counts,
    )
    return Known(payment_id, row.user_id, row.settled_at, circumstances, tried)


def _tried(purchase_id: int) -> tuple[Tried, ...]:
    found = []
    for source, payment_id in map(tuple, db.read(_CHARGES, {"purchase_id": purchase_id})):
        card = stripe_objects.card_use(source)
        if card is not None:
            found.append(Tried(payment_id, card))
    return tuple(found)


def _counts(row: Any, policy: RiskPolicy) -> dict[str, Any]:
    moments = {
        "user_id": row.user_id,
        "settled_at": row.settled_at,
        "hour_before": row.settled_at - rules.HOUR,
        "wash_since": row.settled_at - timedelta(days=policy.wash_days),
        "wallet": WALLET,
    }
    return {name: int(count) for name, count in db.read(_COUNTS, moments)[0]._asdict().items()}


def _shared(row: Any, of_payment: Mapping[str, Any], fingerprints: set[str]) -> dict[str, Any]:
    whose = {name: of_payment[name] for name in ("payment_id", "user_id")}
    places = sorted({_place(row.delivery_address), _place(row.billing_address)} - {""})
    payment = {"payment_id": of_payment["payment_id"]}
    addresses = db.read(_SHARED_ADDRESS, {**payment, "places": places}) if places else ()
    cards = db.read(_SHARED_CARD, {**payment, "fingerprints": sorted(fingerprints)}) if fingerprints else ()
    networks = [each for each in db.read(_SHARED_NETWORK, whose) if rules.tells_apart(each.ip_address)]
    return {
        "shares_address": [each.seller_id for each in addresses],
        "shares_card": [each.seller_id for each in cards],
        "shares_device": sorted({each.user_id for each in networks if each.is_same_device}),
        "shares_network": sorted({each.user_id for each in networks}),
    }


def _place(address: Mapping[str, Any]) -> str:
    """Return a postal address as it is compared, as the statement above makes it; "" for none."""
    parts = [str(address.get(name) or "") for name in ("line1", "postcode", "country")]
    return "".join("|".join(parts).split()).lower() if parts[0] else ""


def _usual(row: Any, policy: RiskPolicy) -> Usual:
    amount, median, count = tuple(row)
    return Usual(int(amount), int(median) if count >= policy.unusual_after and median is not None else 0)
