"""Signing in, registering, devices and opening a shop, as a browser sees them."""

import hashlib
import re
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from tests.builders import PASSWORD, World, form_token

HOSTILE = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/%2f%2fevil.example",
    "/%5cevil.example",
    "/\t/evil.example",
    "/%09/evil.example",
    "/\r\nSet-Cookie: a=b",
    "http://localhost@evil.example/",
    "evil.example",
    "/logout",
    "/login?next=/login",
    "",
)


def page(client: FlaskClient, path: str, status: int = 200) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def post(client: FlaskClient, path: str, form_on: str | None = None, **fields: object) -> TestResponse:
    token = form_token(client.get(form_on or path).text)
    return client.post(path, data={"csrf_token": token, **fields})


def sign_in(world: World, client: FlaskClient, user_id: int, **more: object) -> TestResponse:
    [(email,)] = world.rows('SELECT email FROM "user" WHERE id = %s', user_id)
    return post(client, "/login", email=email, password=PASSWORD, **more)


def cookie_of(client: FlaskClient) -> str:
    found = client.get_cookie("tandem_session")
    assert found
    return found.value


@pytest.mark.covers("S2.31")
def test_a_person_registers_signs_out_and_in_again(world: World) -> None:
    client = world.client()
    answer = post(client, "/register", name="Ann Bell", email="ann@example.com", password="tyre kicker 9")
    assert (answer.status_code, answer.location) == (303, "/")
    assert page(client, "/account/security").find(string="This device")
    answer = post(client, "/logout", form_on="/account/security")
    assert (answer.status_code, answer.location) == (303, "/")
    answer = client.get("/account/security")
    assert (answer.status_code, answer.location) == (303, "/login?next=/account/security")
    answer = post(client, answer.location, email="ANN@example.com ", password="tyre kicker 9", next="/account/security")
    assert (answer.status_code, answer.location) == (303, "/account/security")


def test_everybody_lands_where_their_work_is(world: World) -> None:
    people = {"/": world.person(), "/seller": world.seller(), "/admin": world.person("Ada Min", is_admin=True)}
    for place, user_id in people.items():
        assert sign_in(world, world.client(), user_id).location == place


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "password1234"}, "password"),
        ({"email": "no address"}, "email"),
        ({"name": " "}, "name"),
        ({"name": "x" * 2000}, "name"),
    ],
)
def test_a_wrong_answer_is_told_at_its_field_and_nothing_typed_is_lost(
    world: World, fields: dict[str, str], field: str
) -> None:
    client = world.client()
    given = {"name": "Ann Bell", "email": "ann@example.com", "password": "tyre kicker 9", **fields}
    answer = post(client, "/register", **given)
    html = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    assert html.select_one(f"#{field}")["aria-describedby"].endswith(f"{field}-error")
    assert html.select_one("#form-errors a")["href"] == f"#{field}"
    assert html.select_one("#email")["value"] == given["email"]
    assert given["password"] not in answer.text
    assert world.rows('SELECT count(*) FROM "user"') == [(0,)]


@pytest.mark.covers("S2.31")
def test_a_wrong_password_and_an_unknown_e_mail_show_the_same_page(world: World) -> None:
    user_id = world.person()
    [(email,)] = world.rows('SELECT email FROM "user" WHERE id = %s', user_id)
    pages = set()
    for address in (str(email), "nobody@example.com"):
        answer = post(world.client(), "/login", email=address, password="not this one")
        assert answer.status_code == 422
        text = answer.text.replace(address, "")
        pages.add(re.sub(r'(nonce|value)="[^"]*"', "", text))
    assert len(pages) == 1


