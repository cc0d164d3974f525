"""Payouts that went wrong elsewhere (reliability.md, S32 to S42), each by its number, and the faults of the line."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import request

from marketplace import db, jobs
from marketplace.errors import NotAllowed
from marketplace.history import Actor
from marketplace.orders import sweeps
from marketplace.outbound.states import CallStep
from marketplace.payments import hold_decisions
from marketplace.payouts import calling_off, flows, operations, stops
from marketplace.providers.base import Refused
from marketplace.sandbox import payouts as provider_payouts
from marketplace.sandbox.wire import Reader
from tests.builders import World
from tests.deciding import decide
from tests.faults import Fault, wire_fault
from tests.journeys.test_payouts import choose
from tests.races import at_once
from tests.snapshots import walked_once_from_nothing

TRANSFERS = "/v1/transfers"
INSTANT = "4000000000000077"
CHECKOUT = Path(__file__).parent.parent.parent


@walked_once_from_nothing
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
    with pytest.raises(NotAllowed, match="Decide that first"):
        retry(world, payout_id, admin_id)
    page = world.client(admin_id).get("/admin/payouts/" + str(world.rows("SELECT number FROM payout")[0][0])).text
    assert "Decide about that call first" in page
    assert "Try again now" not in page
    [(call_id,)] = world.rows("SELECT id FROM outbound_call WHERE kind = 'transfer'")
    decide(world, CallStep.GIVE_UP, int(str(call_id)), admin_id)
    retry(world, payout_id, admin_id)
    one_transfer(world, 9_380)


def retry(world: World, payout_id: object, admin_id: int) -> None:
    actor = Actor.user(admin_id, "admin")
    db.atomic(operations.retry, (), payout_id=int(str(payout_id)), actor=actor, reason="Looked there.", now=world.now)
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


class Refusing:
    """The real provider, except that it is asked for transfers and refuses: so that one share serves every round."""

    def __init__(self, provider: object) -> None:
        self.provider, self.asked = provider, 0
        self.transfers = self

    def __getattr__(self, name: str) -> object:
        return getattr(self.provider, name)

    def transfer(self, **_values: object) -> None:
        self.asked += 1
        raise Refused("account_invalid", "Not now.")


SENT = """
    SELECT pg_xact_commit_timestamp(h.xmin) FROM status_change h JOIN outbound_call c ON c.id = h.subject_id
    WHERE h.subject = 'outbound_call' AND h.verb = 'send' AND c.kind = 'transfer' AND h.id > %s
