"""The ordinary payment writes what the clear way writes: the hot statements are compared with it row by row."""

import re

from marketplace import db
from marketplace.checkout import settlement
from marketplace.history import Actor
from tests.builders import Bought, World
from tests.fixtures_queries import CountQueries

_ROWS = {
    "payment": "SELECT status, provider_payment_id IS NULL, completed_at, session_closed_at, error_code FROM payment",
    "payment_tracker": "SELECT status, attempts, failure_code, notes FROM payment_tracker",
    "payment_transaction": "SELECT to_jsonb(t) - 'id' - 'order_id' - 'seller_id' FROM payment_transaction t",
    "ledger_entry": "SELECT key, description, booked_at FROM ledger_entry",
    "posting": "SELECT account, currency, amount_minor, owner_id IS NULL FROM posting",
    "notification": "SELECT kind, subject, facts - 'number' - 'orders' FROM notification",
    "stock_reservation": "SELECT status, quantity FROM stock_reservation",
    "order": 'SELECT status FROM "order"',
    "purchase": "SELECT status FROM purchase",
    "cart_line": "SELECT count(*) FROM cart_line",
    "status_change": "SELECT subject, verb, from_status, to_status, because, actor_kind, actor_user_id, source, at"
    " FROM status_change WHERE source = 'evt_paid'",
}


def settle(world: World, bought: Bought, moment: object) -> None:
    """Count a payment as its webhook does."""
    [event] = [
        event["data"]["object"]
        for event in world.sandbox.events("checkout.session.completed")
        if event["data"]["object"]["id"] == bought.session_id
    ]
    paid = settlement.PaidReport(
        bought.payment_id, event["amount_total"], "USD", event["payment_intent"], bought.session_id
    )
    policy, actor = world.settings.money, Actor.provider("evt_paid")
    outcome = db.atomic(settlement.settle, (db.TURN,), paid=paid, actor=actor, policy=policy, now=moment)
    assert outcome == settlement.Settled.COUNTED


def test_both_ways_write_the_same_rows(world: World, count_queries: CountQueries) -> None:
    moment, results, costs = world.now, [], []
    for is_reported_before in (False, True):
        bought = world.open_purchase(10_000, 3_333)
        world.pay(bought)
        if is_reported_before:
            reported(world, bought, moment)
        before = {table: world.rows(statement) for table, statement in _ROWS.items()}
        with count_queries() as statements:
            settle(world, bought, moment)
        costs.append(len(statements))
        results.append(new_rows(world, before, bought))
    hot, clear = results
    assert hot.keys() == clear.keys()
    # The clear way was told of the intent before, so that one row is older.
    known = [line for line in hot["status_change"] if "'begin'" in line and "payment_tracker" in line]
    hot["status_change"] = [line for line in hot["status_change"] if line not in known]
    assert len(known) == 1
    for table in hot:
        assert hot[table] == clear[table], table
    assert costs[0] < costs[1] / 2


def new_rows(world: World, before: dict[str, list[tuple[object, ...]]], bought: Bought) -> dict[str, list[str]]:
    """Return what is new since `before`, without the numbers that differ between two payments."""
    found = {}
    for table, statement in _ROWS.items():
        rows = list(world.rows(statement))
        for row in before[table]:
            if row in rows:
                rows.remove(row)
        texts = [repr(row).replace(bought.session_id, "the session") for row in rows]
        found[table] = sorted(re.sub(r"(Payment |payment:|'payment_id': )\d+", r"\1N", text) for text in texts)
    return found


def reported(world: World, bought: Bought, moment: object) -> None:
    """Let the intent be known before its success, as `payment_intent.created` does."""
    [event] = [
        event["data"]["object"]
        for event in world.sandbox.events("checkout.session.completed")
        if event["data"]["object"]["id"] == bought.session_id
    ]
    db.atomic(
        settlement.reported,
        (db.TURN,),
        payment_id=bought.payment_id,
        intent_id=event["payment_intent"],
        verb=None,
        actor=Actor.provider("evt_created"),
        now=moment,
    )
