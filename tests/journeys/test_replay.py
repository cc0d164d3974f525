"""Every event that ever came, applied once more: dry and for real, and nothing is another than before."""

import json
from collections import Counter
from datetime import UTC, datetime

from marketplace.provider_events import replay
from marketplace.provider_events.replay import By, Replayed
from marketplace.provider_events.states import Outcome
from tests.builders import World
from tests.journeys.test_delayed_methods import BOUNCES
from tests.journeys.test_disputes_and_payouts import decided, dispute_of, money_of_others
from tests.journeys.test_refund_after_payout import refund, seller_with, until_the_bank_has_answered
from tests.journeys.test_refunds import at_the_provider

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
# What a look at an event writes about itself.
OF_EVENTS = {"provider_event", "event_attempt"}


def everything(world: World) -> dict[str, object]:
    """Return a digest of every row of the shop, the events' own and what only says when we looked left out."""
    found: dict[str, object] = {}
    for (table,) in world.rows(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'procrastinate%%'"
    ):
        if table not in OF_EVENTS | {"last_run"}:
            row = f"SELECT to_jsonb(t) - 'read_at' - 'updated_at' AS row FROM \"{table}\" t"
            digest = "md5(string_agg(row::text, '' ORDER BY row::text)), count(*)"
            found[str(table)] = world.rows(f"SELECT {digest} FROM ({row}) AS rows")
    return found


def replay_everything(world: World, by: By | None) -> list[Replayed]:
    providers = world.app.extensions["providers"]
    found = replay.replay_all(providers=providers, settings=world.settings, since=ALWAYS, by=by, now=world.now)
    return list(found)


def assert_replaying_changes_nothing(world: World) -> None:
    """Replay everything, dry and for real; the database is the same to the byte after each."""
    [(events,)] = world.rows("SELECT count(*) FROM provider_event")
    before = everything(world)
    for by in (None, By(None, "A test replays everything.")):
        found = replay_everything(world, by)
        assert len(found) == events
        changed = [(each.event_id, each.note, each.changes) for each in found if each.outcome is Outcome.CHANGED]
        assert changed == []
        assert everything(world) == before
        assert Counter(each.outcome for each in found)[Outcome.UNCHANGED] > 0


def test_replaying_every_event_of_a_life_changes_nothing(world: World) -> None:
    """Paid, refunded in part, paid out, disputed, lost, refunded at the provider: then all of it again."""
    _, bought = seller_with(world, 10_000)
    world.sandbox.pay(world.open_purchase(2_500).session_id, account=BOUNCES)
    declined = world.open_purchase(4_000)
    world.pay(declined, "4000000000000002")
    until_the_bank_has_answered(world)
    money_of_others(world)
    refund(world, bought, 1_000, world.person("Ada Admin", is_admin=True))
    world.settle_down()
    dispute_of(world, bought, 9_000)
    decided(world, "lost")
    decided(world, "won")
    other = world.paid_purchase(3_000, 2_000)
    at_the_provider(world, other, 500)
    world.settle_down()
    kinds = {str(kind) for (kind,) in world.rows("SELECT DISTINCT type FROM provider_event")}
    assert kinds >= {"charge.failed", "refund.created", "transfer.created", "payout.paid", "charge.dispute.closed"}
    assert_replaying_changes_nothing(world)


def test_the_command_replays_in_batch_and_asks_for_a_reason(world: World) -> None:
    world.paid_purchase(2_000)
    world.settle_down()
    run = world.app.test_cli_runner().invoke
    [(events,)] = world.rows("SELECT count(*) FROM provider_event")
    day = f"{world.now:%Y-%m-%d}"
    dry = run(args=["replay-events", "--since", day, "--dry-run"])
    assert dry.exit_code == 0, dry.output
    assert sum(json.loads(dry.output).values()) == events
    assert world.rows("SELECT count(*) FROM event_attempt WHERE road = 'replay'") == [(0,)]
    assert run(args=["replay-events"]).exit_code == 2
    assert json.loads(run(args=["replay-events", "--reason", "A test."]).output) == json.loads(dry.output)
    assert world.rows("SELECT count(*), min(reason) FROM event_attempt WHERE road = 'replay'") == [(events, "A test.")]
    assert run(args=["replay-events", "--since", "2190-01-01", "--dry-run"]).output == "{}\n"
