"""A discount code in a real browser, without scripts: entered, refused or taken, paid, and seen on the order."""

from collections.abc import Callable

import pytest

from tests import builders_discounts as codes
from tests.builders import World
from tests.e2e.visitor import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("javascript", [False], ids=["no-script"])]


def test_a_code_is_entered_paid_and_stands_on_the_order(shop: World, visit: Callable[..., Visitor]) -> None:
    # Given a seller's code, and its part in the basket of a buyer
    seller_id = shop.seller()
    codes.code(shop.now, "SPRING", seller_id=seller_id, actor_id=seller_id)
    buyer = visit(shop.person())
    buyer.put_in_basket(shop.listing(seller_id, 10_000, title="Brake disc"))

    # When the buyer enters one that does not exist, and then this one
    buyer.open("/basket")
    for letters, answer in (("WINTER", "There is no code WINTER"), ("spring", "\N{MINUS SIGN}$10.00")):
        buyer.main.get_by_label("Discount code").fill(letters)
        buyer.press("Apply")
        buyer.sees(answer)

    # Then the lower amount is what is paid, and the order says why
    buyer.go_to_payment_page()
    buyer.sees("Pay $90.00")
    buyer.pay_by_card()
    buyer.title_is("Thank you, it is paid")
    [(number,)] = shop.rows('SELECT number FROM "order"')
    for person in (buyer, visit(seller_id)):
        person.open(f"{'/seller' if person is not buyer else ''}/orders/{number}")
        person.sees("Discount SPRING", "\N{MINUS SIGN}$10.00")
