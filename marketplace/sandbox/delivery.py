"""Webhook delivery: signed, retried, every attempt on record."""

import hashlib
import hmac
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from marketplace.sandbox import endpoints, events, fault_webhooks, faults
from marketplace.sandbox.clock import VirtualClock, system_seconds
from marketplace.sandbox.fault_webhooks import STRAIGHT, Course
from marketplace.sandbox.paypal import events as paypal_events
from marketplace.sandbox.store import Store, Work
from marketplace.sandbox.wire import JSON

TIMEOUT_SECONDS = 20
EXCERPT_BYTES = 500
RETRY_SECONDS = (10, 60, 300, 1_800, 7_200, 18_000, 36_000, 43_200)
"""The wait before each retry, in virtual seconds; the last one repeats. Stripe does not publish its own steps."""
GIVE_UP_SECONDS = 3 * 86_400


@dataclass(frozen=True)
class Answer:
    """What the endpoint answered; status None means that it could not be reached."""

    status: int | None
    text: str


Transport = Callable[[str, bytes, dict[str, str]], Answer]


@dataclass(frozen=True)
class Pending:
    """One event that one endpoint must still be told."""

    delivery_id: int
    event_id: str
    type: str
    endpoint_id: str


@dataclass(frozen=True)
class Attempted:
    """One attempt to deliver and its answer."""

    event_id: str
    type: str
    endpoint_id: str
    status: int | None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other, and not a good one."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


