"""When a seller is paid, whether a run pays them now, and what follows when the provider or the bank says no. Pure."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Self

from marketplace.config import MoneyPolicy
from marketplace.language import Text
from marketplace.payouts import amount_rules
from marketplace.payouts.states import AccountStatus, Interval

RUN_HOUR = 6
"""From this hour (UTC) on a day counts as a day of payouts."""
_A_DAY = timedelta(days=1)
_LONGEST_WAIT_DAYS = 62
ASK_AFTER = timedelta(days=1)
"""How long after the foreseen arrival the provider is asked, when no message has come."""


@dataclass(frozen=True)
class Schedule:
    """How often a seller is paid, and from which amount on."""

    interval: Interval
    weekday: int = 0
    """Monday is 0; counts for weekly."""
    month_day: int = 1
    """Counts for monthly; a shorter month pays on its last day."""
    minimums: Mapping[str, int] = field(default_factory=dict)
    """Minor units by currency."""
    least_minor: int = 1
    """The house's own minimum, minor units of any currency."""

    def minimum_minor(self, currency: str) -> int:
        """Return the least that is paid in `currency`, minor units."""
        return max(self.least_minor, self.minimums.get(currency, 0))


def default_schedule(policy: MoneyPolicy) -> Schedule:
    """Return the house's schedule, for sellers who have not chosen one."""
    return Schedule(Interval(policy.payout_interval), least_minor=policy.payout_minimum_minor)


def next_run(schedule: Schedule, after: datetime) -> datetime | None:
    """Return when what is available at `after` (UTC) is paid; None when the seller has to ask for it.

    That is the first day of payouts from `after` on, not before RUN_HOUR. What becomes available later on such a day
    goes the same day.
    """
    if schedule.interval is Interval.MANUAL:
        return None
    for days in range(_LONGEST_WAIT_DAYS):
        day = after.date() + days * _A_DAY
        if _is_run_day(schedule, day):
            return max(after, datetime.combine(day, time(RUN_HOUR), after.tzinfo))
    raise AssertionError("each month has a day of payouts")


def expected_payout(planned_release_date: datetime, schedule: Schedule) -> datetime | None:
    """Return when a share with this release date will be paid; None when its seller has to ask for it (S3.4)."""
    return next_run(schedule, planned_release_date)


def _is_run_day(schedule: Schedule, day: date) -> bool:
    if schedule.interval is Interval.WEEKLY:
        return day.weekday() == schedule.weekday
    if schedule.interval is Interval.MONTHLY:
        return day.day == min(schedule.month_day, monthrange(day.year, day.month)[1])
    return True


@dataclass(frozen=True)
class Today:
    """What of a seller's payout in one currency has happened today, and what is still to come."""

    is_paid: bool
    """Whether the house has begun a payout for them since midnight."""
    more_at: datetime | None
    """When the last of what is still to be released today is; None for nothing."""


class SkipCause(StrEnum):
    """Why a seller is not paid now although something is available; `words` are for the seller."""

    label: str
    words: str
    is_told: bool

    def __new__(cls, value: str, label: str = "", words: str = "", is_told: bool = False) -> Self:
        """Make a cause; `is_told` when the seller gets a notification about it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.words = words
        member.is_told = is_told
        return member

    STOPPED = "stopped", Text("Stopped by us"), Text("We have stopped your payouts for now. Ask us why."), True
    IN_DOUBT = (
        "in_doubt",
        Text("Being checked"),
        Text("Our books and the payment provider's do not agree about your money yet. We pay you as soon as they do."),
    )
    NO_ACCOUNT = (
        "no_account",
        Text("No account yet"),
        Text("We don't know yet where to pay you. Set up your payout account."),
        True,
    )
    UNDER_REVIEW = (
        "under_review",
        Text("Account under review"),
        Text("Your payout account is being checked. We pay you as soon as that is done."),
        True,
    )
    RESTRICTED = (
        "restricted",
        Text("Account restricted"),
        Text("Your payout account needs something from you first. Open it to see what."),
        True,
    )
    DISCONNECTED = (
        "disconnected",
        Text("Account disconnected"),
        Text("You have taken our access to your payout account away. Connect it again to be paid."),
        True,
    )
    REJECTED = (
        "rejected",
        Text("Account rejected"),
        Text("The provider does not pay you any more. Ask us what can be done."),
        True,
    )
    BLOCKED = (
        "blocked",
        Text("Held back"),
        Text("Something is being looked at first: an open refund, a dispute or a stop."),
    )
    NOT_SETTLED = "not_settled", Text("Not settled"), Text("The buyer's card payment has not reached our balance yet.")
    DEBT = "debt", Text("Paid a debt"), Text("It paid what you owed us."), True
    MANUAL = "manual", Text("On request"), Text("You are paid when you ask for it.")
    SCHEDULED = "scheduled", Text("Waits for its day"), Text("It is paid on your next day of payouts.")
    BELOW_MINIMUM = (
        "below_minimum",
        Text("Below the minimum"),
        Text("It is less than the least we pay out. It is paid together with your next sales."),
        True,
    )


class Occasion(StrEnum):
    """What makes the house pay somebody."""

    SCHEDULE = "schedule"
    RUN_NOW = "run_now"
    """An admin's word: days don't count."""
    REQUEST = "request"
    """The seller's own word: they withdraw what is available."""


