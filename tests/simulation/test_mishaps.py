"""Each fault that is a deed of its own, or strikes between a request and its answer: it happens, and nothing breaks."""

from dataclasses import replace

import pytest

from marketplace.simulation.acting import Step
from marketplace.simulation.profiles import CALM, MISHAPS, PROFILES
from marketplace.simulation.replaying import as_story
from marketplace.simulation.running import play_seed
from marketplace.simulation.stage import Stage

pytestmark = pytest.mark.simulation

BOUGHT = ("buyer buys", "buyer buys", "buyer buys", "webhooks travel", "seller sends", "buyer confirms receipt")
# All are through with one kind of deed before the next begins, so that nearly every seed has money to send in the end.
ALL_THROUGH = "time: hours"
RELEASED = (
    *("buyer buys",) * 3, ALL_THROUGH, "webhooks travel", ALL_THROUGH, *("seller sends",) * 3, ALL_THROUGH,
    *("buyer confirms receipt",) * 3, "time: a month", "jobs: tick", "time: a month", "jobs: tick",
)  # fmt: skip
# The fault, what of the line's probabilities is certain, and the deeds.
FAULTS = {
    "F06 before the answer": ({"early": 1.0}, RELEASED),
    "F18 refused": ({"refused": 1.0}, RELEASED),
    "F19 key forgotten": ({}, (*BOUGHT, "buyer fills a basket", "keys are forgotten", "keys are forgotten")),
    "F26 clock jumped": ({}, (*BOUGHT, "the shop's clock jumps", "buyer buys", "the shop's clock jumps")),
    "F30 several for the last one": ({}, ("many want the last one", "webhooks travel")),
    "F34 within the second of a release": ({}, (*BOUGHT, "something comes as money is released")),
}


# Would fail if a fault were only named in the table: it must have happened, and every rule must have held.
@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_happens_and_no_rule_is_broken(stage: Stage, fault: str) -> None:
    certain, deeds = FAULTS[fault]
    profile = replace(CALM, line=replace(CALM.line, **certain))
    for seed in range(1, 9):
        steps = [Step(number, deed, 100 * seed + number) for number, deed in enumerate(deeds, start=1)]
        outcome = play_seed(stage, seed, profile, steps)
        assert not outcome.violations, as_story(outcome)
        if outcome.faults.get(fault):
            return
    raise AssertionError(f"{fault} did not happen: {outcome.faults}")


def test_every_mishap_is_drawn_where_things_go_wrong_and_never_in_peace() -> None:
    assert set(PROFILES["default"].weights) >= MISHAPS
    assert not MISHAPS & set(CALM.weights)
