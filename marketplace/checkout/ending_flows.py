"""What time alone brings to a provider: pages past their time are closed, money nobody could use goes back."""

from dataclasses import replace
from datetime import datetime

import structlog

from marketplace import db
from marketplace.checkout import attempts, following, returns, settlement
from marketplace.checkout.attempts import Attempt
from marketplace.checkout.flows import Providers, follow
from marketplace.checkout.outcomes import OUTCOMES
from marketplace.config import Settings
from marketplace.errors import Conflict, DomainError
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.outbound import flows as outbound
from marketplace.outbound.flows import Sent
from marketplace.providers.base import Checkout

_BATCH = 50

log = structlog.get_logger()


def close_due(attempt: Attempt, *, now: datetime, providers: Providers, settings: Settings) -> None:
    """End a payment past its time: its provider's word decides, where it has one; paid wins (scar S61)."""
    job = Actor.job("tick")
    if attempt.session_id is None or attempt.provider not in providers:
        db.atomic(settlement.expired, (), payment_id=attempt.payment_id, actor=job, now=now)
        return
    checkout = follow(attempt, actor=job, now=now, providers=providers, settings=settings)
    if checkout is None or not checkout.is_open:
        return
    call_id = db.atomic(attempts.close, (), payment_id=attempt.payment_id, actor=job, now=now)
    if call_id is None:
        return
    sent = outbound.send(call_id, providers=providers, outcomes=OUTCOMES, now=now)
    if isinstance(sent.answer, Checkout) and not sent.answer.is_open:
        # What was closed just now is not asked again; one provider leaves a page open that nothing is taken by.
        page = replace(sent.answer, payment_id=attempt.payment_id)
        policy = settings.money
        db.atomic(following.follow_page, (db.TURN,), checkout=page, intent=None, actor=job, policy=policy, now=now)
    else:
        follow(attempt, actor=job, now=now, providers=providers, settings=settings)


def close_overdue(*, providers: Providers, settings: Settings, now: datetime) -> int:
    """End every payment whose page is past its time; return how many were looked at (S1.22)."""
    overdue = db.atomic(attempts.overdue, (), now=now, limit=_BATCH)
    for attempt in overdue:
        try:
            close_due(attempt, now=now, providers=providers, settings=settings)
        except DomainError as error:
            log.info("payment ended otherwise", payment_id=attempt.payment_id, outcome=error.message)
    return len(overdue)


def return_receipts(*, providers: Providers, now: datetime) -> int:
    """Send every receipt that can't be used back to its buyer; return how many calls were made (DESIGN 4.11)."""
    calls = [
        db.atomic(returns.plan_return, (), receipt_id=receipt_id, actor=Actor.job("tick"), now=now)
        for receipt_id in db.atomic(returns.waiting, ())
    ]
    planned = [call_id for call_id in calls if call_id is not None]
    for call_id in planned:
        outbound.send(call_id, providers=providers, outcomes=OUTCOMES, now=now)
    return len(planned)


def return_again(*, receipt_id: int, admin_id: int, providers: Providers, now: datetime) -> Sent:
    """Send money that did not reach its buyer back once more, because an admin says so.

    However the call ends, it stands: the janitor goes on with what is unknown. Raises Conflict when it is under way or
    back already, NotAllowed while nobody knows what its last call has done.
    """
    actor = Actor.user(admin_id, "admin")
    call_id = db.atomic(returns.plan_return, [f"receipt:{receipt_id}"], receipt_id=receipt_id, actor=actor, now=now)
    if call_id is None:
        raise Conflict(_("This money is on its way back already, or has arrived."))
    return outbound.send(call_id, providers=providers, outcomes=OUTCOMES, now=now)
