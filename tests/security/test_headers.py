"""What every answer carries, whatever it is: policies, cookie flags, no cache, no foreign host, no trace."""

import gzip
import logging
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace import create_app
from marketplace.config import Settings
from marketplace.db import database
from tests.builders import PASSWORD, World, form_token
from tests.pages.test_checkout import TYPED, hidden, parsed
from tests.security.scene import PICTURE_NAME, Scene, path_of, route_of, scene, values_for

_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self' {payment_page}; base-uri 'none'; frame-ancestors 'none'"
)
_PICTURE_POLICY = "default-src 'none'; sandbox"
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
# The demo's inbox shows a mail as it came, in a frame in which it can do nothing.
_FRAMING, _FRAME = re.compile(r"/dev/mail/[^/]+"), re.compile(r"/dev/mail/[^/]+/html")
_FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups; frame-ancestors 'self'"
)
_FRAME_FIXED = {"X-Frame-Options": "SAMEORIGIN"}
# A link from a mail has its key in the address, which no other request may tell.
_KEYED, _KEYED_FIXED = (
    re.compile(r"/(reset|verify|email)/(?!new|sent|confirm)[^/]+"),
    {"Referrer-Policy": "no-referrer"},
)
_HSTS = "max-age=31536000; includeSubDomains"
_MAY_BE_KEPT = ("/static/", "/media/")
_EVIL_HOSTS = (
    "evil.example", "localhost.evil.example", "evil.example:80", "localhost:80@evil.example", "localhost,evil.example",
    "evil.example/localhost", "xn--localhost", "[::1]", "0x7f.1", "localhost\\.evil.example", "a" * 5000,
)  # fmt: skip
# What no log line may hold: keys, e-mail addresses, cards, passwords, the tokens of a session or a form.
_SECRET = re.compile(
    r"(?:sk|rk|pk)_(?:test|live)_|whsec_|_secret_|[\w.+-]+@[\w-]+\.[a-z]+|\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{3,7}"
    rf"|{PASSWORD}|hunter2|1 Main Street|csrf_token"
)


@pytest.fixture(scope="module")
def secure_app(settings: Settings) -> Iterator[Flask]:
    """The application as it is told to be served over https, with a page that always breaks."""
    application = create_app(replace(settings, base_url="https://localhost"))
    application.config["PREFERRED_URL_SCHEME"] = "https"  # of the test browser

    def broken() -> str:
        password, key = "hunter2", settings.stripe_secret_key
        raise RuntimeError(f"SELECT failed for pia@example.com with {key}, {len(password)} signs")

    application.add_url_rule("/broken", view_func=broken)
    yield application
    with application.app_context():
        for engine in database.engines.values():
            engine.dispose()


# A block of data is never run, so no policy for scripts asks about it.
_DATA = '<script type="application/ld+json">'


def check(answer: TestResponse, what: str, settings: Settings, *, secure: bool = False) -> None:
    """Assert that an answer carries every header it must, and no cookie without its flags."""
    headers = answer.headers
    is_shown = answer.request.method != "OPTIONS" and answer.status_code == 200
    is_frame = is_shown and _FRAME.fullmatch(answer.request.path)
    is_keyed = answer.status_code == 303 and _KEYED.fullmatch(answer.request.path)
    for name, value in _FIXED.items():
        own = _FRAME_FIXED.get(name) if is_frame else _KEYED_FIXED.get(name) if is_keyed else None
        assert headers.getlist(name) == [own or value], f"{what}: {name}"
    assert headers.get("Strict-Transport-Security") == (_HSTS if secure else None), what
    [policy] = headers.getlist("Content-Security-Policy")
    if is_frame:
        assert policy == _FRAME_POLICY, what
        return
    if _FRAMING.fullmatch(answer.request.path):
        policy = policy.replace("frame-src 'self'; ", "")
    is_sent_by_people = "attachment" in headers.get("Content-Disposition", "") and "/files/" in answer.request.path
    is_private_picture = answer.mimetype.startswith("image/") and "/pictures/" in answer.request.path
    if answer.mimetype == "image/svg+xml" or is_sent_by_people or is_private_picture:
        assert policy == _PICTURE_POLICY, what
    else:
        nonce = re.search(r"'nonce-([\w-]{22,})'", policy)
        assert nonce, what
        [payment_page] = settings.payment_page_origins
        assert policy == _POLICY.format(nonce=nonce[1], payment_page=payment_page), what
        scripts = re.findall(r"<script[^>]*>", answer.text if answer.mimetype == "text/html" else "")
        scripts = [script for script in scripts if script != _DATA]
        assert all(f'nonce="{nonce[1]}"' in script for script in scripts), what
    assert "unsafe" not in policy, what
    path = answer.request.path
    if not (path.startswith(_MAY_BE_KEPT) and answer.status_code == 200):
        assert headers["Cache-Control"] == "no-store", what
    for name in ("Server", "X-Powered-By"):
        assert "werkzeug" not in headers.get(name, "").lower(), what
    for cookie in headers.getlist("Set-Cookie"):
        check_cookie(cookie, what, secure=secure)


