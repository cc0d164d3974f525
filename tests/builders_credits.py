"""Credits as the product makes them: bought in a package, paid on the provider's page, spent on a promotion."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from marketplace import db
from marketplace.checkout import package_flows
from marketplace.checkout.packages import AgreedPackage
from marketplace.credits import promoting
from tests.builders import World


@dataclass(frozen=True)
class BoughtPackage:
    """A package whose payment page was opened."""

    buyer_id: int
    purchase_id: int
    payment_id: int
    session_id: str
    url: str | None


def agreed(buyer_id: int, package: str = "creator", *, code: str = "", token: str | None = None) -> AgreedPackage:
    """Return what the button on a package sends."""
    return AgreedPackage(buyer_id, package, "USD", token or secrets.token_urlsafe(16), None, discount_code=code)


def open_package(world: World, buyer_id: int, package: str = "creator", *, code: str = "") -> BoughtPackage:
    """Press the button of a package and open its payment page."""
    outcome = package_flows.begin(
        agreed=agreed(buyer_id, package, code=code), now=world.now, providers=world.providers, settings=world.settings
    )
    [(purchase_id, session_id)] = world.rows(
        "SELECT purchase_id, coalesce(provider_session_id, '') FROM payment WHERE id = %s", outcome.payment_id
    )
    return BoughtPackage(buyer_id, int(str(purchase_id)), outcome.payment_id, str(session_id), outcome.redirect_url)


def paid_package(world: World, buyer_id: int, package: str = "creator", *, code: str = "") -> BoughtPackage:
    """Buy a package and let every message about it come in."""
    bought = open_package(world, buyer_id, package, code=code)
    world.sandbox.pay(bought.session_id)
    world.settle_down()
    return bought


def promote(world: World, seller_id: int, listing_id: int, days: int = 1, *, token: str | None = None) -> datetime:
    """Let a seller spend credits on a listing; return when its promotion ends."""
    return db.atomic(
        promoting.promote,
        (f"credits:{seller_id}",),
        seller_id=seller_id,
        listing_id=listing_id,
        days=days,
        token=token or secrets.token_urlsafe(16),
        now=world.now,
    )


def held(world: World, user_id: int) -> int:
    """Return how many credits somebody holds."""
    rows = world.rows("SELECT credits FROM credit_balance WHERE user_id = %s", user_id)
    return int(str(rows[0][0])) if rows else 0
