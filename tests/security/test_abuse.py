"""Nonsense in every field, parameter and address: a clear answer, never a 5xx, and no deed that was not asked for."""

import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from werkzeug.routing import Rule

from marketplace.refunds.wishes import Wish
from tests.builders import PASSWORD, World, form_token
from tests.pages.test_checkout import TYPED, hidden, parsed
from tests.security.scene import browser, nothing_changes, path_of, route_of, scene, values_for

_NUMBERS = (
    "-1", "0", "-0", "1.5", "1,5", "1e3", "1e-9", "1E400", "NaN", "-nan", "Infinity", "0x10", "1_000", " 7 ", "+3",
    "9" * 20, "9" * 500, str(2**31), str(2**63), str(2**63 - 1), str(-(2**63)), "\N{ARABIC-INDIC DIGIT THREE}",
    "\N{SUPERSCRIPT TWO}", "\N{FULLWIDTH DIGIT ONE}", "\N{MATHEMATICAL BOLD DIGIT ONE}", "True", "None", "null",
)  # fmt: skip
_TEXTS = (
    "", " ", "\0", "a\0b", "x" * 10_000, "\N{PILE OF POO}" * 40, "e\N{COMBINING ACUTE ACCENT}" * 40, "\r\n\r\n",
    "\N{RIGHT-TO-LEFT OVERRIDE}abc", "\N{ZERO WIDTH SPACE}", "\ufeff", "\ufffe", "'; DROP TABLE posting; --",
    "' OR 1=1 --", '") UNION SELECT 1 --', "%", "_", "\\", "%s%n", "{{7*7}}", "${7*7}", "../../etc/passwd", "<script>",
    "=1+1", "[]", "[1,2]", json.dumps({"a": [{"b": None}]}), "a" * 300 + "@example.com", "$ne", "&quantity=9",
)  # fmt: skip
CORPUS = (*_NUMBERS, *_TEXTS)
_AMOUNT = re.compile(r" ?\+?\d{1,4}([.,]\d{1,2})? ?")
# A clear answer: the page, the page with errors, somewhere else to go, or a refusal that says why.
_CLEAR = {200, 204, 303, 400, 404, 409, 413, 422, 429}

_FILTERS = {"q", "kind", "category", "make", "shop", "currency", "min", "max", "sort", "at"}
# The parameters that the pages read; the others are asked with a parameter nobody knows.
_PARAMETERS = {
    "/l": _FILTERS,
    "/s/<slug>": _FILTERS,
    "/login": {"next"},
    "/register": {"next"},
    "/orders": {"tab", "before", "after"},
    "/account/payments": {"status", "before", "after"},
    "/notifications": {"show", "before", "after"},
    "/refunds": {"tab", "before", "after"},
    "/seller/orders": {"tab", "before", "after"},
    "/seller/listings": {"q", "tab", "before", "after"},
    "/seller/refunds": {"tab", "before", "after"},
    "/seller/explain/held/<currency>": {"before"},
    "/checkout/return/<payment_id>": {"look"},
    "/admin/payments": {"q", "status", "before", "after"},
    "/admin/payments/<payment_id>/explain/<figure>": {"order"},
    "/admin/refunds": {"tab", "refund", "amount", "before", "after"},
    "/admin/events": {"q", "status", "before", "after"},
    "/admin/ledger/<account>/<currency>": {"before"},
    "/api/v1/invoices/": {"side", "status", "before"},
    "/api/v1/orders/": {"as", "after"},
    "/api/v1/payments/": {"status", "page"},
    "/static/<filename>": {"v"},
}
_UNKNOWN = {"x"}
_WHO = {"seller": "seller A", "admin": "admin", "api": "seller A"}
_WHO |= {"api.refund_plan": "admin", "api.complete_refund": "admin"}


def who(rule: Rule) -> str:
    """Return who gets furthest by a rule."""
    return _WHO.get(rule.endpoint) or _WHO.get(rule.endpoint.split(".")[0], "buyer A")


