"""Orders placed as people place them: over HTTP, to the payment page, and paid there."""

import hashlib
import hmac
import html
import json
import re
import time
import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.load import Answer, Browser, Unexpected, exchange, request

_TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
_FORM_TOKEN = re.compile(rb'name="form_token" value="([^"]+)"')
_INPUT = re.compile(rb'<input[^>]*name="(token|expected_total_minor)"[^>]*value="([^"]*)"')
_ADDRESS = re.compile(rb'<input[^>]*name="delivery_choice"[^>]*value="(\d+)"')
_PAGE = re.compile(r"/c/pay/(\w+)")
_CARD = {
    "email": "buyer@example.org",
    "name": "Bo Buyer",
    "country": "US",
    "method": "card",
    "number": "4242424242424242",
    "expiry": "12/39",
    "cvc": "123",
}
CHECKOUT = "/checkout/USD"
"""Where a buyer reviews the basket, and agrees."""
# Either tells the shop that a purchase is paid; a purchase gets one of them here.
SETTLING = ("checkout.session.completed", "payment_intent.succeeded")
_EVENTS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Order:
    """What one buyer is about to buy: a signed-in browser, a listing's id and its page."""

    browser: Browser
    listing_id: int
    path: str


def place(order: Order, note: Callable[[float], None]) -> str:
    """Look at a listing, put it in the basket, look at that, review and agree; return the payment page's session.

    `note` is told how many seconds agreeing alone took, in which the provider opens the page. Raises Unexpected when
    the shop says anything else.
    """
    browser = order.browser
    page = _need(browser.get(order.path), 200)
    form = {"csrf_token": _found(_TOKEN, page.body), "listing_id": str(order.listing_id), "quantity": "1"}
    _need(browser.post("/basket/add", form), 303)
    _need(browser.get("/basket"), 200)
    form, began = review(browser), time.perf_counter()
    answer = _need(browser.post(CHECKOUT, form), 303)
    note(time.perf_counter() - began)
    session = session_of(answer)
    if not session:
        raise Unexpected(f"the order went on to {answer.location}")
    return session


def review(browser: Browser) -> dict[str, str]:
    """Look at the page on which a buyer agrees; return what its form sends. Raises Unexpected without the page."""
    page = _need(browser.get(CHECKOUT), 200)
    agreed = {name.decode(): html.unescape(value.decode()) for name, value in _INPUT.findall(page.body)}
    agreed["csrf_token"] = _found(_TOKEN, page.body)
    agreed["delivery_choice"] = _found(_ADDRESS, page.body)
    agreed["billing_same"] = "y"
    return agreed


def session_of(answer: Answer) -> str:
    """Return the session of the payment page that an answer leads to, "" when it leads elsewhere."""
    found = _PAGE.search(answer.location)
    return found[1] if found else ""


def pay(sandbox_port: int, session_id: str) -> str:
    """Pay on the hosted page by a card that works; return the address that leads back to the shop, or Unexpected."""
    browser = Browser(sandbox_port)
    path = f"/c/pay/{session_id}"
    page = _need(browser.get(path), 200)
    answer = _need(browser.post(path, {**_CARD, "form_token": _found(_FORM_TOKEN, page.body)}), 303)
    if "/checkout/return/" not in answer.location:
        raise Unexpected(f"the payment page went on to {answer.location}")
    return answer.location


def settling_events(sandbox_port: int, key: str, sessions: Sequence[str]) -> list[dict[str, Any]]:
    """Return one event per paid session, by turns of the two types, from the sandbox's API."""
    events: dict[str, list[dict[str, Any]]] = {kind: [] for kind in SETTLING}
    for kind, wanted in events.items():
        after = ""
        while len(wanted) < len(sessions):
            query = {"type": kind, "limit": str(_EVENTS_AT_ONCE), **({"starting_after": after} if after else {})}
            listed = _read(sandbox_port, key, f"/v1/events?{urllib.parse.urlencode(query)}")
            wanted.extend(listed["data"])
            if not listed["has_more"]:
                break
            after = listed["data"][-1]["id"]
    by_payment = {kind: {_payment_of(event): event for event in found} for kind, found in events.items()}
    known = {event["data"]["object"]["id"]: _payment_of(event) for event in events[SETTLING[0]]}
    return [by_payment[SETTLING[turn % 2]][known[session]] for turn, session in enumerate(sessions)]


def delivery(port: int, path: str, secret: str, event: dict[str, Any]) -> bytes:
    """Return the request by which a provider delivers an event, signed now."""
    body = json.dumps(event, indent=2).encode()
    stamp = int(time.time())
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    headers = f"Content-Type: application/json\r\nStripe-Signature: t={stamp},v1={digest}\r\n"
    return request("POST", path, port, headers, body)


def payment_ids(events: Sequence[dict[str, Any]]) -> list[int]:
    """Return our payment's id of each event."""
    return [int(_payment_of(event)) for event in events]


def _payment_of(event: dict[str, Any]) -> str:
    return str(event["data"]["object"]["metadata"]["payment_id"])


def _read(port: int, key: str, path: str) -> Any:
    return json.loads(_need(exchange(port, request("GET", path, port, f"Authorization: Bearer {key}\r\n")), 200).body)


def _need(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise Unexpected(f"{answer.status} instead of {status}")
    return answer


def _found(pattern: re.Pattern[bytes], body: bytes) -> str:
    found = pattern.search(body)
    if found is None:
        raise Unexpected(f"a page without {pattern.pattern!r}")
    return html.unescape(found[1].decode())
