"""Twins: the same deeds with every webhook and with none must end in the same state (invariant I27, scar S70)."""

from dataclasses import dataclass

from marketplace.simulation import resting
from marketplace.simulation.acting import plan
from marketplace.simulation.profiles import DARK_TWIN, TWIN, Profile
from marketplace.simulation.running import Outcome, play_seed
from marketplace.simulation.stage import Stage

# How money was grouped into payouts depends on the hour in which it was heard of; what each share was paid does not.
_BY_THE_HOUR = frozenset({"payout"})
_STEPS = 30


@dataclass(frozen=True)
class Twins:
    """One seed lived twice, and how each ended."""

    lit: Outcome
    dark: Outcome
    lit_state: str
    dark_state: str

    @property
    def agree(self) -> bool:
        """Return whether no rule was broken and both ended in the same state."""
        return not (self.lit.violations or self.dark.violations) and self.lit_state == self.dark_state


def live_twice(stage: Stage, seed: int) -> Twins:
    """Live a seed with every webhook and with none; nothing else goes wrong, and nobody hurries."""
    lit, lit_state = _live(stage, seed, TWIN)
    dark, dark_state = _live(stage, seed, DARK_TWIN)
    return Twins(lit, dark, lit_state, dark_state)


def _live(stage: Stage, seed: int, profile: Profile) -> tuple[Outcome, str]:
    outcome = play_seed(stage, seed, profile, plan(seed, TWIN)[:_STEPS])
    return outcome, resting.final_state(stage, leave_out=_BY_THE_HOUR)
