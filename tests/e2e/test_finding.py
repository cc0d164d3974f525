"""A new visitor finds one part among many, by words and by facets, wide and narrow, with scripts and without."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.builders import World
from tests.e2e.visitor import Visitor
from tests.pages.test_finding import car, offer, part

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"]),
    pytest.mark.parametrize("width", [1360, 390]),
]

Visit = Callable[..., Visitor]


def furnish(shop: World) -> None:
    ann, bob = shop.seller("Ann Axle"), shop.seller("Bob Bolt")
    offer(shop, ann, part("Brake disc, vented", "27060-0V210", fits="Volvo 240, Saab 900"), 7_000, units=5)
    offer(shop, bob, part("Volvo disc, used", "27060 0V210", fits="Volvo 240", condition="Used, good"), 3_000)
    offer(shop, ann, part("Brake pads", "PAD-77", fits="Volvo 850"), 2_000)
    offer(shop, bob, part("Oil filter", "OF-3", category="engine", brand="Mann"), 1_500)
    offer(shop, bob, car("Saab", "900", 1987, 201_000), 420_000)


def tick(visitor: Visitor, width: int, *, javascript: bool, label: str) -> None:
    """Choose an answer; where the page does not renew itself, send the form."""
    if width < 900 and not visitor.page.locator("#find-filters").is_visible():
        visitor.main.get_by_role("link", name="Filters").first.click()
    form = visitor.page.locator("#find-filters")
    form.get_by_label(label).check()
    if not javascript:
        form.get_by_role("button", name="Show listings").click()


def test_a_new_visitor_finds_a_part(shop: World, visit: Visit, width: int, *, javascript: bool) -> None:
    # Given a shelf of cars and parts, and a visitor who has never been here
    furnish(shop)
    visitor = visit()
    visitor.page.set_viewport_size({"width": width, "height": 844})
    visitor.open("/")

    # When typing the beginning of a word
    visitor.page.get_by_role("searchbox", name="Search cars and parts").fill("brak")
    visitor.page.locator("header").get_by_role("button", name="Search").click()

    # Then all that has to do with brakes is there, and the filters say how it divides
    visitor.title_is("Search for “brak”")
    cards = visitor.main.locator(".listing-card")
    expect(cards).to_have_count(3)

    # When choosing a condition, and then a price
    tick(visitor, width, javascript=javascript, label="Used, good")
    expect(cards).to_have_count(1)
    visitor.sees("1 listing", "Volvo disc, used")
    expect(visitor.page).to_have_url(re.compile("condition=Used"))

    # Then the choice stands above the cards, and is taken back with one press
    visitor.main.locator(".chips-item", has_text="Used, good").click()
    expect(cards).to_have_count(3)
    tick(visitor, width, javascript=javascript, label="New")
    expect(cards).to_have_count(2)

    # And a listing leads to other sellers of the same part
    visitor.main.get_by_role("link", name="Brake disc, vented").click()
    visitor.title_is("Brake disc, vented")
    others = visitor.main.get_by_role("region", name="Other offers of this part").last
    expect(others.locator("tbody tr")).to_have_count(2)
    others.get_by_role("link", name="Volvo disc, used").click()
    visitor.title_is("Volvo disc, used")

    # And with scripts `?` tells the keys; machines read the page's data, which the policy lets stand
    data = visitor.page.locator('script[type="application/ld+json"]').text_content()
    assert json.loads(data or "")["offers"]["price"] == "30.00"
    visitor.is_complete()  # the keys are there when its scripts have run
    keys = visitor.page.get_by_role("dialog", name="Keys")
    visitor.page.keyboard.press("?")
    expect(keys).to_be_visible(visible=javascript)
    visitor.page.keyboard.press("Escape")
    expect(keys).to_be_hidden()

    # And saving it leads to the sign-in page
    visitor.main.get_by_role("button", name="Save", exact=True).click()
    visitor.title_is("Sign in")


def test_a_search_without_a_hit_leads_on(shop: World, visit: Visit, width: int, *, javascript: bool) -> None:
    # Given a visitor who asks for too much
    furnish(shop)
    visitor = visit()
    visitor.page.set_viewport_size({"width": width, "height": 844})
    visitor.open("/l?q=volvo+zeppelin&kind=part")
    visitor.sees("Nothing matches all of that")

    # When following the nearest looser search
    visitor.follow("Without “zeppelin” (3)")

    # Then something is there
    expect(visitor.main.locator(".listing-card")).to_have_count(3)
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
