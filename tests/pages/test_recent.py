"""Counts beside filters may be seconds old and which listings are alike a minute; prices and stock never are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from marketplace import create_app, db
from marketplace.catalog import operations as catalog
from marketplace.db import database
from marketplace.web import recent
from marketplace.web.recent import Recent
from tests.builders import World, form_token


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


def test_what_is_drawn_once_is_never_another_persons(world: World, ageing: Flask) -> None:
    listing_id = world.listing(world.seller(), 1_000)
    [(slug,)] = world.rows("SELECT slug FROM listing")
    people = {name: world.person(name) for name in ("Ada Adams", "Ben Bolt")}
    clients = {name: ageing.test_client() for name in people}
    tokens: dict[str, str] = {}
    for name, client in clients.items():
        client.set_cookie(*world._signed_in(people[name]))
        for _ in range(3):
            for path in ("/l", f"/l/{slug}"):
                page = client.get(path).text
                assert name in page
                assert not [other for other in people if other != name and other in page]
        assert form_token(client.get("/l").text) == form_token(client.get(f"/l/{slug}").text)
        tokens[name] = form_token(client.get("/l").text)
    assert len(set(tokens.values())) == 2
    chosen = {"listing_id": str(listing_id), "quantity": "1"}
    for name, client in clients.items():
        for whose, token in tokens.items():
            answer = client.post("/basket/add", data={**chosen, "csrf_token": token})
            assert answer.status_code == (303 if whose == name else 400)
        assert "Basket, 1 items" in client.get("/l").text
    assert "Basket, 0 items" in ageing.test_client().get("/l").text


def test_a_session_that_ends_takes_its_pages_and_its_token_along(world: World, ageing: Flask) -> None:
    client = ageing.test_client()
    client.set_cookie(*world._signed_in(world.person("Ada Adams")))
    token = form_token(client.get("/l").text)
    assert "Ada Adams" in client.get("/l").text
    assert client.post("/logout", data={"csrf_token": token}).status_code == 303
    assert "Ada Adams" not in client.get("/l").text
    assert client.post("/basket/add", data={"listing_id": "1", "csrf_token": token}).status_code == 400


def test_a_cookie_that_was_genuine_a_moment_ago_still_grows_old(world: World, ageing: Flask) -> None:
    client = ageing.test_client()
    client.set_cookie(*world._signed_in(world.person("Ada Adams")))
    assert "Ada Adams" in client.get("/l").text
    kept = ageing.permanent_session_lifetime
    ageing.permanent_session_lifetime = timedelta(seconds=-1)
    assert "Ada Adams" not in client.get("/l").text
    ageing.permanent_session_lifetime = kept
    assert "Ada Adams" in client.get("/l").text
