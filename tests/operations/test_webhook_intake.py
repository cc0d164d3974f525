"""The door for webhooks against all that a hostile or broken sender can post: never 5xx, nothing unverified stored."""

import gzip
import hashlib
import hmac
import json
import socket
import time
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import stripe
from werkzeug.test import TestResponse

from marketplace.providers.base import BadSignature
from marketplace.providers.stripe import StripeProvider
from tests.builders import World

PATH = "/webhooks/stripe"
EVENT = {
    "id": "evt_intake",
    "object": "event",
    "api_version": "2026-10-28.endive",
    "created": 1_790_000_000,
    "livemode": False,
    "type": "customer.created",
    "data": {"object": {"id": "cus_1", "object": "customer"}},
}
BODY = json.dumps(EVENT).encode()


def digest(body: bytes, secret: str, at: int | str) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def signed(world: World, body: bytes, *, age: int = 0, secret: str = "") -> str:
    at = int(time.time()) - age
    return f"t={at},v1={digest(body, secret or world.sandbox.webhook_secret, at)}"


def post(world: World, body: bytes, signature: str | None, path: str = PATH, **headers: str) -> TestResponse:
    given = {"Content-Type": "application/json", **headers}
    if signature is not None:
        given["Stripe-Signature"] = signature
    return world.client().post(path, data=body, headers=given)


