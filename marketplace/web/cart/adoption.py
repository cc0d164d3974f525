"""What a visitor put in the basket stays there after signing in."""

from marketplace import clock, db
from marketplace.carts import operations
from marketplace.web import guards


def adopt(user_id: int) -> None:
    """Move the basket of this browser's visitor into that of `user_id`, who has just signed in."""
    key = guards.visitor_key()
    if key is None:
        return
    db.atomic(operations.merge, (), user_id=user_id, token_hash=key, now=clock.now())
    guards.end_visit()