@dataclass(frozen=True)
class Standing:
    """What decides whether a seller is paid in one currency; minor units."""

    currency: str
    schedule: Schedule
    ready_minor: int
    blocked_minor: int
    unsettled_minor: int
    is_stopped: bool
    account: AccountStatus | None
    may_receive: bool
    """Whether the provider lets money be transferred to the account."""
    planned_run: datetime | None
    """The day on which this money was to be paid, as an earlier run has written down; None when no run has seen it."""
    is_in_doubt: bool = False
    """Whether reconciliation has found that a side knows something else about the seller's money."""
    is_paid_today: bool = False
    """Whether the house has begun a payout for them since midnight: one a day, by the schedule."""
    more_at: datetime | None = None
    """When the last of what is still to be released today is; None for nothing. It goes with the same payout."""

    @property
    def payable_minor(self) -> int:
        """Return what of the ready money a payout takes."""
        return amount_rules.payable_minor(self.currency, self.ready_minor)


_KEEPS_NO_DAY = frozenset(
    {SkipCause.BLOCKED, SkipCause.NOT_SETTLED, SkipCause.DEBT, SkipCause.MANUAL, SkipCause.BELOW_MINIMUM}
)
_OF_ACCOUNT = {
    None: SkipCause.NO_ACCOUNT,
    AccountStatus.STARTED: SkipCause.NO_ACCOUNT,
    AccountStatus.REVIEW: SkipCause.UNDER_REVIEW,
    AccountStatus.RESTRICTED: SkipCause.RESTRICTED,
    AccountStatus.DISCONNECTED: SkipCause.DISCONNECTED,
    AccountStatus.REJECTED: SkipCause.REJECTED,
}


def why_not(standing: Standing, occasion: Occasion, now: datetime) -> SkipCause | None:
    """Return why a seller is not paid at `now`; None when they are. Preview and run ask the same question."""
    if standing.is_stopped:
        return SkipCause.STOPPED
    if standing.is_in_doubt:
        return SkipCause.IN_DOUBT
    if standing.account is not AccountStatus.ENABLED:
        return _OF_ACCOUNT[standing.account]
    if not standing.may_receive:
        return SkipCause.RESTRICTED
    if not standing.ready_minor:
        return SkipCause.BLOCKED if standing.blocked_minor else SkipCause.NOT_SETTLED
    if standing.schedule.interval is Interval.MANUAL and occasion is not Occasion.REQUEST:
        return SkipCause.MANUAL
    if standing.payable_minor < standing.schedule.minimum_minor(standing.currency):
        return SkipCause.BELOW_MINIMUM
    waits = occasion is Occasion.SCHEDULE and not _is_due(standing, now)
    return SkipCause.SCHEDULED if waits else None


def _is_due(standing: Standing, now: datetime) -> bool:
    run = due_at(standing, now)
    return run is not None and run <= now


def due_at(standing: Standing, now: datetime) -> datetime | None:
    """Return when what is ready is paid by schedule: once a day, with all that is released on it; None: on request.

    After today's payout it waits for the next day of payouts; before it, for what is still to be released today.
    """
    today = Today(standing.is_paid_today, standing.more_at)
    return next_payout(standing.schedule, today, now, planned_run=standing.planned_run)


def next_payout(
    schedule: Schedule, today: Today, now: datetime, *, planned_run: datetime | None = None
) -> datetime | None:
    """Return when a seller's next payout by schedule is, as due_at says it; every page asks here."""
    run = planned_run or next_run(schedule, now)
    if run is None:
        return None
    if today.is_paid:
        return next_run(schedule, datetime.combine(now.date() + _A_DAY, time(), now.tzinfo))
    if today.more_at is not None and run.date() <= now.date():
        return max(run, today.more_at)
    return run


def payout_of(schedule: Schedule, ready_at: datetime, next_payout_at: datetime | None) -> datetime | None:
    """Return when a share that is ready at a moment is paid: not before the seller's next payout."""
    run = next_run(schedule, ready_at)
    return max(run, next_payout_at) if run is not None and next_payout_at is not None else run


def planned_run(standing: Standing, cause: SkipCause, now: datetime) -> datetime | None:
    """Return the day on which skipped money is to be paid once `cause` is gone; None when no day was missed or waits.

    Money that only waits for its day, or whose seller can't be paid, keeps its day: it is paid late, not a week later.
    """
    if cause in _KEEPS_NO_DAY:
        return None
    return due_at(standing, now)
