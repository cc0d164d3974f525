"""Where a cancelled order meets the provider: write, call, write. However the call ends, the order is cancelled."""

from collections.abc import Mapping
from datetime import datetime

from marketplace import db
from marketplace.cancellations import operations, queries
from marketplace.cancellations.operations import Wanted
from marketplace.cancellations.rules import Side
from marketplace.config import MoneyPolicy
from marketplace.outbound import flows as outbound
from marketplace.providers.base import Provider
from marketplace.refunds.flows import OUTCOMES


def cancel_and_refund(
    *,
    user_id: int,
    side: Side,
    number: str,
    wanted: Wanted,
    policy: MoneyPolicy,
    providers: Mapping[str, Provider],
    now: datetime,
) -> None:
    """Cancel a person's own paid order and send its money back; the janitor goes on where the answer is unknown.

    Raises what `operations.cancel` raises.
    """
    cancelled = db.atomic(
        operations.cancel,
        [f"order:{number}"],
        user_id=user_id,
        side=side,
        number=number,
        wanted=wanted,
        policy=policy,
        now=now,
    )
    if cancelled.call_id is not None:
        outbound.send(cancelled.call_id, providers=providers, outcomes=OUTCOMES, now=now)


def send_rests(*, policy: MoneyPolicy, providers: Mapping[str, Provider], now: datetime) -> int:
    """Send on what banks have given back of cancelled orders; return for how many."""
    sent = 0
    for order_id in queries.to_send_on():
        call_id = db.atomic(operations.send_rest, (db.TURN,), order_id=order_id, policy=policy, now=now)
        if call_id is not None:
            outbound.send(call_id, providers=providers, outcomes=OUTCOMES, now=now)
            sent += 1
    return sent