@pytest.mark.covers("S2.32")
def test_too_many_tries_show_how_long_to_wait(world: World) -> None:
    client = world.client()
    for _ in range(10):
        assert post(client, "/login", email="bo@example.com", password="wrong one").status_code == 422
    answer = post(client, "/login", email="bo@example.com", password="wrong one")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert "Wait 15 minutes" in answer.text
    token = form_token(client.get("/login").text)
    pair = {"csrf_token": token, "email": "bo@example.com", "password": "wrong one"}
    assert client.post("/login", headers={"X-Forwarded-For": "198.51.100.9"}, data=pair).status_code == 429


@pytest.mark.parametrize("target", HOSTILE)
@pytest.mark.covers("S2.31")
def test_nobody_is_led_away_after_signing_in(world: World, target: str) -> None:
    user_id = world.person()
    sent = sign_in(world, world.client(), user_id, next=target)
    assert (sent.status_code, sent.location) == (303, "/")
    client = world.client()
    shown = BeautifulSoup(client.get("/login", query_string={"next": target}).text, "html.parser")
    kept = shown.select_one("input[name=next]").get("value", "")
    assert sign_in(world, client, user_id, next=kept).location == "/"


def test_a_path_of_this_site_is_kept_through_register_and_sign_in(world: World) -> None:
    html = page(world.client(), "/login?next=/l%3Fkind%3Dcar%26sort%3Dcheapest")
    register = html.find("a", string="Create an account")["href"]
    assert urlsplit(register).path == "/register"
    client = world.client()
    shown = page(client, register)
    assert shown.select_one("input[name=next]")["value"] == "/l?kind=car&sort=cheapest"
    answer = sign_in(world, client, world.person(), next="/l?kind=car&sort=cheapest")
    assert answer.location == "/l?kind=car&sort=cheapest"


