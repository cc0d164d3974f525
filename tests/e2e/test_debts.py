"""A refund after the payout in a real browser: the plan says what it does, the seller owes, the next sale pays."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.builders import World
from tests.e2e.test_refunds import MINUS
from tests.e2e.visitor import Visitor
from tests.journeys.test_refund_after_payout import sell, seller_with, until_the_bank_has_answered

pytestmark = pytest.mark.e2e
Visit = Callable[..., Visitor]


@pytest.mark.covers("S4.8")
def test_a_paid_out_order_goes_back_and_the_next_sale_pays_for_it(shop: World, visit: Visit) -> None:
    # Given an order whose seller has been paid, and a buyer who wants all of it back
    seller_id, bought = seller_with(shop, 10_000)
    until_the_bank_has_answered(shop)
    [(order,)] = shop.rows('SELECT number FROM "order"')
    buyer, seller = visit(bought.buyer_id), visit(seller_id)
    admin = visit(shop.person("Ada Admin", is_admin=True))
    buyer.open(f"/orders/{order}").follow("Ask for a refund")
    buyer.page.get_by_label("Everything that is left").check()
    buyer.page.get_by_label("It arrived damaged").check()
    buyer.page.get_by_label("What happened?").fill("The rim is chipped.")
    buyer.press("Ask for the refund")
    buyer.sees("We are looking at your request")
    # When the admin reads the plan, is warned that the money has left, and approves just that
    admin.open("/admin/refunds")
    admin.sees("The seller has been paid already", "$97.00 becomes the seller's debt", "Owed by the seller")
    admin.sees("Buyer", "+$100.00", "Seller", f"{MINUS}$97.00", "Platform", f"{MINUS}$3.00")
    expect(admin.page.get_by_label("Take $93.80 back from the seller's account at Stripe")).not_to_be_checked()
    admin.press("Approve $100.00")
    admin.sees("$100.00 is approved and on its way to the buyer")
    shop.settle_down()
    # Then the buyer has it, and the seller reads why they owe it
    buyer.open(f"/orders/{order}").sees("Refunded")
    seller.open(f"/seller/orders/{order}").sees(f"You still owe for this order{MINUS}$97.00")
    seller.sees("$97.00 is still open; your coming sales pay it.")
    admin.open("/admin/debts").sees("Owed in USD", "$97.00")
    # And when the next sale is released, it pays
    sell(shop, seller_id, 20_000)
    shop.later(days=31)
    admin.open("/admin/debts").sees("Nobody owes anything")
    admin.follow("Settled")
    admin.page.locator("main tbody a").first.click()
    admin.sees("Paid by sales", "$97.00", "Settled")
    seller.open(f"/seller/orders/{order}").sees("Nothing of it is open any more.")
