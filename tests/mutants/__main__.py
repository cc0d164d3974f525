"""`make mutants`: is each scar's bug noticed by the scar's own tests?"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import scars
from tests.mutants import CHECKOUT, Mutant, mutants, record
from tests.mutants.record import Judged
from tests.postgres_server import ThrowAwayCluster

PASSED, FAILED = 0, 1
LONGEST_SECONDS = 1_200
_LEFT_OUT = shutil.ignore_patterns(".git", "var", "__pycache__", ".*_cache", ".hypothesis", "node_modules")
_NOTICED = re.compile(r"^(?:FAILED|ERROR) \S+?::(\S+)", re.MULTILINE)


def main(wanted: list[str]) -> int:
    """Run the mutants of the `wanted` scars, or all and keep what came of it; return 1 when one is not noticed."""
    chosen = [mutant for mutant in mutants() if not wanted or mutant.scar in wanted]
    tests = {number: [proof.node for proof in found] for number, found in scars.proofs().items()}
    cluster, commit = ThrowAwayCluster(), record.commit()
    with tempfile.TemporaryDirectory(prefix="marketplace-mutants-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(CHECKOUT, copy, ignore=_LEFT_OUT)
        # Checked by content: a file that is changed and changed back within a second must not be mistaken.
        compiled = [
            sys.executable,
            "-m",
            "compileall",
            "-q",
            "--invalidation-mode",
            "checked-hash",
            "marketplace",
            "tests",
        ]
        subprocess.run(compiled, cwd=copy, check=True)
        variables = {**os.environ, "TEST_POSTGRES": cluster.start(), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            judged = [_judge(one, tests[one.scar], copy, variables) for one in chosen]
        finally:
            cluster.remove()
    survivors = [one.mutant.scar for one in judged if not one.noticed_by]
    _say(f"{len(chosen) - len(survivors)} of {len(chosen)} mutants noticed by their scar's own tests.")
    if survivors:
        _say(f"NOT NOTICED: {', '.join(survivors)}")
    if not wanted:
        record.PAGE.write_text(record.render(judged, commit), encoding="utf-8")
        _say(f"{record.PAGE.relative_to(CHECKOUT)} written")
    return 1 if survivors or not chosen else 0


def _judge(mutant: Mutant, tests: list[str], copy: Path, variables: dict[str, str]) -> Judged:
    changed = mutant.changed(copy)
    kept = {name: (copy / name).read_text(encoding="utf-8") for name in changed}
    started = time.monotonic()
    try:
        for name, text in changed.items():
            (copy / name).write_text(text, encoding="utf-8")
        code, output = _run(tests, copy, variables)
    finally:
        for name, text in kept.items():
            (copy / name).write_text(text, encoding="utf-8")
    names = _NOTICED.findall(output)
    took = f"{time.monotonic() - started:.0f} s"
    if code == FAILED and names:
        _say(f"{mutant.scar}  noticed by {names[0]}  ({took}): {mutant.what}")
        return Judged(mutant, names[0])
    how = "NOT NOTICED" if code == PASSED else f"could not be judged (exit {code})"
    _say(f"{mutant.scar}  {how}  ({took}): {mutant.what}")
    if code != PASSED:
        _say(output[-2_000:])
    return Judged(mutant, "", how)


def _run(tests: list[str], copy: Path, variables: dict[str, str]) -> tuple[int, str]:
    """Run the scar's tests until one fails. A broken import stops before any test and does not count as noticing."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-rfE", "--no-header", "--tb=no", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(
            [*command, "-n", "0", *tests], cwd=copy, env=variables, capture_output=True, text=True, check=False,
            timeout=LONGEST_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        return -1, f"{late.stdout!r}"
    return done.returncode, done.stdout


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
