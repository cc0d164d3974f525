"""A sale becomes money in the seller's bank: on its day, once, for as much as was promised."""

from tests.builders import World


def test_what_is_released_is_paid_the_same_day_and_reaches_the_bank(world: World) -> None:
    seller_id = world.paid_seller(10_000, 2_500)
    world.later(days=29)
    assert world.payouts() == [], "none before its date"
    world.later(days=1, hours=1)
    assert world.payouts() == [("in_transit", 9_380 + 2_322)]
    assert world.transfers() == [11_702]
    world.later(days=5)
    assert world.payouts() == [("paid", 11_702)]
    assert world.rows("SELECT DISTINCT status FROM payment_transaction") == [("paid_out",)]
    told = world.rows("SELECT kind FROM notification WHERE user_id = %s AND subject = 'payout' ORDER BY id", seller_id)
    assert told == [("payout_sent",), ("payout_paid",)]
    [(balance,)] = world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'provider_balance'")
    assert balance == world.sandbox.balance_sum("usd")
