"""Discount codes for tests, made and entered by the real operations."""

from datetime import datetime, timedelta
from typing import Any

from marketplace import db
from marketplace.carts import operations as carts
from marketplace.discounts import operations as discounts
from marketplace.discounts.operations import Wish
from marketplace.discounts.rules import DiscountKind


def wish(now: datetime, **changes: Any) -> Wish:
    """Return 10 % off everything from yesterday on, with `changes`."""
    values: dict[str, Any] = {
        "description": "For a test",
        "kind": DiscountKind.PERCENTAGE,
        "currency": None,
        "basis_points": 1_000,
        "amount_minor": 0,
        "cap_minor": None,
        "minimum_minor": None,
        "max_uses": None,
        "max_uses_per_buyer": None,
        "first_order_only": False,
        "categories": (),
        "listing_ids": (),
        "valid_from": now - timedelta(days=1),
        "valid_until": None,
    }
    return Wish(**{**values, **changes})


def fixed(amount_minor: int, currency: str = "USD") -> dict[str, Any]:
    """Return the changes that make a wish a fixed amount."""
    return {"kind": DiscountKind.FIXED, "basis_points": 0, "amount_minor": amount_minor, "currency": currency}


def code(now: datetime, letters: str, *, seller_id: int | None, actor_id: int, **changes: Any) -> int:
    """Make a code of a seller, or of the marketplace with None; return its id."""
    return db.atomic(
        discounts.create,
        (),
        actor_id=actor_id,
        seller_id=seller_id,
        code=letters,
        wish=wish(now, **changes),
        now=now,
    )


def enter(buyer_id: int, letters: str) -> None:
    """Type a code into a person's basket."""
    db.atomic(carts.enter_code, (), user_id=buyer_id, token_hash=None, code=letters)


def move(now: datetime, discount_id: int, verb: str, *, seller_id: int | None, actor_id: int | None = None) -> None:
    """Pause, resume or end a code."""
    values = {"actor_id": actor_id or seller_id, "seller_id": seller_id, "discount_id": discount_id}
    db.atomic(discounts.move, (), **values, verb=verb, now=now)
