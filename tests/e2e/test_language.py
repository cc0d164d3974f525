"""The main job in Swedish: chosen at the foot of the page, read until the order is paid, and in the mail."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from marketplace.language import gettext, reading
from tests.builders import World
from tests.e2e.visitor import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])]


def swedish(text: str, **values: object) -> str:
    with reading("sv"):
        found = gettext(text, **values)
    assert found != text, "the test reads Swedish"
    return found


def test_a_purchase_reads_in_swedish_from_the_shelf_to_the_order(shop: World, visit: Callable[..., Visitor]) -> None:
    # Given a buyer who chooses Swedish at the foot of the first page
    shop.listing(shop.seller(), 10_000, title="Bromsskiva")
    buyer = visit(shop.person())
    buyer.open("/l")
    buyer.page.get_by_role("link", name="På svenska").click()
    buyer.page.get_by_role("radio", name="Svenska").check()
    buyer.press("Save")
    buyer.title_is("Språk")
    assert shop.rows('SELECT count(*) FROM "user" WHERE language = %s', "sv") == [(1,)]

    # When they find a part and pay for it
    buyer.open("/l?q=bromsskiva")
    buyer.follow("Bromsskiva")
    buyer.press(swedish("Add to basket"))
    buyer.press(swedish("Go to checkout"))
    buyer.title_is(swedish("Checkout"))
    buyer.is_complete()
    buyer.fill_address()
    buyer.main.get_by_role("button", name=re.compile("^Betala 100,00")).click()
    buyer.on_payment_page()
    buyer.pay_by_card()

    # Then thanks and the order are Swedish, and so are its figures
    buyer.title_is(swedish("Thank you, it is paid"))
    [(number,)] = shop.rows('SELECT number FROM "order"')
    buyer.follow(str(number))
    buyer.sees(swedish("Paid · held for you"), "100,00\N{NO-BREAK SPACE}US$")
    expect(buyer.page.locator("html")).to_have_attribute("lang", "sv")
