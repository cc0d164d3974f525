"""One seed: its plan is drawn, played, brought to rest and looked at."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import structlog
from flask import Flask

from marketplace import failpoints
from marketplace.sandbox.delivery import Answer
from marketplace.simulation import resting
from marketplace.simulation.courier import Courier
from marketplace.simulation.deeds import ALONE, DEEDS
from marketplace.simulation.faults import Faults
from marketplace.simulation.play import Play
from marketplace.simulation.profiles import Profile
from marketplace.simulation.scheduler import Scheduler, Stuck, Task
from marketplace.simulation.stage import Stage
from marketplace.simulation.watch import Watch

_OUTAGE_DEED = "the provider is down"


@dataclass(frozen=True)
class Step:
    """One deed of a plan, and the seed of its own generator: leaving other steps out does not change it."""

    number: int
    deed: str
    draw: int


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


def plan(seed: int, profile: Profile) -> list[Step]:
    """Draw the steps of a seed."""
    chance = Random(f"{seed}/{profile.name}")
    names, weights = list(profile.weights), list(profile.weights.values())
    deeds = chance.choices(names, weights=weights, k=profile.steps)
    steps = [Step(number, deed, chance.getrandbits(64)) for number, deed in enumerate(deeds, start=1)]
    if profile.outage_hours:
        at = chance.randrange(len(steps) // 5, len(steps) // 2)
        steps.insert(at, Step(len(steps) + 1, _OUTAGE_DEED, chance.getrandbits(64)))
    return steps


def play_seed(stage: Stage, seed: int, profile: Profile, steps: Sequence[Step] | None = None) -> Outcome:
    """Play a seed, or only `steps` of its plan, and return how it went."""
    steps = plan(seed, profile) if steps is None else steps
    began = time.monotonic()
    stage.rewind(seed)
    with curtain(stage, seed, profile) as play:
        try:
            _play(play, steps)
            resting.come_to_rest(play)
            resting.look_at_everything(play)
        except Stuck as stuck:
            play.watch.break_rule("stuck", str(stuck))
        state = resting.final_state(stage)
    return Outcome(
        seed=seed,
        profile=profile.name,
        violations=play.watch.violations,
        story=play.story,
        trace=play.trace,
        state=state,
        steps=sum(play.deeds.values()),
        points=play.points,
        seconds=time.monotonic() - began,
        rested_seconds=play.rested_seconds,
        units=play.retries[failpoints.Failpoint.COMMITTED.value],
        tries=play.retries[failpoints.Failpoint.WRITTEN.value],
        naive=play.courier.naive.wrong(stage),
        faults=dict(play.faults.counts),
        checked=dict(play.watch.checked),
        counts=resting.counts(play),
    )


@contextmanager
def curtain(stage: Stage, seed: int, profile: Profile) -> Iterator[Play]:
    """Open a play and take everything away again that it hooked into the shop and the provider."""
    scheduler = Scheduler(stage.app, Random(f"{seed}/schedule"), width=profile.width)
    faults, watch = Faults(profile, lambda: scheduler.current), Watch(stage)
    courier = Courier(stage.app, scheduler, faults, watch.violations)
    play = Play(stage, profile, scheduler, faults, watch, courier)
    stage.transport.through = courier.carry
    detach = faults.attach(stage.sandbox.app)
    with _hooked(stage.app, "after_request_funcs", watch.answered, play), _heard(play):
        provider = stage.sandbox.app.before_request_funcs.setdefault(None, [])
        provider.append(watch.asked_provider)
        failpoints.watch(play.at_point)
        try:
            yield play
        finally:
            failpoints.watch(None)
            provider.remove(watch.asked_provider)
            detach()
            stage.transport.through = lambda url, body, headers: Answer(200, "")
            if not scheduler.running:
                scheduler.close()


def _play(play: Play, steps: Sequence[Step]) -> None:
    """Take the steps in their order; up to `width` deeds are on their way at once, one step at a time."""
    scheduler, width = play.scheduler, play.profile.width
    waiting = list(reversed(steps))
    chance = Random(f"{len(steps)}/pace")
    while waiting:
        if scheduler.running and (len(scheduler.running) >= width or chance.random() < 0.5):
            scheduler.step()
            continue
        step = waiting.pop()
        if step.deed in ALONE or step.deed == _OUTAGE_DEED:
            scheduler.finish()
        _begin(play, step)
        if step.deed in ALONE or play.profile.settles:
            scheduler.finish()
        if play.profile.settles:
            resting.settle(play)
    scheduler.finish()


def _begin(play: Play, step: Step) -> None:
    play.deeds[step.deed] += 1
    task = Task(step.number, step.deed, Random(step.draw))
    deed: Callable[[Play, Task], str] = resting.go_down if step.deed == _OUTAGE_DEED else DEEDS[step.deed]
    play.scheduler.begin(task, partial(_told, play, task, partial(deed, play, task)))


def _told(play: Play, task: Task, deed: Callable[[], str]) -> str:
    play.note(f"{task.number} {task.what}")
    ended = "it did not end"
    try:
        ended = deed()
    except BaseException as failure:
        ended = f"{type(failure).__name__} {failure}".splitlines()[0]
        if isinstance(failure, Exception) and task.number not in play.faults.excused:
            play.watch.break_rule("I24", f"{task.what} raised {ended}")
        raise
    finally:
        play.story.append(f"{play.stage.now:%d %b %H:%M:%S} {task.number:>4} {task.what}: {ended}")
    return ended


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
