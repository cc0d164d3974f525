"""What a run amounts to: figures for a person, for /admin/proof, and for whoever compares two runs."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from marketplace.simulation.running import Outcome

_MOST_SHOWN = 50
_NEVER = 2**62


def summary(outcomes: Sequence[Outcome], *, revision: str, took_seconds: int = 0, threads: int = 0) -> dict[str, Any]:
    """Return the figures of a run as JSON can carry them; it took so many seconds, all players side by side.

    `threads` says how many acted at once in each player; 0: in turn, step by step.
    """
    broken = [outcome for outcome in outcomes if outcome.violations]
    by_profile = {
        name: {
            "seeds": len(found),
            "violated": sum(bool(each.violations) for each in found),
            "actions": sum(each.steps for each in found),
        }
        for name in sorted({outcome.profile for outcome in outcomes})
        for found in [[each for each in outcomes if each.profile == name]]
    }
    return {
        "revision": revision,
        "mode": "threads" if threads else "turns",
        "threads": threads,
        "seeds": len(outcomes),
        "violated_seeds": len(broken),
        "profiles": by_profile,
        "actions": sum(outcome.steps for outcome in outcomes),
        "points": sum(outcome.points for outcome in outcomes),
        "took_seconds": took_seconds,
        "seconds": round(sum(outcome.seconds for outcome in outcomes), 1),
        "faults": _summed(outcome.faults for outcome in outcomes),
        "checked": _summed(outcome.checked for outcome in outcomes),
        "counts": _summed(outcome.counts for outcome in outcomes),
        "rested_seconds": {"p50": _quantile(outcomes, 50), "p99": _quantile(outcomes, 99)},
        "baseline": {"seeds": len(outcomes), "violated": sum(bool(outcome.naive) for outcome in outcomes)},
        "units": sum(outcome.units for outcome in outcomes),
        "tries": sum(outcome.tries for outcome in outcomes),
        "violations": [
            {"seed": each.seed, "profile": each.profile, "rules": each.violations[:10]} for each in broken[:_MOST_SHOWN]
        ],
    }


def as_text(report: Mapping[str, Any]) -> str:
    """Return the figures as a person reads them."""
    again = 1_000 * (report["tries"] - report["units"]) // max(1, report["units"])
    lines = [
        f"{report['threads']} real threads in each player: not replayable step by step"
        if report["threads"]
        else "in turn, step by step: each seed can be played again",
        f"revision {report['revision']}, {report['took_seconds']:,} s, {report['seconds']:,} s of playing",
        f"{report['seeds']} seeds, {report['actions']:,} actions, {report['points']:,} steps",
        f"rules looked at {sum(report['checked'].values()):,} times; broken in {report['violated_seeds']} seeds",
        f"agreed after {_span(report['rested_seconds']['p50'])} (p50), {_span(report['rested_seconds']['p99'])} (p99)",
        f"{report['units']:,} units of work committed in {report['tries']:,} tries, {again} of 1,000 tried again",
        "what happened: " + ", ".join(f"{value:,} {name}" for name, value in report["counts"].items()),
        "what went wrong: " + ", ".join(f"{value:,} x {name}" for name, value in sorted(report["faults"].items())),
    ]
    lines.append(
        f"the source documents' handlers on the same events: wrong in {report['baseline']['violated']} of"
        f" {report['baseline']['seeds']} seeds"
    )
    lines += [
        f"  {name}: {found['seeds']} seeds, {found['violated']} violated, {found['actions']:,} actions"
        for name, found in report["profiles"].items()
    ]
    lines += [f"  seed {each['seed']} ({each['profile']}): {each['rules'][0]}" for each in report["violations"]]
    return "\n".join(lines)


def target_of(report: Path, threads: int) -> Path:
    """Return the file of a mode: a run in threads does not take the place of the replayable one."""
    return report.with_name("threads.json") if threads else report


def write(report: Mapping[str, Any], target: Path) -> None:
    """Put the figures where /admin/proof finds them, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".new")
    draft.write_text(json.dumps(report, indent=1), encoding="utf-8")
    draft.replace(target)


def _quantile(outcomes: Sequence[Outcome], percent: int) -> int:
    """Return the time to rest that `percent` of the seeds did not exceed; -1 when one of those never came to rest."""
    found = sorted(outcome.rested_seconds if outcome.rested_seconds >= 0 else _NEVER for outcome in outcomes)
    if not found:
        return -1
    value = found[min(len(found) - 1, len(found) * percent // 100)]
    return -1 if value == _NEVER else value


def _span(seconds: int) -> str:
    if seconds < 0:
        return "never"
    return f"{seconds} s" if seconds < 600 else f"{seconds / 3_600:.1f} h"


def _summed(found: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in found:
        total.update(each)
    return dict(sorted(total.items()))
