"""A seller is paid, in a real browser: the hold ends, the payout reaches the bank, the statement says the same."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.builders import World
from tests.e2e.visitor import GOOD_CARD, Visitor

pytestmark = pytest.mark.e2e

Visit = Callable[..., Visitor]
SETTLED_AT_ONCE = "4000000000000077"
_MONTH = "%Y-%m"


def ready_seller(shop: World) -> int:
    """Return a seller whose payout account is ready, on a 15th at noon: thirty days later is another month."""
    shop.noon()
    shop.advance(days=(15 - shop.now.day) % 28 or 28)
    while shop.now.day != 15:
        shop.advance(days=1)
    seller_id = shop.seller()
    shop.onboard(seller_id)
    return seller_id


def buy(shop: World, visit: Visit, seller_id: int, card: str = GOOD_CARD) -> tuple[Visitor, str]:
    """Let a new buyer pay for a listing of $100.00; return their browser and the order's number."""
    buyer = visit(shop.person())
    buyer.put_in_basket(shop.listing(seller_id, 10_000))
    buyer.go_to_payment_page()
    buyer.pay_by_card(card)
    buyer.title_is("Thank you, it is paid")
    shop.settle_down()
    [(number,)] = shop.rows('SELECT number FROM "order" ORDER BY id DESC LIMIT 1')
    return buyer, str(number)


def send(seller: Visitor, number: str) -> None:
    """Mark an order as sent."""
    seller.open(f"/seller/orders/{number}")
    seller.page.get_by_label("Sent with").select_option("ups")
    seller.page.get_by_label("Tracking number").fill("1Z999AA10123456784")
    seller.press("Mark as sent")
    seller.sees("is marked as sent")


@pytest.mark.covers("S0.17", "S2.30", "S3.4")
def test_thirty_days_later_the_money_is_in_the_bank_and_the_statement_says_the_same(shop: World, visit: Visit) -> None:
    # Given two paid orders: one is sent, the other is not
    seller_id = ready_seller(shop)
    sold_in = shop.now
    _, sent = buy(shop, visit, seller_id)
    waiting, kept = buy(shop, visit, seller_id)
    seller = visit(seller_id)
    send(seller, sent)
    # When thirty days pass, and a week for the bank
    seller.move_time("+30 days", "1 hold ended")
    seller.move_time("+7 days")
    # Then the payout is paid, and its lines make it
    seller.open("/seller/payouts").sees("$93.80", "Paid")
    [(payout,)] = shop.rows("SELECT number FROM payout")
    seller.open(f"/seller/payouts/{payout}").sees(sent, "$93.80", "Paid")
    # And the statement of the month of the sales closes with both, the next one with what is left after the payout
    seller.open(f"/seller/statements/USD/{sold_in:{_MONTH}}").sees("$187.60", "Difference: $0.00.")
    seller.open(f"/seller/statements/USD/{sold_in + timedelta(days=30):{_MONTH}}")
    seller.sees(str(payout), "\N{MINUS SIGN}$93.80", "$93.80", "Difference: $0.00.")
    # And the order that was not sent is still held, and says why
    seller.open("/seller/balance").sees(kept, "Send the parcel")
    seller.open(f"/seller/orders/{kept}").sees("Paid · held", "is still held for you", "The parcel is not sent yet")
    waiting.open(f"/orders/{kept}").sees("Your money is still held", "is paid when the order has been delivered")
    assert shop.rows("SELECT status, amount_minor FROM payout") == [("paid", 9_380)]
    assert shop.transfers() == [9_380]


@pytest.mark.covers("S2.29")
def test_the_buyers_word_pays_the_seller_the_same_day(shop: World, visit: Visit) -> None:
    # Given a paid and sent order, by a card whose money is there at once
    seller_id = ready_seller(shop)
    buyer, number = buy(shop, visit, seller_id, SETTLED_AT_ONCE)
    seller, day = visit(seller_id), shop.now.date()
    send(seller, number)
    # When the buyer says that it is there
    buyer.open(f"/orders/{number}")
    buyer.follow("I have received it")
    buyer.main.get_by_role("button", name="I have it: release").click()
    # "Delivered" stands there before as well, as a step to come.
    expect(buyer.main.get_by_role("link", name="I have received it")).to_have_count(0)
    buyer.sees("Delivered")
    shop.settle_down()
    # Then the money is on its way to the seller's bank on that day
    seller.open("/seller/payouts").sees("$93.80", "On its way")
    assert shop.now.date() == day
    assert shop.rows("SELECT started_at::date, status, amount_minor FROM payout") == [(day, "in_transit", 9_380)]
    assert shop.transfers() == [9_380]
    # And the statement of that day's month opens and closes with nothing, to the cent, once the bank has it
    seller.move_time("+7 days")
    seller.open("/seller/payouts").sees("$93.80", "Paid")
    seller.open(f"/seller/statements/USD/{day:{_MONTH}}").sees(number, "$93.80", "Difference: $0.00.")
    assert shop.rows("SELECT status FROM payout") == [("paid",)]
