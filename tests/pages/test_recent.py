"""Counts beside filters may be seconds old and which listings are alike a minute; prices and stock never are."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from marketplace import create_app, db
from marketplace.catalog import operations as catalog
from marketplace.db import database
from marketplace.web import recent
from marketplace.web.recent import Recent
from tests.builders import World


@pytest.fixture
def ageing(world: World) -> Iterator[Flask]:
    """The shop as the environment starts it: its answers may age."""
    app = create_app(replace(world.settings, answers_may_age=True))
    yield app
    with app.app_context():
        for engine in database.engines.values():
            engine.dispose()


def test_a_recent_answer_never_hides_a_price_or_a_sold_out_listing(world: World, ageing: Flask) -> None:
    seller_id = world.seller()
    shown = world.listing(seller_id, 1_000, title="Oil filter")
    other = world.listing(seller_id, 2_000, title="Air filter", units=1)
    [(slug,)] = world.rows("SELECT slug FROM listing WHERE id = %s", shown)
    client = ageing.test_client()
    for path in ("/l", f"/l/{slug}"):
        assert "$20.00" in client.get(path).text
    world.tamper(f"UPDATE listing SET price_minor = 2500 WHERE id = {other}")
    for path in ("/l", f"/l/{slug}"):
        assert "$25.00" in client.get(path).text
        assert "$20.00" not in client.get(path).text
    db.atomic(catalog.change_stock, (), seller_id=seller_id, listing_id=other, units=0)
    assert "Sold out" in client.get("/l").text
    assert "Air filter" not in client.get(f"/l/{slug}").text


def test_counts_never_contradict_the_cards_beside_them(world: World, ageing: Flask) -> None:
    seller_id = world.seller()
    world.listing(seller_id)
    client = ageing.test_client()
    assert "1 listing<" in client.get("/l").text
    world.listing(seller_id)
    assert "2 listings<" in client.get("/l").text


def test_an_answer_ends_with_its_time_and_others_are_not_kept() -> None:
    kept = Recent(keeps=True)
    kept.keep("a", 1, seconds=60)
    kept.keep("b", 2, seconds=-1)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, None)
    fresh = Recent(keeps=False)
    fresh.keep("a", 1, seconds=60)
    assert fresh.get("a") is None


def test_only_so_much_is_kept() -> None:
    kept = Recent(keeps=True)
    for number in range(recent._MOST_KEPT + 5):
        kept.keep(number, number, seconds=60)
    assert kept.get(0) is None
    assert kept.get(recent._MOST_KEPT + 4) == recent._MOST_KEPT + 4
