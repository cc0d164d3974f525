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
    return [link.text for link in html.select(".find-results-meant a")]


def test_a_misspelt_search_shows_what_was_meant_and_says_so(shelf: World) -> None:
    table = (
        ("volov", "volvo (5)", "1990 Volvo 240 GL"),
        ("altenator", "alternator (4)", "Alternator 3"),
        ("altenators", "alternator (4)", "Alternator 3"),
        ("Altenator volov", "alternator volvo (4)", "Alternator 3"),
        ("brkae disc", "brake disc (1)", "Brake disc"),
        ("axel", "axle (6)", "Brake disc"),
    )
    for typed, best, shown in table:
        html = search(shelf, typed)
        assert meant(html)[0] == best, typed
        text = html.select_one(".find-results-meant").text
        assert f"Nothing matches “{typed}”. Below is what matches “{best.rpartition(' ')[0]}”." in text
        assert shown in titles(html)
        assert html.select_one("#found [role=status]").text == "0 listings"
    html = search(shelf, "volov", kind="car")  # a filter holds for what was meant, too
    assert (meant(html), titles(html)) == (["volvo (1)"], ["1990 Volvo 240 GL"])
    assert html.select_one(".find-results-meant a")["href"] == "/l?q=volvo&kind=car"


def test_what_is_like_nothing_suggests_nothing_and_what_finds_enough_is_not_questioned(
    shelf: World, count_queries: CountQueries
) -> None:
    for typed in ("zzzzzzz", "4711x", '"volov alternator"', "kx", "volvo alternator nonesuchword"):
        html = search(shelf, typed)
        assert not meant(html), typed
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
    assert meant(search(shelf, "carburetor")) == ["carburettor (1)"]
    washer = Offer("Windscreen washer", "New.", Money(1, "USD"), Money(0, "USD"), 1, part("Windscreen washer")[1])
    db.atomic(catalog.revise, (), seller_id=seller_id, listing_id=listing_id, offer=washer, seen_stock=1, now=shelf.now)
    assert not meant(search(shelf, "carburetor"))
    assert not meant(search(shelf, "winscreen wahser"))
    assert shelf.tick()["words learnt"] > 0
    assert meant(search(shelf, "winscreen wahser")) == ["windscreen washer (1)"]
    db.atomic(catalog.pause, (), seller_id=seller_id, listing_id=listing_id, now=shelf.now)
    assert not meant(search(shelf, "winscreen"))


def test_a_long_queue_is_learnt_in_small_steps(shelf: World) -> None:
    shelf.tamper(
        "INSERT INTO listing_to_learn (listing_id)"
        " SELECT min(l.id) FROM listing l, generate_series(1, 1201) n GROUP BY n"
    )
    assert db.atomic(spelling_operations.learn) == 500
    assert spelling_operations.learn_due() == 701
    assert spelling_operations.learn_due() == 0
