"""Three sides compared: what the provider's account says, what the ledger says, what the rows of the shop say."""

from marketplace.reconciliation import flows, run_queries
from marketplace.sandbox.faults import Kind
from tests.builders import World
from tests.builders_reconciliation import fault, reconcile, refund_at_the_provider
from tests.journeys.test_refunds import balances


def open_breaks(world: World) -> list[tuple[object, ...]]:
    return world.rows(
        "SELECT kind, cause, proposal, difference_minor FROM reconciliation_break WHERE status = 'open' ORDER BY id"
    )


def agree(world: World) -> None:
    """Make sure that nothing is open, nobody is kept from being paid, and no figure of the last run differs."""
    report = run_queries.report()
    assert report.agrees
    assert set(report.differences_minor.values()) <= {0}
    assert world.rows("SELECT count(*) FROM payout_pause WHERE ended_at IS NULL") == [(0,)]
    assert balances(world)["provider_balance"] == world.sandbox.balance_sum("usd")
    run = run_queries.latest()
    assert run is not None
    assert (run.failed, run.unreadable, run.note) == (0, 0, "")
    for row in run_queries.figures(run.id):
        assert row.provider_minor == row.ledger_minor == row.rows_minor, row


def test_a_lost_a_doubled_message_and_a_refund_made_at_the_provider_are_found_and_go_away(world: World) -> None:
    admin_id = world.person("Ada Admin", is_admin=True)
    first = world.paid_purchase(10_000)
    fault(world, Kind.LOST, "charge.updated")
    world.pay(world.open_purchase(4_000))
    fault(world, Kind.DOUBLED, "charge.updated")
    fault(world, Kind.NEW_ID, "payment_intent.succeeded")
    world.settle_down()
    world.pay(world.open_purchase(2_000))
    world.settle_down()
    refund_at_the_provider(world, first.payment_id, 5_000)
    world.advance(minutes=10)
    reconcile(world)

    assert sorted(open_breaks(world), reverse=True) == [
        ("missing_event", "lost", "reread", 3_854),
        ("made_at_provider", "by_hand", "mirror", -5_000),
    ]
    assert world.rows(
        "SELECT status, count(*) FROM reconciliation_break WHERE kind = 'repeated_message' GROUP BY 1"
    ) == [("mended", 2)]
    assert world.rows("SELECT count(*) FROM payout_pause WHERE ended_at IS NULL") == [(2,)]
    report = run_queries.report()
    assert (report.open_breaks, report.differences_minor) == (2, {"USD": -1_146})
    for (break_id,) in world.rows("SELECT id FROM reconciliation_break WHERE status = 'open'"):
        left = flows.reread(
            break_id=int(str(break_id)),
            admin_id=admin_id,
            reason="Seen at the provider.",
            provider=world.provider,
            settings=world.settings,
            now=world.now,
        )
        assert left == ""
    reconcile(world)
    agree(world)
    assert world.rows("SELECT origin, status, amount_minor FROM refund") == [("provider", "completed", 5_000)]
    assert world.rows("SELECT DISTINCT status FROM reconciliation_break WHERE proposal <> 'nothing'") == [("decided",)]


def test_the_night_mends_what_has_a_known_cause_and_was_not_asked_for_yet(world: World) -> None:
    bought = world.paid_purchase(10_000)
    refund_at_the_provider(world, bought.payment_id, 5_000)
    world.advance(minutes=10)  # the list of events, which would tell it too, is read more seldom
    reconcile(world, mends=True)
    assert world.rows("SELECT kind, status FROM reconciliation_break") == [("made_at_provider", "mended")]
    reconcile(world)
    agree(world)
