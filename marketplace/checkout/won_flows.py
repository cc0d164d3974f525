"""The step of the tick that ends auctions, and takes them from winners who have not paid in time."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace import db
from marketplace.auctions import ending, keeping
from marketplace.auctions import flows as auctions
from marketplace.checkout import operations
from marketplace.history import Actor
from marketplace.language import Text


def end_due(*, pay_hours: int, now: datetime) -> int:
    """End every auction whose time is over, and every win that was not paid in time; return how many those were."""
    return auctions.end_due(pay_hours=pay_hours, now=now) + lapse_due(now=now)


def lapse_due(*, now: datetime) -> int:
    """Take every auction from a winner whose time to pay is over; return how many those were."""
    found = [row.id for row in db.read(ending.LAPSED, {"now": now})]
    return sum(db.atomic(lapse, [f"auction:{auction_id}"], auction_id=auction_id, now=now) for auction_id in found)


def lapse(session: Session, *, auction_id: int, now: datetime) -> bool:
    """Give up what a winner has agreed to and not paid, and the win with it; False when it is paid, or being paid."""
    if not ending.lapse(session, auction_id=auction_id, now=now):
        return False
    because = Text("The time to pay for the auction is over.")
    for purchase_id in keeping.open_purchases(session, auction_id=auction_id):
        operations.give_up(session, purchase_id=purchase_id, actor=Actor.job("tick"), now=now, because=because)
    return True
