"""Wallets in a real browser: filled by an admin, spent at the checkout, filled again by a refund (S2, scenario 4)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.builders import World
from tests.e2e.visitor import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])]


@pytest.mark.covers("S2.19", "S2.20", "S2.21")
def test_goodwill_pays_a_purchase_and_is_back_when_it_is_cancelled(shop: World, visit: Callable[..., Visitor]) -> None:
    # Given a buyer with an empty wallet
    person = shop.person("Bea Buyer")
    buyer = visit(person).open("/wallet")
    buyer.sees("Your wallet is empty")

    # When an admin puts money in
    admin = visit(shop.person("Ada Admin", is_admin=True)).open(f"/admin/users/{person}")
    admin.follow("Open the wallet")
    admin.main.get_by_label("Amount").fill("60")
    admin.main.get_by_label("Why?").fill("Your parcel was lost.")
    admin.press("Change the wallet")
    admin.sees("$60.00 is in the wallet, and Bea Buyer was told.", "Added by us")

    # Then more than that can't be taken back, and some can
    admin.main.get_by_label("What to do").select_option("take_back")
    admin.main.get_by_label("Amount").fill("60.01")
    admin.main.get_by_label("Why?").fill("It was too much.")
    admin.press("Change the wallet")
    admin.sees("The wallet holds $60.00. Take back at most that.")
    admin.main.get_by_label("Amount").fill("10")
    admin.press("Change the wallet")
    admin.sees("$10.00 was taken out of the wallet, and Bea Buyer was told.")

    # And the buyer pays a purchase with it, at once
    buyer.put_in_basket(shop.listing(shop.seller(), 4_000))
    buyer.go_to_checkout()
    buyer.main.get_by_label("From your wallet: it holds $50.00, $10.00 is left").check()
    buyer.press("Pay $40.00")
    buyer.title_is("Thank you, it is paid")
    buyer.sees("$40.00 was paid from your wallet.")

    # And what is cancelled is back in it
    [(number,)] = shop.rows('SELECT number FROM "order"')
    buyer.open(f"/orders/{number}/cancel")
    buyer.sees("You get $40.00 back in your wallet, at once.")
    buyer.page.get_by_label("It was ordered by mistake").check()
    buyer.press("Cancel the order and get $40.00 back")
    buyer.title_is(f"Order {number}")
    buyer.open("/wallet")
    amounts = buyer.main.locator("tbody td[data-label='Balance']")
    expect(amounts).to_have_text(["$50.00", "$10.00", "$50.00", "$60.00"])