def check_cookie(cookie: str, what: str, *, secure: bool) -> None:
    """Assert that a cookie is for our server alone, out of reach of scripts and of requests from elsewhere."""
    name, *flags = (part.strip() for part in cookie.split(";"))
    found = {flag.split("=")[0].lower(): flag for flag in flags}
    start = "__Host-" if secure else ""
    assert name.removeprefix(start).startswith(("tandem_session=", "tandem_seen=", "tandem_language=")), what
    assert name.startswith(start), what
    assert {"httponly", "path", "samesite"} <= set(found), f"{what}: {cookie}"
    assert (found["path"], found["samesite"]) == ("Path=/", "SameSite=Lax"), what
    assert ("secure" in found) is secure, what
    assert "domain" not in found, what


def everything(stage: Scene, client: FlaskClient) -> Iterator[tuple[str, TestResponse]]:
    """Return an answer of every route by every method it takes, and of what goes wrong around them."""
    for rule in stage.world.app.url_map.iter_rules():
        path = path_of(rule, values_for(rule, stage.sides["A"]))
        for method in sorted(rule.methods or ()):
            yield f"{method} {route_of(rule)}", client.open(path, method=method, buffered=True)
    token = form_token(client.get("/register").text)
    wrong = {"GET": ("/nothing", "/static/nothing.css", f"/media/{'0' * 64}.svg", "/logout", "/l/nothing", "/l/%00")}
    wrong["POST"] = ("/", "/nothing", "/api/payments/webhooks/stripe")
    for method, paths in wrong.items():
        for path in paths:
            yield f"{method} {path}", client.open(path, method=method, data={"csrf_token": token}, buffered=True)
    large = {"csrf_token": token, "buy": "x" * 3_000_000}
    yield "too large", client.post("/basket/add", data=large)
    yield "too many fields", client.post("/basket/add", data={f"field{number}": "x" for number in range(2000)})


@pytest.mark.covers("S2.31")
def test_every_answer_carries_its_headers(world: World, settings: Settings) -> None:
    stage, seen = scene(world), set[int]()
    for role in ("visitor", "admin"):
        for what, answer in everything(stage, stage.browsers[role]):
            check(answer, f"{role}: {what}", settings)
            seen.add(answer.status_code)
    assert {200, 303, 308, 400, 403, 404, 405, 413} <= seen


@pytest.mark.covers("S2.31")
def test_over_https_cookies_and_transport_are_strict_too(world: World, settings: Settings, secure_app: Flask) -> None:
    person = world.person()
    secure_world = replace(world, app=secure_app)
    visitor = secure_world.client()
    visitor.environ_base["HTTP_REFERER"] = "https://localhost/login"
    [(email,)] = world.rows('SELECT email FROM "user" WHERE id = %s', person)
    page = visitor.get("/login")
    token = form_token(page.text)
    form = {"email": str(email), "password": PASSWORD, "csrf_token": token}
    answers = [page, visitor.post("/login", data=form), visitor.get("/orders"), visitor.get("/nothing")]
    answers += [visitor.get("/static/favicon.svg"), visitor.get("/broken"), visitor.post("/logout")]
    assert [answer.status_code for answer in answers] == [200, 303, 200, 404, 200, 500, 400]
    for answer in answers:
        check(answer, answer.request.path, settings, secure=True)
        answer.close()
    assert answers[0].headers.getlist("Set-Cookie")
    assert answers[1].headers.getlist("Set-Cookie")


def test_a_form_from_another_site_is_refused_over_https_even_with_a_token(world: World, secure_app: Flask) -> None:
    client = replace(world, app=secure_app).client()
    form = {"email": "a@b.example", "password": "x", "csrf_token": form_token(client.get("/login").text)}
    for referrer in ("https://evil.example/login", "http://localhost/login", "https://localhost.evil.example/"):
        assert client.post("/login", data=form, headers={"Referer": referrer}).status_code == 400
    assert client.post("/login", data=form, headers={"Referer": "https://localhost/login"}).status_code == 422


def test_what_never_changes_under_its_name_may_be_kept_and_nothing_else(world: World) -> None:
    client = scene(world).browsers["visitor"]
    for path in ("/static/css/all.css", "/static/favicon.svg", f"/media/{PICTURE_NAME}"):
        answer = client.get(path, buffered=True)
        assert "max-age=31536000" in answer.headers["Cache-Control"], path
        assert not answer.headers.getlist("Set-Cookie"), path
    for path in ("/", "/l", "/orders", "/healthz", "/metrics"):
        assert client.get(path).headers["Cache-Control"] == "no-store", path


