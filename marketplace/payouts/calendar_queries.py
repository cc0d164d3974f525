"""What comes to a seller on which day: releases, the payouts they lead to, and payouts under way or paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby

from sqlalchemy import Date, bindparam, cast, func, select

from marketplace import db
from marketplace.payments.models import PaymentTransaction
from marketplace.payments.states import TransactionStatus
from marketplace.payouts import rules
from marketplace.payouts.balance_queries import Account
from marketplace.payouts.models import Payout
from marketplace.payouts.rules import SkipCause
from marketplace.payouts.states import PayoutStatus

_X = PaymentTransaction
_MINOR = _X.net_minor.type
_LONGEST = timedelta(days=62)
"""No schedule lets more time pass between two days of payouts."""


class Coming(StrEnum):
    """What happens on a day."""

    RELEASE = "release"
    PAYOUT = "payout"
    """Planned by the schedule."""
    ARRIVAL = "arrival"
    """Sent, and expected at the bank."""
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class DayEvent:
    """Something that comes on a day, minor units.

    `first` to `last` are the releases that make a planned payout; without them it pays what is available now.
    """

    day: date
    coming: Coming
    amount_minor: int
    orders: int
    first: date | None = None
    last: date | None = None
    payout_number: str | None = None


_planned_day = cast(func.timezone("UTC", _X.__table__.c.planned_release_date), Date)
_RELEASES = (
    select(_planned_day.label("day"), func.sum(_X.left_minor).cast(_MINOR), func.count())
    .where(
        _X.seller_id == bindparam("seller_id"),
        _X.currency == bindparam("currency"),
        _X.status == TransactionStatus.HELD,
        _X.left_minor > 0,
        _planned_day.between(bindparam("first"), bindparam("last")),
    )
    .group_by("day")
    .order_by("day")
)
_arrival_day = cast(func.timezone("UTC", Payout.__table__.c.arrives_at), Date)
_ARRIVALS = (
    select(_arrival_day, Payout.number, Payout.status, (Payout.amount_minor - Payout.reversed_minor).cast(_MINOR))
    .where(
        Payout.seller_id == bindparam("seller_id"),
        Payout.currency == bindparam("currency"),
        Payout.status.in_([PayoutStatus.IN_TRANSIT, PayoutStatus.PAID]),
        _arrival_day.between(bindparam("first"), bindparam("last")),
    )
    .order_by(_arrival_day, Payout.id)
)


def coming(seller_id: int, currency: str, first: date, last: date, *, found: Account, now: datetime) -> list[DayEvent]:
    """Return what comes from `first` to `last` (UTC days), day by day.

    Releases are planned: they need the order to arrive. A planned payout is all that is planned to be released until
    its day; what is available now goes with the next one.
    """
    values = {"seller_id": seller_id, "currency": currency}
    today = now.date()
    with db.snapshot() as connection:
        since = max(first - _LONGEST, today)
        rows = [tuple(row) for row in connection.execute(_RELEASES, {**values, "first": since, "last": last})]
        arrivals = connection.execute(_ARRIVALS, {**values, "first": first, "last": last}).all()
    releases = [DayEvent(day, Coming.RELEASE, amount, orders) for day, amount, orders in rows]
    events = [event for event in releases if event.day >= first]
    events += [event for event in _payouts(releases, found, now) if first <= event.day <= last]
    for day, number, status, amount in map(tuple, arrivals):
        kind = Coming.PAID if status is PayoutStatus.PAID else Coming.ARRIVAL
        events.append(DayEvent(day, kind, amount, 0, payout_number=number))
    return sorted(events, key=lambda event: (event.day, list(Coming).index(event.coming)))


def _payouts(releases: Sequence[DayEvent], found: Account, now: datetime) -> list[DayEvent]:
    """Return the payouts that what is available and planned releases lead to by the seller's schedule."""

    def run_day(event: DayEvent) -> date | None:
        ready_at = max(datetime.combine(event.day, time(), UTC), now)
        run = rules.payout_of(found.schedule, ready_at, found.next_run)
        return run.date() if run else None

    planned = []
    if found.ready_minor and found.next_run and found.skip in {None, SkipCause.SCHEDULED}:
        planned.append(DayEvent(found.next_run.date(), Coming.PAYOUT, found.ready_minor, 0))
    for day, group in groupby(releases, run_day):
        if day is None:
            return []
        those = list(group)
        amount, orders = sum(event.amount_minor for event in those), sum(event.orders for event in those)
        planned.append(DayEvent(day, Coming.PAYOUT, amount, orders, those[0].day, those[-1].day))
    return planned
