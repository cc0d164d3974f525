"""Where a refund meets the provider: write, call, write (DESIGN 6)."""

from collections.abc import Mapping
from datetime import datetime

from marketplace import db
from marketplace.config import MoneyPolicy
from marketplace.outbound import flows as outbound
from marketplace.outbound.flows import Outcomes
from marketplace.outbound.models import CallKind
from marketplace.payouts import flows as payouts
from marketplace.providers.base import Provider
from marketplace.refunds import following, operations, taking_back

OUTCOMES: Outcomes = {CallKind.REFUND: following.answered}


def approve_and_send(
    *,
    admin_id: int,
    refund_id: int,
    amount_minor: int,
    notes: str,
    policy: MoneyPolicy,
    providers: Mapping[str, Provider],
    seen: str | None = None,
    take_back: bool = False,
    now: datetime,
) -> bool:
    """Approve a refund and send it; return False when a second admin must confirm it first.

    With `take_back`, what the plan allows is taken back from the seller's account at the provider by a call of its own.
    However the calls end, the approval stands: the janitor goes on with what is unknown. Raises
    what `operations.approve` raises.
    """
    decided = db.atomic(
        operations.approve,
        [f"refund:{refund_id}"],
        admin_id=admin_id,
        refund_id=refund_id,
        amount_minor=amount_minor,
        notes=notes,
        policy=policy,
        seen=seen,
        take_back=take_back,
        now=now,
    )
    if not decided.is_agreed:
        return False
    # First what may fill our balance, then what takes from it; each has an outcome of its own.
    for call_id in decided.reversal_call_ids:
        payouts.send_call(call_id, providers=providers, now=now)
    if decided.call_id is not None:
        outbound.send(decided.call_id, providers=providers, outcomes=OUTCOMES, now=now)
    return True


def take_back(
    *,
    admin_id: int,
    refund_id: int,
    seen_minor: int,
    reason: str,
    providers: Mapping[str, Provider],
    now: datetime,
) -> None:
    """Take back what the seller owes for a refund after all. Raises what `taking_back.take_back` raises."""
    call_ids = db.atomic(
        taking_back.take_back,
        [f"refund:{refund_id}"],
        admin_id=admin_id,
        refund_id=refund_id,
        seen_minor=seen_minor,
        reason=reason,
        now=now,
    )
    for call_id in call_ids:
        payouts.send_call(call_id, providers=providers, now=now)
