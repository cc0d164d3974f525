"""Where payouts meet the provider: runs that pay who is due, and what follows a refusal or a missing message."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.config import MoneyPolicy
from marketplace.errors import DomainError
from marketplace.history import Actor
from marketplace.outbound import flows as outbound
from marketplace.outbound.flows import Outcomes, Sent
from marketplace.outbound.models import CallKind, OutboundCall
from marketplace.outbound.states import CallStatus
from marketplace.payouts import (
    calling_off,
    following,
    operations,
    refusal_rules,
    rules,
    skips,
    standing_queries,
    taking_back,
)
from marketplace.payouts.models import Payout, SellerAccount
from marketplace.payouts.operations import TakenUp
from marketplace.payouts.refusal_rules import Again
from marketplace.payouts.rules import Occasion
from marketplace.payouts.states import AccountStatus, PayoutStatus
from marketplace.providers.base import Provider, Refused, Unknown
from marketplace.providers.transfers import BankPayout

OUTCOMES: Outcomes = {
    CallKind.TRANSFER: following.transferred,
    CallKind.BANK_PAYOUT: following.bank_answered,
    CallKind.REVERSAL: taking_back.answered,
}
Providers = Mapping[str, Provider]
Progress = Callable[[TakenUp], None]

log = structlog.get_logger()

_BATCH = 50
_SILENCES = 3
"""After as many calls in a row without an answer a run stops asking; what is planned waits for the janitor."""
_LOOK_AGAIN = timedelta(hours=1)
_HELD_BACK = calling_off.HELD_BACK.limit(1)
_PLANNED = (
    select(OutboundCall.id)
    .where(
        OutboundCall.kind == CallKind.BANK_PAYOUT,
        OutboundCall.subject_id == bindparam("payout_id"),
        OutboundCall.status == CallStatus.PLANNED,
    )
    .order_by(OutboundCall.id)
)
DUE = (
    select(
        Payout.id,
        Payout.status,
        Payout.failure_code,
        Payout.bank_last4,
        Payout.provider_payout_id,
        SellerAccount.account_id,
        SellerAccount.provider,
        SellerAccount.status.label("account"),
        SellerAccount.transfers_enabled,
        SellerAccount.payouts_enabled,
        SellerAccount.bank_last4.label("bank_now"),
    )
    .join(SellerAccount, SellerAccount.id == Payout.seller_account_id)
    .where(Payout.next_attempt_at <= bindparam("now"))
    .order_by(Payout.next_attempt_at)
    .limit(_BATCH)
)
"""Payouts to go on with, or to ask about."""


def run_due(
    *,
    providers: Providers,
    policy: MoneyPolicy,
    now: datetime,
    limit: int = _BATCH,
    occasion: Occasion = Occasion.SCHEDULE,
    progress: Progress = lambda _: None,
) -> int:
    """Pay every seller whose day has come, at most `limit` payouts; return how many were begun.

    Each payout is a transaction of its own, so a run can stop anywhere and the next goes on, and several may run at
    once: a share that is taken up is taken. Memory holds a page of sellers.
    """
    begun = silences = 0
    for found in standing_queries.candidates(policy, now):
        cause = rules.why_not(found.standing, occasion, now)
        if cause is not None and skips.is_noted(found, cause, now):
            continue
        taken = take_up(found.seller_id, found.currency, occasion=occasion, policy=policy, now=now)
        if taken is None:
            continue
        begun += 1
        progress(taken)
        if silences < _SILENCES:
            sent = send(taken, providers=providers, now=now)
            silences = silences + 1 if sent.is_unknown and not sent.is_elsewhere else 0
        if begun >= limit:
            break
    return begun


def take_up(seller_id: int, currency: str, *, occasion: Occasion, policy: MoneyPolicy, now: datetime) -> TakenUp | None:
    """Begin one payout in a transaction of its own; see `operations.take_up`."""
    return db.atomic(
        operations.take_up,
        (db.TURN,),
        seller_id=seller_id,
        currency=currency,
        occasion=occasion,
        policy=policy,
        now=now,
    )


def withdraw(*, seller_id: int, currency: str, providers: Providers, policy: MoneyPolicy, now: datetime) -> TakenUp:
    """Pay a seller all that is available in `currency` because they ask for it. Raises NotAllowed with the reason.

    However the call ends, the payout stands: the janitor goes on with what is unknown.
    """
    taken = db.atomic(
        operations.take_up,
        (db.TURN,),
        seller_id=seller_id,
        currency=currency,
        occasion=Occasion.REQUEST,
        policy=policy,
        now=now,
        actor=Actor.user(seller_id),
    )
    assert taken is not None  # noqa: S101  # a request is paid or refused aloud
    send(taken, providers=providers, now=now)
    return taken


def send(taken: TakenUp, *, providers: Providers, now: datetime) -> Sent:
    """Make a payout's transfer, and its payment to the bank as soon as the transfer is there."""
    sent = outbound.send(taken.call_id, providers=providers, outcomes=OUTCOMES, now=now)
    if sent.answer is None:
        return sent
    planned = db.read(_PLANNED, {"payout_id": taken.payout_id})
    return send_call(planned[0].id, providers=providers, now=now) if planned else sent


