"""Tokens of programs: made with the password, shown once, kept as a hash, ended by hand or by a new password (C17)."""

import re
from datetime import timedelta

from marketplace import clock, db
from marketplace.accounts import link_operations, operations, passwords, token_operations
from marketplace.accounts.token_rules import PREFIX, REQUESTS_PER_WINDOW, WRONG_PER_WINDOW
from marketplace.notifications import security
from marketplace.notifications.models import NotificationKind
from tests.builders import PASSWORD, World, form_token
from tests.builders_api import Program, program
from tests.builders_factors import with_phone

FORM = {"name": "Bookkeeping", "scope": "read", "days": "30", "password": PASSWORD}


def make(world: World, user_id: int, **changed: str) -> tuple[int, str]:
    """Make a token on its page; return the status and the page."""
    client = world.client(user_id)
    form = {**FORM, **changed, "csrf_token": form_token(client.get("/account/tokens").text)}
    answer = client.post("/account/tokens/make", data=form)
    return answer.status_code, answer.text


def test_a_token_is_shown_once_and_kept_as_a_hash(world: World) -> None:
    bought = world.paid_purchase(10_000)
    code, page = make(world, bought.buyer_id)
    [token] = re.findall(rf"{PREFIX}[\w-]{{43}}", page)
    assert code == 200
    [row] = world.rows("SELECT name, token_hash, may_write, expires_at - created_at, last_used_at FROM api_token")
    assert row == ("Bookkeeping", operations.token_hash(token), False, timedelta(days=30), None)
    own = world.client(bought.buyer_id).get("/account/tokens").text
    assert token not in own
    assert "Bookkeeping" in own
    assert "Never used yet." in own
    reader = Program(world.client(), token)
    assert len(reader.get("/api/v1/orders/")["orders"]) == 1
    assert "Last used" in world.client(bought.buyer_id).get("/account/tokens").text
    number = world.rows('SELECT number FROM "order"')[0][0]
    code, refused = reader.post(f"/api/orders/{number}/deliver/")
    assert (code, refused["detail"]) == (403, "This token may only read.")
    assert make(world, bought.buyer_id, password="wrong")[0] == 422
    assert make(world, bought.buyer_id, name=" ")[0] == 422
    assert make(world, bought.buyer_id, days="3650")[0] == 422
    assert world.rows("SELECT count(*) FROM api_token") == [(1,)]
    assert world.rows("SELECT kind, detail FROM security_event") == [("token_made", "Bookkeeping")]
    [told] = [fact for fact in security.due(clock.system_now()) if fact.subject == "security_event"]
    assert (told.user_id, told.kind) == (bought.buyer_id, NotificationKind.TOKEN_MADE)


# Would fail if a token were a way around the second step: a program is asked for none.
def test_who_signs_in_in_two_steps_gives_a_code_for_a_token(world: World) -> None:
    buyer = world.person()
    phone = with_phone(buyer)
    assert make(world, buyer)[0] == 422
    assert make(world, buyer, code="000000")[0] == 422
    assert make(world, buyer, code=phone.code())[0] == 200
    assert world.rows("SELECT count(*) FROM api_token") == [(1,)]


def test_a_token_opens_no_page_and_makes_no_session(world: World) -> None:
    asking = program(world, world.person())
    headers = {"Authorization": f"Bearer {asking.token}"}
    for path in ("/orders", "/account/tokens", "/account/security"):
        assert asking.client.get(path, headers=headers).status_code == 303, "a page knows sessions only"
    assert "Sign in" in asking.client.get("/api/docs/orders?ask=1", headers=headers).text
    assert asking.get("/api/v1/orders/") == {"orders": [], "next": None}
    assert asking.client.get("/api/v1/orders/").status_code == 401, "the answer left nothing behind"


def test_a_wrong_token_is_refused_beside_a_session_that_is_right(world: World) -> None:
    client = world.client(world.person())
    assert client.get("/api/v1/orders/").status_code == 200
    answer = client.get("/api/v1/orders/", headers={"Authorization": "Bearer tandem_wrong"})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
    other = client.get("/api/v1/orders/", headers={"Authorization": "Basic Ym86Ym8="})
    assert other.status_code == 200, "what is no token of ours is nobody's word"
    posted = client.post("/api/v1/discounts/validate/", json={"code": "ABC"}, headers={"Authorization": "Basic x"})
    assert posted.status_code == 400, "and saves no form token"


def test_tokens_end_by_time_by_hand_and_by_a_new_password(world: World) -> None:
    user_id, other_id = world.person(), world.person()
    first, second, others = program(world, user_id), program(world, user_id), program(world, other_id)
    [(token_id,)] = world.rows("SELECT min(id) FROM api_token")
    client, stranger = world.client(user_id), world.client(other_id)
    path = f"/account/tokens/{token_id}/revoke"
    token = form_token(stranger.get("/account/tokens").text)
    assert stranger.post(path, data={"csrf_token": token}).status_code == 404
    token = form_token(client.get("/account/tokens").text)
    assert client.post(path, data={"csrf_token": token}).status_code == 303
    assert (first.ask("GET", "/api/orders/")[0], second.ask("GET", "/api/orders/")[0]) == (401, 200)
    fresh = passwords.hash_password("another-long-password")
    values = {"user_id": user_id, "session_id": 0, "password_hash": fresh, "now": clock.system_now()}
    db.atomic(operations.change_password, (), **values)
    assert (second.ask("GET", "/api/orders/")[0], others.ask("GET", "/api/orders/")[0]) == (401, 200)
    world.tamper(f"UPDATE api_token SET expires_at = created_at WHERE user_id = {other_id}")
    assert others.ask("GET", "/api/orders/")[0] == 401
    assert "No tokens" in stranger.get("/account/tokens").text


def test_a_mailed_reset_ends_them_too(world: World) -> None:
    asking = program(world, user_id := world.person())
    now = clock.system_now()
    request_id = db.atomic(link_operations.ask_to_confirm, (), user_id=user_id, ip_address="", now=now)
    world.tamper(f"UPDATE link_request SET purpose = 'reset' WHERE id = {request_id}")
    key = operations.token_hash("key")
    db.atomic(link_operations.add_token, (), request_id=request_id, token_hash=key)
    fresh = passwords.hash_password("another-long-password")
    db.atomic(link_operations.choose_password, (), token_hash=key, password_hash=fresh, now=now)
    assert asking.ask("GET", "/api/orders/")[0] == 401


def test_who_asks_too_often_waits(world: World) -> None:
    asking, neighbour = program(world, world.person()), program(world, world.person())
    asking.get("/api/orders/")
    world.tamper(f"UPDATE api_use SET requests = {REQUESTS_PER_WINDOW}")
    answer = asking.client.get("/api/orders/", headers={"Authorization": f"Bearer {asking.token}"})
    assert (answer.status_code, 0 < int(answer.headers["Retry-After"]) <= 60) == (429, True)
    assert neighbour.ask("GET", "/api/orders/")[0] == 200
    world.tamper("UPDATE api_use SET since = since - interval '61 seconds'")
    assert asking.ask("GET", "/api/orders/")[0] == 200
    for _ in range(WRONG_PER_WINDOW):
        assert Program(world.client(), "tandem_guessed").ask("GET", "/api/orders/")[0] == 401
    assert Program(world.client(), "tandem_guessed").ask("GET", "/api/orders/")[0] == 429
    now = clock.system_now() + timedelta(minutes=3)
    token_operations.count_request("user:1", 1, now=now)
    assert world.rows("SELECT who FROM api_use") == [("user:1",)], "what is over is forgotten"
