"""The command-line door: `flask --app wsgi <command>`."""

import json
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import click
from flask import Flask

from marketplace import clock, db, demo, jobs, posting, resuming
from marketplace import worker as queue_worker
from marketplace.accounts import factor_operations, queries
from marketplace.bank_transfers import recording
from marketplace.errors import Conflict
from marketplace.payments import holds
from marketplace.payouts import flows as payouts
from marketplace.provider_events import replay
from marketplace.provider_events.replay import By
from marketplace.reconciliation import flows as reconciliation
from marketplace.reconciliation import run_queries


def register(app: Flask) -> None:
    """Attach the commands to `app`."""
    _register_money(app)
    _register_recovery(app)
    _register_replay(app)
    _register_mail(app)
    _register_accounts(app)

    @app.cli.command("check-books")
    def check_books() -> None:
        """Recompute the books; exit 1 and name the rows when something does not agree."""
        report = jobs.check_books()
        click.echo(json.dumps(report.as_dict(), indent=2))
        sys.exit(0 if report.agrees else 1)

    @app.cli.command("tick")
    def tick() -> None:
        """Do everything that is due now, once."""
        click.echo(json.dumps(jobs.tick(app), indent=2))

    @app.cli.command("worker")
    def worker() -> None:
        """Run background jobs and the tick until stopped."""
        queue_worker.run_worker(app)

    @app.cli.command("demo")
    def load_demo() -> None:
        """Load the demo shop once."""
        click.echo(demo.load(app.extensions["settings"].var_dir, clock.now()))


def _register_money(app: Flask) -> None:
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


def _register_mail(app: Flask) -> None:
    @app.cli.command("send-mail")
    def send_mail() -> None:
        """Make mails of what was told and send what is due, once; the worker does it every five seconds."""
        click.echo(json.dumps({"done": jobs.mail(app)}))

    @app.cli.command("test-mail")
    @click.argument("address")
    def test_mail(address: str) -> None:
        """Send a test mail to ADDRESS through the configured server; exit 1 and say why when that fails."""
        settings = app.extensions["settings"]
        if not settings.smtp_host:
            raise click.ClickException("No mail server is set: SMTP_HOST and MAIL_FROM (README, Configuration).")
        try:
            posting.send_test(settings, address, now=clock.now())
        except posting.NOT_SENT as error:
            raise click.ClickException(f"Not sent. {error}") from error
        click.echo(f"{settings.smtp_host}:{settings.smtp_port} has taken a test mail for {address}.")


def _register_accounts(app: Flask) -> None:
    @app.cli.command("rotate-keys")
    def rotate_keys() -> None:
        """Encrypt every encrypted column anew with the first value of SECRET_KEY; the others can go then."""
        count = db.atomic(factor_operations.encrypt_anew) + db.atomic(recording.encrypt_anew)
        click.echo(json.dumps({"encrypted": count}))

    @app.cli.command("turn-two-step-off")
    @click.argument("email")
    def turn_two_step_off(email: str) -> None:
        """Take the second step of EMAIL off, who has lost phone and recovery codes, and sign them out everywhere."""
        found = queries.credentials(email)
        if found is None:
            raise click.ClickException("Nobody has this address.")
        now = clock.system_now()
        try:
            ended = db.atomic(factor_operations.take_off, (), user_id=found.user_id, session_id=0, now=now)
        except Conflict as error:
            raise click.ClickException(error.message) from error
        click.echo(json.dumps({"signed_out": ended}))


def _register_replay(app: Flask) -> None:
    @app.cli.command("replay-events")
    @click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), default="2000-01-01", help="UTC")
    @click.option("--dry-run", is_flag=True, help="Do it all, keep nothing, and show what would change.")
    @click.option("--reason", default="", help="Why; kept beside each attempt. Needed without --dry-run.")
    def replay_events(since: datetime, reason: str, *, dry_run: bool) -> None:
        """Apply every event since a day once more; print those that change something, and the counts."""
        if not (dry_run or reason.strip()):
            raise click.UsageError("Give a --reason, or --dry-run to look first.")
        settings, providers = app.extensions["settings"], app.extensions["providers"]
        by, start = None if dry_run else By(None, reason), since.replace(tzinfo=UTC)
        found = replay.replay_all(providers=providers, settings=settings, since=start, by=by, now=clock.now())
        counts: Counter[str] = Counter()
        for each in found:
            counts[each.outcome.value] += 1
            if each.changes:
                rows = [f"{change.table} {change.key}: {', '.join(change.columns)}" for change in each.changes]
                click.echo(json.dumps({"event": each.event_id, "note": each.note, "rows": rows}))
        click.echo(json.dumps(dict(counts)))


def _register_recovery(app: Flask) -> None:
    @app.cli.command("reconcile")
    @click.option("--look-only", is_flag=True, help="Mend nothing, also where the cause is known.")
    @click.option("--from-start", is_flag=True, help="Read all lines again, not only those since the last run.")
    def reconcile(*, look_only: bool, from_start: bool) -> None:
        """Compare the provider's lines, the ledger and the rows; exit 1 while breaks are open. Killed, it goes on."""
        _reconcile(app, mends=not look_only, from_start=from_start)

    @app.cli.command("resume")
    def resume() -> None:
        """Go on after a stop: what no webhook brought, what waits for an outcome, what is due; print what was done."""
        done = resuming.resume(app)
        click.echo(json.dumps(done.as_dict(), indent=2))
        sys.exit(0 if done.is_quiet else 1)


def _reconcile(app: Flask, *, mends: bool, from_start: bool) -> None:
    """Carry one run to its end for each provider and print what it said; exit 1 while breaks are open."""
    settings, now = app.extensions["settings"], clock.now()
    for name, provider in app.extensions["providers"].items():
        reconciliation.begin(provider=name, admin_id=None, mends=mends, from_start=from_start, now=now)
        reconciliation.finish(provider=provider, settings=settings, now=now, progress=click.echo)
    report = run_queries.report()
    click.echo(json.dumps(report.as_dict(), indent=2))
    sys.exit(0 if report.agrees else 1)


def _until_done(word: str, batch: Callable[[], int]) -> None:
    """Do batches until one finds nothing, and print how many so far."""
    total = 0
    while count := batch():
        total += count
        click.echo(f"{total} {word}")
    click.echo(json.dumps({word: total}))
