"""What came of a run of all mutants, kept as docs/mutants.md: which test noticed which bug, on which commit."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from tests.mutants import CHECKOUT, Mutant

PAGE = CHECKOUT / "docs" / "mutants.md"


@dataclass(frozen=True)
class Judged:
    """One mutant after its scar's tests ran: the first test that failed, or "" and why there is none."""

    mutant: Mutant
    noticed_by: str
    otherwise: str = ""


def render(judged: Sequence[Judged], commit: str) -> str:
    """Write the text of docs/mutants.md."""
    killed = sum(bool(one.noticed_by) for one in judged)
    lines = [
        "# Mutants",
        "",
        "Each bug of `docs/scars.md` put back into a copy of the code by a small patch (`tests/mutants`), one after",
        "the other. A mutant is killed when one of its own scar's tests fails; no other test is asked. `make mutants`",
        "writes this page after a run of all of them; a test fails when a mutant is missing here or another.",
        "",
        f"**{killed} of {len(judged)} killed ({100 * killed // len(judged)} %)**, in one run on commit `{commit}`.",
        "",
        "| scar | the bug | killed by |",
        "|---|---|---|",
    ]
    lines += [row(one.mutant) + f" {one.noticed_by or f'**{one.otherwise}**'} |" for one in judged]
    return "\n".join(lines) + "\n"


def row(mutant: Mutant) -> str:
    """Write the part of a mutant's row that no run is needed for."""
    return f"| {mutant.scar} | {mutant.what} |"


def commit() -> str:
    """Name the tree as it is now: the commit, and whether something in it is not committed."""
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    found = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=False)
    return found.stdout.decode().strip() or "unknown"
