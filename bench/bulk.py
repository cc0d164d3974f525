"""`python -m bench.bulk`, or `make bench ARGS=bulk`: how the lists answer with 100,000 listings and 1,000,000 orders.

A few dozen purchases are made by the real operations and multiplied, row by row, over two years of a shop
(`bench.bulk_copying`). Then the real application is asked for its pages, in this process: how many queries, how much
processor time, and how PostgreSQL answered each of them. The whole plans are kept in a file.
"""

import argparse
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from flask import Flask

from bench import bulk_copying, bulk_report, bulk_shelf
from bench.__main__ import commit, fresh_databases
from bench.bulk_pages import Looking, People
from bench.bulk_report import Result
from bench.bulk_seed import Seed, SeedShop, settings_of
from bench.bulk_shelf import Crowd
from bench.stage import CHECKOUT, Databases
from launcher.console import Failure, say, step
from launcher.places import find_places, make_folder, open_to_server
from launcher.postgres import VOLATILE
from marketplace import create_app, db
from marketplace.reconciliation import checks

# What is written here is thrown away: no waiting for the disk, and no log of tables that are filled in one go.
DURABILITY = VOLATILE + "wal_level = minimal\nmax_wal_senders = 0\nmax_wal_size = 4GB\n"


@dataclass(frozen=True)
class Size:
    """How large the shop is to be, and whether its books are checked, which takes longest of all."""

    listings: int
    orders: int
    checks_books: bool


def measure(databases: Databases, superuser: str, folder: Path, size: Size) -> Result:
    """Fill empty, migrated databases and return what the pages took."""
    timing = dict[str, float]()
    growing = SeedShop(databases, folder)
    try:
        with _timed(timing, "a seed of real purchases"):
            seed = growing.grow()
        app = create_app(replace(settings_of(databases, folder, growing.sandbox), answers_may_age=False))
    finally:
        growing.stop()
    with psycopg.connect(superuser, autocommit=True) as owner, app.app_context():
        small = Looking(app, owner, People(seed.buyers[0], seed.sellers[0], seed.admin)).queries()
        _close()
        crowd = _fill(owner, app, seed, size, timing)
        people = People(crowd.first_buyer, crowd.first_seller, seed.admin)
        with _timed(timing, "looking at the pages"):
            pages = tuple(Looking(app, owner, people).pages())
        agrees = None
        if size.checks_books:
            with _timed(timing, "checking the books"):
                report = checks.check_books()
            agrees = report.agrees
            for difference in report.differences[:10]:
                say(str(difference))
        rows = {str(name): int(count) for name, count in owner.execute(_ROWS.encode()).fetchall()}
        [(gigabytes,)] = owner.execute("SELECT pg_database_size(current_database()) / 1e9").fetchall()
        _close()
    return Result(pages, small, rows, float(gigabytes), timing, agrees, commit())


_ROWS = """SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND reltuples >= 1000 AND relname NOT LIKE 'procrastinate%' ORDER BY reltuples DESC"""


def _fill(owner: psycopg.Connection, app: Flask, seed: Seed, size: Size, timing: dict[str, float]) -> Crowd:
    with _timed(timing, "people and listings"):
        crowd = bulk_shelf.fill(owner, seed, listings=size.listings, orders=size.orders)
    with _timed(timing, "learning words"):
        bulk_shelf.learn_words()
    with _timed(timing, "copying purchases"):
        bulk_copying.copy(owner, seed, crowd, bulk_copying.copies_for(size.orders, seed))
    with _timed(timing, "chaining entries"):
        bulk_copying.chain(owner)
    with _timed(timing, "vacuum and statistics"):
        bulk_copying.tidy(owner)
    return crowd


def _close() -> None:
    for engine in db.database.engines.values():
        engine.dispose()


@contextmanager
def _timed(timing: dict[str, float], name: str) -> Iterator[None]:
    started = time.monotonic()
    with step(name.capitalize()):
        yield
    timing[name] = time.monotonic() - started


def main(arguments: list[str]) -> int:
    """Run and print; 1 when a page failed, costs more queries than in a small shop, or the books do not agree."""
    parser = argparse.ArgumentParser(prog="python -m bench.bulk", description=__doc__)
    parser.add_argument("--listings", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument(
        "--skip-books", action="store_true", help="do not check the books: it takes long and much memory"
    )
    chosen = parser.parse_args(arguments)
    try:
        places = find_places(CHECKOUT, os.environ)
        open_to_server(places)
        folder = make_folder(places.var / "bench")
        with fresh_databases(places, DURABILITY) as databases:
            superuser = databases.bare.replace("/bare?", "/marketplace?")
            size = Size(chosen.listings, chosen.orders, not chosen.skip_books)
            result = measure(databases, superuser, folder, size)
    except Failure as failure:
        say(f"The benchmark can't start. {failure}")
        return 1
    bulk_report.write_plans(result, folder / "bulk-plans.txt")
    (folder / "bulk.md").write_text(bulk_report.table(result), encoding="utf-8")
    say(bulk_report.table(result))
    say(f"all plans: {folder / 'bulk-plans.txt'}; peak memory {_peak_mib()} MiB")
    return result.exit_code


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
