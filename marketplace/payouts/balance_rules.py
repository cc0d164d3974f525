"""Why a share's money is where it is, what it waits for, when it comes and what helps: for every cent one answer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.payments.states import BlockReason, HoldReason, TransactionStatus
from marketplace.payouts import rules
from marketplace.payouts.rules import Schedule, SkipCause
from marketplace.payouts.states import PayoutStatus


class Wait(StrEnum):
    """What a share waits for, the strongest first."""

    STOP = "stop"
    DISPUTE = "dispute"
    REFUND = "refund"
    REVIEW = "review"
    CHECK = "check"
    """An admin looks at the payment."""
    SENDING = "sending"
    """The parcel is not sent."""
    ARRIVAL = "arrival"
    """The parcel has not arrived, or nobody has said so yet."""
    HOLD = "hold"
    SETTLING = "settling"
    RUN = "run"
    """The next day of payouts."""
    REQUEST = "request"
    SKIPPED = "skipped"
    """Something stands in the way of every payout to this seller; `SkipCause` says what."""
    TRANSFER = "transfer"
    REFUSED = "refused"
    BANK = "bank"
    FAILED = "failed"
    NOTHING = "nothing"


@dataclass(frozen=True)
class ShareFacts:
    """One share as it stands."""

    status: TransactionStatus
    hold_reason: HoldReason | None
    days_to_hold: int | None
    planned_release_date: datetime | None
    shipped_at: datetime | None
    has_arrived: bool
    """Whether the buyer has said so, or the days have passed after which it counts as delivered."""
    blocks: Collection[BlockReason]
    settles_at: datetime | None
    """When the buyer's payment is in our balance, or since when; None while nobody knows."""
    payout: PayoutStatus | None
    arrives_at: datetime | None


@dataclass(frozen=True)
class SellerFacts:
    """What counts for all shares of a seller in one currency."""

    schedule: Schedule
    skip: SkipCause | None
    """Why a run at this moment would not pay them what is available; None when it would."""
    next_run: datetime | None
    """When what is available now is paid; None for the manual schedule."""
    delivered_after: timedelta
    """How long after it was sent a parcel counts as delivered when nobody says otherwise."""


@dataclass(frozen=True)
class Why:
    """What a share waits for, until when (None: nobody can say), and when its payout is expected."""

    wait: Wait
    until: datetime | None
    payout_at: datetime | None
    """The planned day of payout, given that what it waits for happens in time; None for the manual schedule and for
    what has left."""


_BLOCKS = {
    BlockReason.MANUAL: Wait.STOP,
    BlockReason.DISPUTE: Wait.DISPUTE,
    BlockReason.REFUND: Wait.REFUND,
    BlockReason.REVIEW: Wait.REVIEW,
    BlockReason.RISK: Wait.CHECK,
}
_OF_PAYOUT = {
    PayoutStatus.PENDING: Wait.TRANSFER,
    PayoutStatus.REFUSED: Wait.REFUSED,
    PayoutStatus.IN_TRANSIT: Wait.BANK,
    PayoutStatus.FAILED: Wait.FAILED,
}


def explain(share: ShareFacts, seller: SellerFacts, now: datetime) -> Why:
    """Return why a share is where it is at `now`."""
    if share.status is TransactionStatus.TRANSFERRING:
        wait = _OF_PAYOUT.get(share.payout, Wait.TRANSFER) if share.payout else Wait.TRANSFER
        return Why(wait, share.arrives_at if wait is Wait.BANK else None, None)
    if share.status not in {TransactionStatus.HELD, TransactionStatus.AVAILABLE}:
        return Why(Wait.NOTHING, None, None)
    payout_at = _payout_at(share, seller, now)
    for reason, wait in _BLOCKS.items():
        if reason in share.blocks:
            return Why(wait, None, payout_at)
    if share.status is TransactionStatus.HELD:
        return Why(*_held(share, seller, now), payout_at)
    return Why(*_available(share, seller, payout_at, now), payout_at)


def _payout_at(share: ShareFacts, seller: SellerFacts, now: datetime) -> datetime | None:
    """Return the planned day of payout; None for the manual schedule. Nobody is paid before the buyer's payment is."""
    settled = max(share.settles_at or now, now)
    if share.status is TransactionStatus.HELD:
        return rules.payout_of(seller.schedule, max(_release(share, seller, now), settled), seller.next_run)
    return rules.payout_of(seller.schedule, settled, seller.next_run)


def _held(share: ShareFacts, seller: SellerFacts, now: datetime) -> tuple[Wait, datetime | None]:
    if share.shipped_at is None:
        return Wait.SENDING, None
    release = _release(share, seller, now)
    planned = share.planned_release_date
    is_late = planned is not None and release > planned
    return (Wait.ARRIVAL if is_late and not share.has_arrived else Wait.HOLD), release


def _available(
    share: ShareFacts, seller: SellerFacts, payout_at: datetime | None, now: datetime
) -> tuple[Wait, datetime | None]:
    if seller.skip not in {None, SkipCause.SCHEDULED, SkipCause.MANUAL, SkipCause.BLOCKED, SkipCause.NOT_SETTLED}:
        return Wait.SKIPPED, None
    if share.settles_at is None or share.settles_at > now:
        return Wait.SETTLING, share.settles_at
    return (Wait.REQUEST, None) if payout_at is None else (Wait.RUN, payout_at)


def _release(share: ShareFacts, seller: SellerFacts, now: datetime) -> datetime:
    """Return when a share is released if nothing blocks it: its planned date, and not before it has arrived."""
    if share.status is not TransactionStatus.HELD or share.planned_release_date is None:
        return now
    if share.has_arrived or share.shipped_at is None:
        return share.planned_release_date
    return max(share.planned_release_date, share.shipped_at + seller.delivered_after)
