"""The worker is killed at chosen steps and at random moments: nothing is lost, nothing is done twice."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import croniter
import psycopg
import pytest

from marketplace import worker
from marketplace.checkout import flows
from tests.builders import World
from tests.faults import Line

CHECKOUT = Path(__file__).parent.parent.parent
DEATHS = (
    "committed plan_return",
    "committed take_up, answered stripe",
    "committed take_up, answered stripe, written done",
)
"""Before the call; after it, when nobody has written down what the provider did; and before that is committed."""
AT_RANDOM = ("",) * 3
"""Any moment at all, and the steps of a worker that nobody thought of."""
KILLS = len(DEATHS) + len(AT_RANDOM)
PATIENCE_SECONDS = 60


def start_worker(world: World, steps: str = "") -> subprocess.Popen[bytes]:
    """Start the very command that production runs, and wait until it has signed on; after `steps` it kills itself."""
    settings = world.settings
    before = workers(world)
    with log_of(world).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "tests.crash_app:shop" if steps else "wsgi", "worker"],
            cwd=CHECKOUT,
            env={
                **os.environ,
                "DATABASE_URL": settings.database_url,
                "SECRET_KEY": "worker",
                "STRIPE_SECRET_KEY": settings.stripe_secret_key,
                "STRIPE_WEBHOOK_SECRET": settings.stripe_webhook_secrets[0],
                "STRIPE_API_BASE": str(settings.stripe_api_base),
                "VAR_DIR": str(settings.var_dir),
                "MARKETPLACE_DEMO": "1",
                **({"CRASH_STEPS": steps} if steps else {}),
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    wait_until(world, lambda: bool(workers(world) - before), "the worker did not sign on")
    return process


def log_of(world: World) -> Path:
    return world.settings.var_dir / "worker.log"


def workers(world: World) -> set[object]:
    return {row[0] for row in world.rows("SELECT id FROM procrastinate_workers")}


def wait_until(world: World, done: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        if time.monotonic() > deadline:
            queue = world.rows("SELECT id, task_name, status, lock, worker_id FROM procrastinate_jobs")
            pytest.fail(f"{otherwise}\n{queue}\n{log_of(world).read_text(errors='replace')[-4_000:]}")
        time.sleep(0.05)


def some_purchases(world: World, buyer_id: int) -> None:
    """Make work of each kind: fees to read, a second payment to return, a page to close, a call to send again."""
    for _ in range(2):
        world.pay(world.open_purchase(10_000, 2_500, buyer_id=buyer_id))
        world.sandbox.deliver_pending()
    declined = world.open_purchase(4_000, buyer_id=buyer_id)
    world.pay(declined, "4000000000000002")
    world.sandbox.deliver_pending()
    line = Line(world.provider, {"expire_checkout"})
    outcome = flows.try_again(
        purchase_id=declined.purchase_id,
        buyer_id=buyer_id,
        now=world.now,
        providers={"stripe": line},  # type: ignore[dict-item]
        settings=world.settings,
    )
    world.pay(declined)
    world.pay(world.bought(outcome, world.agreed(buyer_id, token=declined.token)))
    world.sandbox.deliver_pending()


def unfinished(world: World) -> list[tuple[object, ...]]:
    return world.rows(
        "SELECT 'event', id FROM provider_event WHERE status IN ('received', 'parked')"
        " UNION ALL SELECT 'call', id FROM outbound_call WHERE status IN ('planned', 'sending', 'unknown')"
        " UNION ALL SELECT 'receipt', id FROM unapplied_receipt WHERE status <> 'returned'"
        " UNION ALL SELECT 'charge', p.id FROM payment p WHERE p.status IN ('completed', 'refunded')"
        "  AND NOT EXISTS (SELECT FROM balance_transaction b WHERE b.payment_id = p.id AND b.kind = 'charge')"
        " UNION ALL SELECT 'refund', p.id FROM payment p WHERE p.status = 'refunded'"
        "  AND NOT EXISTS (SELECT FROM balance_transaction b WHERE b.payment_id = p.id AND b.kind = 'refund')"
    )


def free_what_the_dead_held(world: World) -> None:
    """Let a minute without heartbeat pass for the dead, and run the rescue that each worker runs once a minute."""
    with psycopg.connect(world.urls.superuser, autocommit=True) as connection:
        connection.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '2 minutes'")
    queue = worker.worker(world.app)

    async def rescue() -> None:
        async with queue.open_async():
            await queue.tasks["rescue_stalled"](timestamp=0)

    asyncio.run(rescue())


def queue_a_tick(world: World) -> None:
    queue = worker.worker(world.app)

    async def defer() -> None:
        async with queue.open_async():
            await queue.tasks["tick"].defer_async(timestamp=1)

    asyncio.run(defer())


def test_the_tick_comes_every_five_seconds() -> None:
    """A cron line with seconds reads otherwise than one would think; this asks the library that reads it."""
    start = datetime(2026, 12, 1, 10, 2, 58, tzinfo=UTC)
    coming = croniter.croniter(worker.EVERY_FIVE_SECONDS, start)
    assert [(coming.get_next(datetime) - start).total_seconds() for _ in range(4)] == [2, 7, 12, 17]


@pytest.mark.covers("S1.5")
def test_the_worker_is_killed_at_chosen_steps_and_at_random_moments(world: World) -> None:
    for number, steps in enumerate(DEATHS + AT_RANDOM):
        buyer_id = world.person(f"Buyer {number}")
        process = start_worker(world, steps)
        try:
            some_purchases(world, buyer_id)
            if steps:
                died = process.wait(PATIENCE_SECONDS)
                assert died == -signal.SIGKILL, log_of(world).read_text(errors="replace")[-4_000:]
            else:
                time.sleep(random.Random(number).uniform(0, 1))
        finally:
            process.kill()
            process.wait()
        free_what_the_dead_held(world)
    world.sandbox.advance_clock(45 * 60)  # the leases of calls in the hands of the dead are over

    process = start_worker(world)
    try:
        wait_until(world, lambda: not (world.sandbox.deliver_pending() or unfinished(world)), "something is left")
    finally:
        process.terminate()
        process.wait()

    assert world.rows("SELECT status, count(*) FROM purchase GROUP BY status") == [("paid", 3 * KILLS)]
    assert world.rows("SELECT status, count(*) FROM unapplied_receipt GROUP BY status") == [("returned", KILLS)]
    assert len(world.sandbox.events("refund.created")) == KILLS, "each went back once"
    assert world.rows("SELECT kind, count(*) FROM balance_transaction GROUP BY kind ORDER BY kind") == [
        ("charge", 4 * KILLS),
        ("refund", KILLS),
    ]
    [(balance,)] = world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'provider_balance'")
    assert balance == world.sandbox.balance_sum("usd")


@pytest.mark.parametrize("next_is_queued", [False, True])
def test_a_tick_that_died_with_its_worker_does_not_block_the_next_one(world: World, next_is_queued: bool) -> None:
    """A job's lock outlives the process that held it, and the next tick may be waiting; the rescue frees it."""
    in_the_middle = "SELECT 1 FROM procrastinate_jobs WHERE task_name = 'tick' AND status = 'doing'"
    with psycopg.connect(world.urls.superuser) as blocker:
        blocker.execute("LOCK TABLE outbound_call IN ACCESS EXCLUSIVE MODE")  # no tick gets past it
        process = start_worker(world)
        try:
            wait_until(world, lambda: bool(world.rows(in_the_middle)), "no tick began")
        finally:
            process.kill()
            process.wait()
    assert world.rows(in_the_middle) == [(1,)]
    if next_is_queued:
        queue_a_tick(world)
    free_what_the_dead_held(world)
    assert world.rows(in_the_middle) == []
    process = start_worker(world)
    try:
        wait_until(world, lambda: not world.rows("SELECT 1 FROM procrastinate_jobs WHERE status = 'todo'"), "no tick")
    finally:
        process.terminate()
        process.wait()
