"""Refunds in a real browser, with scripts and without: asked, decided, sent; every ending is explained to both."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.builders import Bought, World
from tests.e2e.visitor import GOOD_CARD, Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])]

Visit = Callable[..., Visitor]
MINUS = "\N{MINUS SIGN}"
SLOW_CARD = "4000000000007726"
"""Its refunds are pending first; an hour later the provider's event says that they succeeded."""
PATIENCE_SECONDS = 20


def paid_order(shop: World, card: str = SLOW_CARD) -> tuple[Bought, int, str]:
    """Let a buyer pay for two discs at $40.00 and a pad at $20.00; return the purchase, the seller and the order."""
    buyer, seller = shop.person(), shop.seller()
    shop.put_in_cart(buyer, shop.listing(seller, 4_000, title="Brake disc"), 2)
    shop.put_in_cart(buyer, shop.listing(seller, 2_000, title="Brake pad"))
    bought = shop.check_out(buyer)
    shop.pay(bought, card)
    until(shop, "SELECT FROM balance_transaction")
    [(number,)] = shop.rows('SELECT number FROM "order" WHERE purchase_id = %s', bought.purchase_id)
    return bought, seller, str(number)


def until(shop: World, condition: str, *values: object) -> None:
    """Let provider and worker go on until a row answers."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not shop.rows(condition, *values):
        assert time.monotonic() < deadline, condition
        shop.settle_down()


def is_now(shop: World, number: str, status: str) -> None:
    until(shop, "SELECT FROM refund WHERE number = %s AND status = %s", number, status)


def ask(buyer: Visitor, order: str, percent: int) -> str:
    """Ask for a part of an order; return the refund's number."""
    buyer.open(f"/orders/{order}").follow("Ask for a refund")
    buyer.page.get_by_label("A percentage of the order").check()
    buyer.page.get_by_label("Percentage", exact=False).last.fill(str(percent))
    return send(buyer)


def send(buyer: Visitor) -> str:
    buyer.page.get_by_label("It arrived damaged").check()
    buyer.page.get_by_label("What happened?").fill("The rim is chipped.")
    buyer.press("Ask for the refund")
    buyer.sees("We are looking at your request", "The rim is chipped.")
    return buyer.page.url.rpartition("/")[2]


def approve(admin: Visitor, amount: str, *, javascript: bool) -> None:
    """Press the button that names the amount: with scripts by two keys, A and Enter."""
    button = admin.main.get_by_role("button", name=f"Approve {amount}", exact=True)
    expect(button).to_be_visible()
    if javascript:
        admin.is_complete()  # the keys are there when its scripts have run
        admin.page.keyboard.press("a")
        expect(button).to_be_focused()
        admin.page.keyboard.press("Enter")
    else:
        button.click()
    admin.sees(f"{amount} is approved")


def provider_says(visitor: Visitor, number: str, status: str, amount: str) -> None:
    """Open the refund in the provider's own dashboard."""
    world = visitor.world
    [(refund_id,)] = world.rows("SELECT provider_refund_id FROM refund WHERE number = %s", number)
    visitor.open(f"{world.sandbox.base_url}/dashboard/objects/{refund_id}")
    visitor.sees(amount, status)


@pytest.mark.covers("S2.14", "S2.15", "S2.16", "S2.17", "S4.7", "S4.9")
def test_one_line_goes_back_and_all_agree_to_the_cent(shop: World, visit: Visit, *, javascript: bool) -> None:
    # Given a paid order, of which the buyer wants the money of one of two discs back
    bought, seller_id, order = paid_order(shop)
    buyer, seller = visit(bought.buyer_id), visit(seller_id)
    buyer.open(f"/orders/{order}").follow("Ask for a refund")
    buyer.page.get_by_label("Some items").check()
    buyer.page.get_by_label("Brake disc, $40.00 each").fill("1")
    number = send(buyer)
    seller.open(f"/seller/refunds/{number}").sees("We are looking at it", "Nothing is taken before it is approved.")

    # When an admin looks at it and approves it with two keys
    admin = visit(shop.person("Ada Admin", is_admin=True)).open("/admin/refunds")
    admin.sees("1 waiting", f"{number} · $40.00", f"{MINUS}$38.80", f"{MINUS}$1.20", "+$40.00")
    approve(admin, "$40.00", javascript=javascript)
    buyer.open(f"/refunds/{number}").sees("Your refund is on its way")
    seller.open(f"/seller/refunds/{number}").sees("It is on its way")

    # Then the provider's event completes it, and everybody sees the same
    shop.advance(hours=2)
    is_now(shop, number, "completed")
    until(shop, "SELECT FROM balance_transaction WHERE kind = 'refund'")
    buyer.open(f"/refunds/{number}").sees("Your money went back to you", "$40.00 was sent on")
    buyer.open(f"/orders/{order}").sees("Partly refunded", f"{MINUS}$40.00")
    seller.open(f"/seller/refunds/{number}").sees("The buyer has the money back", "What it took", "$38.80", "$1.20")
    seller.open(f"/seller/orders/{order}").sees(f"{MINUS}$38.80", "$55.00")
    admin.open(f"/admin/refunds?refund={number}").sees("Refunded", f"{MINUS}$38.80", f"{MINUS}$1.20", "+$40.00")
    admin.open("/admin/ledger").sees("All balances in USD sum to $0.00. The books balance.")
    provider_says(admin, number, "succeeded", "40.00")
    assert shop.sandbox.balance_sum("usd") == 10_000 - 320 - 4_000
    assert shop.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'provider_balance'") == [(5_680,)]


