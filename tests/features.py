"""Which feature is seen on which page and proven by which test?

`python -m tests.features` writes docs/features.md from the checklist, docs/requirements/pages.tsv and the `covers`
markers. The markers are read from the source, so that a partial test run knows all of them.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
CHECKLIST = CHECKOUT / "docs" / "requirements" / "checklist.md"
PAGES = CHECKOUT / "docs" / "requirements" / "pages.tsv"
FEATURES = CHECKOUT / "docs" / "features.md"
ROW = re.compile(r"^\| (S\d\.\d+) \| (.+?) \| (.+) \|$")
HEADING = re.compile(r"^## \w (S\d: .+)$")


@dataclass(frozen=True)
class Feature:
    """One row of the checklist."""

    row: str
    name: str
    document: str


@cache
def features() -> tuple[Feature, ...]:
    """Read the checklist's rows, in its order."""
    found, document = [], ""
    for line in CHECKLIST.read_text(encoding="utf-8").splitlines():
        if heading := HEADING.match(line):
            document = heading[1]
        elif row := ROW.match(line):
            found.append(Feature(row[1], row[2], document))
    return tuple(found)


def known_rows() -> frozenset[str]:
    """Return the identifiers of all rows of the checklist."""
    return frozenset(feature.row for feature in features())


def rows_of(arguments: Iterable[object]) -> list[str]:
    """Return the rows that a `covers` marker names: one or several strings. Raises TypeError for anything else."""
    rows = []
    for argument in arguments:
        if not isinstance(argument, str):
            raise TypeError(f"covers takes the rows of the checklist as strings, not {argument!r}")
        rows.append(argument)
    return rows


def covering_tests(folder: Path = CHECKOUT / "tests") -> dict[str, list[str]]:
    """Map each row to the tests that cover it, as links relative to docs/."""
    found: dict[str, list[str]] = {}
    for module in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        for test, rows in _marked_tests(tree.body, _module_rows(tree)):
            link = f"[{test}](../{module.relative_to(folder.parent).as_posix()})"
            for row in rows:
                found.setdefault(row, []).append(link)
    return found


def pages() -> dict[str, list[str]]:
    """Read which pages show a row."""
    found: dict[str, list[str]] = {}
    for line in PAGES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            row, page = line.split("\t")
            found.setdefault(row, []).append(f"`{page}`")
    return found


def state_of(shown: bool, proven: bool) -> str:
    """Say in two words how far a feature is."""
    if proven:
        return "works, tested"
    return "built, untested" if shown else "not yet"


def render() -> str:
    """Write the text of docs/features.md."""
    tests, shown = covering_tests(), pages()
    proven = sum(feature.row in tests for feature in features())
    lines = [
        "# Features",
        "",
        "Written by `python -m tests.features`; a test fails when it is stale. Rows: `requirements/checklist.md`.",
        "",
        f"{proven} of {len(features())} rows work and are covered by tests.",
    ]
    document = ""
    for feature in features():
        if feature.document != document:
            document = feature.document
            lines += ["", f"## {document}", "", "| row | feature | state | page | tests |", "|---|---|---|---|---|"]
        state = state_of(feature.row in shown, feature.row in tests)
        cells = [feature.row, feature.name, state, ", ".join(shown.get(feature.row, []))]
        lines.append("| " + " | ".join([*cells, "<br>".join(tests.get(feature.row, []))]) + " |")
    return "\n".join(lines) + "\n"


def _marked_tests(body: list[ast.stmt], inherited: list[str]) -> Iterator[tuple[str, list[str]]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _marked_tests(node.body, inherited + _decorator_rows(node))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            rows = inherited + _decorator_rows(node)
            if rows:
                yield node.name, sorted(set(rows))


def _decorator_rows(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [row for decorator in node.decorator_list for row in _covers(decorator)]


def _module_rows(tree: ast.Module) -> list[str]:
    rows = []
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "pytestmark" for target in node.targets):
            marks = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
            rows += [row for mark in marks for row in _covers(mark)]
    return rows


def _covers(mark: ast.expr) -> list[str]:
    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.covers":
        return rows_of(ast.literal_eval(argument) for argument in mark.args)
    return []


if __name__ == "__main__":
    FEATURES.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{FEATURES.relative_to(CHECKOUT)} written\n")
