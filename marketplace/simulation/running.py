"""One seed: its plan is drawn, played, brought to rest and looked at."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import structlog
from flask import Flask, got_request_exception

from marketplace import failpoints
from marketplace.sandbox.delivery import Answer
from marketplace.simulation import acting, resting
from marketplace.simulation.acting import Step, plan
from marketplace.simulation.courier import Courier
from marketplace.simulation.crowd import Crowd
from marketplace.simulation.faults import Faults
from marketplace.simulation.play import Play
from marketplace.simulation.profiles import Profile
from marketplace.simulation.scheduler import Scheduler, Stuck
from marketplace.simulation.stage import Stage
from marketplace.simulation.watch import Watch


@dataclass
class Outcome:
    """How one seed went."""

    seed: int
    profile: str
    violations: list[str]
    story: list[str]
    trace: str
    state: str
    """A hash of how everything ended."""
    steps: int
    points: int
    seconds: float
    threads: int = 0
    """How many acted at once in real threads; 0: in turn, step by step, so that it can happen again."""
    rested_seconds: int = -1
    """Virtual seconds from the last fault until shop and provider say the same."""
    units: int = 0
    """Units of work that were committed."""
    tries: int = 0
    """How often they were tried."""
    naive: list[str] = field(default_factory=list)
    """What the source documents' handlers would have got wrong."""
    faults: dict[str, int] = field(default_factory=dict)
    checked: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def play_seed(
    stage: Stage, seed: int, profile: Profile, steps: Sequence[Step] | None = None, *, threads: int = 0
) -> Outcome:
    """Play a seed, or only `steps` of its plan, and return how it went.

    With `threads` so many act at once, as the machine has it: the deeds are the seed's, their order is nobody's.
    """
    steps = plan(seed, profile) if steps is None else steps
    began = time.monotonic()
    stage.rewind(seed)
    with curtain(stage, seed, profile, threads) as play:
        try:
            acting.at_once(play, steps) if threads else acting.in_turn(play, steps)
            resting.come_to_rest(play)
            resting.look_at_everything(play)
        except Stuck as stuck:
            play.watch.break_rule("stuck", str(stuck))
        state, (units, tries) = resting.final_state(stage), play.committed()
    return Outcome(
        seed=seed,
        profile=profile.name,
        threads=threads,
        violations=play.watch.violations,
        story=play.story,
        trace=play.trace,
        state=state,
        steps=sum(play.deeds.values()),
        points=sum(play.passed.values()),
        seconds=time.monotonic() - began,
        rested_seconds=play.rested_seconds,
        units=units,
        tries=tries,
        naive=play.courier.naive.wrong(stage),
        faults=dict(play.faults.counts),
        checked=dict(play.watch.checked),
        counts=resting.counts(play),
    )


@contextmanager
def curtain(stage: Stage, seed: int, profile: Profile, threads: int = 0) -> Iterator[Play]:
    """Open a play and take everything away again that it hooked into the shop and the provider."""
    chance = Random(f"{seed}/schedule")
    scheduler = (
        Crowd(stage.app, chance, width=threads) if threads else Scheduler(stage.app, chance, width=profile.width)
    )
    faults, watch = Faults(profile, lambda: scheduler.current), Watch(stage)
    courier = Courier(stage.app, scheduler, faults, watch.violations)
    play = Play(stage, profile, scheduler, faults, watch, courier)
    stage.transport.through = courier.carry
    detach = faults.attach(stage.sandbox.app)
    with _hooked(stage.app, "after_request_funcs", watch.answered, play), _heard(play):
        provider = stage.sandbox.app.before_request_funcs.setdefault(None, [])
        provider.append(watch.asked_provider)
        got_request_exception.connect(play.provider_failed, stage.sandbox.app)
        failpoints.watch(play.at_point)
        try:
            yield play
        finally:
            failpoints.watch(None)
            provider.remove(watch.asked_provider)
            got_request_exception.disconnect(play.provider_failed, stage.sandbox.app)
            detach()
            stage.transport.through = lambda url, body, headers: Answer(200, "")
            if not scheduler.running:
                scheduler.close()


@contextmanager
def _hooked(app: Flask, kind: str, function: Any, play: Play) -> Iterator[None]:
    functions = getattr(app, kind).setdefault(None, [])

    def answered(response: Any) -> Any:
        task = play.scheduler.task()
        if task is not None and task.number in play.faults.excused:
            return response
        return function(response)

    functions.append(answered)
    try:
        yield
    finally:
        functions.remove(answered)


@contextmanager
def _heard(play: Play) -> Iterator[None]:
    """Take the shop's log: what it calls an unexpected error is one, unless we made it."""
    before = structlog.get_config()

    def hear(_logger: object, method: str, line: Any) -> Any:
        task = play.scheduler.task()
        if method in ("error", "exception", "critical") and not (task and task.number in play.faults.excused):
            error = line.get("exc_info")
            words = f"{line.get('event')} {line.get('step', '')}{line.get('endpoint', '')}"
            kind = structlog.processors.format_exc_info(None, "", dict(line)).get("exception", "") if error else ""
            play.watch.break_rule("log", f"{words}: {kind.strip().splitlines()[-1] if kind else ''}")
            play.story.append(f"     log {words}\n{kind}")
        raise structlog.DropEvent

    structlog.configure(processors=[hear], cache_logger_on_first_use=False)
    sandbox_log = logging.getLogger("sandbox")
    level = sandbox_log.level
    try:
        yield
    finally:
        sandbox_log.setLevel(level)
        structlog.configure(**before)
