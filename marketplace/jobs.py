"""The background door: what each job does, and the tick that asks "what is due now?" (DESIGN 4.14).

Jobs only bring forward what the tick does anyway, so a lost job loses time and nothing else.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import procrastinate
import structlog
from flask import Flask
from procrastinate import JobContext
from procrastinate.jobs import Job, Status
from sqlalchemy.exc import SQLAlchemyError

from marketplace import clock, db
from marketplace.catalog import spelling_operations as spelling
from marketplace.checkout import flows as checkout
from marketplace.checkout import outcomes as checkout_outcomes
from marketplace.checkout import sweeps
from marketplace.debts import operations as debts
from marketplace.demo import forward
from marketplace.disputes import flows as disputes
from marketplace.job_runs import operations as job_runs
from marketplace.job_runs.operations import Run
from marketplace.ledger import operations as ledger
from marketplace.orders import sweeps as orders
from marketplace.outbound import flows as outbound
from marketplace.payments import holds
from marketplace.payouts import account_flows
from marketplace.payouts import flows as payouts
from marketplace.proofs import flows as proofs
from marketplace.provider_events import backfill, sweeping
from marketplace.provider_events import flows as events
from marketplace.queue import JobName
from marketplace.reconciliation import checks
from marketplace.reconciliation import flows as reconciliation
from marketplace.reconciliation.checks import Report
from marketplace.refunds import flows as refunds
from marketplace.saved import operations as saved
from marketplace.saved import search_flows
from marketplace.statements import operations as statements

log = structlog.get_logger()

OUTCOMES = {
    **checkout_outcomes.OUTCOMES,
    **refunds.OUTCOMES,
    **account_flows.OUTCOMES,
    **payouts.OUTCOMES,
    **disputes.OUTCOMES,
}
"""What becomes of each kind of call, in the transaction that records its outcome."""
STALLED_SECONDS = 60
_POLL_SECONDS = 0.5
# The sixth field is the seconds. In front, it would mean every second of every fifth minute.
EVERY_FIVE_SECONDS = "* * * * * */5"
EVERY_MINUTE = "* * * * *"
EVERY_NIGHT = "0 0 * * *"
CHECK_BOOKS = "check-books"
_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)
_RESCUE = "rescue_stalled"
_INTERVALS = {JobName.TICK.value: timedelta(seconds=5), _RESCUE: timedelta(minutes=1), CHECK_BOOKS: timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Periodic:
    """One line of the timetable: a job that comes by the clock, or a step of the tick."""

    name: str
    interval: timedelta
    is_step: bool

    def next_after(self, moment: datetime) -> datetime:
        """Return when it comes next, system time: whole intervals count from midnight, as in cron."""
        passed = (moment - _MIDNIGHT) // self.interval
        return _MIDNIGHT + (passed + 1) * self.interval


def timetable(app: Flask) -> tuple[Periodic, ...]:
    """Return all that comes by the clock, the steps of the tick after it."""
    steps = [Periodic(name, _INTERVALS[JobName.TICK], is_step=True) for name in _work(app, clock.now())]
    return (
        Periodic(JobName.TICK.value, _INTERVALS[JobName.TICK], is_step=False),
        *steps,
        Periodic(_RESCUE, _INTERVALS[_RESCUE], is_step=False),
        Periodic(CHECK_BOOKS, _INTERVALS[CHECK_BOOKS], is_step=False),
    )


RECOVERY = frozenset({"missed events taken in", "provider asked"})
"""The steps that ask the provider in case a message of its was lost; whoever loses none may ask more seldom."""


def tick(app: Flask, without: frozenset[str] = frozenset()) -> dict[str, int]:
    """Do everything that is due now, each kind by itself so that one failure stops no other; return the counts.

    Safe to run twice, at the same time, or days late. `without` names steps to be left to the next tick.
    """
    began, counts, runs = clock.system_now(), {}, []
    with app.app_context():
        for name, step in _work(app, clock.now()).items():
            if name in without:
                continue
            run = _run(name, step)
            counts[name] = -1 if run.error else run.done
            runs.append(run)
        failed = [run.name for run in runs if run.error]
        error = f"Failed: {', '.join(failed)}" if failed else ""
        done = sum(run.done for run in runs)
        _record([*runs, Run(JobName.TICK.value, began, _since(began), done, error)])
    return counts


def _work(app: Flask, now: datetime) -> dict[str, Callable[[], int]]:
    settings, providers = app.extensions["settings"], app.extensions["providers"]
    return {
        "missed events taken in": lambda: backfill.read_missed(providers=providers, settings=settings, now=now),
        "events applied": lambda: events.apply_due(providers=providers, settings=settings, now=now),
        "calls sent": lambda: outbound.send_due(providers=providers, outcomes=OUTCOMES, now=now),
        "blocked calls looked up": lambda: outbound.look_at_blocked(providers=providers, outcomes=OUTCOMES, now=now),
        "payments ended": lambda: checkout.close_overdue(providers=providers, settings=settings, now=now),
        "reservations returned": lambda: db.atomic(sweeps.reap_reservations, (), now=now),
        "purchases given up": lambda: db.atomic(sweeps.give_up_unpaid, (), now=now),
        "orders delivered": lambda: db.atomic(
            orders.deliver_overdue, (), days=settings.money.delivered_after_shipping_days, now=now
        ),
        "holds ended": lambda: db.atomic(holds.release_due, (), policy=settings.money, now=now),
        "debts netted": lambda: db.atomic(debts.net_due, (), now=now),
        "accounts read": lambda: account_flows.read_unheard(providers=providers, now=now),
        "account deadlines told": lambda: account_flows.remind(now=now),
        "payouts followed": lambda: payouts.follow_due(providers=providers, now=now),
        "payouts sent": lambda: payouts.run_due(providers=providers, policy=settings.money, now=now),
        "provider asked": lambda: sweeping.look_due(providers=providers, settings=settings, now=now),
        "disputes read": lambda: disputes.read_unheard(providers=providers, policy=settings.money, now=now),
        "receipts returned": lambda: checkout.return_receipts(providers=providers, now=now),
        "runs of reconciliation": lambda: reconciliation.run_due(providers=providers, settings=settings, now=now),
        "words learnt": spelling.learn_due,
        "price drops told": lambda: db.atomic(saved.tell_price_drops, (), now=now),
        "saved searches asked": lambda: search_flows.look_due(now=now),
        "statements closed": lambda: db.atomic(statements.close_months, (), now=now),
        "entries chained": lambda: db.atomic(ledger.extend_chain, ["ledger:chain"]),
    }


def check_books() -> Report:
    """Recompute the books and keep what came of it for the health board. Inside an application context."""
    began = clock.system_now()
    report = checks.check_books()
    wrong = "\n".join(f"{each.table} {each.row_id} {each.message} ({each.check})" for each in report.differences)
    _record([Run(CHECK_BOOKS, began, _since(began), report.postings, wrong)])
    return report


def _run(name: str, step: Callable[[], int]) -> Run:
    began = clock.system_now()
    try:
        done = step()
    except Exception as error:
        log.exception("tick step failed", step=name)
        return Run(name, began, _since(began), 0, f"{type(error).__name__}: {error}")
    return Run(name, began, _since(began), done)


def _record(runs: Sequence[Run]) -> None:
    """Keep the last runs; that this fails is no reason for the work to count as failed."""
    try:
        job_runs.record_runs(runs)
    except SQLAlchemyError:
        log.exception("the last runs were not kept")


def _since(began: datetime) -> int:
    """Return how many milliseconds have passed since `began`, system time."""
    return (clock.system_now() - began) // timedelta(milliseconds=1)


def _scene(app: Flask) -> dict[str, Any]:
    known = app.extensions
    return {"provider": known["providers"]["stripe"], "settings": known["settings"], "now": clock.now()}


ASKED: Mapping[str, Callable[..., object]] = {
    JobName.READ_EVENT: lambda app, event_id: events.apply(event_id, **_scene(app), reread=True),
    JobName.MOVE_TIME: lambda app, days: forward.move_a_day(days, tick=lambda: tick(app)),
    JobName.REPLAY_SEED: lambda app, **seed: proofs.replay(app.extensions["settings"].var_dir, **seed),
}
"""What each job does that somebody asked for, in an application context, with the job's arguments."""


