"""`make bench`, or `python -m bench`: a fresh database, three servers, all rounds, the books, one table."""

import argparse
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import refunding, report, wallet_changes
from bench.admins import make_admin
from bench.filling import fill
from bench.report import Result
from bench.rounds import Course, Plan
from bench.stage import CHECKOUT, Databases, Stage
from launcher.console import Failure, say, step
from launcher.databases import APPLICATION, OWNER, ROLES, SANDBOX, create_statement, prepare_databases
from launcher.places import Places, find_places, make_folder, open_to_server
from launcher.postgres import DURABLE, SUPERUSER, Cluster, find_binaries
from marketplace import config, create_app, db


def main(arguments: list[str]) -> int:
    """Measure and print. Returns 1 when anything went wrong or the books do not agree, whatever the rates."""
    chosen = _options().parse_args(arguments)
    plan = Plan(chosen.rounds, chosen.seconds, chosen.events, chosen.clients)
    try:
        places = find_places(CHECKOUT, os.environ)
        open_to_server(places)
        folder = make_folder(places.var / "bench")
        with fresh_databases(places) as databases:
            (folder / "clock").unlink(missing_ok=True)  # `bench.payouts` moves time, and sandbox and shop would differ
            result = measure(databases, folder, plan, worker_class=chosen.worker_class, with_demo=True)
    except Failure as failure:
        say(f"The benchmark can't start. {failure}")
        return 1
    report.write(result, folder / "last.json")
    say(report.table(result))
    say(f"written to {folder / 'last.json'}")
    return result.exit_code


def measure(databases: Databases, folder: Path, plan: Plan, *, worker_class: str, with_demo: bool) -> Result:
    """Run everything on empty, migrated databases and return the figures."""
    with Stage(databases, folder, worker_class) as stage:
        with step("Filling the shop"):
            app = create_app(config.load(stage.variables))
            filled = fill(app, folder, viewers=plan.clients, buyers=plan.events, with_demo=with_demo)
        with step("Starting sandbox, shop and bare application"):
            stage.start()
        course = Course(stage, filled, plan)
        with step(f"Measuring {plan.rounds} rounds"):
            course.run()
        with step("Sending refunds back and changing wallets"), app.app_context():
            admin_id = make_admin()
            refunds = refunding.measure(app, admin_id)
            wallets = wallet_changes.measure(app.extensions["settings"], admin_id)
            for engine in db.database.engines.values():
                engine.dispose()
        with step("Checking the books"):
            books = stage.flask("check-books")
    if books.returncode:
        say(books.stdout + books.stderr)
    orders = {"order": course.agreed_alone, "order_at_once": course.agreed}
    operations = {**orders, "payment": course.settled, "refund": refunds, "wallet": wallets}
    return Result(course.measured, operations, course.unsettled, books.returncode == 0, commit())


@contextmanager
def fresh_databases(places: Places, durability: str = DURABLE) -> Iterator[Databases]:
    """Yield empty, migrated databases on a PostgreSQL of their own; it waits for the disk, as production does."""
    if places.server_user:
        make_folder(places.clusters)
    folder = places.clusters / "bench-postgres"
    cluster = Cluster(folder, find_binaries(Path(sys.prefix)), places.server_user, durability)
    try:
        with step("Starting PostgreSQL"):
            cluster.start()
            passwords = {role: secrets.token_hex(16) for role in ROLES}
            prepare_databases(cluster, passwords)
            cluster.execute(create_statement("bare", SUPERUSER))
        databases = Databases(
            shop=cluster.url(APPLICATION, passwords[APPLICATION], "marketplace"),
            owner=cluster.url(OWNER, passwords[OWNER], "marketplace"),
            sandbox=cluster.url(SANDBOX, passwords[SANDBOX], "sandbox"),
            bare=cluster.url(SUPERUSER, cluster.password, "bare"),
        )
        with step("Migrating"):
            _migrate(databases)
        yield databases
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _migrate(databases: Databases) -> None:
    done = Stage(databases, Path(), "gthread").flask("db", "upgrade")
    if done.returncode:
        raise Failure(done.stdout + done.stderr)


def commit() -> str:
    """Name the commit that is measured."""
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=CHECKOUT, capture_output=True, check=False)
    return found.stdout.decode().strip() or "unknown"


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    usual = Plan()
    parser.add_argument("--rounds", type=int, default=usual.rounds)
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="for each page in a round")
    parser.add_argument("--events", type=int, default=usual.events, help="orders placed, paid and settled in a round")
    parser.add_argument("--clients", type=int, default=usual.clients)
    parser.add_argument("--worker-class", default="gthread", choices=("gthread", "sync"))
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
