"""An open page changes when the server says so. It asks by itself without streams, and a link asks without scripts."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from marketplace import db
from marketplace.orders import operations as orders
from marketplace.orders import rules
from marketplace.refunds.wishes import Wish
from tests.builders import Bought, World
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.e2e
_SILENCE = "for (let each = setTimeout(() => {}); each > 0; each--) clearTimeout(each)"
"""Ends what asks every 20 seconds: what changes then, changes because the server said so."""
_LOOK_SECONDS = 2.0
"""By then the thread that holds the streams has looked at what there was before."""


def sell(world: World, seller_id: int) -> Bought:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(seller_id))
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    return bought


def listening(visitor: Visitor, path: str) -> Page:
    """Open a page whose stream stands, and which asks for nothing by itself."""
    with visitor.page.expect_response("**/live") as answer:
        visitor.open(path)
    assert answer.value.status == 200
    visitor.page.evaluate(_SILENCE)
    visitor.page.evaluate("window.same = true")
    time.sleep(_LOOK_SECONDS)
    return visitor.page


def never_reloaded(page: Page) -> bool:
    return bool(page.evaluate("window.same"))


@pytest.mark.covers("S3.19")
def test_the_overview_of_a_seller_shows_a_sale(shop: World, visit: Callable[..., Visitor]) -> None:
    seller_id = shop.seller()
    sell(shop, seller_id)
    page = listening(visit(seller_id), "/seller")
    to_send = page.locator(".kpis-value").nth(1)
    expect(to_send).to_have_text("1")
    sell(shop, seller_id)
    expect(to_send).to_have_text("2")
    assert never_reloaded(page)


@pytest.mark.covers("S3.19")
def test_the_page_of_an_order_shows_that_it_was_sent_and_leaves_alone_what_is_written(
    shop: World, visit: Callable[..., Visitor]
) -> None:
    bought = sell(shop, seller_id := shop.seller())
    [[number]] = shop.rows('SELECT number FROM "order" WHERE purchase_id = %s', bought.purchase_id)
    page = listening(visit(bought.buyer_id), f"/orders/{number}")
    main = page.locator("main")
    expect(main).not_to_contain_text("1Z999AA10123456784")
    parcel = rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
    db.atomic(orders.ship, (), seller_id=seller_id, number=str(number), parcel=parcel, now=shop.now)
    expect(main).to_contain_text("1Z999AA10123456784")
    assert never_reloaded(page)

    page.get_by_text("Write a message").click()
    page.locator("main textarea").first.fill("Where")
    page.locator("h1").click()
    page.evaluate("document.querySelector('[data-live]').dispatchEvent(new Event('seen'))")
    page.wait_for_timeout(500)
    assert page.locator("main textarea").first.input_value() == "Where"


@pytest.mark.covers("S3.19")
def test_the_overview_of_an_admin_shows_what_was_paid(shop: World, visit: Callable[..., Visitor]) -> None:
    sell(shop, shop.seller())
    page = listening(visit(shop.person(is_admin=True)), "/admin")
    before = page.locator(".kpis").first.inner_text()
    sell(shop, shop.seller())
    expect(page.locator(".kpis").first).not_to_have_text(before, use_inner_text=True)
    assert never_reloaded(page)


@pytest.mark.covers("S3.19")
def test_the_queue_of_refunds_shows_one_that_was_asked_for(shop: World, visit: Callable[..., Visitor]) -> None:
    shop.ask_refund(sell(shop, shop.seller()), Wish(percent=50))
    page = listening(visit(shop.person(is_admin=True)), "/admin/refunds")
    rows = page.locator("#queue .queue-list li")
    expect(rows).to_have_count(1)
    shop.ask_refund(sell(shop, shop.seller()), Wish(percent=50))
    expect(rows).to_have_count(2)
    assert never_reloaded(page)


def test_where_there_is_no_stream_the_page_asks_by_itself(shop: World, visit: Callable[..., Visitor]) -> None:
    seller_id = shop.seller()
    sell(shop, seller_id)
    visitor = visit(seller_id)
    visitor.page.route("**/live", lambda route: route.fulfill(status=204))
    visitor.page.clock.install()
    page = visitor.open("/seller").page
    sell(shop, seller_id)
    page.clock.run_for(21_000)
    expect(page.locator(".kpis-value").nth(1)).to_have_text("2")


@pytest.mark.parametrize("javascript", [False])
@pytest.mark.covers("S3.19")
def test_without_scripts_a_link_asks(shop: World, visit: Callable[..., Visitor]) -> None:
    seller_id = shop.seller()
    sell(shop, seller_id)
    visitor = visit(seller_id).open("/seller")
    sell(shop, seller_id)
    visitor.follow("Show what is new")
    expect(visitor.page.locator(".kpis-value").nth(1)).to_have_text("2")
