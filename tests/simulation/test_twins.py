"""With every webhook lost, all ends as if none had been: each purchase, refund, payout and dispute (issue 5, S70)."""

import pytest

from marketplace.simulation.replaying import as_story
from marketplace.simulation.stage import Stage
from marketplace.simulation.twins import live_twice

pytestmark = pytest.mark.simulation


@pytest.mark.parametrize("seed", [3, 7])
def test_without_any_webhook_all_ends_as_with_them(stage: Stage, seed: int) -> None:
    twins = live_twice(stage, seed)
    assert twins.lit.counts["webhooks carried"] > 0
    assert twins.dark.counts["webhooks carried"] == 0
    assert twins.agree, f"{as_story(twins.lit)}\n\n{as_story(twins.dark)}"
