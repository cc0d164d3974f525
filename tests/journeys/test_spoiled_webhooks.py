"""The provider's own fault switches against the real door: a webhook too large, of garbage, or of the other mode."""

import pytest

from tests.builders import World

SETTLES = "payment_intent.succeeded"


def answers(world: World) -> list[int | None]:
    """Return what the shop has answered to each try of the settling webhook, oldest first."""
    with world.sandbox.sandbox.work() as work:
        rows = work.rows(
            "SELECT a.status FROM attempts a JOIN deliveries d ON d.id = a.delivery_id JOIN events e"
            " ON e.id = d.event_id WHERE e.type = %(type)s ORDER BY a.id",
            type=SETTLES,
        )
    return [row["status"] for row in rows]


def stored(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT status, note FROM provider_event WHERE type = %s ORDER BY id", SETTLES)


@pytest.mark.parametrize("fault", ["oversized", "garbage"])
def test_what_is_no_event_is_refused_and_stored_nowhere(world: World, fault: str) -> None:
    bought = world.open_purchase(10_000)
    world.sandbox.faults.add(fault, event=SETTLES, times=1)
    world.sandbox.faults.add("lost", event="checkout.session.completed")
    world.pay(bought)
    world.sandbox.deliver_pending()
    assert answers(world) == [400]
    assert stored(world) == []
    world.advance(minutes=1)
    world.sandbox.deliver_pending()
    assert answers(world) == [400, 200], "the provider tries again, and this time it is the event"
    assert [row[0] for row in stored(world)] == ["applied"]
    assert world.rows("SELECT status FROM payment") == [("completed",)]


def test_what_is_of_live_mode_has_no_effect_and_is_counted(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.sandbox.faults.add("wrong_mode", event=SETTLES, times=1)
    world.sandbox.faults.add("lost", event="checkout.session.completed")
    world.pay(bought)
    world.sandbox.deliver_pending()
    assert answers(world) == [200]
    other, own = stored(world)
    assert other[0] == "ignored"
    assert "mode" in str(other[1])
    assert own[0] == "applied"
    assert world.rows("SELECT status FROM payment") == [("completed",)]
    assert world.rows("SELECT count(*) FROM ledger_entry") == [(1,)]
