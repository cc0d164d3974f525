"""The demo's bar: everybody sees the date, who is signed in moves it forward, and production knows nothing of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace import clock, create_app
from marketplace.config import Settings
from marketplace.demo import forward
from marketplace.web.pages import date_text
from tests.builders import World, form_token
from tests.races import at_once

_DAY = timedelta(days=1)


def bar(client: FlaskClient, path: str = "/") -> Tag:
    found = BeautifulSoup(client.get(path).text, "html.parser").select_one(".demo-bar")
    assert found is not None, path
    return found


def steps(client: FlaskClient, path: str = "/") -> list[str]:
    return [button.text for button in bar(client, path).select("button")]


def press(client: FlaskClient, days: str, path: str = "/orders", **more: str) -> TestResponse:
    """Press a button of the bar on the page `path`."""
    form = {str(field["name"]): str(field["value"]) for field in bar(client, path).select("input")}
    return client.post("/demo/time", data={**form, "days": days, **more})


def said(client: FlaskClient, path: str) -> str:
    found = BeautifulSoup(client.get(path).text, "html.parser").select_one(".flash-messages")
    assert found is not None
    return found.get_text(" ", strip=True)


def test_every_layout_shows_the_date_and_the_buttons_to_who_is_signed_in(world: World) -> None:
    visitor, person = world.client(), world.client(world.person())
    seller, admin = world.client(world.seller()), world.client(world.person("Ada Admin", is_admin=True))
    today = f"Today is {date_text(world.now)}"
    for path in ("/", "/login", "/no-such-page"):
        assert today in bar(visitor, path).text
        assert steps(visitor, path) == []
    for client, path in ((person, "/"), (person, "/orders"), (seller, "/seller"), (admin, "/admin"), (admin, "/no")):
        assert today in bar(client, path).text
        assert steps(client, path) == ["+1 day", "+7 days", "+30 days"]


def test_a_press_moves_shop_and_provider_and_leads_back_to_the_page(world: World) -> None:
    client = world.client(world.person())
    before, offset = world.now, world.sandbox.sandbox.clock.offset()
    answer = press(client, "1", "/orders?tab=open")
    assert (answer.status_code, answer.location) == (303, "/orders?tab=open")
    assert said(client, "/orders?tab=open") == "1 day later: nothing was due."
    assert _DAY <= world.now - before < _DAY + timedelta(minutes=1)
    assert world.sandbox.sandbox.clock.offset() == offset + 86_400
    assert f"Today is {date_text(before + _DAY)}" in bar(client).text


def test_a_page_that_a_form_has_made_leads_back_to_where_the_form_stood(world: World) -> None:
    client = world.client(world.person())
    token = form_token(client.get("/").text)
    origin = {"Referer": "http://localhost/account/security?x=1"}
    html = client.post("/account/security", data={"csrf_token": token}, headers=origin).text
    assert BeautifulSoup(html, "html.parser").select_one(".demo-bar [name=next]")["value"] == "/account/security?x=1"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "", "/logout"])
def test_it_never_leads_elsewhere(world: World, elsewhere: str) -> None:
    assert press(world.client(world.person()), "1", next=elsewhere).location == "/"


def test_nonsense_and_strangers_move_nothing(world: World) -> None:
    client, visitor = world.client(world.person()), world.client()
    before = clock.offset()
    for days in ("", "0", "-1", "2", "365", "1.0", "1e1", " 1", "\N{ARABIC-INDIC DIGIT ONE}", "day"):
        assert press(client, days).status_code == 422, days
    assert client.post("/demo/time", data={"days": "1"}).status_code == 400, "no form token"
    assert client.get("/demo/time").status_code == 405
    token = form_token(visitor.get("/login").text)
    answer = visitor.post("/demo/time", data={"days": "1", "csrf_token": token})
    assert answer.location.startswith("/login")
    assert clock.offset() == before


@pytest.fixture
def production(world: World) -> Iterator[FlaskClient]:
    """The shop without MARKETPLACE_DEMO, before the same database."""
    settings: Settings = replace(world.settings, demo=False)
    yield create_app(settings).test_client()
    clock.follow(world.settings.var_dir / "clock")


def test_production_shows_no_bar_and_has_no_such_address(production: FlaskClient) -> None:
    page = production.get("/login").text
    assert "demo-bar" not in page
    assert "/demo/time" not in page
    for data in ({}, {"days": "1", "csrf_token": form_token(page)}):
        assert production.post("/demo/time", data=data).status_code == 404
    with pytest.raises(RuntimeError):
        clock.advance(_DAY)


def test_time_moves_forward_only_and_by_everybodys_steps(world: World) -> None:
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-_DAY)
    before = clock.offset()
    shop, provider = lambda: clock.advance(_DAY), lambda: world.sandbox.advance_clock(86_400)
    at_once(world.app, [shop, provider] * 8)
    assert clock.offset() == before + 16 * _DAY


def test_two_who_press_at_once_move_it_by_both(world: World) -> None:
    clients = [world.client(world.person()), world.client(world.seller())]
    before = clock.offset()
    at_once(world.app, [lambda client=client: press(client, "1") for client in clients])  # type: ignore[misc]
    assert clock.offset() == before + 2 * _DAY


def test_what_takes_too_long_is_left_to_the_worker(world: World) -> None:
    world.paid_purchase(10_000)
    world.open_purchase(5_000)
    before = clock.offset()
    moved = forward.move(3, tick=world.tick, seconds=0)
    assert (moved.days, moved.days_left) == (1, 2)
    assert clock.offset() == before + _DAY
    world.work_off()
    assert clock.offset() == before + 3 * _DAY
    assert world.rows("SELECT count(*) FROM procrastinate_jobs WHERE status <> 'doing'") == [(0,)]
