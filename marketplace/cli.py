"""The command-line door: `flask --app wsgi <command>`."""

import json
import sys

import click
from flask import Flask

from marketplace import clock, demo, jobs
from marketplace.reconciliation import checks


def register(app: Flask) -> None:
    """Attach the commands to `app`."""

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

    @app.cli.command("worker")
    def worker() -> None:
        """Run background jobs and the tick until stopped."""
        jobs.run_worker(app)

    @app.cli.command("demo")
    def load_demo() -> None:
        """Load the demo shop once."""
        click.echo(demo.load(app.extensions["settings"].var_dir, clock.now()))