def test_static_texts_are_sent_compressed_to_who_takes_them_and_pages_never(world: World) -> None:
    client = world.client()
    small = {"Accept-Encoding": "br;q=0, gzip"}
    for path in ("/static/css/all.css", "/static/js/app.js", "/static/favicon.svg"):
        compressed, plain = client.get(path, headers=small), client.get(path, headers={"Accept-Encoding": "identity"})
        assert compressed.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain.headers
        assert gzip.decompress(compressed.data) == plain.data
        assert len(compressed.data) < len(plain.data)
        assert "Accept-Encoding" in compressed.vary
        assert "Accept-Encoding" in plain.vary
        assert compressed.content_type == plain.content_type
        tags = {answer.headers["ETag"] for answer in (compressed, plain)}
        assert len(tags) == 2, "a cache must not give one for the other"
        for headers, answer in ((small, compressed), ({}, plain)):
            again = client.get(path, headers={**headers, "If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b"")
    for path in ("/", "/login", "/l"):
        assert "Content-Encoding" not in client.get(path, headers=small).headers


@pytest.mark.parametrize("host", _EVIL_HOSTS)
def test_another_host_is_refused_on_every_page(world: World, settings: Settings, host: str) -> None:
    client = world.client()
    for path in ("/", "/login", "/orders", "/static/favicon.svg", "/webhooks/stripe", "/nothing", "/healthz"):
        answer = client.get(path, headers={"Host": host}, buffered=True)
        assert answer.status_code == 400, (path, host)
        assert "evil" not in answer.text
        assert not answer.headers.getlist("Set-Cookie")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.post("/login", headers={"Host": host}).status_code == 400
    check(client.get("/", headers={"Host": host}), "an evil host", settings)


def test_headers_of_a_proxy_we_do_not_have_are_not_believed(world: World) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "host=evil.example",
        "X-Original-URL": "/admin",
        "X-HTTP-Method-Override": "POST",
    }
    client = world.client()
    assert client.get("/orders", headers=forged).location == "/login?next=/orders"
    assert "evil" not in client.get("/", headers=forged).text
    client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    for forwarded in ("127.0.0.1", "::1"):
        assert client.get("/metrics", headers={"X-Forwarded-For": forwarded}).status_code == 404


def test_the_provider_is_told_our_own_address(world: World) -> None:
    bought = world.open_purchase(10_000)
    with world.sandbox.sandbox.work() as work:
        session = work.need("checkout.session", bought.session_id).data
    assert session["success_url"].startswith(f"{world.settings.base_url}/checkout/return/")
    assert session["cancel_url"].startswith(f"{world.settings.base_url}/checkout/cancelled/")


def test_an_error_of_ours_shows_a_reference_and_no_trace(
    world: World, secure_app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    client = replace(world, app=secure_app).client()
    capsys.readouterr()
    answer = client.get("/broken")
    assert answer.status_code == 500
    reference = re.search(r"Reference.*?([0-9a-f]{8})", answer.text, re.DOTALL)
    assert reference
    for word in ("Traceback", "RuntimeError", "SELECT", "pia@", "hunter2", ".py", "line ", "/site-packages/"):
        assert word not in answer.text, word
    assert not _SECRET.search(answer.text.replace("name@example.com", ""))
    logged = capsys.readouterr().out
    assert reference[1] in logged
    assert "RuntimeError" in logged
    assert not _SECRET.findall(logged)


def test_an_error_of_the_database_names_nobody_in_the_log(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    client = world.client()
    token = form_token(client.get("/login").text)
    world.tamper('ALTER TABLE "user" RENAME TO user_elsewhere')
    try:
        capsys.readouterr()
        form = {"email": "pia.private@example.com", "password": "hunter2", "csrf_token": token}
        answer = client.post("/login", data=form)
    finally:
        world.tamper('ALTER TABLE user_elsewhere RENAME TO "user"')
    assert answer.status_code == 500
    assert "UndefinedTable" not in answer.text
    logged = capsys.readouterr().out
    assert "UndefinedTable" in logged
    assert not _SECRET.findall(logged)


def test_a_whole_purchase_leaves_no_secret_in_any_log(
    world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    capsys.readouterr()
    world.put_in_cart(buyer := world.person(), world.listing(world.seller(), 10_000))
    client = world.client()
    [(email,)] = world.rows('SELECT email FROM "user" WHERE id = %s', buyer)
    token = form_token(client.get("/login").text)
    for password in ("hunter2", PASSWORD):
        client.post("/login", data={"email": str(email), "password": password, "csrf_token": token})
    form = {**hidden(parsed(client.get("/checkout/USD"))), **TYPED}
    assert client.post("/checkout/USD", data=form).status_code == 303
    [(payment_id, session_id)] = world.rows("SELECT id, provider_session_id FROM payment")
    for card in ("4000000000000002", "378282246310005", "4242424242424242"):
        world.sandbox.pay(str(session_id), card, email=str(email))
    client.get(f"/checkout/return/{payment_id}")
    world.settle_down()
    client.post("/webhooks/stripe", data=f'{{"email": "{email}"}}', headers={"Stripe-Signature": "t=1,v1=whsec_x"})
    world.client(world.person("Ada Admin", is_admin=True)).get(f"/admin/payments?q={email}")
    written = capsys.readouterr()
    logged = f"{written.out}\n{written.err}\n{caplog.text}"
    assert "webhook refused" in logged
    assert "/v1/checkout/sessions" in logged
    assert not _SECRET.findall(logged)