def _queries(names: set[str], turn: int) -> Iterator[str]:
    """Return nonsense in all parameters at once, and in each alone; every page gets its share, all together all.

    What no page reads is nonsense by its name already: each page is asked with two of those.
    """
    if names == _UNKNOWN:
        yield from (urlencode({"x": text}) for text in CORPUS[turn % 30 :: 30])
        return
    for text in CORPUS[turn % 2 :: 2]:
        yield urlencode(dict.fromkeys(sorted(names), text))
    for number, name in enumerate(sorted(names)):
        for text in CORPUS[number % 16 :: 16]:
            yield urlencode({name: text})


def test_nonsense_in_a_parameter_is_never_an_error_of_ours(world: World) -> None:
    stage, wrong, asked = scene(world), [], 0
    with nothing_changes(world, "a parameter"):
        for rule in world.app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()):
                continue
            route = route_of(rule)
            role = who(rule)
            path = path_of(rule, values_for(rule, stage.sides["A"]))
            known = _PARAMETERS.get(route, _UNKNOWN)
            for query in _queries(known, turn=len(path)):
                answer = stage.send(role, "GET", f"{path}?{query}")
                asked += 1
                fine = {200, 204, 303, 404} | ({422} if route.startswith("/api/") else set())
                if answer.status_code not in fine:
                    wrong.append(f"GET {path}?{query[:80]} answers {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert asked > 500


def test_broken_queries_and_repeated_parameters_are_no_error_of_ours(world: World) -> None:
    stage = scene(world)
    queries = (
        "%",
        "%zz=%zz",
        "q=%ff%fe",
        "=",
        "&&&",
        "q[]=1&q[a][b]=2",
        "tab=all&tab=x",
        "before=1&before=x",
        "a" * 9000,
    )
    for path, role in (
        ("/l", "visitor"),
        ("/orders", "buyer A"),
        ("/seller/orders", "seller A"),
        ("/admin/events", "admin"),
    ):
        for query in queries:
            assert stage.send(role, "GET", f"{path}?{query}").status_code == 200, (path, query)


def test_nonsense_in_an_address_is_never_an_error_of_ours(world: World) -> None:
    stage, wrong = scene(world), []
    with nothing_changes(world, "an address"):
        for number, rule in enumerate(world.app.url_map.iter_rules()):
            values = values_for(rule, stage.sides["A"])
            role = who(rule)
            for name in rule.arguments:
                # A number's place in an address is kept by the same converter everywhere: each takes its share.
                step = 12 if f"int(max={2**63 - 1})" in rule.rule else 4
                for text in CORPUS[number % step :: step]:
                    path = path_of(rule, {**values, name: text or "%"})
                    # Digits of any script are a number, perhaps that of an own row: looking is all that is tried.
                    is_own = text.isdecimal() and len(text) < 5
                    tried = {"GET"} if is_own else {"GET", "POST", "PUT", "PATCH", "DELETE"}
                    for method in tried & (rule.methods or set()):
                        answer = stage.send(role, method, path)
                        if answer.status_code not in {200, 204, 303, 404, 422}:
                            wrong.append(f"{method} {path[:80]} answers {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.covers("S2.31")
def test_nonsense_in_a_field_gets_a_clear_answer(world: World) -> None:
    seller, buyer = world.seller(), world.person()
    listing = world.listing(seller, 10_000, units=99_999)
    world.put_in_cart(buyer, listing)
    client = browser(world, buyer)
    [(line_id,)] = world.rows("SELECT id FROM cart_line")
    forms = {
        "/basket/add": {"listing_id": str(listing), "quantity": "1", "buy": ""},
        f"/basket/{line_id}/quantity": {"quantity": "1"},
        "/basket/continue/USD": {"seen": f"{line_id}:10000"},
        "/notifications/read": {"next": "/orders"},
        "/account/security": {"old": PASSWORD, "password": "short"},
        "/sell": {
            "name": "",
            "city": "Oslo",
            "country": "NO",
            "about": "a",
            "delivery_policy": "b",
            "returns_policy": "c",
        },
    }
    token = form_token(client.get("/register").text)
    wrong = []
    for path, good in forms.items():
        for number, text in enumerate(CORPUS):
            alone = list(good)[number % len(good)]
            for changed in ({alone: text}, dict.fromkeys(good, text)):
                answer = client.post(path, data={**good, **changed, "csrf_token": token})
                if answer.status_code not in _CLEAR:
                    wrong.append(f"POST {path} {list(changed)} {text[:40]!r} answers {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    [(quantity, seen)] = world.rows("SELECT quantity, seen_price_minor FROM cart_line")
    assert 1 <= int(str(quantity)) <= 99_999
    assert int(str(seen)) >= 0
    assert world.rows("SELECT price_minor, in_stock FROM listing") == [(10_000, 99_999)]


_PART = {
    "title": "Brake disc",
    "description": "Fits well.",
    "price": "10.00",
    "delivery": "0",
    "currency": "USD",
    "in_stock": "1",
    "category": "brakes",
    "brand": "Bosch",
    "part_number": "BD-1",
    "condition": "New",
    "fits": "Most cars",
}
_CAR = {
    **{name: _PART[name] for name in ("title", "description", "price", "delivery", "currency", "in_stock")},
    "make": "Volvo",
    "model": "240",
    "year": "1988",
    "mileage_km": "10",
    "body": "Estate",
    "fuel": "Petrol",
    "gearbox": "Manual",
    "colour": "Blue",
    "vin": "YV1AX8850J1790000",
}


@pytest.mark.covers("S2.31")
def test_nonsense_in_an_offer_never_becomes_a_price_nor_a_stock(world: World) -> None:
    seller = world.seller()
    listing_id = world.listing(seller, 10_000)
    client = browser(world, seller)
    forms = {"/seller/listings/new/part": _PART, "/seller/listings/new/car": _CAR}
    forms[f"/seller/listings/{listing_id}/edit"] = {**_PART, "seen_stock": "10"}
    token, wrong = form_token(client.get("/register").text), []
    for path, good in forms.items():
        for number, text in enumerate(CORPUS):
            names = list(good)
            # Amounts and numbers get every nonsense, the other fields their share; alone, and all at once.
            alone = (
                {"price", "delivery", "in_stock", names[number % len(names)]}
                if text in _NUMBERS
                else {names[number % len(names)]}
            )
            deed = ("", "preview", "publish")[number % 3]
            all_of_them = [dict.fromkeys(good, text)] if number % 3 == 0 else []
            for changed in (*({name: text} for name in sorted(alone)), *all_of_them):
                answer = client.post(path, data={**good, **changed, "deed": deed, "csrf_token": token})
                if answer.status_code not in {200, 303, 422}:
                    wrong.append(f"POST {path} {list(changed)[:2]} {text[:40]!r} answers {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    [(cheapest, dearest, least, most)] = world.rows(
        "SELECT min(least(price_minor, delivery_minor)), max(greatest(price_minor, delivery_minor)), min(in_stock),"
        " max(in_stock) FROM listing"
    )
    assert 0 <= int(str(cheapest)) <= int(str(dearest)) <= 99_999_999
    assert 0 <= int(str(least)) <= int(str(most)) <= 100_000
    assert world.rows("SELECT DISTINCT seller_id FROM listing") == [(seller,)]


def test_nonsense_in_the_checkout_is_told_at_the_field_and_charges_nothing(world: World) -> None:
    buyer = world.person()
    world.put_in_cart(buyer, world.listing(world.seller(), 10_000))
    client = browser(world, buyer)
    good = {**hidden(parsed(client.get("/checkout/USD"))), **TYPED}
    billing = {name.replace("delivery", "billing"): text for name, text in TYPED.items() if "delivery_" in name}
    good |= {**billing, "billing_same": ""}
    del good["billing_choice"]
    fields = [name for name in good if name != "csrf_token"]
    wrong = []
    for number, text in enumerate(CORPUS):
        # A field that must be filled stays empty, so that no try becomes a purchase.
        empty = {"delivery_choice": "new", "delivery_line1": ""}
        alone = fields[number % len(fields)]
        everywhere = dict.fromkeys(fields, text)
        for changed in (everywhere, {**everywhere, **empty}, {"expected_total_minor": text}, {alone: text, **empty}):
            answer = client.post("/checkout/USD", data={**good, **changed})
            if answer.status_code not in {409, 422}:
                wrong.append(f"{list(changed)} {text[:40]!r} answers {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert world.rows("SELECT count(*) FROM payment") == [(0,)]


@pytest.mark.covers("S2.31")
def test_nonsense_in_a_refund_moves_nothing(world: World) -> None:
    bought = world.paid_purchase(10_000)
    [(order, line_id)] = world.rows('SELECT o.number, l.id FROM "order" o JOIN order_line l ON l.order_id = o.id')
    asked = {
        "how": "amount",
        "amount": "0",
        "percent": "0",
        "reason": "damaged",
        "description": "d",
        f"units_{line_id}": "0",
    }
    ways = {"amount": "amount", "percent": "percent", f"units_{line_id}": "items"}
    buyer, admin_id = browser(world, bought.buyer_id), world.person("Ada Admin", is_admin=True)
    admin = browser(world, admin_id)
    forms = [(buyer, f"/orders/{order}/refund/new", asked), (admin, f"/admin/orders/{order}/refund", asked)]
    tokens = {id(client): form_token(client.get("/register").text) for client in (buyer, admin)}
    wrong = []
    for client, path, good in forms:
        for number, text in enumerate(CORPUS):
            # What is an amount may become one; what is none must not.
            numbers = [{"how": how, name: text} for name, how in ways.items() if not _AMOUNT.fullmatch(text)]
            alone = list(good)[number % len(good)]
            for changed in (*numbers, {alone: text, "description": ""}, dict.fromkeys(good, text)):
                answer = client.post(path, data={**good, **changed, "csrf_token": tokens[id(client)]})
                if answer.status_code not in {409, 422}:
                    wrong.append(f"POST {path} {list(changed)} {text[:40]!r} answers {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert world.rows("SELECT count(*) FROM refund") == [(0,)], "nonsense became a refund"
    world.ask_refund(bought, Wish(percent=10))
    [(refund,)] = world.rows("SELECT number FROM refund")
    for number, deed in enumerate(("approve", "reject")):
        for text in CORPUS[number::2]:
            if text.strip() == "1000":
                continue
            for changed in ({"amount_minor": text, "notes": ""}, {"amount_minor": "", "notes": text}):
                form = {**changed, "csrf_token": tokens[id(admin)]}
                answer = admin.post(f"/admin/refunds/{refund}/{deed}", data=form)
                if answer.status_code not in {303, 422}:
                    wrong.append(f"{deed} {changed} answers {answer.status_code}"[:150])
    assert not wrong, "\n".join(wrong)
    [(status, amount, given)] = world.rows(
        "SELECT r.status, r.amount_minor, (SELECT sum(amount_minor) FROM posting WHERE account = 'refund_pending')"
        " FROM refund r"
    )
    assert (status, amount, given) == ("pending", 1_000, None)


def test_nonsense_at_the_door_is_refused_in_words(world: World) -> None:
    client, wrong = browser(world, None), []
    token = form_token(client.get("/login").text)
    forms = {
        "/login": {"email": "bo@example.com", "password": "not it", "next": "/orders"},
        "/register": {"email": "no address", "name": "Bo", "password": PASSWORD, "next": "/orders"},
    }
    for path, good in forms.items():
        for number, text in enumerate(CORPUS):
            # Each try from a network of its own: how often one may try is another test's matter.
            client.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
            alone = list(good)[number % len(good)]
            unknown = {"email": f"bo{number}@example.com"} if path == "/login" else {}
            everywhere = {**dict.fromkeys(good, text), "csrf_token": token}
            for changed in ({**unknown, alone: text}, everywhere):
                answer = client.post(path, data={**good, "csrf_token": token, **changed})
                if answer.status_code not in {422, 429}:
                    wrong.append(f"POST {path} {list(changed)} {text[:40]!r} answers {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert world.rows('SELECT count(*) FROM "user"') == [(0,)]


def test_repeated_fields_count_once(world: World) -> None:
    """Parameter pollution: the first of two values counts, everywhere."""
    buyer = world.person()
    listing = world.listing(world.seller(), 10_000, units=50)
    client = browser(world, buyer)
    token = form_token(client.get("/register").text)
    client.post("/basket/add", data={"listing_id": [str(listing), "1"], "quantity": ["2", "40"], "csrf_token": token})
    assert world.rows("SELECT listing_id, quantity FROM cart_line") == [(listing, 2)]


_AWAY = (
    "https://evil.example", "http:evil.example", "https:/evil.example", "//evil.example", "///evil.example",
    "////evil.example", "/\\evil.example", "\\/evil.example", "\\\\evil.example", "/\\/evil.example",
    "\t//evil.example",
    "/\t/evil.example", "/\n/evil.example", "\r\n//evil.example", " //evil.example", "/%2f/evil.example",
    "/%2fevil.example", "/%5cevil.example", "%2f%2fevil.example", "/%09/evil.example", "javascript:alert(1)",
    "data:text/html,x", "localhost@evil.example", "//localhost@evil.example", "//localhost:80@evil.example/",
    "https://localhost.evil.example", "/orders\r\nSet-Cookie: a=b", "/orders\0", "//evil.example/%2f..",
    "/.//evil.example",
    "/..//evil.example", "\N{FULLWIDTH SOLIDUS}/evil.example", "/\N{FULLWIDTH REVERSE SOLIDUS}evil.example", "?//evil",
    "#//evil.example", ";//evil.example", "/;@evil.example", "evil.example", "http://[::1]", "//[evil", "x" * 5000,
)  # fmt: skip


def leads(location: str) -> Iterator[str]:
    """Return where a browser may go: as the standard parses it, and as those do that drop blanks and turn slashes."""
    for text in (location, "".join(sign for sign in location if sign not in "\t\r\n").strip().replace("\\", "/")):
        yield urlsplit(urljoin("http://localhost/login", text)).netloc


@pytest.mark.covers("S2.31")
@pytest.mark.parametrize("page", ["/login", "/register", "/notifications"])
def test_next_leads_nowhere_else(world: World, page: str) -> None:
    person = world.person()
    [(email,)] = world.rows('SELECT email FROM "user"')
    signed_in = browser(world, person)
    for number, target in enumerate(_AWAY):
        client = signed_in if page == "/notifications" else browser(world, None)
        client.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
        token = form_token(client.get("/register", query_string={"next": target}).text)
        form = {"csrf_token": token, "next": target, "name": "Bo", "password": PASSWORD}
        form["email"] = f"new{number}@example.com" if page == "/register" else str(email)
        path = "/notifications/read" if page == "/notifications" else page
        answers = [client.post(path, data=form), client.get("/login", query_string={"next": target})]
        for answer in answers:
            assert answer.status_code == 303, (target, answer.status_code)
            assert set(leads(answer.location)) == {"localhost"}, (target, answer.location)
            assert "\n" not in answer.location
            assert "Set-Cookie: a=b" not in str(answer.headers)


def test_next_leads_to_pages_of_ours(world: World) -> None:
    person = world.person()
    for target in ("/orders", "/orders?tab=open", "/l?q=a%20b", "/s/brembo#parts"):
        client = browser(world, person)
        assert client.get("/login", query_string={"next": target}).location == target


def test_the_page_one_came_from_is_not_followed_to_strangers(world: World) -> None:
    client = browser(world, None)
    token = form_token(client.get("/login").text)
    for referrer in (
        "https://evil.example/x",
        "//evil.example",
        "http://localhost//evil.example",
        "http://localhost\\@evil",
        "http://[evil",
    ):
        answer = client.post("/notifications/read", data={"csrf_token": token}, headers={"Referer": referrer})
        assert answer.status_code == 303
        assert set(leads(answer.location)) == {"localhost"}, (referrer, answer.location)
        assert "evil" not in answer.location or referrer.startswith("http://localhost"), answer.location
        assert client.get(answer.location).status_code == 200
