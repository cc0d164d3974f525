"""Playing one seed again: the whole story, or the shortest one that still breaks a rule."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from marketplace.simulation.acting import Step, plan
from marketplace.simulation.databases import Databases
from marketplace.simulation.opening import open_shop
from marketplace.simulation.profiles import PROFILES
from marketplace.simulation.running import Outcome, play_seed
from marketplace.simulation.stage import open_stage


def replay(databases: Databases, seed: int, profile_name: str, *, shrink: bool = False, threads: int = 0) -> int:
    """Play a seed and print its story. Returns 1 when it breaks a rule.

    With `threads` the deeds are the same, and who comes first is decided anew.
    """
    profile = PROFILES[profile_name]
    with tempfile.TemporaryDirectory(prefix="simulation-") as folder, open_stage(databases, Path(folder)) as stage:
        open_shop(stage)
        outcome = play_seed(stage, seed, profile, threads=threads)
        if shrink and outcome.violations:
            rule = outcome.violations[0].split()[0]

            def fails(steps: Sequence[Step]) -> Outcome | None:
                tried = play_seed(stage, seed, profile, steps)
                return tried if any(line.split()[0] == rule for line in tried.violations) else None

            outcome = shortest(plan(seed, profile), fails, outcome)
    print(as_story(outcome))
    return 1 if outcome.violations else 0


def shortest(steps: Sequence[Step], fails: Callable[[Sequence[Step]], Outcome | None], first: Outcome) -> Outcome:
    """Leave out as many steps as can be left out while `fails` still says so; return the last failing outcome."""
    kept, best, size = list(steps), first, max(1, len(steps) // 2)
    while size:
        start = 0
        while start < len(kept):
            tried = kept[:start] + kept[start + size :]
            outcome = fails(tried)
            if outcome is None:
                start += size
            else:
                kept, best = tried, outcome
        size //= 2
    return best


def as_story(outcome: Outcome) -> str:
    """Return a seed's story with what it broke."""
    broken = [f"BROKEN {line}" for line in outcome.violations] or ["no rule was broken"]
    faults = ", ".join(f"{value} x {name}" for name, value in sorted(outcome.faults.items())) or "nothing"
    way = f"trace {outcome.trace}" if not outcome.threads else f"{outcome.threads} threads, not replayable step by step"
    head = f"seed {outcome.seed}, profile {outcome.profile}, {way}, end {outcome.state}"
    return "\n".join([head, *outcome.story, f"went wrong: {faults}", *broken])