def send_call(call_id: int, *, providers: Providers, now: datetime) -> Sent:
    """Make one planned call of a payout, or of money taken back."""
    return outbound.send(call_id, providers=providers, outcomes=OUTCOMES, now=now)


def follow_due(*, providers: Providers, now: datetime) -> int:
    """Go on with payouts that were refused or failed, and ask about those that should have arrived.

    What must not be paid any more, because something holds a share back, is called off first. Returns how many
    changed or were asked about.
    """
    held_back = db.read(_HELD_BACK)
    done = db.atomic(calling_off.call_off_held_back, (db.TURN,), now=now, limit=_BATCH) if held_back else 0
    for row in db.read(DUE, {"now": now}):
        try:
            done += _follow(row, providers=providers, now=now)
        except DomainError as error:
            log.info("payout not tried again yet", payout_id=row.id, because=str(error))
            db.atomic(operations.look_again, (), payout_id=row.id, at=now + _LOOK_AGAIN)
    return done


def _follow(row: Row[Any], *, providers: Providers, now: datetime) -> int:
    if row.status is PayoutStatus.IN_TRANSIT:
        return _ask(row, provider=providers[row.provider], now=now)
    if not _may_go_on(row, now):
        db.atomic(operations.look_again, (), payout_id=row.id, at=now + _LOOK_AGAIN)
        return 0
    verb = operations.retry if row.status is PayoutStatus.REFUSED else operations.resend
    call_id = db.atomic(verb, (db.TURN,), payout_id=row.id, actor=operations.RUN, now=now)
    if row.status is PayoutStatus.REFUSED:
        send(TakenUp(row.id, call_id, 0), providers=providers, now=now)
    else:
        send_call(call_id, providers=providers, now=now)
    return 1


def _may_go_on(row: Row[Any], now: datetime) -> bool:
    """Return whether the cause of a refusal or a failure seems to be gone."""
    again = refusal_rules.refusal(row.failure_code or "", "", now).again
    if again is Again.WHEN_BANK_CHANGED:
        return bool(row.payouts_enabled and row.bank_now and row.bank_now != row.bank_last4)
    if row.status is PayoutStatus.FAILED:
        return bool(row.payouts_enabled)
    return row.account is AccountStatus.ENABLED and bool(row.transfers_enabled)


def _ask(row: Row[Any], *, provider: Provider, now: datetime) -> int:
    """Ask the provider how a payment to a bank stands of which no message came."""
    db.forbid_open_transaction()
    db.atomic(operations.look_again, (), payout_id=row.id, at=now + rules.ASK_AFTER)
    try:
        found = provider.transfers.get_bank_payout(row.account_id, row.provider_payout_id)
    except (Unknown, Refused) as error:
        log.info("payout not answered for", payout_id=row.id, because=str(error))
        return 0
    db.atomic(_followed, (db.TURN,), found=found, now=now)
    return 1


def _followed(session: Session, *, found: BankPayout, now: datetime) -> None:
    following.follow_bank(session, found, actor=operations.RUN, now=now)