"""
HELD_BACK = {
    "seller": "SELECT pg_xact_commit_timestamp(xmin) FROM payout_stop WHERE lifted_at IS NULL",
    "share": "SELECT pg_xact_commit_timestamp(xmin) FROM payment_block WHERE lifted_at IS NULL",
}


def put_back(world: World, actor: Actor) -> None:
    """Call off what the provider has refused, so that its share is available again."""
    for (payout_id,) in world.rows("SELECT id FROM payout WHERE status = 'refused'"):
        values = {"payout_id": int(str(payout_id)), "actor": actor, "because": "The next round.", "now": world.now}
        db.atomic(calling_off.cancel, (), **values)  # type: ignore[arg-type]


def test_s40_in_a_hundred_races_no_transfer_is_taken_up_after_a_stop_has_committed(world: World) -> None:
    """By the commit times of the database itself. What was taken up before the stop is said to be too late."""
    world.noon()
    admin_id, seller_id = world.person("Ada Admin", is_admin=True), world.seller()
    world.onboard(seller_id)
    share_id = released(world, seller_id, admin_id)
    provider, policy = Refusing(world.provider), world.settings.money
    actor, who = Actor.user(admin_id, "admin"), {"admin_id": admin_id, "reason": "A look at the papers."}
    first, lead = {"stop": 0, "run": 0}, 0.001

    def run() -> int:
        return flows.run_due(providers={"stripe": provider}, policy=policy, now=world.now)  # type: ignore[dict-item]

    def stop_seller() -> object:
        time.sleep(lead)
        return db.atomic(stops.stop, (), seller_id=seller_id, now=world.now, **who)

    def stop_share() -> None:
        time.sleep(lead)
        return db.atomic(stops.stop_share, (), share_id=share_id, now=world.now, **who)

    for number in range(100):
        what = "share" if number % 2 else "seller"
        [(before,)] = world.rows("SELECT max(id) FROM status_change")
        asked = provider.asked
        answers = at_once(world.app, [stop_share if number % 2 else stop_seller, run])
        sent, held_back = world.rows(SENT, before), world.rows(HELD_BACK[what])
        assert provider.asked - asked == len(sent) <= 1
        if sent and held_back:
            assert sent[0] < held_back[0], "the take-up had committed before the stop did"
        first["run" if sent else "stop"] += 1
        lead *= 0.7 if sent else 1.4  # who wins gives the other a start, so the race stays close
        if held_back:
            run()
            assert provider.asked - asked == len(sent), "nothing follows a stop"
        else:
            assert sent, "too late"
            assert isinstance(answers[0], NotAllowed), "and the admin reads so"
        put_back(world, actor)
        if held_back and what == "seller":
            db.atomic(stops.lift, (), seller_id=seller_id, now=world.now, **who)
        elif held_back:
            db.atomic(hold_decisions.let_go, (), share_id=share_id, now=world.now, **who)
    assert min(first.values()) > 0, f"each was first at least once: {first}"
    world.settle_down()
    assert world.transfers() == [9_380], "and in the end it is paid once"


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
    world.later(days=1)
    assert world.transfers() == [4_675, 9_380], "one payout a day"


def many_due(world: World, count: int) -> None:
    """Let `count` sellers have one sale each that is due now, and the last one another that is not; nobody ticks."""
    world.noon()
    for _ in range(count):
        seller_id = world.seller()
        account_id = world.begin_onboarding(seller_id)
        world.sandbox.set_up(account_id)
        world.sold(seller_id, 10_000)
    world.advance(days=1)
    world.sold(seller_id, 5_000)
    world.advance(days=29)
    world.sandbox.deliver_pending()
    db.atomic(sweeps.deliver_overdue, (), days=14, now=world.now)
    assert world.transfers() == [], "none before its date"


WRONG = (
    {"kind": "conflict"},
    {"kind": "rate_limit"},
    {"kind": "server_error"},
    {"kind": "refused", "code": "balance_insufficient"},
    {"kind": "drop_after"},
    {"kind": "server_error_after"},
    {"kind": "slow_body", "seconds": 6},  # the transfer is made, and the shop has stopped listening
)


def test_four_workers_two_killed_and_a_provider_that_fails_in_seven_ways_pay_every_share_once(world: World) -> None:
    """Four processes release and pay; two meet SIGKILL while transfers are made. What their hands held, others end."""
    many_due(world, 8)
    for wrong in WRONG:
        world.sandbox.faults.add(method="POST", path=TRANSFERS, times=1, **wrong)  # type: ignore[arg-type]

    with transfers_that_wait(world) as waiting, four_workers(world) as starter:
        killed = waiting.first(2)
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        waiting.may_go.set()
        assert starter.stdout is not None
        assert sorted(map(int, starter.stdout.readline().split())) == [0, 0, signal.SIGKILL, signal.SIGKILL]
    in_hand = "SELECT count(*) FROM outbound_call WHERE status IN ('planned', 'sending')"
    assert world.rows(in_hand) != [(0,)], "they were killed in the middle"
    world.advance(minutes=2)
    world.settle_down()
    states = "SELECT status, count(*) FROM payment_transaction GROUP BY status ORDER BY status"
    assert world.rows(states) == [("held", 1), ("transferring", 8)], "none before its date"
    assert set(world.transfers()) == {9_380}
    world.later(days=1)
    assert world.sandbox.faults.active() == [], "everything went wrong that should"
    assert sorted(world.transfers()) == [4_675] + [9_380] * 8
    assert sorted(amount for _, amount in world.payouts()) == [4_675] + [9_380] * 8
    assert {status for status, _ in world.payouts()} <= {"in_transit", "paid"}
    attempts = "SELECT attempt, status, count(*) FROM outbound_call WHERE kind = 'transfer' GROUP BY 1, 2 ORDER BY 1, 2"
    assert world.rows(attempts) == [(1, "done", 8), (1, "refused", 1), (2, "done", 1)]


_WORK = """
import os
import stripe
from wsgi import app

def work():
    stripe.set_app_info("worker", version=str(os.getpid()))
    for command in ("release-holds", "send-payouts"):
        app.test_cli_runner(catch_exceptions=False).invoke(args=[command])

workers = []
for _ in range(4):
    workers.append(os.fork())
    if not workers[-1]:
        work()
        os._exit(0)
print(*(os.waitpid(worker, 0)[1] for worker in workers), flush=True)
"""


def four_workers(world: World) -> "subprocess.Popen[bytes]":
    """Start four processes that release and pay what is due by the commands of production, each under its number."""
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
    command = [sys.executable, "-c", _WORK]
    return subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE)


class Waiting:
    """Transfers that wait at the provider, and the processes that asked for them."""

    def __init__(self) -> None:
        self.asked_by: list[int] = []
        self.may_go = threading.Event()

    def wait(self) -> None:
        """Let a request for a transfer wait until all may go; before requests of the sandbox."""
        if request.method == "POST" and request.path == TRANSFERS:
            self.asked_by.append(int(request.user_agent.string.rpartition("/")[2]))
            self.may_go.wait(60)

    def first(self, count: int) -> list[int]:
        """Return the first `count` different processes whose transfers wait here."""
        deadline = time.monotonic() + 60
        while len(asked := list(dict.fromkeys(self.asked_by))) < count:
            assert time.monotonic() < deadline, f"only {asked} asked for transfers"
            time.sleep(0.02)
        return asked[:count]


@contextmanager
def transfers_that_wait(world: World) -> Iterator[Waiting]:
    """Let transfers wait at the provider until they are told to go, or the block ends."""
    waiting = Waiting()
    befores = world.sandbox.app.before_request_funcs.setdefault(None, [])
    befores.append(waiting.wait)
    try:
        yield waiting
    finally:
        waiting.may_go.set()
        befores.remove(waiting.wait)


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
