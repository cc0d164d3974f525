"""Setting payouts up in a real browser, on the provider's own pages and back, with scripts and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from marketplace.sandbox.inprocess import SELLER
from tests.builders import World
from tests.e2e.visitor import GOOD_ACCOUNT, Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])]

Visit = Callable[..., Visitor]


def fill_in(console: Visitor) -> None:
    """Answer every step of the provider's pages as they come, until they lead back to the shop."""
    typed = {**SELLER, "account": GOOD_ACCOUNT}
    while console.page.url.startswith(console.world.sandbox.base_url):
        heading, where = console.page.locator("h1").inner_text(), console.page.url
        for name, text in typed.items():
            field = console.page.locator(f"[name={name}]").first
            if not field.count():
                continue
            kind = field.evaluate("one => one.type")
            if kind == "radio":
                console.page.locator(f"[name={name}][value={text}]").check()
            elif kind == "select-one":
                field.select_option(text)
            else:
                field.fill(text)
        last = console.page.get_by_role("button", name="Agree and submit")
        (last if last.count() else console.page.get_by_role("button", name="Save and continue")).click()
        console.page.wait_for_url(lambda url, where=where: url != where)
        assert console.page.locator("h1").inner_text() != heading


def test_a_seller_sets_payouts_up_and_chooses_the_day(shop: World, visit: Visit) -> None:
    # Given a seller who has sold something and is told that it waits
    bought = shop.paid_purchase(10_000)
    [(seller_id,)] = shop.rows('SELECT seller_id FROM "order" WHERE purchase_id = %s', bought.purchase_id)
    console = visit(int(str(seller_id))).open("/seller")
    console.sees("Set up payouts", "$93.80 waits for you here")

    # When they go to the provider and come back too early, by an old link
    console.open("/seller/payouts/setup")
    console.title_is("Payout setup")
    console.sees("Tell us where to pay you", "Not set up")
    console.press("Set up payouts")
    console.page.wait_for_url(f"{shop.sandbox.base_url}/setup/**")
    console.open("/seller/payouts/setup")
    console.sees("Finish the setup", "Your date of birth")
    console.press("Continue the setup")
    console.page.wait_for_url(f"{shop.sandbox.base_url}/setup/**")

    # And answer everything there
    fill_in(console)
    console.title_is("Payout setup")
    shop.advance(seconds=11)
    console.open("/seller/payouts/setup/done")

    # Then they are ready, and the page says where the money goes and when
    console.sees("You are set up", "Ready", "•• 6789", "$93.80", "Every day")
    console.follow("Change it")
    console.page.get_by_label("Once a week").check()
    console.page.get_by_label("Day of the week").select_option(label="Friday")
    console.press("Save")
    console.sees("Every Friday")
    expect(console.page.locator(".notice, .flash").first).to_contain_text("Saved. Your next payout day: Friday")
    console.open("/seller")
    console.sees_not("Set up payouts")
