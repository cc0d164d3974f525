"""`make test`: everything the tests need, then all checks and tests, and one last line that counts them."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from launcher.chromium import find_chromium
from launcher.console import Failure, paint, say
from launcher.environment import clean_variables, prepare_environment
from launcher.interrupts import Interrupted, Interrupts
from launcher.locks import only_one
from launcher.places import Places, find_places, make_folder, open_to_server
from launcher.postgres import SUPERUSER, VOLATILE, Cluster, find_binaries

CHECKOUT = Path(__file__).resolve().parent.parent
STATIC_CHECKS = {
    "ruff": ("ruff", "check", "--quiet", "--output-format", "concise"),
    "mypy": ("mypy",),
    "import contracts": ("lint-imports", "--no-cache", "--no-logo"),
}
WORKERS = 3
"""Below the browser each waits for the database and the provider about half of its time."""
BROWSERS = 2
SLOWEST = "--durations=15"
NOTHING_COLLECTED = 5  # pytest's exit code when a selection matches no test


@dataclass
class Counts:
    """How many checks and tests passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def check(arguments: list[str]) -> int:
    """Run all checks and tests, or only pytest with the person's arguments. Returns the exit code."""
    Interrupts().listen()
    try:
        places = find_places(CHECKOUT, os.environ)
        open_to_server(places)
        make_folder(places.var)
        with only_one(places.var / "test.lock", "The tests already run in this folder"):
            prepare_environment(places, "test")()
            total = _run_everything(places, arguments)
    except Failure as failure:
        say(paint("The tests can't start. ", "red") + str(failure))
        say(str(Counts(failed=1)))
        return 1
    except Interrupted:
        say("Stopped.")
        return 130
    say(str(total))
    return 1 if total.failed else 0


def _run_everything(places: Places, arguments: list[str]) -> Counts:
    variables = test_variables(places)
    browser = find_chromium(os.environ)
    if browser:
        variables["CHROMIUM"] = browser
    elif os.environ.get("CI"):
        raise Failure("Browser tests may not be skipped under CI, and no Chromium was found. `.ci/run` installs it.")
    else:
        say(paint("No Chromium or Chrome was found: browser tests are skipped. Set CHROMIUM to its path.", "yellow"))
    total = Counts()
    if not arguments:
        for name, command in STATIC_CHECKS.items():
            total += _static_check(places, name, command, variables)
    with _test_cluster(places) as cluster:
        variables["TEST_POSTGRES"] = cluster.url(SUPERUSER, cluster.password, "postgres")
        below, browsers = (["-n", str(number), "--dist", "worksteal"] for number in (WORKERS, BROWSERS))
        total += _pytest(places, "tests", [*below, "-m", "not e2e", SLOWEST, *arguments], variables)
        # Playwright's event loop would break other tests of its process, so browser tests have their own.
        which = arguments or _browser_modules(places)
        total += _pytest(places, "browser tests", [*browsers, "-m", "e2e", SLOWEST, *which], variables)
    return total


def _browser_modules(places: Places) -> list[str]:
    """Return the modules with browser tests: the others would be read by each process and then left out."""
    modules = sorted((places.checkout / "tests").rglob("test_*.py"))
    return [str(module) for module in modules if "pytest.mark.e2e" in module.read_text(encoding="utf-8")]


def _static_check(places: Places, name: str, command: tuple[str, ...], variables: Mapping[str, str]) -> Counts:
    """Run a check that reads the source. It counts as one test."""
    with _timed(name) as outcome:
        done = subprocess.run(
            [places.python.parent / command[0], *command[1:]],
            cwd=places.checkout,
            env=dict(variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            say(done.stdout.rstrip())
        outcome(done.returncode == 0)
    return Counts(passed=1) if done.returncode == 0 else Counts(failed=1)


def _pytest(places: Places, name: str, arguments: list[str], variables: Mapping[str, str]) -> Counts:
    """Run pytest; the counts come from tests/conftest.py. A run that dies without counts is one failure."""
    with tempfile.TemporaryDirectory(prefix="marketplace-counts-") as folder, _timed(name) as outcome:
        counts_file = Path(folder) / "counts.json"
        done = subprocess.run(
            [places.python, "-m", "pytest", "-o", f"cache_dir={variables['VAR_DIR']}/pytest", *arguments],
            cwd=places.checkout,
            env={**variables, "TEST_COUNTS": str(counts_file)},
            check=False,
        )
        counts = Counts(**json.loads(counts_file.read_text(encoding="utf-8"))) if counts_file.exists() else Counts()
        if done.returncode not in (0, NOTHING_COLLECTED) and counts.failed == 0:
            counts.failed = 1
        outcome(counts.failed == 0)
    return counts


def test_variables(places: Places) -> dict[str, str]:
    """Return the checks' environment. What they leave behind stays in a folder of its own, away from the demo's."""
    own = make_folder(places.var / "test")
    variables = clean_variables()
    # Each process would compile all tests again, and each program that they start the whole shop: 8 seconds each time.
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **variables,
        "PATH": f"{places.python.parent}{os.pathsep}{variables.get('PATH', os.defpath)}",
        "VAR_DIR": str(own),
        "RUFF_CACHE_DIR": str(own / "ruff"),
        "MYPY_CACHE_DIR": str(own / "mypy"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(own / "hypothesis"),
    }


@contextmanager
def _test_cluster(places: Places) -> Iterator[Cluster]:
    """Keep a cluster for tests running: its own folder, kept between runs, quick because it may be lost."""
    if places.server_user:
        make_folder(places.clusters)
    folder = places.clusters / "test-postgres"
    cluster = Cluster(folder, find_binaries(places.environment), places.server_user, VOLATILE)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def _timed(name: str) -> Iterator[Callable[[bool], None]]:
    """Print what runs, and at its end how it went and how long it took."""
    outcomes: list[bool] = []
    started = time.monotonic()
    say(paint(f"--- {name}", "bold"))
    yield outcomes.append
    word = paint("passed", "green") if all(outcomes) else paint("FAILED", "red")
    say(f"--- {name}: {word} in {time.monotonic() - started:.1f} s")
