"""How fast one buyer may buy: whoever tries stolen cards tries many, one after another (S2.32).

Read before the purchase, outside its transaction: two requests at the same moment may pass together, and the next not.
"""

from datetime import datetime, timedelta

from sqlalchemy import TextClause, text

from marketplace import db
from marketplace.checkout import rules
from marketplace.errors import TooMany
from marketplace.language import gettext as _
from marketplace.risk_policy import RiskPolicy

_WITHIN = timedelta(hours=1)
# When the one that fills the hour was: with it gone, there is room for another.
_PURCHASE = text("""
    SELECT created_at AS at FROM purchase WHERE buyer_id = :buyer_id AND created_at > :since
    ORDER BY id DESC OFFSET :most - 1 LIMIT 1
""")
_DECLINE = text("""
    SELECT f.failed_at AS at FROM payment p JOIN payment_tracker t ON t.payment_id = p.id
    JOIN payment_failure f ON f.tracker_id = t.id
    WHERE p.user_id = :buyer_id AND p.updated_at > :since AND f.failed_at > :since
    ORDER BY f.failed_at DESC OFFSET :most - 1 LIMIT 1
""")


def check(*, buyer_id: int, policy: RiskPolicy, now: datetime) -> None:
    """Raise TooMany when a buyer has begun too many purchases within an hour, or was declined too often."""
    until = _full_until(_PURCHASE, buyer_id, policy.most_purchases_an_hour, now)
    if until is not None:
        raise TooMany(
            _(
                "You have begun %(most)s purchases within an hour, and more is not possible. Your basket is kept:"
                " please come back in %(minutes)s minutes.",
                most=policy.most_purchases_an_hour,
                minutes=rules.minutes_until(until, now),
            )
        )
    check_declines(buyer_id=buyer_id, policy=policy, now=now)


def check_declines(*, buyer_id: int, policy: RiskPolicy, now: datetime) -> None:
    """Raise TooMany when a buyer was declined too often within an hour: no payment page opens."""
    until = _full_until(_DECLINE, buyer_id, policy.most_declines_an_hour, now)
    if until is not None:
        raise TooMany(
            _(
                "Too many of your payments were declined within an hour. Nothing was charged and your basket is kept:"
                " please come back in %(minutes)s minutes, or ask your bank.",
                minutes=rules.minutes_until(until, now),
            )
        )


def _full_until(statement: TextClause, buyer_id: int, most: int, now: datetime) -> datetime | None:
    """Return until when the hour is full; None while there is room, or no limit."""
    if not most:
        return None
    found = db.read_one(statement, {"buyer_id": buyer_id, "most": most, "since": now - _WITHIN})
    return found.at + _WITHIN if found else None
