"""Calls to providers: planned, sent, doubted, looked up, blocked. The provider is the sandbox behind a bad line."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import psycopg
import pytest
from flask import request
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.checkout import ending_flows
from marketplace.checkout import flows as checkout
from marketplace.checkout.outcomes import OUTCOMES
from marketplace.checkout.settlement import Contradiction
from marketplace.errors import Conflict
from marketplace.outbound import flows as outbound
from marketplace.outbound import operations
from marketplace.outbound.flows import Sent
from marketplace.outbound.models import CallKind
from marketplace.outbound.operations import TakenCall
from marketplace.outbound.requests import Answer
from marketplace.providers.base import Refused, Unknown
from marketplace.providers.stripe import StripeProvider
from tests.builders import Bought, World
from tests.faults import Line
from tests.races import at_once

LADDER_MINUTES = (1, 5, 30, 120, 720)


def planned(world: World) -> int:
    """Return a call that closes an open page, planned and not sent."""
    bought = world.open_purchase(10_000)
    return db.atomic(_plan, (), world=world, bought=bought)


def _plan(session: Session, *, world: World, bought: Bought) -> int:
    return operations.plan(
        session,
        provider="stripe",
        kind=CallKind.EXPIRE_CHECKOUT,
        subject_id=bought.payment_id,
        request={"session_id": bought.session_id},
        actor=operations.SENDER,
        now=world.now,
    )


def take(world: World, call_id: int) -> TakenCall | None:
    return db.atomic(operations.take_up, (), call_id=call_id, now=world.now)


def send(world: World, call_id: int, provider: Any = None) -> Sent:
    providers = {"stripe": provider or world.provider}
    return outbound.send(call_id, providers=providers, outcomes=OUTCOMES, now=world.now)


def send_due(world: World, provider: Any = None) -> int:
    return outbound.send_due(providers={"stripe": provider or world.provider}, outcomes=OUTCOMES, now=world.now)


def state(world: World, call_id: int) -> tuple[object, ...]:
    [row] = world.rows("SELECT status, sends FROM outbound_call WHERE id = %s", call_id)
    return row


def test_each_plan_is_a_new_attempt_with_a_key_of_its_own(world: World) -> None:
    bought = world.open_purchase(10_000)
    for _ in range(3):
        db.atomic(_plan, (), world=world, bought=bought)
    found = world.rows(
        "SELECT attempt, idempotency_key FROM outbound_call WHERE kind = 'expire_checkout' ORDER BY attempt"
    )
    [(uuid,)] = world.rows("SELECT uuid FROM installation")
    assert found == [(n, f"{uuid}/expire_checkout/{bought.payment_id}/{n}") for n in (1, 2, 3)]


def test_a_call_in_hand_is_left_alone_until_its_lease_is_over(world: World) -> None:
    call_id = planned(world)
    first = take(world, call_id)
    assert first is not None
    assert take(world, call_id) is None, "another process has it"
    assert send_due(world) == 0
    world.advance(seconds=59)
    assert take(world, call_id) is None
    world.advance(seconds=2)
    second = take(world, call_id)
    assert second is not None, "whoever had it has died"
    assert (second.idempotency_key, second.request) == (first.idempotency_key, first.request)
    assert state(world, call_id) == ("sending", 2)


def test_twenty_senders_make_one_call(world: World) -> None:
    call_id = planned(world)
    line = Line(world.provider)
    answers = at_once(world.app, [lambda: send(world, call_id, line)] * 20)
    assert sum(not answer.is_unknown for answer in answers) == 1
    assert len(line.made("expire_checkout")) == 1
    assert state(world, call_id) == ("done", 1)


@pytest.mark.parametrize("happens", [False, True])
def test_s33_a_lost_answer_is_unknown_and_tried_again_with_the_same_key(world: World, happens: bool) -> None:
    call_id = planned(world)
    line = Line(world.provider, {"expire_checkout"}, happens)
    assert send(world, call_id, line).is_unknown
    assert state(world, call_id) == ("unknown", 1)
    assert send_due(world, line) == 0, "not before its time"

    line.lost.clear()
    world.advance(minutes=1)
    assert send_due(world, line) == 1
    assert state(world, call_id) == ("done", 2)
    assert len(set(line.made("expire_checkout"))) == 1
    assert world.rows("SELECT session_closed_at IS NOT NULL FROM payment") == [(True,)]
    assert send_due(world, line) == 0


def test_s35_an_outage_climbs_the_ladder_and_after_23_hours_it_only_looks(world: World) -> None:
    call_id = planned(world)
    line = Line(world.provider, {"expire_checkout", "get_checkout"})
    send(world, call_id, line)
    for sent, minutes in enumerate(LADDER_MINUTES, start=1):
        world.advance(minutes=minutes, seconds=-1)
        assert send_due(world, line) == 0
        world.advance(seconds=1)
        assert send_due(world, line) == 1
        assert state(world, call_id) == ("unknown", sent + 1)
    assert len(line.made("expire_checkout")) == 6
    assert line.made("get_checkout") == []

    world.advance(minutes=720)  # 26 h 36 min after the first send
    assert send_due(world, line) == 1
    assert len(line.made("expire_checkout")) == 6, "never sent again"
    assert len(line.made("get_checkout")) == 1
    assert state(world, call_id)[0] == "unknown", "the line is still bad"

    line.lost.clear()
    world.advance(minutes=720)
    send_due(world, line)
    assert state(world, call_id)[0] == "done"
    assert len(line.made("expire_checkout")) == 6


def test_s37_a_page_that_was_made_is_found_again_after_23_hours_and_closed(world: World) -> None:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller()))
    line = Line(world.provider, {"create_checkout"}, happens=True)
    with pytest.raises(Conflict, match="Nothing was charged"):
        begin(world, buyer_id, line)
    [(call_id, payment_id)] = world.rows("SELECT id, subject_id FROM outbound_call")
    assert state(world, int(str(call_id))) == ("unknown", 2), "one retry while the buyer waits"
    assert world.rows("SELECT status, provider_session_id FROM payment") == [("cancelled", None)]
    assert world.rows("SELECT in_stock FROM listing") == [(10,)], "the goods went back"
    assert len(set(line.made("create_checkout"))) == 1, "twice with one key is one page"

    line.lost.clear()
    world.advance(hours=23, minutes=30)
    before = len(line.made("create_checkout"))
    send_due(world, line)
    assert len(line.made("create_checkout")) == before
    assert state(world, int(str(call_id)))[0] == "done"
    [(session_id,)] = world.rows("SELECT provider_session_id FROM payment WHERE id = %s", payment_id)
    assert str(session_id).startswith("cs_test_")


def begin(world: World, buyer_id: int, provider: Any) -> Any:
    line = {"stripe": provider}
    return checkout.begin(agreed=world.agreed(buyer_id), now=world.now, providers=line, settings=world.settings)


def test_a_page_that_came_too_late_is_closed(world: World) -> None:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller()))
    line = Line(world.provider, {"create_checkout"}, happens=True)
    with pytest.raises(Conflict):
        begin(world, buyer_id, line)
    world.advance(minutes=6)
    world.settle_down()
    [(session_id,)] = world.rows("SELECT provider_session_id FROM payment")
    assert not world.provider.get_checkout(str(session_id)).is_open, "nobody can pay what was given up"
    assert world.rows("SELECT status FROM payment") == [("cancelled",)]


def test_what_cannot_be_found_out_waits_for_a_person(world: World) -> None:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller()))
    line = Line(world.provider, {"create_checkout"}, happens=False)
    with pytest.raises(Conflict):
        begin(world, buyer_id, line)
    [(call_id,)] = world.rows("SELECT id FROM outbound_call")
    line.lost.clear()
    world.advance(hours=24)
    send_due(world, line)
    assert state(world, int(str(call_id)))[0] == "blocked"
    world.advance(hours=100)
    assert send_due(world, line) == 0
    assert len(line.made("create_checkout")) == 2


def test_a_refusal_ends_the_attempt_and_says_why(world: World) -> None:
    call_id = planned(world)
    [(session_id,)] = world.rows("SELECT provider_session_id FROM payment")
    world.sandbox.pay(str(session_id))
    sent = send(world, call_id)
    assert sent.refusal is not None
    assert not sent.is_unknown
    [(status, message, due)] = world.rows(
        "SELECT status, error_message, next_attempt_at FROM outbound_call WHERE id = %s", call_id
    )
    assert (status, due) == ("refused", None)
    assert "open" in str(message)
    assert send(world, call_id).is_unknown, "a finished call is not made again"
    world.settle_down()


def test_a_page_that_cannot_be_closed_is_not_closed_again_by_every_tick(world: World) -> None:
    """The provider can be read but refuses to listen: one call climbs the ladder, not one more every five seconds."""
    world.open_purchase(10_000)
    line = Line(world.provider, {"expire_checkout"})
    world.sandbox.advance_clock(32 * 60)
    for _ in range(5):
        ending_flows.close_overdue(providers={"stripe": line}, settings=world.settings, now=world.now)  # type: ignore[dict-item]
    assert len(line.made("expire_checkout")) == 1
    assert world.rows("SELECT count(*) FROM outbound_call WHERE kind = 'expire_checkout'") == [(1,)]
    world.advance(minutes=10)
    world.settle_down()
    assert world.rows("SELECT status FROM payment") == [("expired",)]


def test_that_nobody_may_look_says_nothing_about_what_was_done(world: World) -> None:
    """After 23 hours the object is looked up; a refusal of the look-up is no refusal of the call."""
    call_id = planned(world)
    line = Line(world.provider, {"expire_checkout"}, happens=True)
    send(world, call_id, line)
    world.advance(hours=24)
    line.before_answer["get_checkout"] = _not_let_in
    assert send(world, call_id, line).refusal is None
    assert state(world, call_id) == ("unknown", 2)
    line.before_answer.clear()
    world.advance(hours=12)
    assert send_due(world, line) == 1
    assert state(world, call_id)[0] == "done"


def _not_let_in(_: object) -> None:
    raise Refused("more_permissions_required", "This key may not read.")


def test_a_key_that_is_not_valid_any_more_refuses_nothing(world: World) -> None:
    call_id = planned(world)
    assert send(world, call_id, Line(world.provider, {"expire_checkout"}, happens=True)).is_unknown
    world.advance(minutes=1)
    rolled = StripeProvider(replace(world.settings, stripe_secret_key="sk_live"))
    assert send(world, call_id, rolled).refusal is None
    assert state(world, call_id) == ("unknown", 2)


def test_an_answer_that_fits_nothing_stops_no_other_call(world: World) -> None:
    calls = [planned(world), planned(world)]

    def misfit(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
        raise Contradiction("it is about another amount")

    providers, outcomes = {"stripe": world.provider}, {**OUTCOMES, CallKind.EXPIRE_CHECKOUT: misfit}
    assert outbound.send_due(providers=providers, outcomes=outcomes, now=world.now) == 2
    assert [state(world, call_id) for call_id in calls] == [("sending", 1)] * 2
    world.advance(minutes=2)
    assert send_due(world) == 2
    assert [state(world, call_id) for call_id in calls] == [("done", 2)] * 2


def test_a_late_second_answer_changes_nothing(world: World) -> None:
    call_id = planned(world)
    assert send(world, call_id).answer is not None
    before = world.rows("SELECT * FROM outbound_call WHERE id = %s", call_id)
    assert not db.atomic(operations.finish, (), call_id=call_id, object_id="cs_other", now=world.now)
    assert not db.atomic(operations.refuse, (), call_id=call_id, code="late", message="late", now=world.now)
    db.atomic(operations.doubt, (), call_id=call_id, message="late", now=world.now)
    db.atomic(operations.block, (), call_id=call_id, message="late", now=world.now)
    assert world.rows("SELECT * FROM outbound_call WHERE id = %s", call_id) == before
    assert state(world, call_id) == ("done", 1)


def test_a_crash_between_call_and_record_is_made_good_by_the_janitor(world: World) -> None:
    """The call was made, its process died before it could write: the same key again gives the same page."""
    bought = world.open_purchase(10_000)
    call_id = db.atomic(_plan, (), world=world, bought=bought)
    taken = take(world, call_id)
    assert taken is not None
    first: Answer = world.provider.expire_checkout(bought.session_id, key=taken.idempotency_key)
    world.advance(minutes=1, seconds=1)
    assert send_due(world) == 1
    assert state(world, call_id) == ("done", 2)
    assert world.provider.get_checkout(bought.session_id) == first


def test_i25_every_call_carries_a_key_and_i26_no_transaction_is_open_meanwhile(world: World) -> None:
    """Seen from the provider's side of the line, through purchases, declines, closings and returns."""
    open_transactions: list[object] = []
    keyless: list[str] = []
    hooks = world.sandbox.app.before_request_funcs.setdefault(None, [])

    def look() -> None:
        if not request.path.startswith("/v1/"):
            return
        if request.method == "POST" and not request.headers.get("Idempotency-Key"):
            keyless.append(request.path)
        with psycopg.connect(world.urls.superuser, autocommit=True) as watcher:
            open_transactions.extend(
                watcher.execute(
                    "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
                    " AND usename = 'marketplace_app' AND state LIKE 'idle in transaction%'"
                ).fetchall()
            )

    hooks.append(look)
    try:
        bought = world.open_purchase(10_000, 2_500)
        world.pay(bought, "4000000000000002")
        again = world.try_again(bought)
        world.settle_down()
        [(session_id,)] = world.rows("SELECT provider_session_id FROM payment WHERE id = %s", again.payment_id)
        world.pay(world.open_purchase(700))
        world.sandbox.pay(str(session_id))
        world.settle_down()
        world.open_purchase(900)
        world.advance(minutes=50)
        world.settle_down()
    finally:
        hooks.remove(look)
    assert (keyless, open_transactions) == ([], [])


def test_the_bad_line_is_the_real_provider_otherwise(world: World) -> None:
    bought = world.open_purchase(10_000)
    line = Line(world.provider, {"refund"})
    assert line.get_checkout(bought.session_id) == world.provider.get_checkout(bought.session_id)
    with pytest.raises(Refused):
        line.get_checkout("cs_test_nobody")
    with pytest.raises(Unknown):
        line.refund()
