"""The whole purchase without a mouse, with scripts and without: found, put in the basket, paid, and asked back."""

from collections.abc import Callable

import pytest

from tests.builders import PASSWORD, World
from tests.e2e.keyboard import press, tab_to, type_into
from tests.e2e.visitor import GOOD_CARD, Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])]
WHERE_TO = {
    "Full name": "Bo Buyer", "Street and number": "1 Main Street", "Postcode": "62701", "Town or city": "Springfield",
    "State or region": "IL", "Country": "United S",
}  # fmt: skip
CARD = {
    "E-mail": "bo@example.com", "Card number": GOOD_CARD, "Expiry date": "1239", "Security code": "123",
    "Name on the card": "Bo Buyer",
}  # fmt: skip


def test_a_part_is_bought_and_asked_back_by_keyboard_only(shop: World, visit: Callable[..., Visitor]) -> None:
    # Given a buyer who signs in
    shop.listing(shop.seller(), 10_000, title="Brake disc, vented")
    buyer_id = shop.person()
    [(email,)] = shop.rows('SELECT email FROM "user" WHERE id = %s', buyer_id)
    buyer = visit()
    page = buyer.open("/login").page
    type_into(page, "E-mail", str(email))
    type_into(page, "Password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)

    # When finding a part and buying it
    type_into(page, "Search", "disc")
    page.keyboard.press("Enter")
    buyer.sees("1 listing")
    press(page, "Skip to content")
    press(page, "Brake disc, vented")
    buyer.title_is("Brake disc, vented")
    press(page, "Add to basket")
    buyer.title_is("Basket")
    press(page, "Go to checkout")
    buyer.title_is("Checkout")
    for name, text in WHERE_TO.items():
        type_into(page, name, text)
    press(page, "Pay $100.00")
    buyer.on_payment_page()
    for name, text in CARD.items():
        type_into(page, name, text)
    press(page, "Pay ")

    # Then it is paid and leads to the order, whose money can be asked back
    buyer.title_is("Thank you, it is paid")
    [(number,)] = shop.rows('SELECT number FROM "order"')
    press(page, str(number))
    buyer.title_is(f"Order {number}")
    press(page, "Ask for a refund")
    buyer.title_is("Ask for a refund")
    tab_to(page, "It did not arrive")
    page.keyboard.press("ArrowDown")
    type_into(page, "What happened?", "It is bent.")
    press(page, "Ask for the refund")
    buyer.sees("$100.00", "It is bent.")
    assert shop.rows("SELECT status, reason, asked_minor FROM refund") == [("pending", "damaged", 10_000)]