def stored(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT event_id, type, status FROM provider_event ORDER BY id")


@pytest.mark.covers("S1.17", "S3.17")
def test_a_signed_event_is_stored_and_answered(world: World) -> None:
    answer = post(world, BODY, signed(world, BODY))
    assert (answer.status_code, answer.json) == (200, {"status": "success"})
    assert stored(world) == [("evt_intake", "customer.created", "ignored")]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.covers("S3.13", "S1.17", "S2.32", "S2.35")
@pytest.mark.parametrize(
    "path", ["/api/credits/webhook", "/api/payments/webhooks/stripe/", "/api/v1/payments/webhooks/stripe/"]
)
def test_the_addresses_of_the_source_documents_answer_too(world: World, path: str) -> None:
    assert post(world, BODY, signed(world, BODY), path).status_code == 200
    assert post(world, BODY, "t=1,v1=bad", path).status_code == 400


FORGED = {
    "no header": None,
    "empty": "",
    "blank": "   ",
    "garbage": "not a signature",
    "only commas": ",,,,",
    "only equal signs": "=,=,=",
    "no time": "v1={right}",
    "no signature": "t={now}",
    "empty signature": "t={now},v1=",
    "wrong signature": "t={now},v1=" + "0" * 64,
    "right for another body": "t={now},v1={other}",
    "right for another time": "t={now1},v1={right}",
    "with another secret": "t={now},v1={foreign}",
    "with an empty secret": "t={now},v1={empty}",
    "test decoy only": "t={now},v0={right}",
    "unknown scheme": "t={now},v2={right}",
    "upper case": "t={now},v1={upper}",
    "cut short": "t={now},v1={short}",
    "one too long": "t={now},v1={right}0",
    "space after the comma": "t={now}, v1={right}",
    "non-ASCII": "t={now},v1=schl\xfcssel",
    "non-ASCII after a right one": "t={now},v1=\xe9,v1=\xfc",
    "time in words": "t=yesterday,v1={right}",
    "time with a fraction": "t={now}.5,v1={right}",
    "negative time": "t=-{now},v1={right}",
    "time of a million digits": "t=" + "9" * 5_000 + ",v1={right}",
    "base64": "t={now},v1=3q2+7w==",
    "JSON": '{{"t": {now}, "v1": "{right}"}}',
    "quotes": "t='{now}',v1='{right}'",
    "an injection": "t={now},v1=' OR 1=1 --",
}


@pytest.mark.covers("S1.17")
@pytest.mark.parametrize("header", FORGED.values(), ids=FORGED.keys())
def test_s10_a_forged_event_is_refused(world: World, header: str | None) -> None:
    now = int(time.time())
    right = digest(BODY, world.sandbox.webhook_secret, now)
    words = {
        "now": now,
        "now1": now + 1,
        "right": right,
        "upper": right.upper(),
        "short": right[:-1],
        "other": digest(b"{}", world.sandbox.webhook_secret, now),
        "foreign": digest(BODY, "whsec_foreign", now),
        "empty": digest(BODY, "", now),
    }
    answer = post(world, BODY, header and header.format(**words))
    assert (answer.status_code, answer.json) == (400, {"status": "refused"})
    assert stored(world) == []


@pytest.mark.parametrize(
    ("age", "status"), [(290, 200), (310, 400), (86_400, 400), (-290, 200), (-310, 400), (-86_400, 400)]
)
def test_stale_and_future_times_are_refused(world: World, age: int, status: int) -> None:
    assert post(world, BODY, signed(world, BODY, age=age)).status_code == status
    assert len(stored(world)) == (status == 200)


def test_signatures_are_judged_by_system_time_even_when_the_demo_is_a_month_ahead(world: World) -> None:
    world.advance(days=31)
    assert post(world, BODY, signed(world, BODY)).status_code == 200


def nested(depth: int) -> bytes:
    return b'{"id":"evt_1","object":"event","type":"x","data":' + b"[" * depth + b"]" * depth + b"}"


GARBAGE = {
    "nothing": b"",
    "white space": b" \n",
    "no JSON": b"amount=100&currency=usd",
    "half a JSON": BODY[:-2],
    "two JSONs": BODY + BODY,
    "a list": b"[" + BODY + b"]",
    "null": b"null",
    "a number": b"42",
    "a text": b'"evt_intake"',
    "an empty object": b"{}",
    "another object": json.dumps({**EVENT, "object": "charge"}).encode(),
    "a thin event": json.dumps({**EVENT, "object": "v2.core.event"}).encode(),
    "not UTF-8": b'{"id":"\xff\xfe"}',
    "UTF-16": BODY.decode().encode("utf-16"),
    "binary": bytes(range(256)),
    "gzip": gzip.compress(BODY),
    "no id": json.dumps({k: v for k, v in EVENT.items() if k != "id"}).encode(),
    "no type": json.dumps({k: v for k, v in EVENT.items() if k != "type"}).encode(),
    "an empty id": json.dumps({**EVENT, "id": ""}).encode(),
    "an id that is a number": json.dumps({**EVENT, "id": 7}).encode(),
    "an id that is a list": json.dumps({**EVENT, "id": ["evt"]}).encode(),
    "an id without end": json.dumps({**EVENT, "id": "e" * 201}).encode(),
    "a type that is an object": json.dumps({**EVENT, "type": {"a": 1}}).encode(),
    "a type without end": json.dumps({**EVENT, "type": "t" * 201}).encode(),
    "an object id that is an object": json.dumps({**EVENT, "data": {"object": {"id": {"a": 1}}}}).encode(),
    "NUL in a text": BODY.replace(b"cus_1", rb"cus\u0000"),
    "half a surrogate pair": BODY.replace(b"cus_1", rb"cus\uD800"),
    "not a number": BODY.replace(b"1790000000", b"NaN"),
    "infinity": BODY.replace(b"1790000000", b"1e999"),
    "a number without end": BODY.replace(b"1790000000", b"9" * 5_000),
    "nested without end": nested(100_000),
}


@pytest.mark.covers("S1.17")
@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE.keys())
def test_signed_garbage_is_refused(world: World, body: bytes) -> None:
    answer = post(world, body, signed(world, body))
    assert (answer.status_code, answer.json) == (400, {"status": "refused"})
    assert stored(world) == []


