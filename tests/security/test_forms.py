"""Forms: no deed without the own token, no deed by GET, and no field beyond those the form shows."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.web import guards
from tests import builders_credits as credits_of
from tests.builders import PASSWORD, World, form_token
from tests.pages.test_checkout import TYPED, hidden, parsed
from tests.security.authorisation import FORMS, WRITING_GETS
from tests.security.scene import (
    ROLES,
    SIDES,
    browser,
    fingerprint,
    nothing_changes,
    path_of,
    route_of,
    scene,
    values_for,
)

# What carries its proof itself: the provider's signature, and the signed link of a mail, which mail programs press
# without ever having seen a page of ours (RFC 8058).
_SIGNED = {
    "/unsubscribe/<token>",
    "/webhooks/stripe/connect",
    "/webhooks/stripe",
    "/api/credits/webhook",
    "/api/payments/webhooks/stripe/",
    "/api/v1/payments/webhooks/stripe/",
}
# What a form might be asked to set although it has no such field.
_SMUGGLED = {
    "id": "1",
    "is_admin": "1",
    "is_seller": "1",
    "user_id": "1",
    "buyer_id": "1",
    "seller_id": "1",
    "status": "completed",
    "price_minor": "1",
    "seen_price_minor": "1",
    "unit_price_minor": "1",
    "amount_minor": "1",
    "total_minor": "1",
    "gross_minor": "1",
    "net_minor": "999999",
    "platform_fee_minor": "0",
    "tax_basis_points": "9999",
    "planned_release_date": "2000-01-01",
    "hold_reason": "manual",
    "in_stock": "99999",
    "created_at": "2000-01-01",
    "password_hash": "x",
    "token_hash": "x",
    "currency": "SEK",
}


def routes_with(app: Flask, method: str) -> dict[str, object]:
    """Return the rules that take `method`, by route."""
    return {route_of(rule): rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())}


def token_of(client: FlaskClient) -> str:
    return form_token(client.get("/register").text)


@pytest.mark.covers("S2.31")
def test_no_form_is_taken_without_the_own_token(world: World) -> None:
    stage, wrong, tried = scene(world), [], 0
    other_tokens = {role: stage.tokens["buyer B" if role != "buyer B" else "admin"] for role in ROLES}
    with nothing_changes(world, "a form without its token"):
        for route, rule in routes_with(world.app, "POST").items():
            if route in _SIGNED:
                continue
            for side in SIDES:
                path = path_of(rule, values_for(rule, stage.sides[side]))
                for role in ("visitor", f"buyer {side}", f"seller {side}", "admin"):
                    forged = {"no token": {}, "an empty token": {"csrf_token": ""}, "nonsense": {"csrf_token": "x.y.z"}}
                    forged["another person's token"] = {"csrf_token": other_tokens[role]}
                    for kind, fields in forged.items():
                        answer = stage.browsers[role].post(path, data={**FORMS.get(route, {}), **fields})
                        tried += 1
                        if answer.status_code != 400 or "Reload the page" not in answer.text:
                            wrong.append(f"{role}: POST {path} with {kind} answers {answer.status_code}")
                if not rule.arguments:
                    break
    assert not wrong, "\n".join(wrong)
    assert tried > 200


def test_a_token_may_not_come_in_the_address_and_json_is_no_way_around(world: World) -> None:
    client = browser(world, world.person())
    token = token_of(client)
    with nothing_changes(world, "a token in the wrong place"):
        assert client.post(f"/notifications/read?csrf_token={token}").status_code == 400
        assert client.post("/notifications/read", json={"csrf_token": token}).status_code == 400
        assert client.post("/basket/add", data=b"\xff\xfe", content_type="text/plain").status_code == 400


def test_only_what_is_signed_needs_no_token(app: Flask) -> None:
    exempt = {
        route
        for route, rule in routes_with(app, "POST").items()
        if app.blueprints.get(rule.endpoint.split(".")[0]) in guards._csrf._exempt_blueprints
    }
    assert exempt == _SIGNED
    assert not guards._csrf._exempt_views
    assert app.config["WTF_CSRF_ENABLED"] is app.config["WTF_CSRF_CHECK_DEFAULT"] is True


def test_looking_changes_nothing(world: World) -> None:
    """Every GET as everybody, of paid things and of an unpaid one; only the two named GETs may write."""
    stage = scene(world)
    world.put_in_cart(stage.sides["A"].buyer_id, world.listing(world.seller("Una Unpaid"), 5_000))
    unpaid = world.check_out(stage.sides["A"].buyer_id)
    [(number,)] = world.rows('SELECT max(number) FROM "order" WHERE purchase_id = %s', unpaid.purchase_id)
    looked, wrong = 0, []
    with nothing_changes(world, "looking at pages"):
        for route, rule in routes_with(world.app, "GET").items():
            for side in stage.sides.values():
                variants = [values_for(rule, side)]
                if route not in WRITING_GETS and {"payment_id", "number"} & rule.arguments:
                    variants.append({**variants[0], "payment_id": unpaid.payment_id, "number": number})
                for path in {path_of(rule, values) for values in variants}:
                    for role in ROLES:
                        answer = stage.send(role, "GET", path)
                        looked += 1
                        if answer.status_code >= 500:
                            wrong.append(f"{role}: GET {path} answers {answer.status_code}")
                if not rule.arguments:
                    break
    assert not wrong, "\n".join(wrong)
    assert looked > 300
    assert set(WRITING_GETS) <= set(routes_with(world.app, "GET"))


@pytest.mark.parametrize("route", sorted(route for route in WRITING_GETS if "<payment_id>" in route))
def test_the_gets_that_may_write_do_it_once_and_only_for_the_owner(world: World, route: str) -> None:
    is_package = route.startswith("/credits/")
    bought = credits_of.open_package(world, world.person()) if is_package else world.open_purchase(10_000)
    path = route.replace("<payment_id>", str(bought.payment_id))
    with nothing_changes(world, "a stranger's visit"):
        world.client().get(path)
    stranger, owner = browser(world, world.person()), browser(world, bought.buyer_id)
    with nothing_changes(world, "a stranger's visit"):
        stranger.get(path)
    before = fingerprint(world)
    if "return" in route:
        world.sandbox.pay(bought.session_id)
    owner.get(path)
    assert fingerprint(world) != before
    with nothing_changes(world, "a second visit"):
        owner.get(path)
    world.settle_down()


def test_the_way_back_from_the_payout_setup_writes_about_the_own_account_only(world: World) -> None:
    owner, other = world.seller(), world.seller("Ria Rival")
    path, account_id = "/seller/payouts/setup/done", world.begin_onboarding(owner)
    world.sandbox.set_up(account_id)
    for visitor in (None, world.person(), other):
        client = browser(world, visitor)
        with nothing_changes(world, "a stranger's visit"):
            client.get(path)
    client, history = browser(world, owner), "SELECT to_status FROM status_change WHERE subject = 'seller_account'"
    for _ in range(2):
        client.get(path)
        assert world.rows(history + " ORDER BY id") == [("started",), ("enabled",)]
    world.settle_down()


def test_registering_takes_name_e_mail_and_password_and_nothing_else(world: World) -> None:
    client = browser(world, None)
    form = {"name": "Mia Mass", "email": "mia@example.com", "password": PASSWORD, "csrf_token": token_of(client)}
    assert client.post("/register", data={**_SMUGGLED, **form}).status_code == 303
    [row] = world.rows('SELECT id > 1, is_admin, is_seller, email, length(password_hash) > 60 FROM "user"')
    assert row == (True, False, False, "mia@example.com", True)
    assert client.get("/admin/payments").status_code == 403


def test_opening_a_shop_sets_no_tax_and_no_owner(world: World) -> None:
    victim, thief = world.person("Vic Victim"), world.person("Tom Thief")
    client = browser(world, thief)
    form = {"name": "Tom Parts", "city": "Oslo", "country": "NO", "about": "a", "delivery_policy": "b"}
    form |= {"returns_policy": "c", "csrf_token": token_of(client), "slug": "brembo"}
    smuggled = {**_SMUGGLED, "user_id": str(victim), "seller_id": str(victim)}
    assert client.post("/sell", data={**smuggled, **form}).status_code == 303
    assert world.rows("SELECT seller_id, tax_basis_points, slug FROM shop") == [(thief, 0, "tom-parts")]
    assert world.rows('SELECT is_seller, is_admin FROM "user" ORDER BY id') == [(False, False), (True, False)]


def test_an_offer_is_the_own_and_sets_no_fee_and_no_state(world: World) -> None:
    seller, rival = world.seller(), world.seller("Ria Rival")
    foreign = world.listing(rival, 10_000)
    client = browser(world, seller)
    form = {
        "title": "Disc",
        "description": "d",
        "price": "12.00",
        "delivery": "1",
        "in_stock": "2",
        "category": "brakes",
    }
    form |= {"brand": "b", "part_number": "p", "condition": "New", "fits": "f", "csrf_token": token_of(client)}
    smuggled = {**_SMUGGLED, "seller_id": str(rival), "listing_id": str(foreign), "slug": "stolen", "status": "active"}
    del smuggled["currency"], smuggled["in_stock"]
    answer = client.post(
        "/seller/listings/new/part", data={**smuggled, "received_units": "9", "currency": "USD", **form}
    )
    assert answer.status_code == 303, answer.text
    columns = "seller_id, status, price_minor, delivery_minor, in_stock, received_units, slug"
    [row] = world.rows(f"SELECT {columns} FROM listing WHERE id <> %s", foreign)
    assert row == (seller, "draft", 1_200, 100, 2, 2, "disc")
    with nothing_changes(world, "a rival's form"):
        for deed in ("edit", "publish", "pause"):
            assert client.post(f"/seller/listings/{foreign}/{deed}", data={**smuggled, **form}).status_code == 404


def test_the_basket_takes_no_price_and_no_owner(world: World) -> None:
    seller, victim, thief = world.seller(), world.person("Vic Victim"), world.person("Tom Thief")
    listing = world.listing(seller, 10_000, units=7)
    client = browser(world, thief)
    smuggled = {**_SMUGGLED, "user_id": str(victim), "cart_id": "1", "csrf_token": token_of(client)}
    client.post("/basket/add", data={**smuggled, "listing_id": str(listing), "quantity": "2"})
    [(owner, line_id, quantity, seen)] = world.rows(
        "SELECT c.user_id, l.id, l.quantity, l.seen_price_minor FROM cart_line l JOIN cart c ON c.id = l.cart_id"
    )
    assert (owner, quantity, seen) == (thief, 2, 10_000)
    client.post(f"/basket/{line_id}/quantity", data={**smuggled, "quantity": "3"})
    assert world.rows("SELECT quantity, seen_price_minor FROM cart_line") == [(3, 10_000)]
    # The prices the buyer claims to have seen are a note for the buyer; what is charged is the listing's.
    client.post("/basket/continue/USD", data={**smuggled, "seen": f"{line_id}:1"})
    assert world.rows("SELECT price_minor, in_stock FROM listing") == [(10_000, 7)]
    assert "$300.00" in client.get("/basket").text


@pytest.mark.covers("S2.31")
def test_the_checkout_takes_no_amount_no_buyer_and_no_status(world: World) -> None:
    victim, thief = world.person("Vic Victim"), world.person("Tom Thief")
    world.put_in_cart(thief, world.listing(world.seller(), 10_000))
    client = browser(world, thief)
    smuggled = {**_SMUGGLED, "user_id": str(victim), "buyer_id": str(victim)}
    form = {**hidden(parsed(client.get("/checkout/USD"))), **TYPED}
    with nothing_changes(world, "a total of the buyer's own"):
        assert client.post("/checkout/USD", data={**form, "expected_total_minor": "1"}).status_code == 409
    assert client.post("/checkout/USD", data={**smuggled, **form}).status_code == 303
    assert world.rows("SELECT user_id, amount_minor, currency, status FROM payment") == [
        (thief, 10_000, "USD", "pending")
    ]
    columns = "platform_fee_minor, processing_fee_minor, net_minor, total_minor, status"
    assert world.rows(f'SELECT buyer_id, {columns} FROM "order"') == [(thief, 300, 320, 9_380, 10_000, "pending")]


def test_account_forms_change_only_the_own_account(world: World) -> None:
    victim, thief = world.person("Vic Victim"), world.person("Tom Thief")
    client = browser(world, thief)
    smuggled = {**_SMUGGLED, "user_id": str(victim), "session_id": "1", "email": "vic@example.com"}
    rows = f'SELECT md5(u::text) FROM "user" u WHERE id = {victim}'
    before = world.rows(rows)
    change = {"old": PASSWORD, "password": "another-long-password", "csrf_token": token_of(client)}
    assert client.post("/account/security", data={**smuggled, **change}).status_code == 303
    assert client.post("/account/security/sign-out-others", data={**smuggled, **change}).status_code == 303
    assert client.post("/notifications/read", data={**smuggled, **change}).status_code == 303
    assert world.rows(rows) == before
    assert world.rows(f'SELECT is_admin, is_seller FROM "user" WHERE id = {thief}') == [(False, False)]
    assert world.client(victim).get("/orders").status_code == 200
