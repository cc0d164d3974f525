"""The main job in a real browser, with scripts and without: two sellers, one payment, the same figures everywhere."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from marketplace.web.pages import date_text
from tests.builders import World
from tests.e2e.visitor import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])]

Visit = Callable[..., Visitor]


def order_numbers(shop: World) -> list[str]:
    return [str(number) for (number,) in shop.rows('SELECT number FROM "order" ORDER BY id')]


@pytest.mark.covers("S0.9", "S0.13", "S0.18", "S2.28", "S3.1", "S3.3")
def test_a_cart_from_two_sellers_is_paid_and_lands_in_the_books(shop: World, visit: Visit) -> None:
    # Given two sellers and a buyer who signs in, at noon: the day of the release is the same all the time
    shop.noon()
    ann, bob = shop.seller("Ann Archer"), shop.seller("Bob Baker")
    disc = shop.listing(ann, 10_000, title="Brake disc")
    lamp, mirror = shop.listing(bob, 4_000, title="Head lamp"), shop.listing(bob, 2_500, title="Wing mirror")
    buyer = visit()
    buyer.sign_in(shop.person())

    # When the buyer puts one part of the first and two of the second in the basket, and pays
    for listing in (disc, lamp, mirror):
        buyer.put_in_basket(listing)
    buyer.go_to_payment_page()
    buyer.sees("Pay $165.00")
    buyer.pay_by_card()

    # Then it says so, and names both orders
    buyer.title_is("Thank you, it is paid")
    first, second = order_numbers(shop)
    buyer.sees("We received $165.00.", first, second)
    buyer.follow(first)
    buyer.title_is(f"Order {first}")
    release = date_text(shop.now + timedelta(days=30))
    buyer.sees("Paid · held for you", f"Your money is held until {release}")

    # And each seller sees the own share, held, with the release date, and nothing of the other
    for seller, own, other in ((ann, first, second), (bob, second, first)):
        console = visit()
        console.sign_in(seller)
        console.open("/seller/orders")
        console.sees(own, "Paid · held", release)
        console.sees_not(other)
        console.follow(own)
        console.sees("is held for you until " + release, "Planned release")

    # And the admin sees one payment with two shares and a ledger that balances
    admin_sees_balanced_books(visit(shop.person("Ada Admin", is_admin=True)), (first, second))


def admin_sees_balanced_books(admin: Visitor, orders: tuple[str, ...]) -> None:
    admin.open("/admin/payments")
    expect(admin.main.locator("tbody tr")).to_have_count(1)
    admin.main.locator("tbody a").first.click()
    shares = admin.main.get_by_role("region", name="Sellers' shares")
    expect(shares.locator("tbody tr")).to_have_count(len(orders))
    for number in orders:
        expect(shares).to_contain_text(number)
    ledger = admin.main.get_by_role("region", name="Ledger entries in USD")
    expect(ledger.locator("tfoot td").last).to_have_text("$0.00")
    admin.open("/admin/ledger")
    admin.sees("All balances in USD sum to $0.00. The books balance.")


@pytest.mark.covers("S0.12", "S3.2")
def test_one_hundred_dollars_make_the_same_fees_on_every_page(shop: World, visit: Visit) -> None:
    # Given a part of $100.00 that was bought and paid
    seller = shop.seller()
    buyer = visit(shop.person())
    buyer.put_in_basket(shop.listing(seller, 10_000))
    buyer.go_to_payment_page()
    buyer.pay_by_card()
    buyer.title_is("Thank you, it is paid")
    [number] = order_numbers(shop)

    # Then the seller and the admin see 3.00 and 3.20 taken, and 93.80 left
    console = visit(seller).open("/seller/orders")
    console.sees("$100.00", "$93.80")
    console.follow(number)
    taken, left = ("Platform fee", "\N{MINUS SIGN}$3.00"), ("You receive", "$93.80")
    for label, amount in (taken, ("Card fee", "\N{MINUS SIGN}$3.20"), left):
        row = console.main.locator(".money-box-row", has_text=label)
        expect(row.locator(".money")).to_have_text(re.compile(re.escape(amount)))
    admin = visit(shop.person("Ada Admin", is_admin=True)).open("/admin/payments")
    admin.main.locator("tbody a").first.click()
    shares = admin.main.get_by_role("region", name="Sellers' shares")
    for column, amount in (("Gross", "100.00"), ("Platform fee", "3.00"), ("Card fee", "3.20"), ("Net", "93.80")):
        expect(shares.locator(f"td[data-label='{column}']")).to_contain_text(amount)


def test_nothing_to_pay_is_ordered_without_a_payment_page(shop: World, visit: Visit) -> None:
    # Given a part that is given away
    buyer = visit(shop.person())
    buyer.put_in_basket(shop.listing(shop.seller(), 0))

    # When the buyer orders it
    buyer.go_to_checkout()
    buyer.press("Place order")

    # Then the order is placed, and nobody was asked for money
    buyer.title_is("Your order is placed")
    buyer.sees("There was nothing to pay.")
    assert shop.rows("SELECT provider, status, amount_minor FROM payment") == [("none", "completed", 0)]
    buyer.follow(order_numbers(shop)[0])
    buyer.sees("To be sent")


def test_what_was_put_in_the_basket_before_signing_in_is_still_there(shop: World, visit: Visit) -> None:
    # Given a buyer with a disc in the basket, who is signed out and adds a lamp
    seller, person = shop.seller(), shop.person()
    disc, lamp = shop.listing(seller, 10_000, title="Brake disc"), shop.listing(seller, 4_000, title="Head lamp")
    shop.put_in_cart(person, disc)
    visitor = visit()
    visitor.put_in_basket(lamp)

    # When going to the checkout asks to sign in
    visitor.press("Go to checkout")
    visitor.title_is("Sign in")
    visitor.sign_in(person)

    # Then both are there, to be paid together
    visitor.title_is("Checkout")
    visitor.sees("Brake disc", "Head lamp", "$140.00")


def test_a_double_click_on_pay_is_one_purchase(shop: World, visit: Visit) -> None:
    # Given a buyer at the checkout
    buyer = visit(shop.person())
    buyer.put_in_basket(shop.listing(shop.seller(), 10_000))
    buyer.go_to_checkout()

    # When Pay is pressed twice, quickly, on both pages
    buyer.main.get_by_role("button", name="Pay $100.00").dblclick()
    buyer.on_payment_page()
    buyer.fill_in_card()
    buyer.main.get_by_role("button", name="Pay $100.00").dblclick()
    buyer.title_is("Thank you, it is paid")

    # Then there is one purchase, one payment and one charge, and the way back leads to no second one
    assert shop.rows("SELECT count(*) FROM purchase") == [(1,)]
    assert shop.rows("SELECT status FROM payment") == [("completed",)]
    assert len(shop.sandbox.events("charge.succeeded")) == 1
    buyer.open("/checkout/USD")
    buyer.title_is("Basket")
    buyer.sees("There is nothing in your basket to pay in USD.")
