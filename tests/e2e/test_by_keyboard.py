"""The whole purchase without a mouse, with scripts and without: found, put in the basket, paid, asked back."""

from collections.abc import Callable

import pytest

from tests.builders import ADDRESS, PASSWORD, World
from tests.e2e.keyboard import press, tab_to, type_into
from tests.e2e.visitor import GOOD_CARD, Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])]


def test_a_part_is_found_bought_and_asked_back_by_keyboard_only(shop: World, visit: Callable[..., Visitor]) -> None:
    # Given a buyer who signs in by keyboard
    shop.listing(shop.seller(), 10_000, title="Brake disc, vented")
    buyer_id = shop.person()
    buyer = visit()
    page = buyer.open("/login").page
    [(email,)] = shop.rows('SELECT email FROM "user" WHERE id = %s', buyer_id)
    type_into(page, "E-mail", str(email))
    type_into(page, "Password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")

    # When finding the part and putting it in the basket
    press(page, "Skip to content")
    press(page, "Search")
    type_into(page, "Search", "disc")
    page.keyboard.press("Enter")
    buyer.sees("1 listing")
    press(page, "Brake disc, vented")
    buyer.title_is("Brake disc, vented")
    press(page, "Add to basket")
    buyer.title_is("Basket")
    press(page, "Go to checkout")
    buyer.title_is("Checkout")

    # And saying where to, and paying
    for label, name in (("Name", "name"),):
        type_into(page, label, ADDRESS[name])
    press(page, "Pay $100.00")
    buyer.on_payment_page()
    type_into(page, "E-mail", "bo@example.com")
    tab_to(page, "Card")
    type_into(page, "Card number", GOOD_CARD)
    type_into(page, "Expiry date", "1239")
    type_into(page, "Security code", "123")
    type_into(page, "Name", "Bo Buyer")
    press(page, "Pay ")

    # Then it is paid, and the order is one press away
    buyer.title_is("Thank you, it is paid")
    [(number,)] = shop.rows('SELECT number FROM "order"')
    press(page, str(number))
    buyer.title_is(f"Order {number}")
    press(page, "Ask for a refund")
    buyer.sees("Why")
