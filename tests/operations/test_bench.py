"""The benchmark runs from end to end, and its verdict can be bad: errors, open payments and wrong books count."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from bench import bulk, bulk_pages, bulk_report, report
from bench.__main__ import measure
from bench.buying import delivery
from bench.load import Driven, exchange, once_each
from bench.report import Result
from bench.rounds import Measured, Plan
from bench.stage import Databases
from launcher.databases import OWNER, SANDBOX
from tests.postgres_server import PostgresServer

_PLAN = Plan(rounds=1, seconds=0.1, events=2, clients=2)
_THINGS = ("bare page", "listing list", "listing", "order placed", "bare webhook", "paid webhook")


@pytest.fixture
def databases(postgres_server: PostgresServer, worker_name: str) -> Iterator[Databases]:
    """Databases of the benchmark's own, in the cluster of the tests."""
    shop, sandbox, bare = (f"bench_{name}_{worker_name}" for name in ("shop", "sandbox", "bare"))
    postgres_server.create_database(shop, owner=OWNER, template=postgres_server.migrated_template())
    yield Databases(
        shop=postgres_server.role_url("marketplace_app", shop),
        owner=postgres_server.role_url(OWNER, shop),
        sandbox=postgres_server.create_database(sandbox, owner=SANDBOX),
        bare=postgres_server.create_database(bare),
    )
    for name in (shop, sandbox, bare):
        postgres_server.drop_database(name)


def test_it_measures_everything_and_the_books_agree(databases: Databases, tmp_path: Path) -> None:
    result = measure(databases, tmp_path, _PLAN, worker_class="gthread", with_demo=False)
    assert result.errors == []
    assert result.exit_code == 0
    assert set(result.measured) == set(_THINGS)
    assert [driven.done for driven, _ in result.measured["paid webhook"].rounds] == [2]
    report.write(result, tmp_path / "last.json")
    kept = json.loads((tmp_path / "last.json").read_text(encoding="utf-8"))
    assert {name: points["count"] for name, points in kept["operations"].items()} == {
        "order": 2, "order_at_once": 2, "payment": 2, "refund": 4, "wallet": 8
    }  # fmt: skip
    assert all(0 < points["p50"] <= points["p95"] <= points["p99"] for points in kept["operations"].values())
    assert kept["machine"]["processors"] > 0
    text = report.table(result)
    assert all(name in text for name in _THINGS)
    assert "books agree" in text
    with psycopg.connect(databases.owner) as connection:
        paid = connection.execute("SELECT count(*) FROM purchase WHERE status = 'paid'").fetchone()
    assert paid == (4,)  # two in the round that warms up


def test_a_seed_multiplied_is_a_shop_whose_books_agree(databases: Databases, tmp_path: Path) -> None:
    superuser = databases.bare.replace("bench_bare_", "bench_shop_")
    result = bulk.measure(databases, superuser, tmp_path, bulk.Size(300, 300, True, ("seller",), seeds=4))
    assert result.books_agree
    assert result.errors == []
    text = bulk_report.table(result)
    assert all(f"| seller | {name} |" in text for name in bulk_pages.LISTS["seller"])
    bulk_report.write_plans(result, tmp_path / "plans.txt")
    assert "Index" in (tmp_path / "plans.txt").read_text(encoding="utf-8")
    with psycopg.connect(databases.owner) as connection:
        counted = connection.execute('SELECT (SELECT count(*) FROM "order"), (SELECT count(*) FROM listing)').fetchone()
    assert counted == (300, 348)  # sixty copies of five orders; the seed's own 48 listings
    scanned = [replace(page, plans=(replace(page.plans[-1], faults=("reads all",)),)) for page in result.pages]
    bad = {"pages": tuple(scanned), "books_agree": False, "small": dict.fromkeys(result.small, 0)}
    assert result.exit_code == 0
    assert [replace(result, **{name: value}).exit_code for name, value in bad.items()] == [1, 1, 1]


@pytest.fixture
def good() -> Result:
    """A run in which nothing went wrong, however slow."""
    measured = {name: Measured([(Driven(10, (), 1_000.0), 1.0)]) for name in _THINGS}
    return Result(measured, {"order": [0.02, 0.01]}, 0, books_agree=True, commit="abc")


def test_a_slow_run_is_a_good_run(good: Result) -> None:
    assert good.exit_code == 0


def test_an_error_an_open_payment_and_wrong_books_are_each_bad(good: Result) -> None:
    failed = {**good.measured, "listing": Measured([(Driven(10, ("500 for GET /l/x",), 1.0), 1.0)])}
    for bad in (replace(good, measured=failed), replace(good, unsettled=1), replace(good, books_agree=False)):
        assert bad.exit_code == 1
        assert "!" in report.table(bad)


def test_a_refused_connection_is_an_error() -> None:
    request = delivery(1, "/webhook", "whsec", {"id": "evt"})
    assert len(once_each(2, [request] * 3, lambda data: exchange(1, data)).errors) == 3
