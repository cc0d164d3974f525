"""Who may do what: every route and method, as everybody, with the own, a stranger's, a missing and a broken object."""

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.builders import World
from tests.security.authorisation import FORMS, REFUSALS, Line, lines
from tests.security.scene import (
    NOTHING,
    ROLES,
    SIDES,
    Scene,
    column_of,
    nothing_changes,
    path_of,
    route_of,
    scene,
    values_for,
)

# Files, and samples of the components with invented figures.
_NO_DATA = ("/static", "/media", "/patterns")
_ADDED_BY_FLASK = {"HEAD", "OPTIONS"}
_IDS = (
    "wallet_id",
    "transfer_id",
    "method_id",
    "file_id",
    "picture_id",
    "payment_id",
    "movement_id",
    "share_id",
    "seller_id",
    "debt_id",
    "discount_id",
    "auction_id",
    "profile_id",
    "rate_id",
    "rule_id",
    "zone_id",
    "purchase_id",
    "session_id",
    "passkey_id",
    "search_id",
    "filter_id",
    "address_id",
    "line_id",
    "notification_id",
    "call_id",
    "event_row_id",
    "entry_id",
    "listing_id",
    "import_id",
    "user_id",
    "conversation_id",
    "review_id",
    "order_line_id",
    "report_id",
    "job_id",
    "seller_id",
    "mail_id",
    "token_id",
)
_MISSING = {
    **dict.fromkeys(_IDS, str(NOTHING)),
    "number": "TM-999999999",
    "token": "WzEsInNhbGVzIl0.none",
    "name": "0" * 12,
    "operation": "nothing",
    "place": "99",
    "slug": "no-such-thing",
    "filename": "css/none.css",
    "file_name": "0" * 64 + ".svg",
    "account": "no_account",
    "kind": "boat",
    "figure": "nothing",
    "currency": "XXX",
    "pot": "nothing",
    "side": "nobody",
    "tile": "nothing",
    "day": "2001-01-01",
    "month": "2001-01",
}
_BROKEN = {
    **dict.fromkeys(_IDS, ("x", "-1", "1.5", "1e3", "0x1", str(2**63), "9" * 400)),
    "number": ("\0", "'", "TM-\N{PILE OF POO}", "x" * 3000),
    "slug": ("\0", "..", "'; --", "x" * 3000),
    "token": ("\0", "x", "x" * 3000),
    "name": ("\0", "..", "../../demo.env", "x" * 3000),
    "operation": ("\0", "../orders", "x" * 3000),
    "place": ("x", "-1", "1.5", "9" * 400),
    "filename": ("../setup.cfg", "..\\setup.cfg", "\0", "css"),
    "file_name": ("x.svg", "\0", "..%2fclock", "0" * 64 + ".exe"),
    "account": ("\0", "Seller_held", "x" * 3000),
    "kind": ("\0", "Car", "x" * 3000),
    "figure": ("\0", "net ", "__class__"),
    "currency": ("USDD", "US", "\N{EURO SIGN}"),
    "pot": ("\0", "Balance", "x" * 3000),
    "side": ("\0", "Buyer", "x" * 3000),
    "tile": ("\0", "Stuck-Payments", "x" * 3000),
    "day": ("\0", "2026-02-30", "x" * 3000),
    "month": ("\0", "2026-13", "2026-1", "x" * 3000),
}


def rules(app: Flask) -> dict[tuple[str, str], Rule]:
    """Return every rule by method and route, as the table names them."""
    return {
        (method, route_of(rule)): rule
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - _ADDED_BY_FLASK
    }


def table(app: Flask) -> Iterator[tuple[Line, Rule]]:
    """Return each line of the table with its rule."""
    known = rules(app)
    for line in lines():
        if (line.method, line.route) in known:
            yield line, known[line.method, line.route]


def cell(answer: TestResponse) -> str:
    """Return an answer as the table writes it."""
    if answer.status_code in {302, 303}:
        return "in" if answer.location.startswith("/login") else "go"
    return str(answer.status_code)


def check(stage: Scene, role: str, line: Line, path: str, expected: str) -> list[str]:
    """Send the request of `line` to `path`; return what is wrong with the answer."""
    answer = stage.send(role, line.method, path, FORMS.get(line.route))
    found, wanted = cell(answer), "go" if expected == "kept" else expected
    wrong = [] if found == wanted else [f"{role}: {line.method} {path} answers {found}, the table says {expected}"]
    if line.method == "GET" and role == "admin":
        head = stage.send(role, "HEAD", path)
        if head.status_code != answer.status_code or head.data:
            wrong.append(f"{role}: HEAD {path} answers {head.status_code}, not as GET")
    return wrong


