"""The main job end to end below the browser: cart, hosted page, signed webhook, held shares, balanced ledger."""

import pytest

from marketplace.errors import Conflict
from tests.builders import World


@pytest.mark.covers("S0.1", "S0.3", "S0.9", "S0.12", "S1.12", "S2.28", "S2.35", "S3.3", "S4.20")
def test_one_seller_one_hundred_dollars(world: World) -> None:
    bought = world.open_purchase(10_000)
    assert world.rows("SELECT count(*) FROM payment_tracker") == [(0,)]
    assert world.rows("SELECT status FROM payment") == [("pending",)]

    assert world.pay(bought).outcome == "paid"
    world.settle_down()

    assert world.rows("SELECT status, provider_session_id FROM payment") == [("completed", bought.session_id)]
    assert world.rows("SELECT status FROM payment_tracker") == [("succeeded",)]
    assert world.rows(
        "SELECT status, gross_minor, platform_fee_minor, processing_fee_minor, net_minor, hold_reason, days_to_hold"
        " FROM payment_transaction"
    ) == [("held", 10_000, 300, 320, 9_380, "standard", 30)]
    assert world.rows("SELECT planned_release_date - payment_received_date = '30 days' FROM payment_transaction") == [
        (True,)
    ]
    assert world.rows('SELECT status FROM "order"') == [("confirmed",)]
    assert world.rows("SELECT kind FROM notification ORDER BY id") == [
        ("order_paid",), ("order_received",), ("invoice_ready",),
    ]  # fmt: skip
    assert world.rows("SELECT count(*) FROM cart_line") == [(0,)]


@pytest.mark.covers("S0.18")
def test_three_sellers_with_nasty_cents_sum_exactly(world: World) -> None:
    world.paid_purchase(3_333, 1, 99_997)

    [(gross, fee, processing, net)] = world.rows(
        "SELECT sum(gross_minor), sum(platform_fee_minor), sum(processing_fee_minor), sum(net_minor)"
        " FROM payment_transaction WHERE status = 'held'"
    )
    assert gross == 103_331
    assert processing == 2_997 + 30  # 2.9 % of 1,033.31 rounded half up, and 0.30 once
    assert fee == 100 + 0 + 3_000
    assert net == gross - fee - processing


def test_the_providers_balance_is_ours(world: World) -> None:
    world.paid_purchase(10_000, 5_050)

    [(balance,)] = world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'provider_balance'")
    assert balance == world.sandbox.balance_sum("usd")
    assert world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'provider_clearing'") == [(0,)]


def test_declined_then_paid_on_the_same_page(world: World) -> None:
    bought = world.open_purchase(10_000, 4_000)
    assert world.pay(bought, "4000000000000002").outcome == "declined"
    world.settle_down()
    assert world.rows("SELECT status FROM payment") == [("failed",)]
    assert world.rows("SELECT status FROM payment_transaction") == [("pending",), ("pending",)]

    assert world.pay(bought).outcome == "paid"
    world.settle_down()
    assert world.rows("SELECT status FROM payment") == [("completed",)]
    assert world.rows("SELECT status, payment_failure_code FROM payment_transaction") == [
        ("held", "generic_decline"),
        ("held", "generic_decline"),
    ]


def test_nothing_to_pay_needs_no_provider(world: World) -> None:
    buyer_id, seller_id = world.person(), world.seller()
    world.put_in_cart(buyer_id, world.listing(seller_id, 0))
    agreed = world.agreed(buyer_id)

    outcome = world.begin(agreed)

    assert outcome.redirect_url is None
    assert world.rows("SELECT status, provider FROM payment") == [("completed", "none")]
    assert world.rows("SELECT status FROM payment_transaction") == [("held",)]
    assert world.rows("SELECT count(*) FROM ledger_entry") == [(0,)]
    assert world.rows("SELECT count(*) FROM outbound_call") == [(0,)]


def test_a_closed_tab_expires(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.advance(minutes=40)
    world.settle_down()

    assert world.rows("SELECT status FROM payment") == [("expired",)]
    assert world.rows("SELECT in_stock FROM listing") == [(10,)]
    again = world.try_again(bought)
    assert again.payment_id != bought.payment_id
    assert again.redirect_url


def test_a_total_below_the_providers_least_is_refused_in_words(world: World) -> None:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller(), 49))
    with pytest.raises(Conflict, match="below what our payment provider takes"):
        world.begin(world.agreed(buyer_id))
    assert world.rows("SELECT status FROM payment") == [("failed",)]
    assert world.rows("SELECT count(*) FROM cart_line") == [(1,)]
