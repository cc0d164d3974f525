"""`make simulate SEEDS=n PROFILE=p`, or `python -m marketplace.simulation`: play seeds, tell what broke which rule.

The databases come from the environment: SIMULATION_DATABASES is a JSON list, one object of URLs for each player, each
a freshly migrated shop and an empty sandbox. `launcher/simulate.py` makes them.
"""

import argparse
import json
import os
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from marketplace.simulation import replaying, reporting
from marketplace.simulation.crew import Crew, PlayerLost
from marketplace.simulation.crowd import MOST_THREADS
from marketplace.simulation.databases import Databases
from marketplace.simulation.profiles import PROFILES
from marketplace.simulation.running import Outcome

_FRESH = 2**31
_ALL = "all"
_SHARES = {name: 1 if name == "default" else 5 for name in PROFILES}
"""In a run of all profiles the others have a fifth of the default's seeds each."""


def main(arguments: Sequence[str]) -> int:
    """Play what was asked for and print it. Returns 1 when any rule was broken."""
    parser = _options()
    chosen = parser.parse_args(arguments)
    if chosen.shrink and chosen.threads:
        parser.error("--shrink plays a story again and again, and with --threads no story happens twice")
    databases = [Databases(**urls) for urls in json.loads(os.environ["SIMULATION_DATABASES"])]
    if chosen.seed is not None and chosen.profile != _ALL:
        return replaying.replay(databases[0], chosen.seed, chosen.profile, shrink=chosen.shrink, threads=chosen.threads)
    first = chosen.first if chosen.first is not None else secrets.randbelow(_FRESH)
    seeds = [
        (first + number, name)
        for name, share in _SHARES.items()
        if chosen.profile in (name, _ALL)
        for number in range(chosen.seeds if chosen.profile == name else max(1, chosen.seeds // share))
    ]
    outcomes: list[Outcome] = []
    began = time.monotonic()
    lost = ""
    with Crew(databases, chosen.threads) as crew:
        try:
            for outcome in crew.play(seeds):
                outcomes.append(outcome)
                _progress(outcome, len(outcomes), len(seeds), int(time.monotonic() - began))
        except PlayerLost as error:
            lost = f"The run ended early: {error}"
    took = int(time.monotonic() - began)
    report = reporting.summary(
        outcomes, revision=os.environ.get("SIMULATION_COMMIT", "unknown"), took_seconds=took, threads=chosen.threads
    )
    if chosen.report:
        reporting.write(report, reporting.target_of(Path(chosen.report), chosen.threads))
    print(reporting.as_text(report))
    if lost:
        print(lost)
    return 1 if lost or report["violated_seeds"] else 0


def _progress(outcome: Outcome, done: int, of: int, passed: int) -> None:
    for line in outcome.violations[:5]:
        print(f"\rseed {outcome.seed} {outcome.profile}: {line}", flush=True)
    if outcome.violations:
        how = f" THREADS={outcome.threads}  (the same deeds; who comes first is not)" if outcome.threads else ""
        print(f"     make simulate SEED={outcome.seed} PROFILE={outcome.profile}{how}", flush=True)
    end = "\n" if done == of else ""
    if sys.stdout.isatty() or done % 10 == 0 or done == of:
        left = f", about {passed * (of - done) // done // 60 + 1} more minutes" if done < of else ""
        print(
            f"\r{done} of {of} seeds in {passed // 60}:{passed % 60:02d}{left} ",
            end=end if sys.stdout.isatty() else "\n",
            flush=True,
        )


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds")
    parser.add_argument("--first", type=int, help="the first of them; without it a fresh one is drawn")
    parser.add_argument("--profile", default="default", choices=[*sorted(PROFILES), _ALL])
    parser.add_argument("--seed", type=int, help="replay this one and print its story")
    parser.add_argument(
        "--shrink", action="store_true", help="with --seed: look for the shortest story that still fails"
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=0,
        choices=[0, *range(2, MOST_THREADS + 1)],
        help="let so many act at once, in real threads; 0: in turn, and replayable",
    )
    parser.add_argument("--report", help="where the figures go as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
