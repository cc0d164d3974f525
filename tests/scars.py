"""Which bug of another system is kept out by which test?

`python -m tests.scars` writes docs/scars.md from docs/requirements/scars.tsv, the tests and the mutants. A test belongs
to a scar by its name, `test_s19_...`, or by the marker `scar("S19")`; a mutant by its folder, tests/mutants/S19/.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
TABLE = CHECKOUT / "docs" / "requirements" / "scars.tsv"
PAGE = CHECKOUT / "docs" / "scars.md"
_NAMED = re.compile(r"test_s(\d\d)_")


@dataclass(frozen=True)
class Scar:
    """A bug that cost somebody money elsewhere; `needs` is the package without which it cannot happen here."""

    number: str
    symptom: str
    seen: str
    needs: str = ""

    @property
    def waits(self) -> bool:
        """Whether what it needs is not built yet."""
        return bool(self.needs) and not (CHECKOUT / "marketplace" / self.needs).is_dir()


@dataclass(frozen=True)
class Proof:
    """A test that keeps a scar out."""

    path: str
    name: str

    @property
    def node(self) -> str:
        """What pytest calls it; all its parameters."""
        return f"{self.path}::{self.name}"


@cache
def scars() -> tuple[Scar, ...]:
    """Read the table of scars, in its order."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return tuple(Scar(*line.split("\t")) for line in lines if line and not line.startswith("#"))


def proofs(folder: Path = CHECKOUT / "tests") -> dict[str, list[Proof]]:
    """Map each scar to its tests."""
    found: dict[str, list[Proof]] = {}
    for module in sorted(folder.rglob("test_*.py")):
        path = module.relative_to(folder.parent).as_posix()
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                for number in sorted({*_by_name(node), *_by_marker(node)}):
                    found.setdefault(number, []).append(Proof(path, node.name))
    return found


def _by_name(test: ast.FunctionDef) -> Iterator[str]:
    if named := _NAMED.match(test.name):
        yield f"S{named[1]}"


def _by_marker(test: ast.FunctionDef) -> Iterator[str]:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.scar":
            for argument in mark.args:
                yield ast.literal_eval(argument)


def render() -> str:
    """Write the text of docs/scars.md."""
    found, standing = proofs(), [scar for scar in scars() if not scar.waits]
    lines = [
        "# Scars",
        "",
        "Bugs that cost somebody money elsewhere, and the tests that keep them out. `python -m tests.scars` writes",
        "this page; a test fails when it is stale or a scar has no test. `make mutants` puts each bug back into a copy",
        "of the code and shows which of its tests notices; [mutants.md](mutants.md) is its last run.",
        "",
        f"{len(standing)} of {len(scars())} scars can happen in what is built; each of them has its tests.",
        "",
        "| scar | symptom | seen elsewhere | tests |",
        "|---|---|---|---|",
    ]
    for scar in scars():
        links = [f"[{proof.name}](../{proof.path})" for proof in found.get(scar.number, [])]
        cell = f"waits for `{scar.needs}`" if scar.waits else "<br>".join(links)
        lines.append(f"| {scar.number} | {scar.symptom} | {scar.seen} | {cell} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(CHECKOUT)} written\n")
