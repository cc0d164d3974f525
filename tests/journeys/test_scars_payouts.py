"""Payouts that went wrong elsewhere (reliability.md, S32 to S42), each by its number, and the faults of the line."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from marketplace import db, jobs
from marketplace.history import Actor
from marketplace.orders import sweeps
from marketplace.payments import hold_decisions, holds
from marketplace.payouts import flows, operations, stops
from marketplace.payouts.stops import Stopped
from marketplace.sandbox import payouts as provider_payouts
from marketplace.sandbox.wire import Reader
from tests.builders import World
from tests.faults import Fault, wire_fault
from tests.journeys.test_payouts import choose
from tests.races import at_once

TRANSFERS = "/v1/transfers"
INSTANT = "4000000000000077"
CHECKOUT = Path(__file__).parent.parent.parent


def due(world: World, *grosses: int, **seller: str) -> int:
    """Return a seller whose holds end now; nothing has been released yet. Minor units."""
    seller_id = world.paid_seller(*grosses, **seller)
    world.advance(days=30)
    world.sandbox.deliver_pending()
    return seller_id


def one_transfer(world: World, amount: int) -> None:
    """Assert that all was paid once and that both sides agree on what is left."""
    assert world.transfers() == [amount]
    assert world.payouts() == [("in_transit", amount)]
    [(balance,)] = world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'provider_balance'")
    assert balance == world.sandbox.balance_sum("usd")


def calls(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT attempt, status FROM outbound_call WHERE kind = 'transfer' ORDER BY id")


def test_s32_the_amount_is_frozen_however_much_changes_between_two_tries(world: World) -> None:
    seller_id = due(world, 10_000)
    with wire_fault(world.sandbox, TRANSFERS, Fault(after=True)) as seen:
        world.tick()
        assert world.payouts() == [("pending", 9_380)], "nobody knows; that is no failure"
        world.sold(seller_id, 5_000)
        world.advance(minutes=2)
        world.tick()
    world.advance(minutes=10)
    world.settle_down()
    assert len(seen) == 2
    assert seen[0] == seen[1], "the same request under the same key"
    one_transfer(world, 9_380)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(after=False, status=409, code="idempotency_key_in_use"),
        Fault(after=False, status=429, code="rate_limit"),
        Fault(after=False, status=500),
        Fault(after=True, status=500),
        Fault(after=False),
    ],
    ids=["s33-409", "429", "500-before", "500-after", "hang-up-before"],
)
def test_s33_what_is_no_answer_is_no_refusal(world: World, fault: Fault) -> None:
    due(world, 10_000)
    with wire_fault(world.sandbox, TRANSFERS, fault) as seen:
        for minutes in (0, 2, 6):
            world.advance(minutes=minutes)
            world.tick()
    assert len(seen) == 3
    assert world.payouts()[0][0] in ({"pending", "in_transit"} if fault.after else {"pending"})
    world.advance(hours=1)
    world.settle_down()
    one_transfer(world, 9_380)
    assert calls(world) == [(1, "done")]


def test_s35_an_outage_of_25_hours_ends_in_a_look_and_a_persons_word(world: World) -> None:
    admin_id = world.person("Ada Admin", is_admin=True)
    due(world, 10_000)
    with wire_fault(world.sandbox, TRANSFERS, Fault(after=False, status=503)) as seen:
        for hours in (0, 1, 1, 4, 13, 13):
            world.advance(hours=hours)
            world.tick()
    assert calls(world) == [(1, "blocked")], "looked up after 23 hours, not sent again"
    assert world.rows("SELECT status, failure_code, next_attempt_at FROM payout") == [("refused", "not_found", None)]
    sent = len(seen)
    world.later(days=2)
    assert world.transfers() == []
    assert len(seen) == sent
    [(payout_id,)] = world.rows("SELECT id FROM payout")
    retry(world, payout_id, admin_id)
    one_transfer(world, 9_380)


def retry(world: World, payout_id: object, admin_id: int) -> None:
    actor = Actor.user(admin_id, "admin")
    db.atomic(operations.retry, (), payout_id=int(str(payout_id)), actor=actor, now=world.now)
    world.settle_down()


def test_s36_a_refusal_is_over_when_its_cause_is_and_the_next_try_is_a_new_attempt(world: World) -> None:
    due(world, 10_000)
    left = world.sandbox.balance_sum("usd")
    with world.sandbox.sandbox.work() as work:
        provider_payouts.create(work, Reader({"amount": str(left), "currency": "usd"}))
    world.settle_down()
    assert world.rows("SELECT status, failure_code FROM payout") == [("refused", "balance_insufficient")]
    assert world.rows("SELECT DISTINCT status FROM payment_transaction") == [("transferring",)]
    told = "SELECT count(*) FROM notification WHERE kind = 'payout_refused'"
    assert world.rows(told) == [(1,)]
    world.pay(world.open_purchase(50_000), INSTANT)
    world.settle_down()
    assert world.transfers() == [], "not before the next day"
    world.later(days=1)
    assert world.transfers() == [9_380]
    assert world.payouts() == [("in_transit", 9_380)]
    assert calls(world) == [(1, "refused"), (2, "done")]


def test_s37_a_lost_answer_is_found_a_day_later_by_group_and_name_and_not_asked_for_again(world: World) -> None:
    due(world, 10_000)
    with wire_fault(world.sandbox, TRANSFERS, Fault(after=True)):
        jobs.tick(world.app)
    world.advance(hours=25)
    with wire_fault(world.sandbox, TRANSFERS, Fault(after=False)) as seen:
        jobs.tick(world.app)
    assert seen == [], "only a look"
    one_transfer(world, 9_380)


def released(world: World, seller_id: int, admin_id: int) -> int:
    """Return a share that is available and settled now, thirty days before its time."""
    buyer = world.person()
    world.put_in_cart(buyer, world.listing(seller_id))
    bought = world.check_out(buyer)
    world.pay(bought, INSTANT)
    world.settle_down()
    [(share,)] = world.rows("SELECT id FROM payment_transaction WHERE payment_id = %s", bought.payment_id)
    share_id = int(str(share))
    db.atomic(hold_decisions.release, (), admin_id=admin_id, share_id=share_id, reason="Trusted.", now=world.now)
    return share_id


def test_s40_a_stop_and_a_run_at_the_same_time_never_end_in_a_transfer_after_the_stop(world: World) -> None:
    world.noon()
    admin_id, seller_id = world.person("Ada Admin", is_admin=True), world.seller()
    world.onboard(seller_id)
    policy, providers = world.settings.money, world.app.extensions["providers"]
    waiting, stopped_first = False, 0

    def stop() -> Stopped:
        return db.atomic(
            stops.stop, (), admin_id=admin_id, seller_id=seller_id, reason="A look at the papers.", now=world.now
        )

    def run() -> int:
        return flows.run_due(providers=providers, policy=policy, now=world.now)

    for _ in range(20):
        if not waiting:
            released(world, seller_id, admin_id)
        before = len(world.transfers())
        answers = at_once(world.app, [stop, run])
        stopped = next(answer for answer in answers if isinstance(answer, Stopped))
        sent = len(world.transfers()) - before
        begun = world.rows("SELECT count(*) FROM payout WHERE status = 'in_transit'")[0][0]
        assert sent in (0, 1)
        if stopped.called_off:
            assert sent == 0, "called off means that nothing was asked for"
        if sent:
            assert len(world.transfers()) == begun
        waiting = not sent
        stopped_first += waiting
        world.advance(minutes=2)
        jobs.tick(world.app)
        assert len(world.transfers()) - before == sent, "nothing follows a stop"
        db.atomic(stops.lift, (), admin_id=admin_id, seller_id=seller_id, now=world.now)
    assert stopped_first > 0, "the race was won at least once by the stop"


def test_a_share_that_is_held_back_calls_its_payout_off_and_the_others_are_paid(world: World) -> None:
    admin_id = world.person("Ada Admin", is_admin=True)
    due(world, 10_000, 5_000)
    [(first,), _] = world.rows("SELECT id FROM payment_transaction ORDER BY id")
    with wire_fault(world.sandbox, TRANSFERS, Fault(after=False, status=400, code="account_invalid")):
        world.tick()
    assert world.payouts() == [("refused", 9_380 + 4_675)]
    share_id = int(str(first))
    db.atomic(stops.stop_share, (), admin_id=admin_id, share_id=share_id, reason="A doubt.", now=world.now)
    world.settle_down()
    assert world.payouts() == [("canceled", 14_055), ("in_transit", 4_675)]
    assert world.transfers() == [4_675]
    assert world.rows("SELECT cause FROM payout_skip WHERE ended_at IS NULL") == [("blocked",)]
    db.atomic(hold_decisions.let_go, (), admin_id=admin_id, share_id=share_id, reason="Settled.", now=world.now)
    world.settle_down()
    assert world.transfers() == [4_675, 9_380]


def many_due(world: World, count: int) -> None:
    """Let `count` sellers have one sale each that is due now."""
    world.noon()
    for _ in range(count):
        seller_id = world.seller()
        account_id = world.begin_onboarding(seller_id)
        world.sandbox.set_up(account_id)
        world.sold(seller_id, 10_000)
    world.advance(days=30)


def test_four_workers_at_once_pay_every_share_once(world: World) -> None:
    many_due(world, 8)
    at_once(world.app, [lambda: jobs.tick(world.app)] * 4)
    world.settle_down()
    assert world.transfers() == [9_380] * 8
    assert world.payouts() == [("in_transit", 9_380)] * 8


def test_killed_in_the_middle_a_run_is_ended_by_the_next(world: World) -> None:
    """SIGKILL while transfers are made; some calls are in the hands of the dead until their lease is over."""
    many_due(world, 5)
    db.atomic(sweeps.deliver_overdue, (), days=14, now=world.now)
    assert db.atomic(holds.release_due, (), policy=world.settings.money, now=world.now) == 5

    def slow() -> None:
        time.sleep(0.15)

    befores = world.sandbox.app.before_request_funcs.setdefault(None, [])
    befores.append(slow)
    try:
        process = send_payouts(world)
        try:
            wait_for_transfers(world, 2)
        finally:
            process.kill()
            process.wait()
    finally:
        befores.remove(slow)
    assert len(world.transfers()) < 5, "it was killed in the middle"
    world.advance(minutes=2)
    world.settle_down()
    assert world.transfers() == [9_380] * 5
    assert world.payouts() == [("in_transit", 9_380)] * 5


def send_payouts(world: World) -> "subprocess.Popen[bytes]":
    settings = world.settings
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": "worker",
        "STRIPE_SECRET_KEY": settings.stripe_secret_key,
        "STRIPE_WEBHOOK_SECRET": settings.stripe_webhook_secrets[0],
        "STRIPE_API_BASE": str(settings.stripe_api_base),
        "VAR_DIR": str(settings.var_dir),
        "MARKETPLACE_DEMO": "1",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "send-payouts"]
    return subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL)


def wait_for_transfers(world: World, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(world.transfers()) < count:
        assert time.monotonic() < deadline, "no transfer was made"
        time.sleep(0.02)


@pytest.mark.scar("S15")
def test_a_bank_that_sends_it_back_is_replaced_and_paid(world: World) -> None:
    world.noon()
    seller_id = world.seller()
    account_id = world.onboard(seller_id, bank="000111111113")
    world.sold(seller_id, 10_000)
    world.later(days=30)
    while world.payouts() != [("paid", 9_380)]:
        world.later(days=1)
    statuses = world.rows("SELECT to_status FROM status_change WHERE subject = 'payout' ORDER BY id")
    assert [status for (status,) in statuses] == ["pending", "in_transit", "paid"]
    world.later(days=3)
    assert world.rows("SELECT status, failure_code FROM payout") == [("failed", "account_closed")]
    assert world.rows("SELECT status FROM payment_transaction") == [("transferring",)]
    world.sandbox.set_up(account_id, bank="000123456789")
    world.settle_down()
    world.later(hours=2)
    assert world.payouts() == [("in_transit", 9_380)]
    world.later(days=6)
    assert world.payouts() == [("paid", 9_380)]
    assert world.transfers() == [9_380], "the money was there already"
    assert world.rows("SELECT status FROM payment_transaction") == [("paid_out",)]


def test_a_payout_whose_message_never_came_is_asked_for(world: World) -> None:
    due(world, 10_000)
    world.settle_down()
    world.advance(days=7)
    world.tick()
    assert world.payouts() == [("paid", 9_380)]


def test_whoever_wants_to_ask_is_paid_when_they_ask(world: World) -> None:
    seller_id = due(world, 10_000)
    choose(world, seller_id, "manual")
    world.settle_down()
    assert world.payouts() == []
    providers = world.app.extensions["providers"]
    flows.withdraw(seller_id=seller_id, currency="USD", providers=providers, policy=world.settings.money, now=world.now)
    assert world.payouts() == [("in_transit", 9_380)]
