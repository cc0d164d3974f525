"""Money nobody here asked for: it waits, an admin says whose it is, and the books agree with the provider."""

import pytest

from marketplace.errors import Conflict, Invalid
from marketplace.provider_events import replay, unmatched, unmatched_queries
from marketplace.provider_events.replay import By
from marketplace.provider_events.states import Outcome
from marketplace.provider_events.unmatched import Decision, Verdict
from marketplace.provider_events.unmatched_queries import UnmatchedTab
from tests.builders import World
from tests.builders_foreign import paid_elsewhere
from tests.journeys.test_refunds import balances, sent_back


def waiting(world: World) -> list[str]:
    """Return the types of the events that wait for a decision."""
    return [str(kind) for (kind,) in world.rows("SELECT type FROM provider_event WHERE status = 'parked' ORDER BY id")]


def decide(world: World, kind: str, decision: Decision, purchase: str = "") -> str:
    """Let an admin decide about the first parked event of a type, and everything due happen."""
    [(event_id,)] = world.rows("SELECT min(id) FROM provider_event WHERE type = %s AND status = 'parked'", kind)
    admin = world.person("Ada Admin", is_admin=True)
    verdict = Verdict(decision, admin, "Asked the bookkeeper.", purchase)
    note = unmatched.decide(
        int(str(event_id)), verdict, provider=world.provider, policy=world.settings.money, now=world.now
    )
    world.settle_down()
    return note


def foreign(world: World, amount: int) -> None:
    """Let somebody pay elsewhere, and the shop look at it until its ladder ends."""
    paid_elsewhere(world, amount)
    world.settle_down()
    assert {"charge.succeeded", "charge.updated", "payment_intent.succeeded"} <= set(waiting(world))


def agree_with_provider(world: World) -> None:
    assert balances(world)["provider_balance"] == world.sandbox.balance_sum("usd")
    assert balances(world).get("provider_clearing") is None


def test_money_of_nobody_goes_back_and_every_event_of_it_is_done(world: World) -> None:
    foreign(world, 4_200)
    note = decide(world, "charge.succeeded", Decision.GIVE_BACK)
    assert note.startswith("The money belongs to no purchase. It goes back as payment ")
    assert waiting(world) == []
    assert sent_back(world) == [("succeeded", 4_200)]
    assert world.rows("SELECT status, amount_minor FROM unapplied_receipt") == [("returned", 4_200)]
    assert world.rows("SELECT rule FROM automatic_refund") == [("nobodys",)]
    assert balances(world).get("unapplied_receipts") is None
    agree_with_provider(world)
    reasons = world.rows("SELECT reason FROM event_attempt WHERE road = 'decision'")
    assert reasons == [("Asked the bookkeeper.",)]


def test_money_that_pays_a_purchase_counts_for_it(world: World) -> None:
    bought = world.open_purchase(4_200)
    other = world.open_purchase(9_900)
    foreign(world, 4_200)
    numbers = {id_: str(number) for id_, number in world.rows("SELECT id, number FROM purchase")}
    [candidate] = unmatched_queries.candidates(4_200, "USD")
    assert candidate.number == numbers[bought.purchase_id]
    with pytest.raises(Invalid, match="another amount"):
        decide(world, "payment_intent.succeeded", Decision.OURS, numbers[other.purchase_id])
    with pytest.raises(Invalid, match="no purchase"):
        decide(world, "payment_intent.succeeded", Decision.OURS, "P-0")
    note = decide(world, "payment_intent.succeeded", Decision.OURS, candidate.number)
    assert note == f"The money counts for purchase {candidate.number}."
    assert waiting(world) == []
    assert world.rows("SELECT status FROM payment WHERE id = %s", bought.payment_id) == [("completed",)]
    assert world.rows("SELECT status FROM payment_transaction") == [("held",)]
    agree_with_provider(world)
    foreign(world, 4_200)
    with pytest.raises(Invalid, match="is paid"):
        decide(world, "charge.succeeded", Decision.OURS, candidate.number)


def test_what_is_not_ours_is_put_aside_together_and_can_be_taken_up_again(world: World) -> None:
    foreign(world, 4_200)
    count = len(waiting(world))
    assert decide(world, "charge.updated", Decision.NOT_OURS) == f"Put aside, with {count - 1} more."
    assert waiting(world) == []
    assert unmatched_queries.counts()[UnmatchedTab.PUT_ASIDE] == count
    [(event_id, admin)] = world.rows(
        "SELECT e.id, c.actor_user_id FROM provider_event e JOIN status_change c ON c.subject_id = e.id"
        " AND c.subject = 'provider_event' AND c.verb = 'set_aside' WHERE e.type = 'charge.succeeded'"
    )
    ids = {"admin_id": int(str(admin)), "now": world.now}
    unmatched.take_up(int(str(event_id)), **ids)  # type: ignore[arg-type]
    assert waiting(world) == ["charge.succeeded"]
    with pytest.raises(Conflict, match="was not put aside"):
        unmatched.take_up(int(str(event_id)), **ids)  # type: ignore[arg-type]
    assert decide(world, "charge.succeeded", Decision.GIVE_BACK).startswith("The money belongs to no purchase.")
    assert sent_back(world) == [("succeeded", 4_200)]


def test_a_replay_has_the_effect_that_was_missing_once(world: World) -> None:
    """An event is put aside by mistake; its replay is rehearsed, then done, then changes nothing."""
    bought = world.open_purchase(4_200)
    world.pay(bought)
    world.sandbox.deliver_pending()
    [(event_id,)] = world.rows("SELECT id FROM provider_event WHERE type = 'charge.updated'")
    row = {"provider": world.provider, "settings": world.settings, "now": world.now}
    seen = replay.rehearse(int(str(event_id)), **row)  # type: ignore[arg-type]
    assert seen.outcome is Outcome.CHANGED
    changed = {"balance_transaction", "ledger_entry", "payment_method_use", "posting"}
    assert {change.table for change in seen.changes} == changed
    assert world.rows("SELECT status FROM provider_event WHERE id = %s", event_id) == [("received",)]
    admin = world.person("Ada Admin", is_admin=True)
    done = replay.replay(int(str(event_id)), by=By(admin, "It was forgotten."), **row)  # type: ignore[arg-type]
    assert [(change.table, change.columns) for change in done.changes] == [
        (change.table, change.columns) for change in seen.changes
    ]
    assert world.rows("SELECT status FROM provider_event WHERE id = %s", event_id) == [("applied",)]
    again = replay.replay(int(str(event_id)), by=By(admin, "Once more."), **row)  # type: ignore[arg-type]
    assert again.outcome is Outcome.UNCHANGED
    assert world.rows("SELECT outcome, reason, actor_user_id FROM event_attempt WHERE road = 'replay' ORDER BY id") == [
        ("changed", "It was forgotten.", admin),
        ("unchanged", "Once more.", admin),
    ]
    world.settle_down()
