"""The line to the provider breaks while a refund is sent: it stays honest, goes back once, and ends by itself."""

from dataclasses import replace

import pytest

from marketplace.outbound.states import CallStep
from marketplace.providers.stripe import StripeProvider
from marketplace.refunds.wishes import Wish
from marketplace.transitions import AlreadyThere
from tests.builders import World
from tests.faults import Fault, Line, wire_fault
from tests.journeys.test_refunds import approve, sent_back
from tests.journeys.test_scars_refunds import agree, statuses
from tests.operations.test_call_decisions import decide

FAULTS = {
    "dropped before": Fault(after=False),
    "dropped after": Fault(after=True),
    "500 before": Fault(after=False, status=500),
    "500 after": Fault(after=True, status=500),
    "503": Fault(after=False, status=503),
    "409 in progress": Fault(after=False, status=409, code="idempotency_key_in_use"),
    "429": Fault(after=False, status=429, code="rate_limit"),
    "locked": Fault(after=False, status=400, code="lock_timeout"),
    "timeout before": Fault(after=False, status=500, seconds=1.3),
    "timeout after": Fault(after=True, seconds=1.3),
}


@pytest.mark.covers("S4.8")
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_broken_line_leaves_the_outcome_unknown_and_the_janitor_finds_it_out(world: World, fault: Fault) -> None:
    refund = world.ask_refund(world.paid_purchase(10_000), Wish(percent=100))
    admin = world.person("Ada Admin", is_admin=True)
    impatient = StripeProvider(replace(world.settings, provider_timeout_seconds=1))

    with wire_fault(world.sandbox, "/v1/refunds", fault) as asked:
        assert approve(world, refund, 10_000, admin, provider=impatient)
    assert statuses(world) == ["approved"], "nothing is claimed that the provider has not said"
    assert world.rows("SELECT status, sends FROM outbound_call WHERE kind = 'refund'") == [("unknown", 1)]
    with pytest.raises(AlreadyThere):
        approve(world, refund, 10_000, admin)
    assert len(asked) == 1
    world.tick()
    assert len(sent_back(world)) == fault.after, "not before its time"

    world.advance(minutes=1)
    world.settle_down()
    assert world.rows("SELECT status FROM outbound_call WHERE kind = 'refund'") == [("done",)]
    assert statuses(world) == ["completed"]
    assert sent_back(world) == [("succeeded", 10_000)]
    agree(world, 10_000)


def test_the_event_may_tell_before_the_janitor_asks(world: World) -> None:
    refund = world.ask_refund(world.paid_purchase(10_000), Wish(percent=100))
    line = Line(world.provider, {"refund"}, happens=True)
    approve(world, refund, 10_000, world.person("Ada Admin", is_admin=True), provider=line)  # type: ignore[arg-type]
    world.settle_down()
    assert statuses(world) == ["completed"]
    world.advance(minutes=1)
    world.settle_down()
    assert world.rows("SELECT status FROM outbound_call WHERE kind = 'refund'") == [("done",)]
    agree(world, 10_000)


def test_a_day_of_silence_is_ended_by_looking_and_the_refund_is_found(world: World) -> None:
    refund = world.ask_refund(world.paid_purchase(10_000), Wish(percent=100))
    line = Line(world.provider, {"refund"}, happens=True)
    approve(world, refund, 10_000, world.person("Ada Admin", is_admin=True), provider=line)  # type: ignore[arg-type]
    world.sandbox.advance_clock(24 * 3_600)
    with wire_fault(world.sandbox, "/v1/refunds", Fault(after=False, status=500)) as asked:
        world.tick()
    assert asked == [], "the key may be forgotten: it is looked up, never sent again"
    assert statuses(world) == ["completed"]
    world.settle_down()
    assert sent_back(world) == [("succeeded", 10_000)]
    agree(world, 10_000)


# Would fail if what was not found stayed approved: the money would be set aside for ever, for nobody.
def test_a_day_of_silence_without_a_refund_waits_for_a_person_who_sends_it_once(world: World) -> None:
    refund = world.ask_refund(world.paid_purchase(10_000), Wish(percent=100))
    admin = world.person("Ada Admin", is_admin=True)
    line = Line(world.provider, {"refund"})
    approve(world, refund, 10_000, admin, provider=line)  # type: ignore[arg-type]
    world.advance(hours=24)
    world.settle_down()
    assert world.rows("SELECT status FROM outbound_call WHERE kind = 'refund'") == [("blocked",)]
    assert statuses(world) == ["failed"]
    assert world.rows("SELECT refunded_minor FROM payment_transaction") == [(0,)]
    agree(world, 0)

    [(call_id,)] = world.rows("SELECT id FROM outbound_call WHERE kind = 'refund'")
    assert "given up" in decide(world, CallStep.GIVE_UP, int(str(call_id)), admin)
    approve(world, refund, 10_000, admin)
    world.settle_down()
    assert statuses(world) == ["completed"]
    assert sent_back(world) == [("succeeded", 10_000)]
    agree(world, 10_000)
