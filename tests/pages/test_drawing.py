"""A page is drawn once per value: who looks, and what belongs to one request, is never part of what is kept."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from jinja2 import DictLoader

from marketplace import db
from marketplace.catalog import operations as catalog
from marketplace.web import drawing, gaps
from tests.builders import World


@pytest.fixture
def house(world: World) -> Iterator[Flask]:
    """The shop, with templates of our own beside its."""
    env = world.app.jinja_env
    before, env.loader = (
        env.loader,
        DictLoader(
            {
                "mine.html": "<p>{{ page }}</p>{{ gap('nonce') }}",
                "name.html": "{{ viewer.name }}",
                "token.html": "{{ csrf_token() }}",
                "path.html": "{{ request.path }}",
                "time.html": "{{ page | time }}",
                "macro.html": "{% from 'asks.html' import asks %}{{ asks() }}",
                "asks.html": "{% macro asks() %}{{ csrf_token() }}{% endmacro %}",
                "flashes.html": "{% from 'says.html' import says %}{{ says() }}",
                "says.html": "{% macro says() %}{{ get_flashed_messages() }}{% endmacro %}",
            }
        ),
    )
    yield world.app
    env.loader = before


def nonce_of(text: str) -> str:
    [nonce] = set(re.findall(r'nonce="([^"]+)"', text))
    return nonce


def token_of(text: str) -> str:
    [token] = set(re.findall(r'name="csrf_token" value="([^"]+)"', text))
    return token


def without_nonce(client: FlaskClient, path: str) -> str:
    text = client.get(path).text
    return text.replace(nonce_of(text), "")


def test_two_people_see_the_same_page_each_under_their_own_header(world: World) -> None:
    seller_id = world.seller("Sam Seller")
    listing_id = world.listing(seller_id, title="Brake disc")
    [(slug,)] = world.rows("SELECT slug FROM listing WHERE id = %s", listing_id)
    ann, bob, visitor = world.client(world.person("Ann Arbor")), world.client(world.person("Bob Bay")), world.client()
    for path in ("/l", f"/l/{slug}"):
        texts = {name: client.get(path).text for name, client in (("Ann", ann), ("Bob", bob), ("nobody", visitor))}
        assert all("Brake disc" in text for text in texts.values())
        for whom in ("Ann Arbor", "Bob Bay"):
            assert [name for name, text in texts.items() if whom in text] == [whom.split()[0]]
        assert len({token_of(text) for text in texts.values() if "csrf_token" in text}) >= 2
        assert [name for name, text in texts.items() if "Sign in" in text] == ["nobody"]
        assert without_nonce(ann, path) == without_nonce(ann, path)


def test_each_answer_has_a_nonce_of_its_own_that_its_policy_names(world: World) -> None:
    world.listing(world.seller())
    client = world.client()
    first, second = client.get("/l"), client.get("/l")
    assert nonce_of(first.text) != nonce_of(second.text)
    for answer in (first, second):
        assert f"'nonce-{nonce_of(answer.text)}'" in answer.headers["Content-Security-Policy"]


def test_what_is_told_once_is_told_once_and_only_to_whom_it_concerns(world: World) -> None:
    world.listing(world.seller())
    ann, bob = world.client(world.person("Ann Arbor")), world.client(world.person("Bob Bay"))
    with ann.session_transaction() as session:
        session["_flashes"] = [("ok", "It is <in> your basket.")]
    assert [client.get("/l").text.count("It is &lt;in&gt; your basket.") for client in (bob, ann, ann, bob)] == [
        0,
        1,
        0,
        0,
    ]


def test_a_sale_of_many_changes_nothing_and_of_few_the_page(world: World) -> None:
    seller_id = world.seller()
    listing_id = world.listing(seller_id, units=150)
    [(slug,)] = world.rows("SELECT slug FROM listing WHERE id = %s", listing_id)
    client = world.client()
    assert "More than 99 in stock" in client.get(f"/l/{slug}").text
    for units, told in ((100, "More than 99 in stock"), (99, "99 in stock"), (3, "Only 3 left"), (0, "Sold out")):
        db.atomic(catalog.change_stock, (), seller_id=seller_id, listing_id=listing_id, units=units)
        assert told in client.get(f"/l/{slug}").text


def test_equal_pages_are_drawn_once_and_texts_cannot_be_gaps(house: Flask) -> None:
    with house.app_context(), house.test_request_context():
        first = drawing.draw("mine.html", "<b>")
        nonce = g.csp_nonce
        assert first == f"<p>&lt;b&gt;</p>{nonce}".encode()
    with house.app_context(), house.test_request_context():
        assert drawing.draw("mine.html", "<b>") == f"<p>&lt;b&gt;</p>{g.csp_nonce}".encode()
        assert g.csp_nonce != nonce
    with pytest.raises(ValueError, match="a word"):
        gaps.mark(("bar", "<script>"))


@pytest.mark.parametrize("template", ["name.html", "token.html", "path.html", "macro.html", "flashes.html"])
def test_a_template_that_asks_who_looks_is_refused(house: Flask, template: str) -> None:
    with house.app_context(), house.test_request_context():
        with pytest.raises(RuntimeError, match="leave a gap"):
            drawing.draw(template, template)
        assert drawing.draw("mine.html", "after it").startswith(b"<p>after it</p>")


def test_a_time_by_somebodys_clock_is_refused(house: Flask) -> None:
    moment = datetime(2026, 12, 21, 14, 5, tzinfo=UTC)
    with house.app_context(), house.test_request_context(), pytest.raises(RuntimeError, match="leave a gap"):
        drawing.draw("time.html", moment)
