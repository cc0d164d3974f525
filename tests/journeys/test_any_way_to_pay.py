"""The same purchase paid through each provider ends the same, on one payment page for each side (S1.3)."""

from collections.abc import Callable

import pytest

from tests import builders_paypal as paypal
from tests import builders_transfers as transfers
from tests import builders_wallets as wallets
from tests.builders import Bought, World

GROSSES = (10_000, 5_000)
WAYS: dict[str, tuple[Callable[[World], Bought], str]] = {
    "stripe": (lambda world: world.paid_purchase(*GROSSES), "Stripe"),
    "paypal": (lambda world: paypal.paid(world, *GROSSES), "PayPal"),
    "bank_transfer": (lambda world: transfers.paid(world, *GROSSES), "Bank transfer"),
    "wallet": (lambda world: wallets.bought(world, *GROSSES), "Wallet"),
}


@pytest.mark.covers("S1.3")
@pytest.mark.parametrize("way", WAYS)
def test_the_same_purchase_ends_the_same_on_the_same_pages(world: World, way: str) -> None:
    buy, name = WAYS[way]
    with transfers.accounts(world):
        bought = buy(world)
        world.settle_down()
    assert world.rows("SELECT provider, status, amount_minor FROM payment") == [(way, "completed", 15_000)]
    assert world.rows("SELECT status FROM purchase") == [("paid",)]
    assert world.rows('SELECT status FROM "order"') == [("confirmed",)] * 2
    shares = world.rows("SELECT status, gross_minor, platform_fee_minor FROM payment_transaction ORDER BY id")
    assert shares == [("held", 10_000, 300), ("held", 5_000, 150)]
    kept = "SELECT sum(net_minor + processing_fee_minor), sum(net_minor) FROM payment_transaction"
    [(before_fees, held)] = world.rows(kept)
    assert before_fees == 14_550
    assert world.rows("SELECT -sum(amount_minor) FROM posting WHERE account = 'seller_held'") == [(held,)]
    admin = world.client(world.person("Ada Admin", is_admin=True))
    for page in (
        admin.get(f"/admin/payments/{bought.payment_id}"),
        world.client(bought.buyer_id).get(f"/account/payments/{bought.payment_id}"),
    ):
        assert page.status_code == 200
        for words in (name, "$150.00", "Paid"):
            assert words in page.text, words
