"""Wallets as the product makes them: filled by an admin, spent at the checkout."""

import secrets

from marketplace import db
from marketplace.checkout import wallet_flows
from marketplace.checkout.flows import Outcome
from marketplace.checkout.operations import Agreed
from marketplace.money import Money
from marketplace.wallets import operations as wallets
from marketplace.wallets.operations import Wish
from tests.builders import Bought, World

LIMIT = 1_000_000


def wish(minor: int, currency: str = "USD", **more: str) -> Wish:
    """Return what an admin's form would send: an amount in minor units, with a reason and a token of its own."""
    return Wish(Money(minor, currency), **({"reason": "For your patience.", "token": secrets.token_urlsafe(16)} | more))


def fill(world: World, user_id: int, minor: int, currency: str = "USD", *, admin_id: int | None = None) -> int:
    """Let an admin put money into a wallet; return the movement's id."""
    return db.atomic(
        wallets.add,
        (f"wallet:{user_id}",),
        admin_id=admin_id or world.person("Ada Admin", is_admin=True),
        user_id=user_id,
        wish=wish(minor, currency),
        limit_minor=LIMIT,
        now=world.now,
    )


def take_back(world: World, user_id: int, minor: int, *, admin_id: int | None = None) -> int:
    """Let an admin take money out of a wallet; return the movement's id."""
    return db.atomic(
        wallets.deduct,
        (f"wallet:{user_id}",),
        admin_id=admin_id or world.person("Ada Admin", is_admin=True),
        user_id=user_id,
        wish=wish(minor),
        limit_minor=LIMIT,
        now=world.now,
    )


def pay(world: World, agreed: Agreed) -> Outcome:
    """Send the review form with the wallet chosen."""
    return wallet_flows.buy(agreed=agreed, now=world.now, providers=world.providers, settings=world.settings)


def bought(world: World, *grosses: int, held: int | None = None, buyer_id: int | None = None) -> Bought:
    """Buy one part per seller from a wallet that holds `held`, or just enough."""
    buyer_id = buyer_id or world.person()
    fill(world, buyer_id, held or sum(grosses))
    for gross in grosses:
        world.put_in_cart(buyer_id, world.listing(world.seller(), gross))
    agreed = world.agreed(buyer_id)
    return world.bought(pay(world, agreed), agreed)


def holds(world: World, user_id: int, currency: str = "USD") -> int:
    """Return what a wallet holds, minor units."""
    rows = world.rows(
        "SELECT balance_minor FROM wallet_balance WHERE user_id = %s AND currency = %s", user_id, currency
    )
    return int(str(rows[0][0])) if rows else 0
