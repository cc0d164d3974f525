"""The worker's queue: every job of `jobs.py` by its name, what comes by the clock, and the rescue of stalled ones."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import procrastinate
from flask import Flask
from procrastinate import JobContext
from procrastinate.jobs import Job, Status

from marketplace import clock, db, jobs
from marketplace.job_runs import operations as job_runs
from marketplace.queue import JobName

_POLL_SECONDS = 0.5
# The sixth field is the seconds. In front, it would mean every second of every fifth minute.
EVERY_FIVE_SECONDS = "* * * * * */5"
EVERY_MINUTE = "* * * * *"
EVERY_NIGHT = "0 0 * * *"
EVERY_HOUR = "0 * * * *"


def _asked(app: Flask, work: Callable[..., object]) -> Callable[..., None]:
    def run(context: JobContext, **arguments: int | str) -> None:
        with app.app_context(), _kept_failure(context):
            work(app, **arguments)

    return run


def worker(app: Flask) -> procrastinate.App:
    """Return the queue of `app`: its jobs, the tick every five seconds, and the rescue of stalled jobs."""
    url = app.extensions["settings"].database_url
    queue = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, max_size=6))

    for name, work in jobs.ASKED.items():
        queue.task(name=name, pass_context=True)(_asked(app, work))

    @queue.periodic(cron=EVERY_FIVE_SECONDS)
    @queue.task(name=JobName.TICK, queueing_lock="tick", lock="tick")
    def run_tick(timestamp: int) -> None:
        jobs.tick(app)

    @queue.periodic(cron=EVERY_FIVE_SECONDS)
    @queue.task(name=JobName.MAIL, queueing_lock="mail", lock="mail")
    def run_mail(timestamp: int) -> None:
        jobs.mail(app)

    @queue.periodic(cron=EVERY_MINUTE)
    @queue.task(name=jobs.RESCUE, queueing_lock=jobs.RESCUE)
    async def rescue_stalled(timestamp: int) -> None:
        began, rescued = clock.system_now(), 0
        for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=jobs.STALLED_SECONDS):
            await _rescue(queue, job)
            rescued += 1
        with app.app_context():
            jobs.record_rescue(began, rescued)

    _by_the_hour(queue, app)
    return queue


def _by_the_hour(queue: procrastinate.App, app: Flask) -> None:
    @queue.periodic(cron=EVERY_NIGHT)
    @queue.task(name=jobs.CHECK_BOOKS, queueing_lock=jobs.CHECK_BOOKS, lock=jobs.CHECK_BOOKS)
    def check_books_nightly(timestamp: int) -> None:
        with app.app_context():
            jobs.check_books()

    @queue.periodic(cron=EVERY_HOUR)
    @queue.task(name=jobs.SWEEP_FILES, queueing_lock=jobs.SWEEP_FILES, lock=jobs.SWEEP_FILES)
    def sweep_files_hourly(timestamp: int) -> None:
        with app.app_context():
            jobs.sweep_files(app)


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
                concurrency=3, fetch_job_polling_interval=_POLL_SECONDS, delete_jobs="successful"
            )

    asyncio.run(run())
