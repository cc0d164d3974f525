"""Time in the demo moves by days, so that what comes due on day 3 is done as of day 3.

Shop and provider follow one clock. After each day the provider gets a moment to do what is due on its side and to
send its webhooks, and the shop's own tick runs until nothing is left. What does not fit into a request is left to
the worker, one job for each day.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from marketplace import clock, db
from marketplace.history import ActorKind, StatusChange
from marketplace.language import Plural
from marketplace.queue import JobName, enqueue

Tick = Callable[[], Mapping[str, int]]

_A_DAY = timedelta(days=1)
_REQUEST_SECONDS = 8.0
_JOB_SECONDS = 60.0
# The provider notices within a twentieth of a second; the rest is for its webhooks.
_PROVIDER_SECONDS = 0.1
_LAST_WEBHOOKS_SECONDS = 0.4

# What is told of, in this order: subject and verb of a status change that time or the provider made.
_TOLD = {
    ("payment_transaction", "release"): Plural("%(number)s hold ended", "%(number)s holds ended"),
    ("payout", "arrive"): Plural("%(number)s payout sent", "%(number)s payouts sent"),
    ("payout", "pay"): Plural("%(number)s payout reached its bank", "%(number)s payouts reached their banks"),
    ("payout", "refuse"): Plural("%(number)s payout refused", "%(number)s payouts refused"),
    ("payout", "fail"): Plural("%(number)s payout failed at its bank", "%(number)s payouts failed at their banks"),
    ("order", "deliver"): Plural("%(number)s order counted as delivered", "%(number)s orders counted as delivered"),
    ("payment", "complete"): Plural("%(number)s payment arrived", "%(number)s payments arrived"),
    ("payment", "fail"): Plural("%(number)s payment failed", "%(number)s payments failed"),
    ("payment", "expire"): Plural("%(number)s payment page closed", "%(number)s payment pages closed"),
    ("purchase", "give_up"): Plural("%(number)s unpaid purchase given up", "%(number)s unpaid purchases given up"),
    ("auction", "end_won"): Plural("%(number)s auction won", "%(number)s auctions won"),
    ("auction", "end_unsold"): Plural("%(number)s auction not sold", "%(number)s auctions not sold"),
    ("refund", "complete"): Plural("%(number)s refund reached its buyer", "%(number)s refunds reached their buyers"),
    ("refund", "fail"): Plural("%(number)s refund failed", "%(number)s refunds failed"),
}
_LAST = select(func.coalesce(func.max(StatusChange.id), 0).label("id"))


@dataclass(frozen=True, slots=True)
class Moved:
    """How far time has moved, what happened meanwhile in plain words, and what the worker still has to do."""

    days: int
    days_left: int
    is_more_due: bool
    happened: tuple[str, ...]


def move(days: int, *, tick: Tick, seconds: float = _REQUEST_SECONDS) -> Moved:
    """Move the demo's time forward by `days`, day by day, for about `seconds`; the worker goes on with the rest.

    The first day passes in any case. Two that move it at once move it by both. Nothing moves it back.
    """
    last, until, left = _last_change(), time.monotonic() + seconds, days
    is_more_due = False
    while left and (left == days or time.monotonic() < until):
        left -= 1
        is_more_due = _a_day(tick, until)
    if left:
        db.atomic(_leave_to_worker, (), days=left)
    elif not is_more_due:
        is_more_due = _do_what_is_due(tick, _LAST_WEBHOOKS_SECONDS, until)
    return Moved(days - left, left, is_more_due, _happened_since(last))


def move_a_day(days: int, *, tick: Tick) -> None:
    """Move the demo's time by the first of `days` and queue the others; a worker that dies moves it by one too many."""
    _a_day(tick, time.monotonic() + _JOB_SECONDS)
    if days > 1:
        db.atomic(_leave_to_worker, (), days=days - 1)


def _leave_to_worker(session: Session, *, days: int) -> None:
    enqueue(session, JobName.MOVE_TIME, days=days)


def _a_day(tick: Tick, until: float) -> bool:
    clock.advance(_A_DAY)
    return _do_what_is_due(tick, _PROVIDER_SECONDS, until)


def _do_what_is_due(tick: Tick, provider_seconds: float, until: float) -> bool:
    """Tick until a tick finds nothing to do, or until the time is up; return whether there may be more to do."""
    time.sleep(provider_seconds)
    while any(done > 0 for done in tick().values()):
        if time.monotonic() >= until:
            return True
    return False


def _last_change() -> int:
    row = db.read_one(_LAST)
    return int(row.id) if row else 0


def _happened_since(last: int) -> tuple[str, ...]:
    """Return the told changes after the status change `last` that no person made, with their numbers."""
    kind = tuple_(StatusChange.subject, StatusChange.verb)
    statement = (
        select(StatusChange.subject, StatusChange.verb, func.count().label("number"))
        .where(StatusChange.id > last, StatusChange.actor_kind != ActorKind.USER, kind.in_(list(_TOLD)))
        .group_by(StatusChange.subject, StatusChange.verb)
    )
    numbers = {(row.subject, row.verb): row.number for row in db.read(statement)}
    return tuple(told.of(numbers[of]) for of, told in _TOLD.items() if of in numbers)
