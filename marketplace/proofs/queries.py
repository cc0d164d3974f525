"""What stands in the files: the last report and the last replay."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from marketplace.errors import NotFound
from marketplace.language import gettext as _

_FOLDER, _REPORT, _RACES, _REPLAY = "simulation", "report.json", "threads.json", "replay.json"
CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of the last run, and when it was written (system time)."""

    figures: Mapping[str, Any]
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """One seed that was asked for: `state` is queued, playing, done or failed; `is_kept` says no rule was broken."""

    seed: int
    profile: str
    state: str
    is_kept: bool
    story: str


def last_report(var_dir: Path) -> Report | None:
    """Return the last report of seeds that can be played again; None when no simulation has run here."""
    return report_of(var_dir / _FOLDER / _REPORT)


def last_races(var_dir: Path) -> Report | None:
    """Return the last report of seeds in real threads; None when none has run here."""
    return report_of(var_dir / _FOLDER / _RACES)


def report_of(path: Path) -> Report | None:
    """Return the report that a file holds; None where there is none, or what is there is none."""
    figures = _read(path)
    if figures is None:
        return None
    return Report(figures, datetime.fromtimestamp(path.stat().st_mtime, UTC))


def last_replay(var_dir: Path) -> Replay | None:
    """Return the replay that was asked for last; None when there was none."""
    found = _read(var_dir / _FOLDER / _REPLAY)
    return Replay(**found) if found else None


def keep_replay(var_dir: Path, replay: Replay) -> None:
    """Keep how a replay stands, whole or not at all."""
    path = var_dir / _FOLDER / _REPLAY
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    values = {name: getattr(replay, name) for name in Replay.__slots__}
    draft.write_text(json.dumps(values), encoding="utf-8")
    draft.replace(path)


def command() -> list[str]:
    """Return what plays seeds here, its arguments to follow; raises NotFound in an installed package without it."""
    program = CHECKOUT / "bootstrap.py"
    if not program.is_file():
        raise NotFound(_("The simulation comes with the checkout; an installed package has none."))
    return [str(program), "simulate"]


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None
