"""The command-line door: `flask --app wsgi <command>`."""

import json
import sys
from collections.abc import Callable

import click
from flask import Flask

from marketplace import clock, db, demo, jobs
from marketplace.payments import holds
from marketplace.payouts import flows as payouts
from marketplace.reconciliation import checks


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


def _until_done(word: str, batch: Callable[[], int]) -> None:
    """Do batches until one finds nothing, and print how many so far."""
    total = 0
    while count := batch():
        total += count
        click.echo(f"{total} {word}")
    click.echo(json.dumps({word: total}))
