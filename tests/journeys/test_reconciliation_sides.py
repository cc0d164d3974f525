"""What goes wrong on each of the three sides is found with its cause; nothing stops a run for good."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from marketplace import failpoints
from marketplace.failpoints import Failpoint
from marketplace.reconciliation import flows, run_queries
from marketplace.reconciliation.rules import CounterAccount
from marketplace.sandbox import balance, events, payouts, reversals
from marketplace.sandbox import disputes as bank
from marketplace.sandbox.faults import Kind
from tests.builders import World
from tests.builders_reconciliation import book_at_the_provider, fault, reconcile, refund_at_the_provider
from tests.faults import Crash, Line
from tests.journeys.test_reconciliation import agree, open_breaks


def lose_what_happened(world: World) -> None:
    """Let the provider take a transfer back, a bank dispute a payment and another send a payout back, untold."""
    for event in ("transfer.reversed", "payout.*", "charge.*"):
        fault(world, Kind.LOST, event, times=9)
    [(transfer_id, payout_id)] = world.rows("SELECT transfer_id, provider_payout_id FROM payout")
    with world.sandbox.sandbox.work() as work:
        payouts.fail(work, str(payout_id), "account_closed")
        reversals.reverse(work, work.need("transfer", str(transfer_id), lock=True), 1_170, work.now, {})
        [intent, *_] = world.rows("SELECT provider_payment_id FROM payment ORDER BY id")
        [charge] = work.find("charge", payment_intent=str(intent[0]))
        bank.open_dispute(work, work.need("charge", charge.id, lock=True), "general", 5_000, inquiry=False)
    world.sandbox.deliver_pending()


# Would fail if only the first lost message of a kind were made up for, or one had an effect twice.
def test_a_reversal_a_dispute_and_a_payout_that_came_back_are_mended_when_their_messages_get_lost(world: World) -> None:
    seller_id = world.paid_seller(10_000, 5_000)
    world.later(days=30)
    world.later(days=7)
    assert world.payouts() == [("paid", 14_055)]
    lose_what_happened(world)
    reconcile(world, in_minutes=10, from_start=True)
    assert {(kind, proposal) for kind, _, proposal, _ in open_breaks(world)} == {
        ("made_at_provider", "mirror"),
        ("missing_event", "reread"),
        ("status_differs", "reread"),
    }
    assert world.rows("SELECT DISTINCT seller_id FROM payout_pause WHERE ended_at IS NULL") == [(seller_id,)]
    reconcile(world, mends=True, in_minutes=20)
    assert open_breaks(world) == []
    reconcile(world, in_minutes=30)
    agree(world)
    assert world.rows("SELECT amount_minor, status FROM transfer_reversal") == [(1_170, "done")]
    assert world.rows("SELECT withdrawn_minor FROM dispute") == [(5_000,)]
    assert world.payouts() == [("failed", 14_055)]


def test_a_correction_is_undone_when_the_line_is_booked_by_its_own_rule_after_all(world: World) -> None:
    bought = world.paid_purchase(10_000)
    admin_id = world.person("Ada Admin", is_admin=True)
    refund_at_the_provider(world, bought.payment_id, 1_000)
    reconcile(world, in_minutes=10)
    [(break_id,)] = world.rows("SELECT id FROM reconciliation_break")
    about = {"break_id": int(str(break_id)), "admin_id": admin_id, "reason": "It is gone.", "now": world.now}
    line = Line(world.provider, lost={"refund_and_lines"})
    assert "could not be asked" in flows.reread(**about, provider=line, settings=world.settings)
    values = {"account": CounterAccount.REFUND_COST, "seen_minor": -1_000, "policy": world.settings.money}
    assert flows.correct(**about, **values)
    reconcile(world, in_minutes=10)
    agree(world)
    with world.sandbox.sandbox.work() as work:
        [row] = work.rows("SELECT id FROM objects WHERE kind = 'refund'")
        events.emit(work, "refund.updated", work.need("refund", row["id"]))
    world.sandbox.deliver_pending()
    world.tick()
    reconcile(world, in_minutes=20)
    assert open_breaks(world) == [("doubled", "twice_here", "undo", 1_000)]
    reconcile(world, mends=True, in_minutes=30)
    agree(world)
    assert world.rows("SELECT key FROM ledger_entry WHERE key LIKE 'correction:%%' ORDER BY id DESC") == [
        (f"correction:{world.rows('SELECT id FROM correction')[0][0]}:undone",),
        (f"correction:{world.rows('SELECT id FROM correction')[0][0]}",),
    ]


@contextmanager
def dying(point: Failpoint, what: str, times: int) -> Iterator[None]:
    """Let the process die when it comes to a point for the `times`-th time."""
    seen = 0

    def watch(reached: Failpoint, name: str) -> None:
        nonlocal seen
        seen += (reached, name) == (point, what)
        if seen == times:
            raise Crash

    failpoints.watch(watch)
    try:
        with pytest.raises(Crash):
            yield
    finally:
        failpoints.watch(None)


# Would fail if a step were begun anew after a kill, counted twice, or a broken line stopped the others.
def test_a_run_killed_between_any_two_batches_goes_on_and_a_line_nobody_can_read_stops_nothing(world: World) -> None:
    world.paid_purchase(10_000)
    broken_id = book_at_the_provider(world, "adjustment", -500)
    with world.sandbox.sandbox.work() as work:
        work.rows("UPDATE objects SET data = data || '{\"fee\": null}' WHERE id = %(id)s", id=broken_id)
        [row] = work.rows("SELECT id FROM objects WHERE kind = 'charge'")
        charge = work.need("charge", row["id"])
        charge.id = ""
        for _ in range(120):
            balance.book(work, charge, kind="stripe_fee", amount=-1, available_on=work.now)
    for batch in (1, 2, 3):
        with dying(Failpoint.WRITTEN if batch % 2 else Failpoint.COMMITTED, "advance", batch):
            reconcile(world, in_minutes=10)
    reconcile(world, in_minutes=10)
    [run] = world.rows("SELECT lines, matched, found, unreadable, failed FROM reconciliation_run")
    assert run == (122, 1, 121, 1, 0)
    assert world.rows("SELECT count(*) FROM provider_line") == [(121,)]
    kinds = world.rows("SELECT kind, count(*) FROM reconciliation_break GROUP BY kind ORDER BY kind")
    assert kinds == [("line_without_entry", 120), ("unreadable", 1)]
    with world.sandbox.sandbox.work() as work:
        work.rows("UPDATE objects SET data = data || '{\"fee\": 0}' WHERE id = %(id)s", id=broken_id)
    reconcile(world, in_minutes=20)
    assert world.rows("SELECT status FROM reconciliation_break WHERE kind = 'unreadable'") == [("gone",)]


def test_a_provider_that_is_away_leaves_a_run_where_it_is_and_the_next_tick_goes_on(world: World) -> None:
    world.paid_purchase(10_000)
    outage = world.sandbox.faults.add(Kind.OUTAGE)
    flows.begin(provider="stripe", admin_id=None, mends=True, from_start=False, now=world.now)
    assert not flows.finish(provider=world.provider, settings=world.settings, now=world.now, progress=lambda _: None)
    run = run_queries.under_way()
    assert run is not None
    assert "does not answer" in run.note
    world.sandbox.faults.remove(outage.id)
    world.tick()
    assert run_queries.under_way() is None
    agree(world)


@pytest.mark.tampers
def test_an_entry_without_a_line_and_a_row_without_one_are_found_and_settled(world: World) -> None:
    bought = world.paid_purchase(10_000)
    admin_id = world.person("Ada Admin", is_admin=True)
    reconcile(world, in_minutes=10)
    # As if the provider had never heard of what we have booked.
    world.tamper(
        "UPDATE ledger_entry SET key = 'balance_transaction:txn_nobody' WHERE key LIKE 'balance_transaction:%'"
    )
    world.tamper("UPDATE balance_transaction SET provider_id = 'txn_nobody', payment_id = NULL")
    world.tamper("DELETE FROM provider_line")
    with world.sandbox.sandbox.work() as work:
        work.rows("DELETE FROM objects WHERE kind = 'balance_transaction'")
    world.advance(hours=3)
    reconcile(world, from_start=True)
    assert open_breaks(world) == [
        ("entry_without_line", "not_there", "correct", -9_680),
        ("row_without_line", "not_yet", "ask", -10_000),
    ]
    [(break_id,)] = world.rows("SELECT id FROM reconciliation_break WHERE kind = 'entry_without_line'")
    assert flows.correct(
        break_id=int(str(break_id)),
        admin_id=admin_id,
        account=CounterAccount.DIFFERENCE,
        seen_minor=-9_680,
        reason="The provider has no such line.",
        policy=world.settings.money,
        now=world.now,
    )
    reconcile(world, in_minutes=10)
    assert [row[0] for row in open_breaks(world)] == ["row_without_line"]
    assert world.rows("SELECT payment_id FROM reconciliation_break WHERE status = 'open'") == [(bought.payment_id,)]