ODD = {
    "no data": {**EVENT, "data": None},
    "data that is a list": {**EVENT, "data": []},
    "an object that is a list": {**EVENT, "data": {"object": [1]}},
    "an object without id": {**EVENT, "data": {"object": {}}},
    "a completed session that is empty": {**EVENT, "type": "checkout.session.completed"},
    "a decline without error": {
        **EVENT, "type": "payment_intent.payment_failed", "data": {"object": {"id": "pi_1", "metadata": {}}},
    },
    "metadata that is a list": {
        **EVENT, "type": "payment_intent.succeeded",
        "data": {"object": {"id": "pi_1", "status": "succeeded", "amount": 1, "currency": "usd", "metadata": [1]}},
    },
    "a payment id beyond all numbers": {
        **EVENT, "type": "payment_intent.succeeded",
        "data": {"object": {"id": "pi_1", "status": "succeeded", "amount": 1, "currency": "usd",
                            "metadata": {"payment_id": "9" * 30}}},
    },
    "a time beyond all calendars": {
        **EVENT, "type": "checkout.session.completed",
        "data": {"object": {"id": "cs_1", "status": "complete", "payment_status": "paid", "amount_total": 1,
                            "currency": "usd", "metadata": {}, "expires_at": 10**18}},
    },
    "a charge that is unknown": {**EVENT, "type": "charge.updated", "data": {"object": {"id": "ch_x"}}},
    "a refund that is unknown": {**EVENT, "type": "refund.updated", "data": {"object": {"id": "re_x"}}},
    "words of all the world": {**EVENT, "data": {"object": {"id": "cus_部品", "name": "Åsa 🚗 \u202e"}}},
}  # fmt: skip


@pytest.mark.parametrize("event", ODD.values(), ids=ODD.keys())
def test_signed_events_that_fit_nothing_are_kept_and_change_nothing(world: World, event: dict[str, object]) -> None:
    body = json.dumps(event).encode()
    assert post(world, body, signed(world, body)).status_code == 200
    world.tick()
    assert len(stored(world)) == 1
    assert stored(world)[0][2] in {"parked", "ignored"}
    assert world.rows("SELECT count(*) FROM ledger_entry") == [(0,)]


def test_the_other_modes_events_are_kept_and_not_applied(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought)
    [event] = world.sandbox.events("checkout.session.completed")
    body = json.dumps({**event, "livemode": True}).encode()
    assert post(world, body, signed(world, body)).status_code == 200
    assert stored(world)[0][2] == "ignored"
    assert world.rows("SELECT status FROM payment") == [("pending",)]


def test_a_changed_amount_is_not_believed(world: World) -> None:
    """A verified payload that contradicts the frozen snapshot is parked, and the provider's object decides."""
    bought = world.open_purchase(10_000)
    world.pay(bought)
    [event] = world.sandbox.events("checkout.session.completed")
    changes = ({"amount_total": 1}, {"currency": "eur"}, {"id": "cs_test_other"}, {"metadata": {"payment_id": "0"}})
    for change in changes:
        changed = {**event, "id": f"evt_{next(iter(change))}"}
        changed["data"] = {"object": {**event["data"]["object"], **change}}
        body = json.dumps(changed).encode()
        assert post(world, body, signed(world, body)).status_code == 200
    assert {row[2] for row in stored(world)} == {"parked"}
    assert world.rows("SELECT status FROM payment") == [("pending",)]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_only_post_is_for_webhooks(world: World, method: str) -> None:
    assert getattr(world.client(), method)(PATH).status_code == 405


def test_a_huge_body_is_refused_before_it_is_read(world: World) -> None:
    body = json.dumps({**EVENT, "padding": "x" * 256 * 1024}).encode()
    assert post(world, body, signed(world, body)).status_code == 400
    fits = json.dumps({**EVENT, "padding": "x" * 200 * 1024}).encode()
    assert post(world, fits, signed(world, fits)).status_code == 200


def over_the_wire(world: World, head: str, *pieces: bytes) -> int:
    """Return the status of a request written to the socket as it is; the server may stop listening early."""
    address = urlsplit(world.app.config["TEST_ORIGIN"])
    with socket.create_connection((address.hostname, address.port), timeout=10) as wire:
        try:
            wire.sendall(head.encode("latin-1"))
            for piece in pieces:
                wire.sendall(piece)
        except OSError:
            pass
        return int(wire.recv(100).split()[1])


