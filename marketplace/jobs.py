"""The background door: what each job does, and the tick that asks "what is due now?" (DESIGN 4.14).

Jobs only bring forward what the tick does anyway, so a lost job loses time and nothing else.
"""

import asyncio
from collections.abc import Callable

import procrastinate
import structlog
from flask import Flask
from procrastinate.jobs import Job, Status

from marketplace import clock, db
from marketplace.checkout import flows as checkout
from marketplace.checkout import outcomes as checkout_outcomes
from marketplace.checkout import sweeps
from marketplace.ledger import operations as ledger
from marketplace.orders import sweeps as orders
from marketplace.outbound import flows as outbound
from marketplace.payments import holds
from marketplace.provider_events import flows as events
from marketplace.queue import JobName
from marketplace.refunds import flows as refunds

log = structlog.get_logger()

_OUTCOMES = {**checkout_outcomes.OUTCOMES, **refunds.OUTCOMES}
_STALLED_SECONDS = 60
_POLL_SECONDS = 0.5
# The sixth field is the seconds. In front, it would mean every second of every fifth minute.
EVERY_FIVE_SECONDS = "* * * * * */5"


def tick(app: Flask) -> dict[str, int]:
    """Do everything that is due now, each kind by itself so that one failure stops no other; return the counts.

    Safe to run twice, at the same time, or days late.
    """
    settings, providers = app.extensions["settings"], app.extensions["providers"]
    now = clock.now()
    work: dict[str, Callable[[], int]] = {
        "events applied": lambda: events.apply_due(providers=providers, settings=settings, now=now),
        "calls sent": lambda: outbound.send_due(providers=providers, outcomes=_OUTCOMES, now=now),
        "payments ended": lambda: checkout.close_overdue(providers=providers, settings=settings, now=now),
        "reservations returned": lambda: db.atomic(sweeps.reap_reservations, (), now=now),
        "purchases given up": lambda: db.atomic(sweeps.give_up_unpaid, (), now=now),
        "orders delivered": lambda: db.atomic(
            orders.deliver_overdue, (), days=settings.money.delivered_after_shipping_days, now=now
        ),
        "holds ended": lambda: db.atomic(holds.release_due, (), policy=settings.money, now=now),
        "receipts returned": lambda: checkout.return_receipts(providers=providers, now=now),
        "entries chained": lambda: db.atomic(ledger.extend_chain, ["ledger:chain"]),
    }
    counts: dict[str, int] = {}
    with app.app_context():
        for name, step in work.items():
            try:
                counts[name] = step()
            except Exception:
                log.exception("tick step failed", step=name)
                counts[name] = -1
    return counts


def worker(app: Flask) -> procrastinate.App:
    """Return the queue of `app`: its jobs, the tick every five seconds, and the rescue of stalled jobs."""
    settings = app.extensions["settings"]
    queue = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=settings.database_url, max_size=6))

    @queue.task(name=JobName.READ_EVENT, pass_context=False)
    def read_event(event_id: int) -> None:
        with app.app_context():
            provider = app.extensions["providers"]["stripe"]
            events.apply(event_id, provider=provider, settings=settings, now=clock.now(), reread=True)

    @queue.periodic(cron=EVERY_FIVE_SECONDS)
    @queue.task(name=JobName.TICK, queueing_lock="tick", lock="tick")
    def run_tick(timestamp: int) -> None:
        tick(app)

    @queue.periodic(cron="* * * * *")
    @queue.task(name="rescue_stalled", queueing_lock="rescue_stalled")
    async def rescue_stalled(timestamp: int) -> None:
        for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS):
            await _rescue(queue, job)

    return queue


async def _rescue(queue: procrastinate.App, job: Job) -> None:
    """Queue a job again whose worker has died; one that comes by the clock anyway only gives its lock back.

    Such a one must not be queued again: the next is queued already, the database allows one, and no tick would ever
    run again.
    """
    if job.queueing_lock is not None:
        await queue.job_manager.finish_job(job, Status.FAILED, delete_job=True)
    else:
        await queue.job_manager.retry_job(job)


def run_worker(app: Flask) -> None:
    """Run the worker of `app` until SIGTERM or Ctrl-C; a running job is finished first."""
    queue = worker(app)

    async def run() -> None:
        async with queue.open_async():
            await queue.run_worker_async(
                concurrency=2, fetch_job_polling_interval=_POLL_SECONDS, delete_jobs="successful"
            )

    asyncio.run(run())