def is_routed(app: Flask, method: str, path: str) -> bool:
    """Return whether any view would see this address."""
    with app.test_request_context(path, method=method) as context:
        return not isinstance(context.request.routing_exception, HTTPException)


def stands_in_the_way(answer: str) -> bool:
    """Return whether the guard answers before anything is looked up."""
    return answer in {"in", "401", "403"}


def test_every_route_has_a_line_and_every_line_a_route(app: Flask) -> None:
    written = [(line.method, line.route) for line in lines()]
    assert len(written) == len(set(written))
    routes = set(rules(app))
    missing, gone = routes - set(written), set(written) - routes
    assert not missing, f"tests/security/authorisation.py must say who may: {sorted(missing)}"
    assert not gone, f"tests/security/authorisation.py speaks of what is gone: {sorted(gone)}"


@pytest.mark.covers("S2.31", "S4.25", "S0.18")
def test_everybody_gets_the_answer_of_the_table(world: World) -> None:
    stage, wrong, cells = scene(world), [], 0
    with nothing_changes(world, "a refused request"):
        for line, rule in table(world.app):
            for role, path, expected in _asked(stage, line, rule):
                if expected in REFUSALS or line.method == "GET":
                    wrong += check(stage, role, line, path, expected)
                    cells += 1
    # Signing out comes last: it ends what the others need.
    for line, rule in sorted(table(world.app), key=lambda found: found[0].route == "/logout"):
        for role, path, expected in _asked(stage, line, rule):
            if expected not in REFUSALS and line.method != "GET":
                wrong += check(stage, role, line, path, expected)
                cells += 1
    assert not wrong, "\n".join(wrong)
    assert cells > 450


@pytest.mark.covers("S2.31")
def test_what_does_not_exist_is_told_from_nothing_foreign(world: World) -> None:
    """Missing and broken ids: 404 behind the guard, the guard's answer before it, never a 5xx, and nothing changes."""
    stage, wrong, cells = scene(world), [], 0
    with nothing_changes(world, "a missing or broken id"):
        for line, rule in table(world.app):
            for path, kind in _elsewhere(stage, rule):
                routed = is_routed(world.app, line.method, path)
                # An address that no view sees is told apart before anybody is known.
                for role in ROLES if routed else ("visitor", "admin"):
                    guard = line.answers[column_of(role, "A")]
                    behind = line.missing if kind == "missing" else line.broken
                    expected = "404" if not routed else guard if stands_in_the_way(guard) else behind
                    wrong += check(stage, role, line, path, expected)
                    cells += 1
    assert not wrong, "\n".join(wrong)
    assert cells > 500


def test_other_methods_are_refused_and_options_says_which_there_are(world: World) -> None:
    stage = scene(world)
    with nothing_changes(world, "a method that is not offered"):
        for (_, route), rule in rules(world.app).items():
            path = path_of(rule, values_for(rule, stage.sides["A"]))
            answer = stage.send("admin", "OPTIONS", path)
            assert answer.status_code == 200, route
            offered = set(answer.headers["Allow"].split(", "))
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - offered:
                assert stage.send("admin", method, path).status_code == 405, f"{method} {path}"


def test_a_refused_page_leads_back_to_itself_after_signing_in(world: World) -> None:
    visitor = world.client()
    assert visitor.get("/orders?tab=open").location == "/login?next=/orders?tab%3Dopen"
    assert visitor.get("/admin/payments").location == "/login?next=/admin/payments"


@pytest.mark.covers("S2.31")
def test_a_role_that_is_taken_away_is_gone_at_the_next_request(world: World) -> None:
    bought = world.paid_purchase(10_000)
    [(seller_id,)] = world.rows('SELECT seller_id FROM "order"')
    people = {"is_admin": world.person("Ada Admin", is_admin=True), "is_seller": int(str(seller_id))}
    paths = {"is_admin": f"/admin/payments/{bought.payment_id}", "is_seller": "/seller/orders"}
    for role, user_id in people.items():
        client = world.client(user_id)
        assert client.get(paths[role]).status_code == 200
        world.tamper(f'UPDATE "user" SET {role} = false WHERE id = {user_id}')
        assert client.get(paths[role]).status_code == 403, role
        assert client.get("/orders").status_code == 200, "the person is still signed in"


