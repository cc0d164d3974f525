"""What reaches PayPal's webhook address: taken only with a signature of PayPal's for our webhook (S4.18, scar S10)."""

import base64
import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from werkzeug.test import TestResponse

from marketplace import clock
from marketplace.sandbox.paypal import events
from tests.builders import World

PATH = "/webhooks/paypal"


def body_of(event_id: str = "WH-1", resource: object = None, **more: object) -> bytes:
    document = {
        "id": event_id,
        "event_type": "PAYMENT.CAPTURE.COMPLETED",
        "resource": resource if resource is not None else {"id": "3CNOBODYKNOWS"},
        **more,
    }
    return json.dumps(document).encode()


def signed(world: World, body: bytes, *, at: datetime | None = None, **changed: str) -> dict[str, str]:
    """Return the headers that the sandbox's PayPal would send with `body`."""
    with world.sandbox.sandbox.work() as work:
        kept = next(
            one.private["paypal"] for one in work.find("webhook_endpoint", status="enabled") if "paypal" in one.private
        )
    found = events.headers(body, kept, "t-1", forged=False)
    if at is not None:
        found |= resigned(kept, body, at)
    return {**found, **changed}


def resigned(kept: dict[str, Any], body: bytes, at: datetime) -> dict[str, str]:
    time = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    key: Any = serialization.load_pem_private_key(kept["key"].encode(), None)
    message = f"t-1|{time}|{kept['webhook_id']}|{zlib.crc32(body)}".encode()
    mark = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return {"Paypal-Transmission-Time": time, "Paypal-Transmission-Sig": base64.b64encode(mark).decode()}


def send(world: World, body: bytes, headers: dict[str, str], path: str = PATH) -> TestResponse:
    return world.client().post(path, data=body, headers=headers)


@pytest.mark.covers("S4.18")
@pytest.mark.parametrize("path", [PATH, "/api/payments/webhooks/paypal/"])
def test_a_signed_message_is_stored_and_named_paypals(world: World, path: str) -> None:
    body = body_of()
    assert send(world, body, signed(world, body), path).status_code == 200
    assert send(world, body, signed(world, body), path).status_code == 200
    assert world.rows("SELECT provider, event_id, type, object_id FROM provider_event") == [
        ("paypal", "WH-1", "PAYMENT.CAPTURE.COMPLETED", "3CNOBODYKNOWS")
    ]
    admin = world.client(world.person(is_admin=True))
    assert "PAYMENT.CAPTURE.COMPLETED" in admin.get("/admin/events?account=paypal").text


BAD: list[tuple[str, dict[str, str]]] = [
    ("nothing", dict.fromkeys(("Paypal-Transmission-Id", "Paypal-Transmission-Sig", "Paypal-Cert-Url"), "")),
    ("another signature", {"Paypal-Transmission-Sig": base64.b64encode(b"x" * 256).decode()}),
    ("no base64", {"Paypal-Transmission-Sig": "ÄÖÜ"}),
    ("another time", {"Paypal-Transmission-Time": "2026-01-01T00:00:00Z"}),
    ("no time", {"Paypal-Transmission-Time": "yesterday"}),
    ("a time of nowhere", {"Paypal-Transmission-Time": "2026-11-22T00:00:00"}),
    ("another transmission", {"Paypal-Transmission-Id": "t-2"}),
    ("another algorithm", {"Paypal-Auth-Algo": "none"}),
    ("a foreign host", {"Paypal-Cert-Url": "http://169.254.169.254/paypal/v1/notifications/certs/CERT-1"}),
    ("paypal's host, which is not ours here", {"Paypal-Cert-Url": "https://api.paypal.com/v1/notifications/certs/C"}),
    ("a host that begins alike", {"Paypal-Cert-Url": "http://127.0.0.1.evil.example/paypal/v1/notifications/certs/C"}),
    ("a user in the address", {"Paypal-Cert-Url": "http://127.0.0.1@evil.example/paypal/v1/notifications/certs/C"}),
    ("no address", {"Paypal-Cert-Url": "http://[::1"}),
    ("a header that is far too long", {"Paypal-Transmission-Id": "t" * 5_000}),
]


@pytest.mark.parametrize(("_why", "changed"), BAD, ids=[why for why, _ in BAD])
def test_what_is_not_signed_for_us_is_refused_and_not_stored(world: World, _why: str, changed: dict[str, str]) -> None:
    body = body_of()
    headers = {name: value for name, value in {**signed(world, body), **changed}.items() if value}
    assert send(world, body, headers).status_code == 400
    assert world.rows("SELECT count(*) FROM provider_event") == [(0,)]
    assert world.rows("SELECT endpoint, count FROM webhook_refusal") == [("paypal", 1)]


def test_changed_stale_early_garbled_and_huge_bodies_are_refused(world: World) -> None:
    body, now = body_of(), datetime.fromtimestamp(clock.system_seconds(), UTC)
    assert send(world, body_of("WH-2"), signed(world, body)).status_code == 400
    for at, code in ((timedelta(days=-5), 400), (timedelta(minutes=6), 400), (timedelta(days=-2), 200)):
        assert send(world, body, signed(world, body, at=now + at)).status_code == code
    for bad in (
        b"", b"{", b"[]", b"null", b'{"id": "WH-3"}', body_of("WH-3", "text"), body_of("W" * 201),
        body_of("WH-3", {"id": 7}), body_of("WH-3", more="\x00"), b'{"a": NaN}', b"[" * 100_000,
    ):  # fmt: skip
        assert send(world, bad, signed(world, bad)).status_code == 400, bad[:40]
    huge = body_of("WH-4", more="x" * 300_000)
    assert send(world, huge, signed(world, huge)).status_code == 400
    assert world.rows("SELECT event_id FROM provider_event") == [("WH-1",)]


def test_a_certificate_that_cannot_be_had_refuses_nothing_for_good(world: World) -> None:
    body = body_of()
    headers = signed(world, body)
    gone = headers["Paypal-Cert-Url"].rpartition("/")[0] + "/CERT-nobody-has-it"
    assert send(world, body, {**headers, "Paypal-Cert-Url": gone}).status_code == 503
    assert world.rows("SELECT count(*) FROM provider_event") == [(0,)]
    assert send(world, body, headers).status_code == 200
