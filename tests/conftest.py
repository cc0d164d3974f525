"""What holds for every test run. Fixtures live in `tests/fixtures_*.py`, one file per concern, found by name."""

import gc
import json
import os
from pathlib import Path

import pytest

from launcher.chromium import find_chromium
from tests.features import known_rows, rows_of
from tests.postgres_server import ThrowAwayCluster

pytest_plugins = sorted(f"tests.{module.stem}" for module in Path(__file__).parent.glob("fixtures_*.py"))

_shared_cluster = pytest.StashKey[ThrowAwayCluster]()

# Files with the longest tests, and with fixtures that take long: they begin first, so that no worker has one left to do
# at the end while the others idle. Who begins with such a file keeps it: the others steal from the far end.
_FIRST = (
    "journeys/test_demo_past.py",
    "journeys/test_crashes.py",
    "simulation/",
    "journeys/test_scars_order_of_events.py",
    "journeys/test_worker_killed.py",
    "operations/test_bench.py",
    "e2e/test_every_page.py",
)

# Python's collector looks through everything again and again: 9 of 100 CPU seconds with its usual thresholds.
gc.set_threshold(50_000, 20, 50)


def pytest_configure(config: pytest.Config) -> None:
    """Start one cluster for all workers of a parallel run, unless `make test` brought one."""
    is_worker = hasattr(config, "workerinput")
    if "TEST_POSTGRES" in os.environ or is_worker or not getattr(config.option, "numprocesses", None):
        return
    cluster = config.stash[_shared_cluster] = ThrowAwayCluster()
    os.environ["TEST_POSTGRES"] = cluster.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the cluster that pytest_configure started."""
    cluster = config.stash.get(_shared_cluster, None)
    if cluster:
        cluster.remove()
        os.environ.pop("TEST_POSTGRES", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a `covers` marker with an unknown row; leave browser tests out, aloud, where there is no browser.

    Put the longest tests first.
    """
    items.sort(key=_turn)
    known = known_rows()
    for item in items:
        for marker in item.iter_markers("covers"):
            unknown = [row for row in rows_of(marker.args) if row not in known]
            if unknown:
                raise pytest.UsageError(f"{item.nodeid} covers {', '.join(unknown)}: no such row in the checklist")
    browser_tests = [item for item in items if item.get_closest_marker("e2e")]
    if browser_tests and not find_chromium(os.environ):
        if os.environ.get("CI"):
            raise pytest.UsageError("Browser tests may not be skipped under CI, and no Chromium was found.")
        for item in browser_tests:
            item.add_marker(pytest.mark.skip(reason="no Chromium found; set CHROMIUM to its path"))


def _turn(item: pytest.Item) -> int:
    return next((turn for turn, path in enumerate(_FIRST) if f"tests/{path}" in item.nodeid), len(_FIRST))


def pytest_collection_finish() -> None:
    """Leave what is loaded by now out of every later look for garbage: it stays until the end."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Leave the counts where `make test` adds them up."""
    target = os.environ.get("TEST_COUNTS")
    if target:
        found = {kind: len(reports) for kind, reports in terminalreporter.stats.items()}
        counts = {
            "passed": found.get("passed", 0) + found.get("xpassed", 0),
            "failed": found.get("failed", 0) + found.get("error", 0),
            "skipped": found.get("skipped", 0) + found.get("xfailed", 0),
        }
        Path(target).write_text(json.dumps(counts), encoding="utf-8")
