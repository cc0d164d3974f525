"""The checkout's total follows the country as it is chosen: what only a browser can show."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.builders import World
from tests.builders_delivery import flat, pickup, profile, send_by
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.e2e


def test_the_total_follows_the_country_without_a_press(shop: World, visit: Callable[..., Visitor]) -> None:
    seller, buyer = shop.seller(), shop.person()
    profile_id, _ = profile(shop, seller)
    listing = shop.listing(seller)
    send_by(seller, listing, profile_id)
    shop.put_in_cart(buyer, listing)
    page = visit(buyer).page
    page.goto(f"{shop.settings.base_url}/checkout/USD")
    pay, goods = page.locator("#review-pay"), page.locator("#review-goods")
    page.get_by_label("Full name", exact=True).fill("Bo Buyer")
    page.locator("[name=delivery_country]").select_option("CA")
    expect(pay.get_by_role("button")).to_have_text("Pay $121.00")
    expect(goods).to_contain_text("to Canada")
    page.locator("[name=delivery_country]").select_option("NO")
    expect(page.locator("#review-notices")).to_contain_text("is not delivered to Norway")
    expect(pay.get_by_role("button")).to_have_count(0)
    page.locator("[name=delivery_country]").select_option("US")
    expect(pay.get_by_role("button")).to_have_text("Pay $109.00")
    expect(page.get_by_label("Full name", exact=True)).to_have_value("Bo Buyer")


def test_the_total_follows_the_choice_to_collect_without_a_press(shop: World, visit: Callable[..., Visitor]) -> None:
    seller, buyer = shop.seller(), shop.person()
    profile_id, _ = profile(shop, seller, flat("US"), pickup("US"))
    listing = shop.listing(seller)
    send_by(seller, listing, profile_id)
    shop.put_in_cart(buyer, listing)
    page = visit(buyer).page
    page.goto(f"{shop.settings.base_url}/checkout/USD")
    pay = page.locator("#review-pay")
    page.locator("[name=delivery_country]").select_option("US")
    expect(page.get_by_label("Have it sent to United States for $9.00")).to_be_checked()
    page.get_by_label("Collect it in Detroit, free").check()
    expect(pay.get_by_role("button")).to_have_text("Pay $100.00")
    expect(page.get_by_label("Collect it in Detroit, free")).to_be_checked()
    expect(page.locator("#review-goods")).to_contain_text("Ready to collect")
    page.get_by_label("Have it sent to United States for $9.00").check()
    expect(pay.get_by_role("button")).to_have_text("Pay $109.00")
