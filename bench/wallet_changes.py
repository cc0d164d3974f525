"""Wallets, as an admin's press changes them: money put in and taken back, one after another."""

import secrets
import time
from collections.abc import Sequence

from sqlalchemy import text

from marketplace import clock, db
from marketplace.config import Settings
from marketplace.money import Money
from marketplace.wallets import operations
from marketplace.wallets.operations import Wish

MOST = 20
_BUYERS = text("""
    SELECT buyer_id, currency FROM "order" WHERE status = 'confirmed' AND total_minor >= 100
    ORDER BY id DESC LIMIT :most
""")


def measure(settings: Settings, admin_id: int) -> Sequence[float]:
    """Put money into wallets of buyers and take it back; return the seconds of each change."""
    took = []
    for row in db.read(_BUYERS, {"most": MOST}):
        for change in (operations.add, operations.deduct):
            wish = Wish(Money(500, row.currency), "For your patience.", secrets.token_urlsafe(16))
            began = time.perf_counter()
            db.atomic(
                change,
                [f"wallet:{row.buyer_id}"],
                admin_id=admin_id,
                user_id=row.buyer_id,
                wish=wish,
                limit_minor=settings.money.second_approver_above_minor,
                now=clock.now(),
            )
            took.append(time.perf_counter() - began)
    return took
