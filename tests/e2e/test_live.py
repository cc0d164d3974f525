"""A page that keeps itself up to date: it shows what happened, and does not disturb who works on it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.builders import World
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.e2e
_NOW = "document.querySelector('[data-live]').dispatchEvent(new Event('seen'))"


def sell(world: World, seller_id: int) -> None:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(seller_id))
    world.pay(world.check_out(buyer_id))
    world.settle_down()


def ask(page: Page) -> None:
    """Let the part ask for itself now, as it does every 20 seconds, and wait for the answer."""
    with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
        page.evaluate(_NOW)


def test_what_happened_appears_and_focus_and_open_details_stay(shop: World, visit: Callable[..., Visitor]) -> None:
    seller_id = shop.seller()
    sell(shop, seller_id)
    page = visit(seller_id).open("/seller").page
    to_send = page.locator(".kpis-value").nth(1)
    page.locator(".sales-chart-table summary").click()
    page.locator(".todo-list-link").first.focus()

    page.evaluate("document.querySelector('[data-live]').same = true")
    ask(page)
    page.wait_for_timeout(100)
    assert page.evaluate("document.querySelector('[data-live]').same"), "nothing new, so nothing is drawn anew"

    sell(shop, seller_id)
    ask(page)
    expect(to_send).to_have_text("2")
    expect(page.locator(".sales-chart-table")).to_have_attribute("open", "")
    expect(page.locator(".todo-list-link").first).to_be_focused()
    assert page.locator("h1").count() == 1


def test_it_rests_when_told_to_and_stays_when_the_visitor_was_signed_out(
    shop: World, visit: Callable[..., Visitor]
) -> None:
    seller_id = shop.seller()
    sell(shop, seller_id)
    page = visit(seller_id).open("/seller").page
    asked: list[str] = []
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-live-frame]")).to_have_attribute("data-paused", "yes")
    # From here on: a slow machine may have asked before, as every 20 seconds.
    page.on("request", lambda request: asked.append(request.url) if "hx-request" in request.headers else None)
    page.evaluate(_NOW)
    page.wait_for_timeout(300)
    assert asked == []

    page.get_by_role("button", name="Pause").click()
    shop.tamper("DELETE FROM user_session")
    ask(page)
    page.wait_for_timeout(100)
    expect(page.locator(".kpis-value").nth(1)).to_have_text("1")


@pytest.mark.parametrize("javascript", [False])
def test_without_scripts_it_is_simply_a_page(shop: World, visit: Callable[..., Visitor]) -> None:
    seller_id = shop.seller()
    sell(shop, seller_id)
    page = visit(seller_id).open("/seller").page
    expect(page.locator(".kpis-value").nth(1)).to_have_text("1")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
