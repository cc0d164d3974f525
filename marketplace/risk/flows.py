"""The look at what was settled, and refusing a payment: read, write, and call where nothing is open."""

from collections.abc import Mapping
from datetime import datetime

import structlog

from marketplace import db
from marketplace.config import Settings
from marketplace.outbound import flows as outbound
from marketplace.providers.base import Provider
from marketplace.refunds.flows import OUTCOMES
from marketplace.risk import gathering, operations, rules
from marketplace.risk.states import RiskLevel

log = structlog.get_logger()


def assess_due(*, settings: Settings, now: datetime) -> int:
    """Assess the payments that were settled and nobody has looked at; return how many were new.

    Safe to run twice, by several workers, and days late. One that can't be read stops no other.
    """
    due, done, failed = gathering.due(now), 0, False
    for payment_id in due:
        try:
            done += _assess(payment_id, settings, now)
        except Exception:
            failed = True
            log.exception("payment not assessed", payment_id=payment_id)
    if due and not failed and len(due) < gathering.MOST:
        db.atomic(operations.move_mark, ("risk:mark",), reached_at=now - gathering.CARD_WAIT)
    return done


def _assess(payment_id: int, settings: Settings, now: datetime) -> bool:
    known = gathering.known(payment_id, settings.risk, is_live=settings.livemode)
    score = rules.assess(known.circumstances, settings.risk)
    operations.keep_cards(known)
    if score.level is RiskLevel.HIGH:
        return db.atomic(operations.hold_back, (db.TURN,), known=known, score=score, now=now)
    return operations.note(known, score, now=now)


def refuse(
    *,
    admin_id: int,
    payment_id: int,
    reason: str,
    settings: Settings,
    providers: Mapping[str, Provider],
    now: datetime,
) -> None:
    """Refuse a payment that waited for a look and send its money back; the janitor goes on where nobody knows.

    Raises what `operations.refuse` raises.
    """
    calls = db.atomic(
        operations.refuse,
        (db.TURN,),
        admin_id=admin_id,
        payment_id=payment_id,
        reason=reason,
        policy=settings.money,
        now=now,
    )
    for call_id in calls:
        outbound.send(call_id, providers=providers, outcomes=OUTCOMES, now=now)
