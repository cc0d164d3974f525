"""The command-line door: `flask --app wsgi <command>`."""

import json
import sys
from collections.abc import Callable

import click
from flask import Flask

from marketplace import clock, db, demo, jobs
from marketplace.payments import holds
from marketplace.payouts import flows as payouts
from marketplace.reconciliation import checks, run_queries
from marketplace.reconciliation import flows as reconciliation


def register(app: Flask) -> None:
    """Attach the commands to `app`."""
    _register_recovery(app)

    @app.cli.command("check-books")
    def check_books() -> None:
        """Recompute the books; exit 1 and name the rows when something does not agree."""
        report = checks.check_books()
        click.echo(json.dumps(report.as_dict(), indent=2))
        sys.exit(0 if report.agrees else 1)

    @app.cli.command("tick")
    def tick() -> None:
        """Do everything that is due now, once."""
        click.echo(json.dumps(jobs.tick(app), indent=2))

    @app.cli.command("release-holds")
    def release_holds() -> None:
        """Release every share whose hold is over, in batches; print how many so far."""
        policy = app.extensions["settings"].money
        _until_done("released", lambda: db.atomic(holds.release_due, (), policy=policy, now=clock.now()))

    @app.cli.command("send-payouts")
    def send_payouts() -> None:
        """Pay every seller whose day has come; print how many so far. Killed at any moment, the next run goes on."""
        providers, policy = app.extensions["providers"], app.extensions["settings"].money
        _until_done("sent", lambda: payouts.run_due(providers=providers, policy=policy, now=clock.now()))

    @app.cli.command("reconcile")
    @click.option("--look-only", is_flag=True, help="Mend nothing, also where the cause is known.")
    @click.option("--from-start", is_flag=True, help="Read all lines again, not only those since the last run.")
    def reconcile(*, look_only: bool, from_start: bool) -> None:
        """Compare the provider's lines, the ledger and the rows; exit 1 while breaks are open. Killed, it goes on."""
        sys.exit(_reconcile(app, mends=not look_only, from_start=from_start))

    @app.cli.command("worker")
    def worker() -> None:
        """Run background jobs and the tick until stopped."""
        jobs.run_worker(app)

    @app.cli.command("demo")
    def load_demo() -> None:
        """Load the demo shop once."""
        click.echo(demo.load(app.extensions["settings"].var_dir, clock.now()))


def _register_recovery(app: Flask) -> None:
    @app.cli.command("resume")
    def resume() -> None:
        """Go on after a stop: what no webhook brought, what waits for an outcome, what is due; print what was done."""
        done = jobs.resume(app)
        click.echo(json.dumps(done.as_dict(), indent=2))
        sys.exit(0 if done.is_quiet else 1)


def _reconcile(app: Flask, *, mends: bool, from_start: bool) -> int:
    """Carry one run to its end for each provider, print what it said, and return the command's exit code."""
    settings, now = app.extensions["settings"], clock.now()
    for name, provider in app.extensions["providers"].items():
        reconciliation.begin(provider=name, admin_id=None, mends=mends, from_start=from_start, now=now)
        reconciliation.finish(provider=provider, settings=settings, now=now, progress=click.echo)
    report = run_queries.report()
    click.echo(json.dumps(report.as_dict(), indent=2))
    return 0 if report.agrees else 1


def _until_done(word: str, batch: Callable[[], int]) -> None:
    """Do batches until one finds nothing, and print how many so far."""
    total = 0
    while count := batch():
        total += count
        click.echo(f"{total} {word}")
    click.echo(json.dumps({word: total}))