def test_a_session_that_is_revoked_is_over_at_the_next_request(world: World) -> None:
    user_id = world.person()
    here, there = world.client(user_id), world.client(user_id)
    assert there.get("/orders").status_code == 200
    [(there_id,)] = world.rows("SELECT max(id) FROM user_session")
    token = _token(here)
    assert here.post(f"/account/security/devices/{there_id}/sign-out", data={"csrf_token": token}).status_code == 303
    assert there.get("/orders").location.startswith("/login")
    assert here.get("/orders").status_code == 200


@pytest.mark.covers("S0.18")
def test_a_buyer_never_sees_what_the_seller_gets(world: World) -> None:
    stage = scene(world)
    columns = "platform_fee_minor, processing_fee_minor, net_minor"
    for side in SIDES:
        other = next(name for name in SIDES if name != side)
        [figures] = world.rows(
            f"SELECT {columns} FROM payment_transaction WHERE payment_id = %s", stage.sides[side].bought.payment_id
        )
        hidden = [f"{int(str(minor)) // 100}.{int(str(minor)) % 100:02d}" for minor in figures]
        hidden += [str(stage.sides[other].values["number"]), _email(world, stage.sides[side].seller_id)]
        hidden += [_email(world, stage.sides[other].buyer_id), "Platform fee", "Card fee", "You receive"]
        _never_shows(stage, f"buyer {side}", hidden)


@pytest.mark.covers("S0.18", "S4.25")
def test_a_seller_never_sees_who_pays_with_what_nor_what_others_sell(world: World) -> None:
    stage = scene(world)
    for side in SIDES:
        neighbour = next(name for name in SIDES if name != side)
        mine, other = stage.sides[side], stage.sides[neighbour]
        hidden = [_email(world, mine.buyer_id), _email(world, other.buyer_id), _email(world, other.seller_id)]
        hidden += [str(other.values["number"]), f"Bo Buyer {neighbour}", "4242", "Visa"]
        hidden += [mine.bought.session_id, str(_intent(world, mine.bought.payment_id))]
        _never_shows(stage, f"seller {side}", hidden)


def _asked(stage: Scene, line: Line, rule: Rule) -> Iterator[tuple[str, str, str]]:
    """Return role, path and expected answer for the things of either side; once where there is no object."""
    for side in SIDES if rule.arguments else SIDES[:1]:
        path = path_of(rule, values_for(rule, stage.sides[side]))
        for role in ROLES:
            yield role, path, line.answers[column_of(role, side)]


def _elsewhere(stage: Scene, rule: Rule) -> Iterator[tuple[str, str]]:
    """Return addresses in which one part names nothing, or nothing that could be."""
    values = values_for(rule, stage.sides["A"])
    # An account has a page in any currency, an empty one; alone, a currency is the thing asked for.
    for name in rule.arguments if len(rule.arguments) == 1 else rule.arguments - {"currency"}:
        yield path_of(rule, {**values, name: _MISSING[name]}), "missing"
        for text in _BROKEN[name]:
            yield path_of(rule, {**values, name: text}), "broken"


def _never_shows(stage: Scene, role: str, hidden: list[str]) -> None:
    seen = 0
    for line, rule in table(stage.world.app):
        if line.method != "GET" or line.route.startswith(_NO_DATA):
            continue
        for side in SIDES:
            path = path_of(rule, values_for(rule, stage.sides[side]))
            if role.startswith("buyer") and line.route == "/transactions/":
                continue  # it is there to say the commission in the price (C6); test_dealings says what it shows
            answer = stage.send(role, "GET", path)
            if answer.status_code == 200 and answer.mimetype != "application/pdf":
                seen += 1
                # Whole figures: 2.36 is also in the middle of a time such as 12:00:02.361204.
                # Pictures are bytes, and are looked through as well.
                text = answer.data.decode(errors="replace")
                shown = [figure for figure in hidden if re.search(rf"(?<!\d){re.escape(figure)}(?!\d)", text)]
                assert not shown, f"{role} reads {shown} on {path}"
    assert seen > 20


def _email(world: World, user_id: int) -> str:
    return str(world.rows('SELECT email FROM "user" WHERE id = %s', user_id)[0][0])


def _intent(world: World, payment_id: int) -> object:
    return world.rows("SELECT provider_payment_id FROM payment WHERE id = %s", payment_id)[0][0]


def _token(client: FlaskClient) -> str:
    html = BeautifulSoup(client.get("/account/security").text, "html.parser")
    return str(html.select_one("input[name=csrf_token]")["value"])
