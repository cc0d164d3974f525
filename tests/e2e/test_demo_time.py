"""The demo's time in a real browser, with scripts and without: buy, send, press "+30 days", and the hold has ended."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from marketplace.web.pages import date_text
from tests.builders import World
from tests.e2e.visitor import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])]


def test_thirty_days_later_the_hold_has_ended(shop: World, visit: Callable[..., Visitor]) -> None:
    # Given an order that a buyer has paid and its seller has sent, at noon: no midnight passes unasked
    shop.noon()
    seller_id = shop.seller()
    buyer = visit(shop.person())
    buyer.put_in_basket(shop.listing(seller_id, 10_000))
    buyer.go_to_payment_page()
    buyer.pay_by_card()
    buyer.title_is("Thank you, it is paid")
    [(number,)] = shop.rows('SELECT number FROM "order"')
    seller = visit(seller_id).open(f"/seller/orders/{number}")
    seller.page.get_by_label("Sent with").select_option("ups")
    seller.page.get_by_label("Tracking number").fill("1Z999AA10123456784")
    seller.press("Mark as sent")
    seller.sees("is marked as sent", "is held for you until")

    # When the seller presses "+30 days" in the bar
    bar = seller.page.get_by_role("complementary", name="Demo")
    seller.move_time("+30 days", "30 days later: 1 hold ended, 1 order counted as delivered.")

    # Then the same page says what happened, and the money is the seller's
    seller.sees("Available")
    seller.sees_not("is held for you until")
    seller.title_is(f"Order {number}")
    expect(bar).to_contain_text(f"Today is {date_text(shop.now)}")

    # And the buyer, still signed in, reads it as well, and moves time too
    buyer.open(f"/orders/{number}").sees("Delivered")
    buyer.page.get_by_role("button", name="+1 day", exact=True).click()
    buyer.sees("1 day later: nothing was due.")
    buyer.title_is(f"Order {number}")
