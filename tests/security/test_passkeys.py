"""Passkeys: added by who it is, used once per question, on our domain only, and by one device only."""

import json

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.accounts.factor_rules import MOST_PASSKEYS
from tests.authenticator import Authenticator
from tests.builders import PASSWORD, World, form_token
from tests.builders_factors import with_phone
from tests.fixtures_mail import PostOffice

_SECURITY = "/account/security"
_PASSKEYS = f"{_SECURITY}/passkeys"


def send(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    token = form_token(client.get("/register").text)
    return client.post(path, data={"csrf_token": token, **fields})


def question(client: FlaskClient, path: str) -> str:
    """Return what the page has the browser ask the device."""
    html = BeautifulSoup(client.get(path).text, "html.parser")
    return str(html.select_one("[data-passkey]")["data-question"])


def add(client: FlaskClient, device: Authenticator, name: str = "Phone", code: str = "") -> TestResponse:
    answer = send(client, f"{_PASSKEYS}/new", name=name, password=PASSWORD, code=code)
    assert (answer.status_code, answer.location) == (303, f"{_PASSKEYS}/create"), answer.text
    return send(client, f"{_PASSKEYS}/create", answer=device.make(question(client, f"{_PASSKEYS}/create")))


def asked(client: FlaskClient, target: str = "") -> str:
    """Press the button on the sign-in page; return what the device is asked."""
    answer = send(client, "/passkey/begin", next=target)
    assert answer.status_code == 303
    return question(client, answer.location)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get(_SECURITY).status_code == 200


def with_passkey(world: World) -> tuple[int, Authenticator]:
    user_id, device = world.person(), Authenticator()
    assert add(world.client(user_id), device).location == _SECURITY
    return user_id, device


@pytest.mark.covers("S2.31")
def test_a_passkey_is_added_and_signs_in_without_a_password(world: World) -> None:
    user_id, device = world.person(), Authenticator()
    here, there = world.client(user_id), world.client(user_id)
    assert add(here, device, name="  My   phone ").location == _SECURITY
    page = here.get(_SECURITY).text
    assert "My phone" in page
    assert "Not used yet." in page
    assert not is_signed_in(there), "other devices are signed out"
    client = world.client()
    answer = send(client, "/passkey", answer=device.sign(asked(client)), next="/orders")
    assert (answer.status_code, answer.location) == (303, "/orders")
    assert is_signed_in(client)
    assert "Last used" in client.get(_SECURITY).text


def test_it_takes_the_place_of_the_code_after_the_password(world: World) -> None:
    user_id, device = with_passkey(world)
    with_phone(user_id)
    [(email,)] = world.rows('SELECT email FROM "user" WHERE id = %s', user_id)
    client = world.client()
    assert send(client, "/login", email=email, password=PASSWORD, next="/orders").location == "/login/code?next=/orders"
    assert "Use a passkey" in client.get("/login/code").text
    answer = send(client, "/passkey", answer=device.sign(asked(client, "/orders")), next="/orders")
    assert answer.location == "/orders"
    assert is_signed_in(client)


def test_adding_and_removing_wants_the_password_and_the_code(world: World) -> None:
    user_id, device = with_passkey(world)
    client = world.client(user_id)
    [(passkey_id,)] = world.rows("SELECT id FROM passkey")
    remove = f"{_PASSKEYS}/{passkey_id}/remove"
    for path, fields in ((f"{_PASSKEYS}/new", {"name": "Phone"}), (remove, {})):
        assert send(client, path, password="not this one", **fields).status_code == 422
    phone = with_phone(user_id)
    client = world.client(user_id)
    for path, fields in ((f"{_PASSKEYS}/new", {"name": "Phone"}), (remove, {})):
        assert 'name="code"' in client.get(path).text
        assert send(client, path, password=PASSWORD, **fields).status_code == 422
        assert send(client, path, password=PASSWORD, code="000000", **fields).status_code == 422
    assert client.get(f"{_PASSKEYS}/create").location == f"{_PASSKEYS}/new", "nothing is asked of a device before"
    assert send(client, remove, password=PASSWORD, code=phone.code()).location == _SECURITY
    visitor = world.client()
    assert send(visitor, "/passkey", answer=device.sign(asked(visitor))).location == "/login"
    assert not is_signed_in(visitor)


def test_a_name_is_asked_for(world: World) -> None:
    client = world.client(world.person())
    for name in ("", " ", "x" * 65):
        answer = send(client, f"{_PASSKEYS}/new", name=name, password=PASSWORD)
        assert answer.status_code == 422
        assert BeautifulSoup(answer.text, "html.parser").select_one("#name-error")


def test_one_answer_signs_in_once(world: World) -> None:
    _user_id, device = with_passkey(world)
    client = world.client()
    answer = device.sign(asked(client))
    cookie = client.get_cookie("tandem_session")
    assert cookie
    assert send(client, "/passkey", answer=answer).status_code == 303
    assert is_signed_in(client)
    replayed = world.client()
    replayed.set_cookie("tandem_session", cookie.value)
    assert send(replayed, "/passkey", answer=answer).location == "/login"
    assert not is_signed_in(replayed)
    assert world.rows("SELECT count(*) FROM passkey_challenge") == [(0,)]


def test_an_answer_belongs_to_the_browser_that_asked(world: World) -> None:
    _user_id, device = with_passkey(world)
    mine, other = world.client(), world.client()
    answer = device.sign(asked(mine))
    asked(other)
    assert send(other, "/passkey", answer=answer).location == "/login"
    assert send(world.client(), "/passkey", answer=answer).location == "/login"
    assert not is_signed_in(other)


def test_a_question_waits_ten_minutes(world: World) -> None:
    user_id, device = with_passkey(world)
    client = world.client()
    answer = device.sign(asked(client))
    world.tamper("UPDATE passkey_challenge SET begun_at = begun_at - interval '10 minutes'")
    assert send(client, "/passkey", answer=answer).location == "/login"
    assert not is_signed_in(client)
    owner = world.client(user_id)
    send(owner, f"{_PASSKEYS}/new", name="Late", password=PASSWORD)
    made = Authenticator().make(question(owner, f"{_PASSKEYS}/create"))
    world.tamper("UPDATE passkey_challenge SET begun_at = begun_at - interval '10 minutes'")
    assert send(owner, f"{_PASSKEYS}/create", answer=made).location == f"{_PASSKEYS}/new"
    assert world.rows("SELECT count(*) FROM passkey") == [(1,)]


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://tandem.example.evil"},
        {"origin": "http://localhost:1"},
        {"domain": "evil.example"},
        {"is_unlocked": False},
        {"credential_id": b"another one of ours?"},
    ],
    ids=str,
)
def test_what_was_signed_elsewhere_or_by_nobody_is_not_believed(world: World, change: dict[str, object]) -> None:
    _user_id, device = with_passkey(world)
    for name, value in change.items():
        setattr(device, name, value)
    client = world.client()
    assert send(client, "/passkey", answer=device.sign(asked(client))).location == "/login"
    assert not is_signed_in(client)
    assert "This passkey could not be used here." in client.get("/login").text
    if "credential_id" not in change:
        owner = world.client(world.person("Una Other"))
        fresh = Authenticator(**change)  # type: ignore[arg-type]
        assert add(owner, fresh).location == f"{_PASSKEYS}/new"
        assert world.rows("SELECT count(*) FROM passkey") == [(1,)]


