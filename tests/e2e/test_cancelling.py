"""Calling an order off in a real browser, with scripts and without: by its buyer and by its seller."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.builders import World
from tests.e2e.visitor import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])]

Visit = Callable[..., Visitor]


def bought_from_two(shop: World, visit: Visit) -> tuple[Visitor, list[int], list[str]]:
    """Let a buyer buy from two sellers and pay; return the buyer's browser, the sellers and the orders."""
    sellers = [shop.seller("Ann Archer"), shop.seller("Bob Baker")]
    buyer = visit(shop.person())
    for seller, price, title in zip(sellers, (10_000, 4_000), ("Brake disc", "Head lamp"), strict=True):
        buyer.put_in_basket(shop.listing(seller, price, title=title))
    buyer.go_to_payment_page()
    buyer.pay_by_card()
    buyer.title_is("Thank you, it is paid")
    return buyer, sellers, [str(number) for (number,) in shop.rows('SELECT number FROM "order" ORDER BY id')]


@pytest.mark.covers("S2.3", "S2.4")
def test_the_buyer_cancels_one_of_two_orders_and_the_other_stands(shop: World, visit: Visit) -> None:
    # Given two paid orders of one purchase
    buyer, sellers, (first, second) = bought_from_two(shop, visit)

    # When the buyer cancels the first, but forgets to say why
    buyer.open(f"/orders/{first}")
    buyer.follow("Cancel this order")
    buyer.title_is(f"Cancel order {first}")
    buyer.sees("You get $100.00 back, the way you paid.")
    buyer.press("Cancel the order and get $100.00 back")
    buyer.sees("Choose a reason.")
    buyer.page.get_by_label("It was ordered by mistake").check()
    buyer.press("Cancel the order and get $100.00 back")

    # Then it is cancelled and its money goes back, while the other order stands
    buyer.title_is(f"Order {first}")
    buyer.sees("You cancelled this order", "It was ordered by mistake.")
    # The provider may be faster than the page.
    expect(buyer.main).to_contain_text(re.compile(r"\$100\.00 (goes back to you by itself|went back to you)\."))
    buyer.open(f"/orders/{second}")
    buyer.sees("To be sent", "Your money is held until")
    shop.settle_down()
    assert shop.rows('SELECT status FROM "order" ORDER BY id') == [("refunded",), ("confirmed",)]
    assert shop.rows("SELECT origin, status, amount_minor FROM refund") == [("buyer_cancelled", "completed", 10_000)]

    # And the seller is told, and cannot send it any more
    console = visit(sellers[0]).open("/notifications")
    console.sees(f"The buyer cancelled order {first}", "Do not send it.")
    console.open(f"/seller/orders/{first}")
    console.sees("The buyer cancelled this order", "The goods are for sale again.")
    console.sees_not("Mark as sent")


def test_the_seller_cancels_and_reads_what_it_costs(shop: World, visit: Visit) -> None:
    # Given a paid order that was sold elsewhere meanwhile
    buyer, sellers, (first, _) = bought_from_two(shop, visit)
    console = visit(sellers[0]).open(f"/seller/orders/{first}")

    # When the seller cancels it
    console.follow("Cancel this order")
    console.sees("The buyer gets $100.00 back.", "You give back $93.89, and the card fee of $3.11 stays with you")
    console.page.get_by_label("It was sold elsewhere", exact=True).check()
    console.page.get_by_label("Your words to the buyer").fill("I am sorry.")
    console.press("Cancel the order and send $100.00 back")

    # Then both read it, the disc is not for sale again, and the admin finds it among the rules
    console.title_is(f"Order {first}")
    console.sees("You cancelled this order", "The goods were not put back on sale.")
    shop.settle_down()
    buyer.open(f"/orders/{first}")
    buyer.sees("cancelled this order", "It was sold elsewhere. I am sorry.", "Your money went back to you")
    assert shop.rows("SELECT in_stock FROM listing ORDER BY id LIMIT 1") == [(9,)]
    admin = visit(shop.person("Ada Admin", is_admin=True)).open("/admin/refunds")
    admin.follow("Automatic refunds")
    admin.title_is("Automatic refunds")
    admin.sees("The seller cancels", f"Order {first}", "$100.00")
