"""Ninety days of the demo shop, lived through the real operations on the virtual clock, step by step.

Nothing here writes a row that the product could not: buyers check out and pay on the provider's page, its signed
webhooks reach the real intake, sellers ship, admins decide. A killed start goes on at the step it was at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from marketplace import db
from marketplace.demo.models import DemoPast
from marketplace.demo.past.script import PAST, Step
from marketplace.demo.past.stage import Stage
from marketplace.demo.past.writing import SALES, write_past

__all__ = ["PAST", "SALES", "Stage", "live", "standing"]

_INTERRUPTED = timedelta(seconds=61)
"""After this an interrupted call to the provider may be taken up again."""


@dataclass(frozen=True)
class Standing:
    """How far the past has been lived: `next_at` is the moment of the next step."""

    begins_at: datetime
    steps_done: int
    steps: tuple[Step, ...]

    @property
    def next_at(self) -> datetime:
        """When the next step is, or the end of the past."""
        at = self.steps[self.steps_done].at if self.steps_done < len(self.steps) else PAST
        return self.begins_at + at


def standing(sales: int = SALES) -> Standing | None:
    """Return how far the past has been lived, None when it is over or there is none."""
    row = db.read_one(select(DemoPast.begins_at, DemoPast.steps_done, DemoPast.finished_at))
    if row is None or row.finished_at is not None:
        return None
    return Standing(row.begins_at, row.steps_done, write_past(row.begins_at, sales))


def live(stage: Stage, found: Standing, tell: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Take the steps that are left, each at its time, and return how many those were; `tell` hears the day.

    The clock must stand at `found.next_at` or before. A step that was interrupted is looked at and taken again.
    """
    if found.steps_done:
        take_up(stage, found.next_at)
    for number, step in enumerate(found.steps[found.steps_done :], start=found.steps_done + 1):
        _reach(stage, found.begins_at + step.at)
        step.deed(stage, **step.values)
        db.append(update(DemoPast).values(steps_done=number))
        tell(step.at.days + 1, PAST.days)
    db.append(update(DemoPast).values(finished_at=stage.now))
    return len(found.steps) - found.steps_done


def take_up(stage: Stage, moment: datetime) -> None:
    """Let everything go on that was interrupted at `moment`."""
    _reach(stage, moment + _INTERRUPTED)
    stage.pass_time()


def _reach(stage: Stage, moment: datetime) -> None:
    """Move the clock forward to `moment`; a clock that is there already stays."""
    seconds = int((moment - stage.now).total_seconds()) + 1
    if seconds > 0:
        stage.outside.advance_clock(seconds)
