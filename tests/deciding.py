"""A person who decides about a call that machines can't end, as the call's page lets them."""

from typing import Any

from marketplace import jobs
from marketplace.outbound import deciding, decisions, queries
from marketplace.outbound.states import CallStep
from tests.builders import World


def decide(world: World, step: CallStep, call_id: int, admin: int, **more: Any) -> str:
    """Decide about a call as somebody who has just looked at it; return what they are told."""
    found = queries.call(call_id).summary
    seen = decisions.standing(found.status, found.sends, len(queries.decisions(call_id)))
    values = {"reason": "I have looked.", "object_id": "", "token": f"token-{step}-{seen}-{admin}", "seen": seen} | more
    return deciding.decide(
        step,
        call_id=call_id,
        admin_id=admin,
        providers={"stripe": values.pop("provider", world.provider)},
        outcomes=jobs.OUTCOMES,
        now=world.now,
        **values,
    )