def head(world: World, body: bytes, length: str) -> str:
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Stripe-Signature: {signed(world, body)}\r\n{length}\r\nConnection: close\r\n\r\n"
    )


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def test_chunked_bodies_have_the_same_limit(world: World) -> None:
    small = head(world, BODY, "Transfer-Encoding: chunked")
    assert over_the_wire(world, small, chunk(BODY[:50]), chunk(BODY[50:]), chunk(b"")) == 200
    assert len(stored(world)) == 1
    huge = json.dumps({**EVENT, "id": "evt_huge", "padding": "x" * 400_000}).encode()
    pieces = [chunk(huge[i : i + 8_192]) for i in range(0, len(huge), 8_192)]
    assert over_the_wire(world, head(world, huge, "Transfer-Encoding: chunked"), *pieces, chunk(b"")) in {400, 413}
    assert len(stored(world)) == 1


def test_a_body_shorter_than_promised_is_refused(world: World) -> None:
    address = urlsplit(world.app.config["TEST_ORIGIN"])
    with socket.create_connection((address.hostname, address.port), timeout=10) as wire:
        wire.sendall(head(world, BODY, f"Content-Length: {len(BODY)}").encode() + BODY[:-10])
        wire.shutdown(socket.SHUT_WR)
        assert int(wire.recv(100).split()[1]) == 400
    assert stored(world) == []


def test_a_secret_is_rolled_without_losing_an_event(world: World) -> None:
    """While both secrets are known, events signed with either are taken; afterwards only the new one counts."""
    both = StripeProvider(replace(world.settings, stripe_webhook_secrets=("whsec_new", "whsec_old")))
    after = StripeProvider(replace(world.settings, stripe_webhook_secrets=("whsec_new",)))
    none = StripeProvider(replace(world.settings, stripe_webhook_secrets=()))
    now = int(time.time())
    old, new = signed(world, BODY, secret="whsec_old"), signed(world, BODY, secret="whsec_new")
    rolled = f"t={now},v1={digest(BODY, 'whsec_unknown', now)},v1={digest(BODY, 'whsec_old', now)}"
    for signature in (old, new, rolled):
        assert both.read_event(BODY, signature, now_seconds=now).event_id == "evt_intake"
    assert after.read_event(BODY, new, now_seconds=now).event_id == "evt_intake"
    for provider, signature in ((after, old), (none, new), (none, signed(world, BODY, secret=" "))):
        with pytest.raises(BadSignature):
            provider.read_event(BODY, signature, now_seconds=now)


def test_our_signatures_are_stripes_own(world: World) -> None:
    """The corpus would prove nothing with a wrong hand at signing: Stripe's own function signs the same."""
    now = int(time.time())
    theirs = stripe.WebhookSignature.generate_signature_header(BODY.decode(), world.sandbox.webhook_secret, now)
    assert theirs == f"t={now},v1={digest(BODY, world.sandbox.webhook_secret, now)}"
    assert post(world, BODY, theirs).status_code == 200


def test_events_of_another_installation_on_the_same_account_move_nothing(world: World) -> None:
    """Two shops on one account count their payments alike; the name in the metadata tells whose an object is."""
    bought = world.open_purchase(10_000)
    [(own,)] = world.rows("SELECT uuid FROM installation")
    world.tamper("UPDATE installation SET uuid = gen_random_uuid()")
    [(other,)] = world.rows("SELECT uuid FROM installation")
    try:
        world.pay(bought)
        world.sandbox.deliver_pending()
        world.tick()
    finally:
        world.tamper(f"UPDATE installation SET uuid = '{own}'")
    assert {(status, note) for status, note in world.rows("SELECT status, note FROM provider_event")} == {
        ("ignored", "Another installation made this object.")
    }
    assert world.rows("SELECT status FROM payment") == [("pending",)]

    since = world.now - timedelta(hours=1)
    assert world.provider.find_checkout(bought.payment_id, installation=str(other), since=since) is None
    found = world.provider.find_checkout(bought.payment_id, installation=str(own), since=since)
    assert found is not None
    assert found.session_id == bought.session_id
