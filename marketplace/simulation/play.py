"""One seed's play: the stage, who is on their way, what goes wrong, and the story of it."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any, TypeVar

from flask import Flask

from marketplace import db
from marketplace.failpoints import Failpoint
from marketplace.simulation.courier import Courier
from marketplace.simulation.faults import Faults
from marketplace.simulation.profiles import Profile
from marketplace.simulation.scheduler import Scheduler, Task
from marketplace.simulation.stage import Stage
from marketplace.simulation.tally import Tally, units_and_tries
from marketplace.simulation.watch import Watch

T = TypeVar("T")


@dataclass
class Play:
    """Everything a deed may touch. Deeds read rows as the superuser does and act as people do."""

    stage: Stage
    profile: Profile
    scheduler: Scheduler
    faults: Faults
    watch: Watch
    courier: Courier
    story: list[str] = field(default_factory=list)
    deeds: Counter[str] = field(default_factory=Counter)
    passed: Tally = field(default_factory=Tally)
    """How many steps were passed, by kind."""
    rested_seconds: int = -1
    """How long, in virtual time, shop and provider took to say the same once nothing went wrong; -1: they never did."""
    _forms: Iterator[int] = field(default_factory=lambda: count(1))
    _counted: tuple[int, int] = field(default_factory=units_and_tries)
    _trace: Any = field(default_factory=hashlib.sha256)

    def at_point(self, point: Failpoint, what: str) -> None:
        """Follow the shop step by step: look at the rules, let things go wrong, let others go on."""
        task = self.scheduler.task()
        self.note(f"{task.number if task else 0} {point.value} {what}")
        self.passed.add(point.value)
        if point is Failpoint.CALL:
            db.forbid_open_transaction()
        if point is Failpoint.COMMITTED and self.scheduler.takes_turns:
            self.watch.after_commit(what)
        if task is None:
            return
        self.faults.at_point(task, point, what)
        if point is Failpoint.WRITTEN:
            return
        if point is Failpoint.WAITING or task.chance.random() < self.profile.switching:
            self.scheduler.pause()

    def provider_failed(self, _provider: Flask, exception: Exception, **_: object) -> None:
        """Hear of an error nobody expected at the provider: what follows from it would prove nothing."""
        self.watch.break_rule("provider", f"{type(exception).__name__} {exception}".splitlines()[0])

    def note(self, line: str) -> None:
        """Add one step to the trace; the same seed makes the same trace."""
        self._trace.update(line.encode() + b"\n")

    @property
    def trace(self) -> str:
        """Return the hash of all steps so far."""
        return str(self._trace.hexdigest())[:16]

    def committed(self) -> tuple[int, int]:
        """Return how many units of work were committed so far, and in how many tries."""
        units, tries = units_and_tries()
        return units - self._counted[0], tries - self._counted[1]

    def advance(self, span: timedelta) -> None:
        """Move time forward and let the provider do what is due; its webhooks wait."""
        self.stage.sandbox.advance_clock(span // timedelta(seconds=1))
        engine = self.stage.sandbox.sandbox
        engine.hold_webhooks()
        engine.run_due()
        engine.release_webhooks()

    def also(self, task: Task, what: str, deed: Any, *, place: int = 1) -> None:
        """Let somebody else, the one in that `place` beside it, do `deed` at the same time as `task`."""
        number = task.number + 1_000 * place
        other = Task(number, what, Random(task.chance.getrandbits(64)))
        self.scheduler.begin(other, deed)

    def token(self) -> str:
        """Return the mark of a form that was just opened."""
        return f"simulated-form-{next(self._forms):08d}"


def pick(chance: Random, found: list[T]) -> T | None:
    """Return one of `found`, None when there is none; draws in either case."""
    drawn = chance.random()
    return found[int(drawn * len(found))] if found else None
