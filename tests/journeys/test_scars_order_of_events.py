"""S04: all 720 orders in which the six events of one payment can arrive end in the same rows."""

import itertools
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import stripe

from marketplace.provider_events import flows as events
from tests.builders import World
from tests.snapshots import Snapshot

SIX = (
    "payment_intent.created",
    "payment_intent.payment_failed",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
    "charge.updated",
)
# Everything but times, row numbers and the trail, which tells the order on purpose.
FINAL_ROWS = (
    """
    SELECT status, provider_session_id, provider_payment_id, error_code, error_message, session_closed_at IS NOT NULL,
        completed_at IS NOT NULL
    FROM payment
    """,
    """
    SELECT status, payment_intent_id, attempts, failure_code, failure_reason, stripe_error_data, notes
    FROM payment_tracker
    """,
    "SELECT charge_id, code, decline_code, reason, error_data FROM payment_failure",
    """
    SELECT order_id, status, gross_minor, platform_fee_minor, processing_fee_minor, net_minor, payment_failure_code,
        payment_failure_reason, hold_reason, days_to_hold, planned_release_date - payment_received_date
    FROM payment_transaction ORDER BY order_id
    """,
    'SELECT status FROM purchase UNION ALL SELECT status FROM "order"',
    "SELECT listing_id, in_stock, r.status FROM listing l JOIN stock_reservation r ON r.listing_id = l.id ORDER BY 1",
    """
    SELECT e.key, p.account, p.owner_id, p.order_id, p.currency, p.amount_minor
    FROM posting p JOIN ledger_entry e ON e.id = p.entry_id ORDER BY e.key, p.account, p.order_id
    """,
    "SELECT provider_id, amount_minor, fee_minor, net_minor FROM balance_transaction",
    "SELECT user_id, kind, subject, facts FROM notification WHERE kind <> 'invoice_ready' ORDER BY user_id, kind",
    "SELECT type, status, next_attempt_at FROM provider_event ORDER BY type",
    "SELECT count(*) FROM unapplied_receipt UNION ALL SELECT count(*) FROM cart_line",
)


@pytest.mark.covers("S0.8", "S0.10", "S0.14", "S0.16", "S1.13")
@pytest.mark.parametrize("first", SIX)
def test_s04_six_events_in_all_720_orders(world: World, first: str) -> None:
    """In six parts of 120, by the event that comes first; each is compared with the order in which they happened."""
    bought = world.open_purchase(3_333, 99_997)
    world.pay(bought, "4000000000000002")
    world.pay(bought)
    bodies = {kind: _body(world, kind) for kind in SIX}
    start = Snapshot(world.urls.superuser)
    for kind in SIX:
        _comes(world, bodies[kind])
    expected = _end(world)
    assert ("completed" in expected[0], "succeeded" in expected[1], "parked" in expected[-2]) == (True, True, False)
    start.restore()
    _comes(world, bodies[first])
    ends = dict(_ends(world, bodies, (first,)))
    assert set(ends) == {(first, *rest) for rest in itertools.permutations(kind for kind in SIX if kind != first)}
    assert {order: end for order, end in ends.items() if end != expected} == {}


def _ends(world: World, bodies: dict[str, bytes], come: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Yield every order that begins with the events that have come, and its final rows.

    What orders have in common is played once: from its rows, as they are now, each goes on.
    """
    to_come = [kind for kind in SIX if kind not in come]
    if not to_come:
        yield come, _end(world)
        return
    here = Snapshot(world.urls.superuser) if len(to_come) > 1 else None
    for kind in to_come:
        if here and kind != to_come[0]:
            here.restore()
        _comes(world, bodies[kind])
        yield from _ends(world, bodies, (*come, kind))


def _comes(world: World, body: bytes) -> None:
    """Let the provider tell one event."""
    answer = world.app.test_client().post(
        "/webhooks/stripe", data=body, headers={"Stripe-Signature": _signature(world, body)}
    )
    assert answer.status_code == 200


def _end(world: World) -> list[str]:
    """Return the final rows."""
    _read_again(world)
    return [str(world.rows(statement)) for statement in FINAL_ROWS]


def _body(world: World, kind: str) -> bytes:
    [event] = world.sandbox.events(kind)
    return world.app.json.dumps(event).encode()


def _signature(world: World, body: bytes) -> str:
    return stripe.WebhookSignature.generate_signature_header(
        body.decode(), world.sandbox.webhook_secret, int(time.time())
    )


def _read_again(world: World) -> None:
    """Let the inbox look at what it parked or must read; a minute later, without moving the clock 720 times."""
    providers = world.app.extensions["providers"]
    for _ in range(2):
        now = world.now + timedelta(minutes=1)
        if not events.apply_due(providers=providers, settings=world.settings, now=now):
            return