@pytest.mark.covers("S2.31")
def test_the_session_cookie_is_new_at_sign_in_and_dead_after_sign_out(world: World) -> None:
    client, user_id = world.client(), world.person()
    client.get("/login")
    before = cookie_of(client)
    answer = sign_in(world, client, user_id)
    flags = answer.headers["Set-Cookie"]
    assert all(flag in flags for flag in ("HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in flags
    signed_in = cookie_of(client)
    assert signed_in != before
    post(client, "/logout", form_on="/account/security")
    thief = world.client()
    thief.set_cookie("tandem_session", signed_in)
    assert thief.get("/account/security").status_code == 303


def test_a_forged_session_is_nobody(world: World) -> None:
    world.client(world.person())
    client = world.client()
    forged = URLSafeTimedSerializer("another-secret", salt="cookie-session").dumps({"_user_id": "1"})
    client.set_cookie("tandem_session", forged)
    assert client.get("/account/security").status_code == 303


def test_a_rested_admin_session_ends_before_a_buyers(world: World) -> None:
    admin = world.client(world.person("Ada Min", is_admin=True))
    buyer = world.client(world.person())
    world.tamper("UPDATE user_session SET last_seen_at = last_seen_at - interval '16 minutes'")
    assert buyer.get("/account/security").status_code == 200
    assert admin.get("/account/security").status_code == 303
    world.tamper("UPDATE user_session SET last_seen_at = now() - interval '13 hours'")
    assert buyer.get("/account/security").status_code == 303


def test_a_visit_is_written_once_in_five_minutes(world: World) -> None:
    client = world.client(world.person())
    seen = world.rows("SELECT last_seen_at FROM user_session")
    client.get("/account/security")
    assert world.rows("SELECT last_seen_at FROM user_session") == seen
    world.tamper("UPDATE user_session SET last_seen_at = last_seen_at - interval '6 minutes'")
    client.get("/account/security")
    assert world.rows("SELECT last_seen_at > now() - interval '1 minute' FROM user_session") == [(True,)]


@pytest.mark.covers("S2.31")
def test_devices_are_listed_and_signed_out_one_by_one_or_all(world: World) -> None:
    user_id = world.person()
    here, phone, work = (world.client(user_id) for _ in range(3))
    html = page(here, "/account/security")
    rows = html.select('form[action*="/devices/"]')
    assert len(rows) == 3
    assert post(here, rows[1]["action"], form_on="/account/security").status_code == 303
    assert sorted(c.get("/account/security").status_code for c in (phone, work)) == [200, 303]
    post(here, "/account/security/sign-out-others", form_on="/account/security")
    assert [c.get("/account/security").status_code for c in (here, phone, work)] == [200, 303, 303]
    stranger = world.client(world.person())
    assert post(stranger, rows[0]["action"], form_on="/account/security").status_code == 404
    assert here.get("/account/security").status_code == 200
    assert post(here, rows[0]["action"], form_on="/account/security").location == "/login"
    assert here.get("/account/security").status_code == 303


def test_a_password_is_changed_with_the_old_one_only(world: World) -> None:
    user_id = world.person()
    here, other = world.client(user_id), world.client(user_id)
    wrong = post(here, "/account/security", old="not it at all", password="a brand new one")
    assert wrong.status_code == 422
    assert "This is not your current password." in wrong.text
    right = post(here, "/account/security", old=PASSWORD, password="a brand new one")
    assert (right.status_code, right.location) == (303, "/account/security")
    assert "1 other device is signed out." in here.get("/account/security").text
    assert other.get("/account/security").status_code == 303


@pytest.mark.covers("S2.31")
def test_forms_without_their_token_change_nothing(world: World) -> None:
    client = world.client(world.person())
    for path in ("/login", "/register", "/logout", "/account/security", "/account/security/sign-out-others", "/sell"):
        assert client.post(path, data={"csrf_token": "forged"}).status_code == 400
        assert client.post(path).status_code == 400
    assert client.get("/logout").status_code == 405
    assert client.get("/account/security").status_code == 200


def test_a_foreign_host_is_refused_before_anything_else(world: World) -> None:
    for path in ("/", "/login", "/nowhere", "/static/favicon.svg"):
        assert world.client().get(path, headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.covers("S2.31")
def test_roles_open_their_own_pages_only(world: World) -> None:
    clients = {
        "visitor": world.client(),
        "buyer": world.client(world.person()),
        "seller": world.client(world.seller()),
        "admin": world.client(world.person("Ada Min", is_admin=True)),
    }
    expected = {
        "/sell": {"visitor": 303, "buyer": 200, "seller": 303, "admin": 200},
        "/seller/orders": {"visitor": 303, "buyer": 403, "seller": 200, "admin": 403},
        "/admin/payments": {"visitor": 303, "buyer": 403, "seller": 403, "admin": 200},
    }
    found = {path: {who: client.get(path).status_code for who, client in clients.items()} for path in expected}
    assert found == expected


def test_a_buyer_opens_a_shop_once(world: World) -> None:
    client = world.client(world.person())
    facts = {
        "name": "Corner Garage",
        "city": "Ghent",
        "country": "BE",
        "about": "Small and tidy.",
        "delivery_policy": "Sent on Fridays.",
        "returns_policy": "Fourteen days.",
    }
    missing = post(client, "/sell", **{**facts, "country": ""})
    assert missing.status_code == 422
    answer = post(client, "/sell", **facts)
    assert (answer.status_code, answer.location) == (303, "/seller")
    assert page(world.client(), "/s/corner-garage").h1.text == "Corner Garage"
    assert client.get("/sell").location == "/seller"
    second = world.client(world.person())
    taken = post(second, "/sell", **{**facts, "name": "Corner  garage"})
    assert taken.status_code == 422
    assert "Another shop has this name" in taken.text


def test_nothing_of_a_person_is_in_the_database_as_typed(world: World) -> None:
    client = world.client()
    post(client, "/register", name="Ann Bell", email="ann@example.com", password="tyre kicker 9")
    stored = str(world.rows('SELECT u::text, s::text FROM "user" u JOIN user_session s ON s.user_id = u.id'))
    assert "tyre kicker 9" not in stored
    assert hashlib.sha256(b"tyre kicker 9").hexdigest() not in stored