@pytest.mark.covers("S2.15", "S2.17", "S4.8")
def test_rejected_changed_withdrawn_and_failed_are_explained_to_both(
    shop: World, visit: Visit, *, javascript: bool
) -> None:
    # Given four requests of one order
    bought, seller_id, order = paid_order(shop)
    buyer, seller = visit(bought.buyer_id), visit(seller_id)
    admin = visit(shop.person("Ada Admin", is_admin=True))
    rejected, changed, failed, withdrawn = (ask(buyer, order, percent) for percent in (10, 20, 25, 30))

    # When the buyer takes the last one back, an admin rejects the first, and the next one opens itself
    buyer.press("Withdraw the request")
    buyer.sees("You withdrew this request")
    admin.open("/admin/refunds").sees("3 waiting", f"{rejected} · $10.00")
    if javascript:
        admin.page.keyboard.press("r")
        expect(admin.main.get_by_role("button", name="Reject", exact=True)).to_be_focused()
        admin.page.keyboard.press("Enter")
    else:
        admin.press("Reject")
    admin.sees("Give the reason; both sides read it.")
    admin.page.get_by_label("Reason", exact=True).fill("The picture shows no damage.")
    admin.press("Reject")
    admin.sees(f"{rejected} is rejected", f"{changed} · $20.00", "2 waiting")

    # And changes the amount of that one, seeing before what it does, and approves the third
    admin.main.locator("summary", has_text="Another amount").click()
    admin.page.get_by_label("Amount to refund").fill("15.00")
    admin.press("Change the amount")
    admin.sees("+$15.00", f"{MINUS}$14.55", f"{MINUS}$0.45")
    admin.page.get_by_label("Reason", exact=True).fill("The disc can still be used.")
    admin.press("Approve $15.00")
    admin.sees("$15.00 is approved", f"{failed} · $25.00")
    approve(admin, "$25.00", javascript=javascript)
    admin.sees("No refund is under")

    # And that one fails at the provider while it is on its way
    provider_says(admin, failed, "pending", "25.00")
    admin.press("Let the refund fail")
    is_now(shop, failed, "failed")
    shop.advance(hours=2)
    is_now(shop, changed, "completed")

    # Then both sides read what became of each, and why
    for visitor, answer, at in (
        (buyer, "Your request was rejected", "/refunds"),
        (seller, "It was rejected", "/seller/refunds"),
    ):
        visitor.open(f"{at}/{rejected}").sees(answer, "The picture shows no damage.")
        visitor.open(f"{at}/{changed}").sees("$15.00 was sent on", "The disc can still be used.")
    buyer.sees("You asked for $20.00.")
    buyer.open(f"/refunds/{failed}").sees("The money did not reach you yet", "sent $25.00 back to us")
    seller.open(f"/seller/refunds/{failed}").sees("The money did not reach the buyer yet", "back on your balance")
    buyer.open(f"/refunds/{withdrawn}").sees("You withdrew this request", "Nothing goes back.")
    seller.open(f"/seller/refunds/{withdrawn}").sees("The buyer withdrew it", "Nothing was taken from you.")
    assert shop.sandbox.balance_sum("usd") == 10_000 - 320 - 1_500


@pytest.mark.covers("S4.8")
def test_a_refund_that_fails_two_weeks_after_success_is_walked_back_and_sent_again(
    shop: World, visit: Visit, *, javascript: bool
) -> None:
    # Given a refund of everything that reached the buyer two weeks ago
    bought, seller_id, order = paid_order(shop, GOOD_CARD)
    buyer, seller = visit(bought.buyer_id), visit(seller_id)
    admin = visit(shop.person("Ada Admin", is_admin=True))
    number = ask(buyer, order, 100)
    approve(admin.open("/admin/refunds"), "$100.00", javascript=javascript)
    is_now(shop, number, "completed")
    buyer.open(f"/orders/{order}").sees("Your money went back to you")
    shop.advance(days=14)

    # When the buyer's bank sends it back
    provider_says(admin, number, "succeeded", "100.00")
    admin.press("Let the refund fail")
    is_now(shop, number, "failed")

    # Then both sides read it, the money is held for the seller again, and it waits for a decision
    buyer.open(f"/refunds/{number}").sees("The money did not reach you yet", "sent $100.00 back to us")
    buyer.open("/notifications").sees("Your refund of $100.00 did not arrive")
    seller.open(f"/seller/refunds/{number}").sees("The money did not reach the buyer yet", "back on your balance")
    seller.open(f"/seller/orders/{order}").sees("$93.80")
    assert shop.rows('SELECT p.status, o.status FROM payment p, "order" o') == [("completed", "confirmed")]
    assert shop.sandbox.balance_sum("usd") == 10_000 - 320

    # And sent again, it arrives: the buyer has 100.00 more, the seller 97.00 less, the platform 3.00
    approve(admin.open("/admin/refunds"), "$100.00", javascript=javascript)
    is_now(shop, number, "completed")
    buyer.open(f"/refunds/{number}").sees("Your money went back to you")
    admin.open(f"/admin/refunds?refund={number}").sees("+$100.00", f"{MINUS}$97.00", f"{MINUS}$3.00")
    assert shop.sandbox.balance_sum("usd") == -320
