"""How a plan is drawn and acted: in turn, one step at a time, or all at once in real threads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from marketplace.simulation import resting
from marketplace.simulation.deeds import ALONE, DEEDS
from marketplace.simulation.play import Play
from marketplace.simulation.profiles import Profile
from marketplace.simulation.scheduler import Task

_OUTAGE_DEED = "the provider is down"


@dataclass(frozen=True)
class Step:
    """One deed of a plan, and the seed of its own generator: leaving other steps out does not change it."""

    number: int
    deed: str
    draw: int


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


def in_turn(play: Play, steps: Sequence[Step]) -> None:
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


def at_once(play: Play, steps: Sequence[Step]) -> None:
    """Let as many as there are threads act at the same time; where time takes a leap all come to a stand before it.

    Rules are looked at where nobody is on their way: what one statement sees between two commits of a crowd need
    not be a state in which the shop ever was for anybody.
    """
    scheduler, width = play.scheduler, play.scheduler.width
    for step in steps:
        if step.deed in ALONE or step.deed == _OUTAGE_DEED:
            scheduler.finish()
            play.watch.ask_always(f"all before {step.deed}")
        while len(scheduler.running) >= width:
            scheduler.step()
        _begin(play, step)
        if step.deed in ALONE:
            scheduler.finish()
    scheduler.finish()
    play.watch.ask_always("all deeds")
    play.watch.check_books("all deeds")


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
