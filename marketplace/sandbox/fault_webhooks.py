"""What becomes of a webhook at its first try, when a fault is switched on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from psycopg.types.json import Jsonb

from marketplace.sandbox import faults
from marketplace.sandbox.faults import Kind, Occasion, Rule
from marketplace.sandbox.request_log import ids_in
from marketplace.sandbox.store import Work
from marketplace.sandbox.wire import JSON, written

_BEGINNINGS: dict[str, JSON] = {
    "checkout.session": {"status": "open", "payment_status": "unpaid", "payment_intent": None},
    "payment_intent": {"status": "requires_payment_method", "amount_received": 0, "latest_charge": None},
    "charge": {"balance_transaction": None},
    "refund": {"status": "pending"},
    "payout": {"status": "pending"},
    "dispute": {"status": "needs_response", "balance_transactions": []},
    "transfer": {"amount_reversed": 0, "reversed": False},
}
"""How an object looked before its first event."""
_FAR_TOO_LARGE = 1_048_576
"""Bytes; an event has some thousands."""


@dataclass(frozen=True)
class Course:
    """How one delivery goes: lost for good, or after `wait` virtual seconds sent `copies` times as it is or spoiled."""

    lost: bool = False
    wait: int = 0
    copies: int = 1
    stale: bool = False
    forged: bool = False
    astray: bool = False
    oversized: bool = False
    garbage: bool = False
    of_live_mode: bool = False


STRAIGHT = Course()


def course_of(work: Work, delivery_id: int) -> Course:
    """Return how the next try of a delivery goes; what is decided at the first one holds when that is put off."""
    row = work.row("SELECT event_id, attempts, course FROM deliveries WHERE id = %(id)s", id=delivery_id)
    if row is None or row["attempts"]:
        return STRAIGHT
    if row["course"] is not None:
        return Course(**row["course"])
    rules = faults.active(work, faults.WEBHOOKS)
    if not rules:
        return STRAIGHT
    return _judge(work, occasion_of(work, row["event_id"]), rules)


def occasion_of(work: Work, event_id: str) -> Occasion:
    """Return an event as faults see it."""
    row = work.row("SELECT * FROM events WHERE id = %(id)s", id=event_id) or {}
    # PayPal calls it the resource.
    shown = row["data"]["data"]["object"] if "data" in row["data"] else row["data"]["resource"]
    return Occasion(
        event_id=event_id,
        event=row["type"],
        object_id=row["object_id"],
        ids=frozenset((event_id, row["object_id"], row["account"], *ids_in(shown.values()))),
        metadata=shown.get("metadata") or {},
    )


def _judge(work: Work, occasion: Occasion, rules: list[Rule]) -> Course:
    if faults.meet(work, (Kind.LOST,), occasion, rules):
        return Course(lost=True)
    late = faults.meet(work, (Kind.LATE, Kind.REORDERED), occasion, rules)
    doubled = faults.meet(work, (Kind.DOUBLED,), occasion, rules)
    if faults.meet(work, (Kind.NEW_ID,), occasion, rules):
        _tell_again(work, occasion.event_id)
    return Course(
        wait=_wait(late) if late else 0,
        copies=doubled.copies if doubled else 1,
        stale=bool(faults.meet(work, (Kind.STALE,), occasion, rules)),
        forged=bool(faults.meet(work, (Kind.BAD_SIGNATURE,), occasion, rules)),
        astray=bool(faults.meet(work, (Kind.WRONG_ENDPOINT,), occasion, rules)),
        oversized=bool(faults.meet(work, (Kind.OVERSIZED,), occasion, rules)),
        garbage=bool(faults.meet(work, (Kind.GARBAGE,), occasion, rules)),
        of_live_mode=bool(faults.meet(work, (Kind.WRONG_MODE,), occasion, rules)),
    )


def _wait(rule: Rule) -> int:
    return rule.draw("wait").randint(0, rule.seconds) if rule.kind is Kind.REORDERED else rule.seconds


def put_off(work: Work, delivery_id: int, course: Course) -> None:
    """Let a delivery wait as long as its course says; Stripe's three days begin when it is sent at last."""
    kept = asdict(course) | {"wait": 0}
    at = work.present + course.wait
    work.rows(
        "UPDATE deliveries SET sending = false, next_at = %(at)s, first_at = %(at)s, course = %(course)s"
        " WHERE id = %(id)s",
        id=delivery_id, at=at, course=Jsonb(kept),
    )  # fmt: skip


def _tell_again(work: Work, event_id: str) -> None:
    """Record the same fact under another event id, with deliveries of its own that go undisturbed."""
    twin = work.ids.new("evt_")
    work.rows(
        "INSERT INTO events (id, type, created, object_id, request_id, data, account)"
        " SELECT %(twin)s, type, created, object_id, request_id, data || jsonb_build_object('id', %(twin)s::text),"
        " account FROM events WHERE id = %(id)s",
        id=event_id, twin=twin,
    )  # fmt: skip
    work.rows(
        "INSERT INTO deliveries (event_id, endpoint_id, first_at, next_at, course)"
        " SELECT %(twin)s, endpoint_id, %(now)s, %(now)s, %(course)s FROM deliveries WHERE event_id = %(id)s",
        id=event_id, twin=twin, now=work.present, course=Jsonb(asdict(STRAIGHT)),
    )  # fmt: skip


def body_of(event: JSON, course: Course) -> bytes:
    """Return the body of a webhook: the event, or what a fault makes of it."""
    if course.oversized:
        event = event | {"padding": "x" * _FAR_TOO_LARGE}
    body = written(event).encode()
    return body[: len(body) // 2] + b"\xff\x00" if course.garbage else body


def as_before(work: Work, row: Mapping[str, Any], event: JSON) -> JSON:
    """Return an event with its object as it was before: in the event before, or in the beginning."""
    shown: JSON = event["data"]["object"]
    earlier = work.row(
        "SELECT data->'data'->'object' AS shown FROM events WHERE object_id = %(object)s AND seq < %(seq)s"
        " AND data->'data'->'object'->>'object' = %(kind)s ORDER BY seq DESC LIMIT 1",
        object=row["object_id"], seq=row["seq"], kind=shown["object"],
    )  # fmt: skip
    before = event["data"].get("previous_attributes") or _BEGINNINGS.get(shown["object"], {})
    return event | {"data": event["data"] | {"object": earlier["shown"] if earlier else shown | before}}
