"""The step of the tick that ends auctions: each in a transaction of its own, under its lock."""

from datetime import datetime

from marketplace import db
from marketplace.auctions import ending


def end_due(*, pay_hours: int, now: datetime) -> int:
    """End every auction whose time is over; return how many ended."""
    found = [row.id for row in db.read(ending.OVER, {"now": now})]
    ended = [
        db.atomic(ending.end, [f"auction:{auction_id}"], auction_id=auction_id, pay_hours=pay_hours, now=now)
        for auction_id in found
    ]
    return sum(ended)