def test_another_key_of_the_same_name_is_not_believed(world: World) -> None:
    _user_id, device = with_passkey(world)
    forged = Authenticator(credential_id=device.credential_id)
    client = world.client()
    assert send(client, "/passkey", answer=forged.sign(asked(client))).location == "/login"
    assert not is_signed_in(client)


def test_a_copy_is_found_by_its_count(world: World) -> None:
    _user_id, device = with_passkey(world)
    copy = Authenticator(credential_id=device.credential_id, key=device.key)
    for _number in range(2):
        client = world.client()
        assert send(client, "/passkey", answer=device.sign(asked(client))).location == "/"
    client = world.client()
    assert send(client, "/passkey", answer=copy.sign(asked(client))).location == "/login"
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "answer",
    ["", "null", "[]", "{}", "x", '{"id": 1}', json.dumps({"id": "", "rawId": "!", "type": "public-key"}), "{" * 9_000],
)
def test_what_is_no_answer_gets_a_clear_one(world: World, answer: str) -> None:
    client = world.client()
    asked(client)
    assert send(client, "/passkey", answer=answer).location == "/login"
    owner = world.client(world.person())
    send(owner, f"{_PASSKEYS}/new", name="Phone", password=PASSWORD)
    assert send(owner, f"{_PASSKEYS}/create", answer=answer).location == f"{_PASSKEYS}/new"


