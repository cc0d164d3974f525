"""Two-step sign-in, as an attacker with the password sees it, and as an admin who must have it does."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.accounts import factor_queries
from marketplace.accounts.rules import TRIES_PER_EMAIL
from marketplace.config import AccountPolicy
from tests.builders import PASSWORD, World, form_token
from tests.builders_factors import Phone, with_phone
from tests.fixtures_mail import PostOffice
from tests.journeys.test_payouts import choose, due
from tests.security.test_mailed_links import follow, mailed

_TWO_STEP = "/account/security/two-step"


def email_of(world: World, user_id: int) -> str:
    return str(world.rows('SELECT email FROM "user" WHERE id = %s', user_id)[0][0])


def send(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    token = form_token(client.get("/register").text)
    return client.post(path, data={"csrf_token": token, **fields})


def half_way(world: World, user_id: int, **fields: object) -> FlaskClient:
    """Return a browser in which the right password was given."""
    client = world.client()
    answer = send(client, "/login", email=email_of(world, user_id), password=PASSWORD, **fields)
    assert (answer.status_code, urlsplit(answer.location).path) == (303, "/login/code")
    return client


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account/security").status_code == 200


@pytest.mark.covers("S2.31")
def test_after_the_password_comes_the_code_and_then_the_page_that_was_wanted(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    client = half_way(world, user_id, next="/orders?tab=open")
    answer = client.get("/login/code?next=/orders?tab%3Dopen")
    form = BeautifulSoup(answer.text, "html.parser")
    assert form.select_one("#code")["autocomplete"] == "one-time-code"
    kept = form.select_one("input[name=next]")["value"]
    answer = send(client, "/login/code", code=phone.code(), next=kept)
    assert (answer.status_code, answer.location) == (303, "/orders?tab=open")
    assert is_signed_in(client)


@pytest.mark.covers("S2.31")
def test_the_step_is_not_skipped_by_an_address(world: World) -> None:
    user_id = world.person("Ada Admin", is_admin=True)
    with_phone(user_id)
    client = half_way(world, user_id)
    for path in ("/account/security", "/admin", _TWO_STEP, "/orders", "/seller"):
        answer = client.get(path)
        assert (answer.status_code, urlsplit(answer.location).path) == (303, "/login"), path
    assert client.get("/api/invoices/").status_code == 401
    assert world.rows("SELECT count(*) FROM user_session") == [(0,)]


def test_without_a_password_there_is_no_second_step(world: World) -> None:
    client = world.client()
    assert client.get("/login/code").location == "/login"
    assert send(client, "/login/code", code="123456").location == "/login"


def test_a_half_done_sign_in_belongs_to_one_browser_and_ends_when_it_is_done(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    mine = half_way(world, user_id)
    other = world.client()
    assert send(other, "/login/code", code=phone.code()).location == "/login"
    kept = mine.get_cookie("tandem_session")
    assert kept
    assert send(mine, "/login/code", code=phone.code()).status_code == 303
    assert is_signed_in(mine)
    replayed = world.client()
    replayed.set_cookie("tandem_session", kept.value)
    assert replayed.post("/login/code").status_code == 400, "no form token"
    assert urlsplit(replayed.get("/login/code").location).path == "/login"
    assert not is_signed_in(replayed)


def test_after_ten_minutes_it_begins_again(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    client = half_way(world, user_id, next="/orders")
    world.tamper("UPDATE half_sign_in SET begun_at = begun_at - interval '10 minutes'")
    answer = send(client, "/login/code", code=phone.code(), next="/orders")
    assert answer.location == "/login?next=/orders"
    assert "The code was not entered in time. Sign in again." in client.get("/login").text
    assert not is_signed_in(client)


def test_a_used_code_is_refused(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    code = phone.code()
    assert send(half_way(world, user_id), "/login/code", code=code).status_code == 303
    answer = send(half_way(world, user_id), "/login/code", code=code)
    assert answer.status_code == 422
    assert "This code is not right, or it was used already." in answer.text


def test_wrong_codes_close_sign_in_and_say_for_how_long(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    client = half_way(world, user_id)
    for _number in range(TRIES_PER_EMAIL):
        assert send(client, "/login/code", code="000000").status_code == 422
    answer = send(client, "/login/code", code=phone.code())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert "Wait 15 minutes" in answer.text
    fresh = send(world.client(), "/login", email=email_of(world, user_id), password=PASSWORD)
    assert fresh.status_code == 429, "the password does not open it again"


def test_wrong_codes_look_the_same_whatever_codes_there_are(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    send(half_way(world, user_id), "/login/code", code=phone.recovery_codes[0])
    client, pages = half_way(world, user_id), set()
    for code in ("000000", phone.recovery_codes[0], "b" * 16, "word"):
        text = send(client, "/login/code", code=code).text
        pages.add(re.sub(r'(nonce|value)="[^"]*"', "", text))
    assert len(pages) == 1


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_code_leads_nowhere_else(world: World, target: str) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    client = half_way(world, user_id, next=target)
    answer = send(client, f"/login/code?next={target}", code=phone.code(), next=target)
    assert answer.location == "/"


def test_a_forgotten_password_does_not_take_it_off(post: PostOffice) -> None:
    world = post.world
    user_id = world.person()
    phone = with_phone(user_id)
    client = world.client()
    follow(client, mailed(post, user_id))
    assert send(client, "/reset/new", password="tyre kicker number 9").location == "/login"
    assert factor_queries.has_second_step(user_id)
    browser = world.client()
    answer = send(browser, "/login", email=email_of(world, user_id), password="tyre kicker number 9")
    assert urlsplit(answer.location).path == "/login/code"
    assert send(browser, "/login/code", code=phone.code()).status_code == 303


def secret_on(client: FlaskClient) -> Phone:
    """Read the secret from the page that shows it, as somebody types it into their app."""
    html = BeautifulSoup(client.get(f"{_TWO_STEP}/app").text, "html.parser")
    return Phone(html.select_one("[data-copy]").text.replace(" ", ""))


def codes_on(answer: TestResponse) -> list[str]:
    html = BeautifulSoup(answer.text, "html.parser")
    return [item.text for item in html.select(".recovery-codes code")]


def test_it_is_set_up_with_the_password_and_a_first_right_code(world: World) -> None:
    user_id = world.person()
    here, there = world.client(user_id), world.client(user_id)
    assert send(here, f"{_TWO_STEP}/begin", password="not this one").status_code == 422
    assert here.get(f"{_TWO_STEP}/app").location == _TWO_STEP, "no secret without the password"
    assert send(here, f"{_TWO_STEP}/begin", password=PASSWORD).location == f"{_TWO_STEP}/app"
    page = here.get(f"{_TWO_STEP}/app")
    assert page.headers["Cache-Control"] == "no-store"
    assert "<svg" in page.text
    assert "style=" not in page.text
    assert send(here, f"{_TWO_STEP}/app", code="000000").status_code == 422
    assert is_signed_in(there)
    answer = send(here, f"{_TWO_STEP}/app", code=secret_on(here).code())
    assert answer.status_code == 200
    assert len(set(codes_on(answer))) == 10
    assert "1 other device is signed out." in answer.text
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    assert send(here, f"{_TWO_STEP}/app", code="000000").location == _TWO_STEP, "they are shown once"
    assert here.get(f"{_TWO_STEP}/begin").location == _TWO_STEP
    assert "10 recovery codes are left." in here.get(_TWO_STEP).text


def test_new_codes_and_turning_it_off_want_password_and_code(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    client = world.client(user_id)
    other = world.client(user_id)
    for deed in ("codes", "off"):
        for fields in ({}, {"password": PASSWORD}, {"code": phone.code()}, {"password": PASSWORD, "code": "000000"}):
            answer = send(client, f"{_TWO_STEP}/{deed}", **fields)
            assert answer.status_code == 422, (deed, fields)
    answer = send(client, f"{_TWO_STEP}/codes", password=PASSWORD, code=phone.recovery_codes[0])
    fresh = codes_on(answer)
    assert len(fresh) == 10
    assert send(client, f"{_TWO_STEP}/off", password=PASSWORD, code=phone.recovery_codes[1]).status_code == 422
    assert send(client, f"{_TWO_STEP}/off", password=PASSWORD, code=fresh[0]).location == _TWO_STEP
    assert (is_signed_in(client), is_signed_in(other)) == (True, False)
    assert not factor_queries.has_second_step(user_id)
    assert send(world.client(), "/login", email=email_of(world, user_id), password=PASSWORD).location == "/"


def test_who_changes_it_is_guessed_no_further_than_at_sign_in(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    client = world.client(user_id)
    for _number in range(TRIES_PER_EMAIL):
        assert send(client, f"{_TWO_STEP}/off", password=PASSWORD, code="000000").status_code == 422
    assert send(client, f"{_TWO_STEP}/off", password=PASSWORD, code=phone.code()).status_code == 429


def test_money_leaves_with_a_code(world: World) -> None:
    seller_id = due(world, 10_000)
    choose(world, seller_id, "manual")
    world.settle_down()
    phone = with_phone(seller_id)
    client = world.client(seller_id)
    page = client.get("/seller/payouts/withdraw")
    fields = {"currency": "USD", "password": PASSWORD}
    assert 'name="code"' in page.text
    for code in ("", "000000"):
        answer = send(client, "/seller/payouts/withdraw", code=code, **fields)
        assert answer.status_code == 422
        assert BeautifulSoup(answer.text, "html.parser").select_one("#code-error")
    assert world.payouts() == []
    assert send(client, "/seller/payouts/withdraw", code=phone.code(), **fields).status_code == 303
    assert world.payouts() == [("in_transit", 9_380)]


def test_an_admin_without_it_reaches_nothing_where_the_house_wants_it(
    world: World, settings_are: Callable[..., None]
) -> None:
    user_id = world.person("Ada Admin", is_admin=True)
    client = world.client(user_id)
    assert client.get("/admin").status_code == 200, "off unless somebody turns it on"
    settings_are(accounts=AccountPolicy(second_factor_for_admins=True))
    rules = [rule for rule in world.app.url_map.iter_rules() if rule.rule.startswith("/admin")]
    assert len(rules) > 80
    for rule in rules:
        path = re.sub(r"<[^>]*name>|<[^>]+>", "1", rule.rule.replace("<string(length=3):currency>", "USD"))
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            data = {"csrf_token": form_token(client.get(_TWO_STEP).text)} if method == "POST" else None
            answer = client.open(path, method=method, data=data)
            assert (answer.status_code, answer.location) == (303, _TWO_STEP), (method, path)
    assert client.get("/api/invoices/").status_code == 403
    assert "Admins sign in in two steps here" in client.get(_TWO_STEP).text
    with_phone(user_id)
    client = world.client(user_id)
    assert client.get("/admin").status_code == 200
    assert client.get("/api/invoices/").status_code == 200
    assert world.client(world.person()).get("/admin").status_code == 403, "others as before"
