"""`make test`: everything the tests need, then all checks and tests at once, and one last line that counts them."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from launcher.beside import Program
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
"""Beside those, so that no processor idles while the others wait or the last test of a run is under way."""
TESTS, BROWSER_TESTS = "tests", "browser tests"
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
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="marketplace-checks-")))
        runner = _Runner(places, folder, running)
        checks = [] if arguments else [runner.begin(name, STATIC_CHECKS[name], variables) for name in STATIC_CHECKS]
        cluster = running.enter_context(_test_cluster(places))
        variables["TEST_POSTGRES"] = cluster.url(SUPERUSER, cluster.password, "postgres")
        # Playwright's event loop would break other tests of its process, so browser tests have their own.
        in_browser = arguments or _browser_modules(places)
        runs = [
            runner.begin_tests("tests", WORKERS, ["-m", "not e2e", *arguments], variables),
            runner.begin_tests("browser tests", BROWSERS, ["-m", "e2e", *in_browser], variables),
        ]
        return sum([*map(_checked, checks), *map(runner.tested, runs)], Counts())


@dataclass(frozen=True)
class _Runner:
    """Begins programs of the environment that run at once, and are stopped with `running`."""

    places: Places
    folder: Path
    running: ExitStack

    def begin(self, name: str, command: Sequence[str], variables: Mapping[str, str]) -> Program:
        """Begin a program; what it says waits until somebody listens."""
        program, *values = command
        begun = Program(
            name,
            [self.places.python.parent / program, *values],
            folder=self.places.checkout,
            variables=variables,
            said=self.folder / name,
        )
        return self.running.enter_context(begun)

    def begin_tests(self, name: str, workers: int, arguments: list[str], variables: Mapping[str, str]) -> Program:
        """Begin a run of pytest with `workers` processes."""
        cache = f"cache_dir={variables['VAR_DIR']}/pytest/{name}"
        parallel = ["-n", str(workers), "--dist", "worksteal"]
        own = {"TEST_COUNTS": str(self._counts(name)), "TEST_RUN": name.replace(" ", "_") + "_"}
        if sys.stdout.isatty():
            own["PY_COLORS"] = "1"
        command = [self.places.python.name, "-m", "pytest", "-o", cache, *parallel, SLOWEST, *arguments]
        return self.begin(name, command, {**variables, **own})

    def tested(self, run: Program) -> Counts:
        """Wait for a run; the counts come from tests/conftest.py. One that dies without counts is one failure."""
        say(paint(f"--- {run.name}", "bold"))
        code, file = run.listen(), self._counts(run.name)
        counts = Counts(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else Counts()
        if code not in (0, NOTHING_COLLECTED) and counts.failed == 0:
            counts.failed = 1
        run.tell(is_good=counts.failed == 0)
        return counts

    def _counts(self, name: str) -> Path:
        return self.folder / f"{name}.json"


def _browser_modules(places: Places) -> list[str]:
    """Return the modules with browser tests: the others would be read by each process and then left out."""
    modules = sorted((places.checkout / "tests").rglob("test_*.py"))
    return [str(module) for module in modules if "pytest.mark.e2e" in module.read_text(encoding="utf-8")]


def _checked(check: Program) -> Counts:
    """Wait for a check that reads the source. It counts as one test, and is silent unless it finds something."""
    is_good = check.ends_well()
    check.tell(is_good=is_good)
    return Counts(passed=1) if is_good else Counts(failed=1)


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