def test_damaged_answers_are_refused_and_never_an_error(world: World) -> None:
    _user_id, device = with_passkey(world)
    owner = world.client(world.person("Una Other"))
    for part in ("clientDataJSON", "authenticatorData", "signature", "attestationObject"):
        for damage in (lambda text: text[:-9], lambda _text: "AAAA", lambda _text: "", lambda text: text[::-1]):
            client = world.client()
            if part == "attestationObject":
                send(owner, f"{_PASSKEYS}/new", name="Phone", password=PASSWORD)
                whole = json.loads(Authenticator().make(question(owner, f"{_PASSKEYS}/create")))
                path, sender = f"{_PASSKEYS}/create", owner
            else:
                whole, path, sender = json.loads(device.sign(asked(client))), "/passkey", client
            whole["response"][part] = damage(whole["response"][part])
            assert send(sender, path, answer=json.dumps(whole)).status_code == 303
            assert not is_signed_in(client)
    assert world.rows("SELECT count(*) FROM passkey") == [(1,)]


def test_one_passkey_belongs_to_one_person_and_twenty_are_enough(world: World) -> None:
    _user_id, device = with_passkey(world)
    other = world.client(world.person("Una Other"))
    assert add(other, device).location == f"{_PASSKEYS}/new"
    for _number in range(MOST_PASSKEYS):
        assert add(other, Authenticator()).location == _SECURITY
    assert add(other, Authenticator()).location == f"{_PASSKEYS}/new"
    assert world.rows("SELECT count(*) FROM passkey") == [(MOST_PASSKEYS + 1,)]


def test_the_page_asks_for_our_domain_a_lock_and_no_device_twice(world: World) -> None:
    user_id, device = with_passkey(world)
    client = world.client(user_id)
    send(client, f"{_PASSKEYS}/new", name="Laptop", password=PASSWORD)
    said = json.loads(question(client, f"{_PASSKEYS}/create"))
    assert said["rp"] == {"name": "Tandem", "id": "localhost"}
    assert said["authenticatorSelection"]["userVerification"] == "required"
    assert said["authenticatorSelection"]["residentKey"] == "required"
    assert len(said["excludeCredentials"]) == 1
    visitor = json.loads(asked(world.client()))
    assert (visitor["rpId"], visitor["userVerification"]) == ("localhost", "required")
    assert not visitor.get("allowCredentials"), "nobody learns who has which"
    assert device


def test_it_is_told(post: PostOffice) -> None:
    world = post.world
    user_id, _device = with_passkey(world)
    [(passkey_id,)] = world.rows("SELECT id FROM passkey")
    send(world.client(user_id), f"{_PASSKEYS}/{passkey_id}/remove", password=PASSWORD)
    post.run()
    assert post.taken.subjects == ["A passkey was added: Phone", "A passkey was removed: Phone"]


def test_who_begins_too_often_waits(world: World) -> None:
    client = world.client()
    for _try in range(30):
        assert "/passkey" in send(client, "/passkey/begin").location
    kept = world.rows("SELECT count(*) FROM passkey_challenge")
    answer = send(client, "/passkey/begin", next="/orders")
    assert answer.location == "/login?next=/orders"
    assert "Too many tries from here" in client.get(answer.location).text
    assert world.rows("SELECT count(*) FROM passkey_challenge") == kept
