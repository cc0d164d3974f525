"""Purchases that are paid at PayPal, for tests: agreed to, approved on its page, captured by the shop."""

from dataclasses import replace

from marketplace.checkout import flows
from marketplace.refunds import flows as refunds
from marketplace.refunds.wishes import Wish
from tests.builders import Bought, World

PAYPAL = "paypal"


def agree(world: World, *prices: int, currency: str = "USD", buyer_id: int | None = None) -> Bought:
    """Put a listing of a seller of its own into the basket for each price and agree to pay at PayPal."""
    buyer = buyer_id or world.person()
    for price in prices:
        world.put_in_cart(buyer, world.listing(world.seller(), price, currency=currency))
    agreed = replace(world.agreed(buyer, currency), paid_by=PAYPAL)
    outcome = flows.begin(agreed=agreed, now=world.now, providers=world.providers, settings=world.settings)
    return world.bought(outcome, agreed)


def approve(world: World, bought: Bought, funding: str = "balance", answer: str = "approve") -> str:
    """Agree to the order on PayPal's page, or go back; return where that leads."""
    return world.sandbox.approve(bought.session_id, funding, answer=answer)


def come_back(world: World, bought: Bought) -> None:
    """Open the page that PayPal sends the buyer to."""
    world.client(bought.buyer_id).get(f"/checkout/return/{bought.payment_id}")


def paid(world: World, *prices: int, funding: str = "balance") -> Bought:
    """Agree, approve and come back."""
    bought = agree(world, *prices)
    approve(world, bought, funding)
    come_back(world, bought)
    return bought


def refund(world: World, bought: Bought) -> int:
    """Ask for all of a purchase of one order back and send it; return the refund's id."""
    refund_id = world.ask_refund(bought, Wish(percent=100))
    again(world, refund_id)
    return refund_id


def again(world: World, refund_id: int) -> None:
    """Send a refund on its way, whether for the first time or after it failed."""
    [(amount_minor,)] = world.rows("SELECT asked_minor FROM refund WHERE id = %s", refund_id)
    refunds.approve_and_send(
        admin_id=world.person("Ada Admin", is_admin=True),
        refund_id=refund_id,
        amount_minor=int(str(amount_minor)),
        notes="",
        policy=world.settings.money,
        providers=world.providers,
        now=world.now,
    )


def status(world: World, bought: Bought) -> str:
    """Return the status of the payment."""
    [(found,)] = world.rows("SELECT status FROM payment WHERE id = %s", bought.payment_id)
    return str(found)


def balances(world: World) -> dict[str, int]:
    """Return what stands on each account."""
    return {
        str(account): int(str(minor))
        for account, minor in world.rows("SELECT account, sum(amount_minor) FROM posting GROUP BY 1")
        if minor
    }


def captured(world: World) -> list[tuple[str, str]]:
    """Return the captures at PayPal, oldest first: id and status."""
    with world.sandbox.sandbox.work() as work:
        rows = work.rows("SELECT id, data->>'status' AS status FROM objects WHERE kind = 'paypal.capture' ORDER BY seq")
    return [(row["id"], row["status"]) for row in rows]
