"""Webhook, return page, "check my payment", the sweeper and the provider's list of events: one door (DESIGN 4.5)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from marketplace.provider_events import backfill, sweeping
from tests.builders import Bought, World, form_token
from tests.snapshots import Snapshot

# Every column but ids, times, and how often somebody asked: the roads differ in nothing else.
_NOT = "- 'id' - 'created_at' - 'updated_at' - 'verification_attempts' - 'notes' - 'read_at'"
ROWS = {
    "payment": f"SELECT to_jsonb(t) {_NOT} - 'completed_at' - 'session_closed_at' FROM payment t",
    # A charge's event and its intent tell of the same decline in not quite the same fields.
    "payment_tracker": f"SELECT to_jsonb(t) {_NOT} - 'stripe_error_data' FROM payment_tracker t",
    "payment_transaction": f"SELECT to_jsonb(t) {_NOT} - 'hold_start_date' - 'planned_release_date'"
    " - 'payment_received_date' FROM payment_transaction t ORDER BY order_id",
    "order": f'SELECT to_jsonb(t) {_NOT} FROM "order" t ORDER BY id',
    "purchase": f"SELECT to_jsonb(t) {_NOT} - 'open_until' FROM purchase t",
    "stock_reservation": "SELECT listing_id, status, quantity FROM stock_reservation ORDER BY id",
    "listing": "SELECT in_stock FROM listing ORDER BY id",
    "cart_line": "SELECT count(*) FROM cart_line",
    "ledger_entry": "SELECT key, description FROM ledger_entry WHERE key LIKE 'payment:%%' ORDER BY key",
    "posting": "SELECT account, currency, amount_minor, owner_id, order_id FROM posting p JOIN ledger_entry e"
    " ON e.id = p.entry_id WHERE e.key LIKE 'payment:%%' ORDER BY account, order_id",
    # The invoice comes by no road, but by the sweep of a tick.
    "notification": "SELECT user_id, kind, subject, subject_id, facts FROM notification WHERE kind <> 'invoice_ready'"
    " ORDER BY kind, user_id",
}


def came_back(world: World, bought: Bought) -> None:
    world.client(bought.buyer_id).get(f"/checkout/return/{bought.payment_id}")


def checked(world: World, bought: Bought) -> None:
    client = world.client(bought.buyer_id)
    token = form_token(client.get("/checkout/return/0", follow_redirects=True).text + client.get("/account").text)
    client.post(f"/checkout/return/{bought.payment_id}/verify", data={"csrf_token": token})


def swept(world: World, bought: Bought) -> None:
    assert sweeping.look_due(providers={"stripe": world.provider}, settings=world.settings, now=world.now) == 1


def listed(world: World, bought: Bought) -> None:
    values = {"providers": {"stripe": world.provider}, "settings": world.settings}
    assert backfill.read_missed(**values, now=world.now) == 0  # type: ignore[arg-type]
    assert backfill.read_missed(**values, now=world.now + timedelta(minutes=5)) > 0  # type: ignore[arg-type]


def told(world: World, bought: Bought) -> None:
    assert world.sandbox.deliver_pending()


ROADS: tuple[Callable[[World, Bought], None], ...] = (came_back, checked, swept, listed, told)


@pytest.mark.covers("S1.5", "S1.13")
@pytest.mark.parametrize("how", ["paid", "bounced"])
def test_every_road_writes_the_same_rows_and_the_second_changes_nothing(world: World, how: str) -> None:
    """From the very same moment by each road alone, then by all of them one after another."""
    bought = world.open_purchase(10_000, 3_333)
    world.sandbox.hold_webhooks()
    if how == "paid":
        world.pay(bought)
        world.advance(minutes=11)
    else:
        world.sandbox.pay(bought.session_id, account="000222222227")
        world.advance(days=5)
    found = {}
    before = Snapshot(world.urls.superuser)
    for road in ROADS:
        before.restore()
        road(world, bought)
        found[road.__name__] = {table: world.rows(statement) for table, statement in ROWS.items()}
    for road in (came_back, checked):
        road(world, bought)
    world.tick()
    world.sandbox.release_webhooks()
    again = {table: world.rows(statement) for table, statement in ROWS.items()}
    assert [row["status"] for (row,) in found["told"]["payment"]] == ["completed" if how == "paid" else "failed"]
    for name, rows in (*found.items(), ("once more", again)):
        for table, wanted in found["told"].items():
            assert rows[table] == wanted, f"{table} by {name}"
