"""Money back, from the request to the event: buyer, seller, platform, ledger and provider agree to the cent."""

import pytest
import stripe

from marketplace.providers.base import Provider
from marketplace.refunds import flows
from marketplace.refunds.wishes import Wish
from tests.builders import Bought, World


def approve(
    world: World, refund_id: int, amount_minor: int, admin_id: int, notes: str = "", provider: Provider | None = None
) -> bool:
    return flows.approve_and_send(
        admin_id=admin_id,
        refund_id=refund_id,
        amount_minor=amount_minor,
        notes=notes,
        policy=world.settings.money,
        providers={"stripe": provider or world.provider},
        now=world.now,
    )


def at_the_provider(world: World, bought: Bought, amount_minor: int) -> stripe.Refund:
    """Refund a payment as somebody does in the provider's own dashboard: the shop does not know."""
    [(intent,)] = world.rows("SELECT provider_payment_id FROM payment WHERE id = %s", bought.payment_id)
    client = stripe.StripeClient(
        world.sandbox.api_key, base_addresses={"api": world.sandbox.base_url}, max_network_retries=0
    )
    return client.v1.refunds.create({"payment_intent": str(intent), "amount": amount_minor})


def sent_back(world: World) -> list[tuple[str, int]]:
    """Return the status and the amount of every refund that the provider has, oldest first."""
    with world.sandbox.sandbox.work() as work:
        rows = work.rows("SELECT data FROM objects WHERE kind = 'refund' ORDER BY seq")
    return [(row["data"]["status"], row["data"]["amount"]) for row in rows]


def balances(world: World) -> dict[str, int]:
    rows = world.rows("SELECT account, sum(amount_minor) FROM posting GROUP BY account HAVING sum(amount_minor) <> 0")
    return {str(account): int(str(amount)) for account, amount in rows}


@pytest.mark.covers("S2.15", "S2.17", "S2.18", "S4.9")
def test_one_hundred_dollars_fully_refunded(world: World) -> None:
    bought = world.paid_purchase(10_000)
    refund_id = world.ask_refund(bought, Wish(percent=100))
    assert world.rows("SELECT count(*) FROM payment_block WHERE lifted_at IS NULL") == [(1,)]

    assert approve(world, refund_id, 10_000, world.person("Ada Admin", is_admin=True))
    world.settle_down()

    assert world.rows("SELECT status, platform_minor, held_minor, debt_minor FROM refund") == [
        ("completed", 300, 9_380, 320)
    ]
    assert world.rows('SELECT status FROM "order"') == [("refunded",)]
    assert world.rows("SELECT status FROM payment") == [("refunded",)]
    assert world.rows("SELECT status FROM payment_transaction") == [("refunded",)]
    assert world.rows("SELECT count(*) FROM payment_block WHERE lifted_at IS NULL") == [(0,)]
    found = balances(world)
    assert found.get("seller_held") is None
    assert found["seller_debt"] == 320
    assert found.get("platform_fee") is None
    assert found.get("refund_pending") is None
    assert found["provider_balance"] == world.sandbox.balance_sum("usd") == -320


@pytest.mark.covers("S2.16", "S4.7")
def test_a_quarter_then_the_rest(world: World) -> None:
    bought = world.paid_purchase(8_000, 3_333)
    admin = world.person("Ada Admin", is_admin=True)
    first = world.ask_refund(bought, Wish(percent=25))
    assert world.rows("SELECT amount_minor FROM refund") == [(2_000,)]
    approve(world, first, 2_000, admin)
    world.settle_down()
    assert world.rows("SELECT status FROM payment") == [("partially_refunded",)]
    second = world.ask_refund(bought, Wish(amount_minor=6_000))
    approve(world, second, 6_000, admin)
    world.settle_down()

    assert world.rows('SELECT status FROM "order" ORDER BY id') == [("refunded",), ("confirmed",)]
    assert world.rows("SELECT status FROM payment") == [("partially_refunded",)]
    assert balances(world)["provider_balance"] == world.sandbox.balance_sum("usd")


@pytest.mark.covers("S4.8")
def test_s21_a_refund_that_fails_weeks_later_is_walked_back(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, "4000000000005126")
    world.settle_down()
    admin = world.person("Ada Admin", is_admin=True)
    refund_id = world.ask_refund(bought, Wish(percent=100))
    approve(world, refund_id, 10_000, admin)
    world.settle_down()
    assert world.rows("SELECT status FROM refund") == [("completed",)]

    world.advance(days=20)
    world.settle_down()

    assert world.rows("SELECT status FROM refund") == [("failed",)]
    assert world.rows('SELECT status FROM "order"') == [("confirmed",)]
    assert world.rows("SELECT status FROM payment") == [("completed",)]
    assert world.rows("SELECT status, refunded_minor FROM payment_transaction") == [("held", 0)]
    assert balances(world)["seller_held"] == -9_380
    assert balances(world)["provider_balance"] == world.sandbox.balance_sum("usd")


@pytest.mark.covers("S4.7")
def test_s20_a_refund_made_at_the_provider_is_mirrored(world: World) -> None:
    bought = world.paid_purchase(6_000, 4_000)
    admin = world.person("Ada Admin", is_admin=True)
    at_the_provider(world, bought, 5_000)
    world.settle_down()

    assert world.rows("SELECT origin, status, amount_minor FROM refund ORDER BY id") == [
        ("provider", "completed", 3_000),
        ("provider", "completed", 2_000),
    ]
    assert world.rows("SELECT kind, count(*) FROM notification WHERE user_id = %s GROUP BY kind", admin) == [
        ("refund_approved", 2)
    ]
    assert world.rows("SELECT status FROM payment") == [("partially_refunded",)]
    assert balances(world)["provider_balance"] == world.sandbox.balance_sum("usd")