# Webhooks go to this machine or its network, whatever proxy the environment names.
_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """POST to a webhook endpoint without following redirects."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310  # checked when made
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as response:
            return _answer(response.status, response.read(EXCERPT_BYTES))
    except urllib.error.HTTPError as refusal:
        with refusal:
            return _answer(refusal.code, refusal.read(EXCERPT_BYTES))
    except (OSError, HTTPException, ValueError) as failure:
        return Answer(None, str(failure))


def _answer(status: int, excerpt: bytes) -> Answer:
    return Answer(status, excerpt.decode("utf-8", "replace"))


def signature(payload: bytes, secrets: list[str], timestamp: int) -> str:
    """Return the Stripe-Signature header: one v1 per secret, HMAC-SHA256 over "<timestamp>.<body>"."""
    message = f"{timestamp}.".encode() + payload
    signed = [hmac.new(secret.encode(), message, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={value}" for value in signed)])


def claim(work: Work, most: int, event_ids: list[str] | None = None) -> list[Pending]:
    """Take up to `most` due deliveries for sending, oldest first; those of `event_ids` alone when they are given."""
    found = work.rows(
        # MATERIALIZED: as a plain subquery, a plan may run it once for each delivery and so take more than `most`.
        "WITH picked AS MATERIALIZED (SELECT id FROM deliveries WHERE state = 'waiting' AND NOT sending"
        " AND next_at <= %(now)s AND (%(events)s::text[] IS NULL OR event_id = ANY(%(events)s))"
        " AND NOT EXISTS (SELECT 1 FROM faults WHERE kind = 'outage' AND ended IS NULL"
        " AND (until IS NULL OR until > %(now)s)) ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED)"
        " UPDATE deliveries d SET sending = true FROM events e, picked"
        " WHERE e.id = d.event_id AND d.id = picked.id"
        " RETURNING d.id, d.event_id, d.endpoint_id, e.type",
        now=work.present, most=most, events=event_ids,
    )  # fmt: skip
    pending = [Pending(row["id"], row["event_id"], row["type"], row["endpoint_id"]) for row in found]
    return sorted(pending, key=lambda one: one.delivery_id)


def release(work: Work, pending: list[Pending]) -> None:
    """Make claimed deliveries due again; those that were sent have been released by their record."""
    ids = [one.delivery_id for one in pending]
    work.rows("UPDATE deliveries SET sending = false WHERE sending AND id = ANY(%(ids)s)", ids=ids)


def release_interrupted(work: Work) -> None:
    """Make deliveries due again that a stopped process was sending; called once at start."""
    work.rows("UPDATE deliveries SET sending = false WHERE sending")


Parcel = tuple[str, bytes, dict[str, str]]
Row = Mapping[str, Any]
_TOLD = (
    f"SELECT events.*, {events.WAITING}, d.attempts, d.course, o.data AS endpoint, o.private AS kept,"  # noqa: S608  # ours
    f" EXISTS (SELECT FROM faults WHERE {faults.ON}) AS is_faulty"
    " FROM deliveries d JOIN events ON events.id = d.event_id"
    " LEFT JOIN objects o ON o.id = d.endpoint_id AND o.kind = 'webhook_endpoint' WHERE d.id = %(id)s"
)
"""A delivery with its event, its endpoint and whether any fault is on: all that a try needs."""


def send(
    store: Store, clock: VirtualClock, transport: Transport, pending: Pending, *, by_hand: bool = False
) -> list[Attempted]:
    """Make one attempt, or as many as a fault says, and record them; nothing is returned when a fault puts it off.

    No transaction is open while the endpoint answers. What is sent by hand meets no fault.
    """
    with store.singly(clock.now()) as work:
        row = work.row(_TOLD, id=pending.delivery_id, now=work.present) or {}
        is_decided = by_hand or bool(row.get("attempts"))
        strikes = row.get("is_faulty") and faults.active(work, faults.WEBHOOKS)
        is_straight = is_decided or not (row.get("course") or strikes)
        course, beside, parcel = STRAIGHT, [], _prepare(work, row, STRAIGHT)
    if not is_straight:
        with store.work(clock.now()) as work:
            course = fault_webhooks.course_of(work, pending.delivery_id)
            if course.wait:
                fault_webhooks.put_off(work, pending.delivery_id, course)
                return []
            beside = [_aside(work, row)] if course.astray else []
            beside += [_of_live_mode(work, row)] if course.of_live_mode else []
            parcel = None if course.lost else _prepare(work, row, course)
    for other in beside:
        if other:
            transport(*other)
    tries = [_try(store, clock, transport, pending, parcel, course) for _ in range(course.copies)]
    return [Attempted(pending.event_id, pending.type, pending.endpoint_id, status) for status in tries]


def _try(
    store: Store, clock: VirtualClock, transport: Transport, pending: Pending, parcel: Parcel | None, course: Course
) -> int | None:
    started = time.monotonic()
    nowhere = "Lost on its way: a fault." if course.lost else "The endpoint is disabled or gone."
    answer = transport(*parcel) if parcel else Answer(None, nowhere)
    tried = {
        "delivery": pending.delivery_id,
        "at": clock.now(),
        "status": answer.status,
        "milliseconds": round((time.monotonic() - started) * 1_000),
        "answer": answer.text.replace("\x00", ""),
    }
    if answer.status is not None and 200 <= answer.status < 300:
        with store.singly(clock.now()) as work:
            work.rows(f"WITH noted AS ({_NOTE}) {_ARRIVED}", **tried)
        return answer.status
    with store.work(clock.now()) as work:
        work.rows(_NOTE, **tried)
        _come_again(work, pending, lost=course.lost)
    return answer.status


_NOTE = (
    "INSERT INTO attempts (delivery_id, at, status, milliseconds, answer)"
    " VALUES (%(delivery)s, %(at)s, %(status)s, %(milliseconds)s, %(answer)s)"
)
_ARRIVED = "UPDATE deliveries SET state = 'delivered', attempts = attempts + 1, sending = false WHERE id = %(delivery)s"


def _come_again(work: Work, pending: Pending, *, lost: bool) -> None:
    """Plan the next try of a delivery that was not taken, or give it up."""
    row = work.row("SELECT * FROM deliveries WHERE id = %(id)s FOR UPDATE", id=pending.delivery_id)
    if row is None:
        return
    state, next_at, attempts = row["state"], row["next_at"], row["attempts"] + 1
    if state == "waiting":
        next_at = work.present + RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1]
        state = "given_up" if lost or next_at > row["first_at"] + GIVE_UP_SECONDS else "waiting"
    work.rows(
        "UPDATE deliveries SET state = %(state)s, next_at = %(next_at)s, attempts = %(attempts)s, sending = false"
        " WHERE id = %(id)s",
        id=pending.delivery_id, state=state, next_at=next_at, attempts=attempts,
    )  # fmt: skip


def _prepare(work: Work, row: Row, course: Course) -> Parcel | None:
    endpoint = row.get("endpoint")
    if endpoint is None or endpoint["status"] != "enabled":
        return None
    if row["account"] == paypal_events.ACCOUNT:
        body = fault_webhooks.body_of(row["data"], course)
        kept = row["kept"]["paypal"]
        return endpoint["url"], body, paypal_events.headers(body, kept, work.ids.new(""), forged=course.forged)
    secrets = ["whsec_of_somebody_else"] if course.forged else endpoints.signing(row["kept"], work.present)
    return _parcel(work, row, endpoint, secrets, course)


def _of_live_mode(work: Work, row: Row) -> Parcel | None:
    """Return an event as it would come of live mode, where nothing has the ids of test mode."""
    endpoint = row.get("endpoint")
    if endpoint is None or endpoint["status"] != "enabled" or row["account"] == paypal_events.ACCOUNT:
        return None
    other = {"id": work.ids.new("evt_"), "livemode": True}
    return _parcel(work, row, endpoint, endpoints.signing(row["kept"], work.present), other=other)


def _aside(work: Work, row: Row) -> Parcel | None:
    """Return an event as it would reach an endpoint that it is not for; None when there is no such endpoint."""
    own = row.get("endpoint") if row["account"] != paypal_events.ACCOUNT else None
    others = work.find("webhook_endpoint", status="enabled")
    wrong = [one for one in others if own and endpoints.hears_accounts(one.data) != endpoints.hears_accounts(own)]
    return _parcel(work, row, wrong[0].data, endpoints.signing(wrong[0].private, work.present)) if wrong else None


def _parcel(
    work: Work, row: Row, endpoint: JSON, secrets: list[str], course: Course = STRAIGHT, other: JSON | None = None
) -> Parcel:
    event = events.render(work, row) | (other or {})
    if course.stale:
        event = fault_webhooks.as_before(work, row, event)
    if endpoint["api_version"]:
        event["api_version"] = endpoint["api_version"]
    payload = fault_webhooks.body_of(event, course)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (local sandbox, not Stripe)",
        # Signatures carry system time: the receiver checks their age against its own clock.
        "Stripe-Signature": signature(payload, secrets, system_seconds()),
    }
    return endpoint["url"], payload, headers


def resend(work: Work, delivery_id: int) -> Pending | None:
    """Return a delivery to be made once more by hand, whatever became of it; None when it is unknown."""
    row = work.row(
        "SELECT d.id, d.event_id, d.endpoint_id, e.type FROM deliveries d JOIN events e ON e.id = d.event_id"
        " WHERE d.id = %(id)s",
        id=delivery_id,
    )
    return Pending(row["id"], row["event_id"], row["type"], row["endpoint_id"]) if row else None


def answered(work: Work, event_id: str) -> bool:
    """Return whether every endpoint has answered an event at least once, well or badly, unless a fault put it off."""
    row = work.row(
        "SELECT count(*) AS n FROM deliveries WHERE event_id = %(id)s AND attempts = 0 AND state = 'waiting'"
        " AND next_at <= %(now)s",
        id=event_id, now=work.present,
    )  # fmt: skip
    return row is None or row["n"] == 0
