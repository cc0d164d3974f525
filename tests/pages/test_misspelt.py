"""Misspelt searches: words learnt by a job, suggested with what they find, and shown as what they are."""

from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup

from marketplace import db
from marketplace.catalog import operations as catalog
from marketplace.catalog import spelling_operations
from marketplace.catalog.operations import Offer
from marketplace.money import Money
from tests.builders import World
from tests.fixtures_queries import CountQueries
from tests.pages.test_finding import car, offer, part
from tests.pages.test_shop_pages import page, titles


@pytest.fixture
def shelf(world: World) -> World:
    """Parts and cars whose words the job has learnt."""
    seller_id = world.seller("Ann Axle")
    for number in range(4):
        offer(world, seller_id, part(f"Alternator {number}", f"ALT-{number}", category="electrics", fits="Volvo 240"))
    offer(world, seller_id, car("Volvo", "240 GL", 1990, 312_000))
    offer(world, seller_id, part("Brake disc", fits="Saab 900"))
    world.tick()
    return world


def search(world: World, typed: str, **filters: str) -> BeautifulSoup:
    return page(world.client(), f"/l?{urlencode({'q': typed, **filters})}")


def meant(html: BeautifulSoup) -> list[str]:
    """Return what is offered besides what is shown."""
    return [link.text for link in html.select(".find-results-meant .row a")]


def told(html: BeautifulSoup) -> str:
    """Return what is said about what is shown; "" where nothing else than what was typed is."""
    text = html.select_one(".find-results-meant p:not(.row)")
    return text.get_text(" ", strip=True) if text else ""


def test_a_misspelt_search_shows_what_was_meant_and_says_so(shelf: World) -> None:
    table = (
        ("volov", "volvo", "5 listings", "1990 Volvo 240 GL"),
        ("altenator", "alternator", "4 listings", "Alternator 3"),
        ("altenators", "alternator", "4 listings", "Alternator 3"),
        ("Altenator volov", "alternator volvo", "4 listings", "Alternator 3"),
        ("brkae disc", "brake disc", "1 listing", "Brake disc"),
        ("axel", "axle", "6 listings", "Brake disc"),
    )
    for typed, best, count, shown in table:
        html = search(shelf, typed)
        assert told(html) == f"Nothing named “{typed}”. Showing “{best}”. Search only for “{typed}”"
        assert shown in titles(html)
        assert html.select_one("#found [role=status]").text == count
    html = search(shelf, "volov", kind="car")  # a filter holds for what was meant, too
    assert titles(html) == ["1990 Volvo 240 GL"]
    assert html.select("#found a[href='/l?q=volvo&kind=car']")
    only = page(shelf.client(), html.select_one(".find-results-meant p a")["href"])
    assert (told(only), titles(only)) == ("", [])
    assert only.select_one("#found [role=status]").text == "Nothing found"


def test_a_part_of_a_word_finds_the_words_it_is_in(shelf: World, count_queries: CountQueries) -> None:
    seller_id = shelf.seller()
    for number in range(3):
        offer(shelf, seller_id, part(f"Headlamp, left {number}"))
    offer(shelf, seller_id, part("Taillamp"))
    shelf.tick()
    with count_queries() as misspelt:
        search(shelf, "volov")
    with count_queries() as statements:
        html = search(shelf, "lamp")
    assert len(statements) == len(misspelt)
    assert told(html) == "Nothing named “lamp”. Showing “headlamp”. Search only for “lamp”"
    assert (len(titles(html)), meant(html)) == (3, ["taillamp (1)"])
    assert told(search(shelf, "headlmp")).startswith("Nothing named “headlmp”. Showing “headlamp”.")
    offer(shelf, seller_id, part("Lamp"))
    assert titles(search(shelf, "lamp")) == ["Lamp"]


def test_what_is_like_nothing_suggests_nothing_and_what_finds_enough_is_not_questioned(
    shelf: World, count_queries: CountQueries
) -> None:
    for typed in ("zzzzzzz", "4711x", '"volov alternator"', "kx", "volvo alternator nonesuchword"):
        html = search(shelf, typed)
        assert not told(html), typed
        assert not titles(html), typed
    with count_queries() as statements:
        html = search(shelf, "alternator")
    assert not meant(html)
    assert not [each for each in statements if "search_word" in each]


def test_few_hits_are_shown_with_the_question(shelf: World) -> None:
    offer(shelf, shelf.seller(), part("Altenator, rebuilt"))
    html = search(shelf, "altenator")
    assert titles(html) == ["Altenator, rebuilt"]
    assert meant(html) == ["alternator (4)"]
    assert "Nothing matches" not in html.text


def test_words_are_learnt_from_new_and_revised_listings_and_not_suggested_without_one(shelf: World) -> None:
    seller_id = shelf.seller()
    listing_id = offer(shelf, seller_id, part("Carburettor"))
    shelf.tick()
    assert shelf.rows("SELECT count(*) FROM listing_to_learn") == [(0,)]
    assert "Showing “carburettor”." in told(search(shelf, "carburetor"))
    washer = Offer("Windscreen washer", "New.", Money(1, "USD"), Money(0, "USD"), 1, part("Windscreen washer")[1])
    db.atomic(catalog.revise, (), seller_id=seller_id, listing_id=listing_id, offer=washer, seen_stock=1, now=shelf.now)
    assert not told(search(shelf, "carburetor"))
    assert not told(search(shelf, "winscreen wahser"))
    assert shelf.tick()["words learnt"] > 0
    assert "Showing “windscreen washer”." in told(search(shelf, "winscreen wahser"))
    db.atomic(catalog.pause, (), seller_id=seller_id, listing_id=listing_id, now=shelf.now)
    assert not told(search(shelf, "winscreen"))


def test_a_long_queue_is_learnt_in_small_steps(shelf: World) -> None:
    shelf.tamper(
        "INSERT INTO listing_to_learn (listing_id)"
        " SELECT min(l.id) FROM listing l, generate_series(1, 1201) n GROUP BY n"
    )
    assert db.atomic(spelling_operations.learn) == 500
    assert spelling_operations.learn_due() == 701
    assert spelling_operations.learn_due() == 0