def _asked(app: Flask, work: Callable[..., object]) -> Callable[..., None]:
    def run(context: JobContext, **arguments: int | str) -> None:
        with app.app_context(), _kept_failure(context):
            work(app, **arguments)

    return run


def worker(app: Flask) -> procrastinate.App:
    """Return the queue of `app`: its jobs, the tick every five seconds, and the rescue of stalled jobs."""
    url = app.extensions["settings"].database_url
    queue = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, max_size=6))

    for name, work in ASKED.items():
        queue.task(name=name, pass_context=True)(_asked(app, work))

    @queue.periodic(cron=EVERY_FIVE_SECONDS)
    @queue.task(name=JobName.TICK, queueing_lock="tick", lock="tick")
    def run_tick(timestamp: int) -> None:
        tick(app)

    @queue.periodic(cron=EVERY_MINUTE)
    @queue.task(name=_RESCUE, queueing_lock=_RESCUE)
    async def rescue_stalled(timestamp: int) -> None:
        began, rescued = clock.system_now(), 0
        for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            await _rescue(queue, job)
            rescued += 1
        with app.app_context():
            _record([Run(_RESCUE, began, _since(began), rescued)])

    _by_night(queue, app)
    return queue


def _by_night(queue: procrastinate.App, app: Flask) -> None:
    @queue.periodic(cron=EVERY_NIGHT)
    @queue.task(name=CHECK_BOOKS, queueing_lock=CHECK_BOOKS, lock=CHECK_BOOKS)
    def check_books_nightly(timestamp: int) -> None:
        with app.app_context():
            check_books()


@contextmanager
def _kept_failure(context: JobContext) -> Iterator[None]:
    """Keep why a job failed before the queue marks it so."""
    try:
        yield
    except Exception as error:
        job = context.job
        db.atomic(
            job_runs.record_failure,
            (),
            job_id=job.id or 0,
            name=job.task_name,
            arguments=job.task_kwargs,
            error=f"{type(error).__name__}: {error}",
            now=clock.system_now(),
        )
        raise


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
