"""When a figure of the health board is good, when somebody should look, and when somebody must act: bounds only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Level(StrEnum):
    """What a figure asks of people, the least first."""

    GOOD = "good"
    LOOK = "look"
    ACT = "act"


class Tile(StrEnum):
    """What is watched."""

    WEBHOOK_LAG = "webhook-lag"
    EVENTS_WAITING = "events-waiting"
    UNMATCHED = "unmatched"
    UNKNOWN_CALLS = "unknown-calls"
    BLOCKED_CALLS = "blocked-calls"
    STUCK_PAYMENTS = "stuck-payments"
    STUCK_REFUNDS = "stuck-refunds"
    STUCK_RETURNS = "stuck-returns"
    STUCK_PAYOUTS = "stuck-payouts"
    RISK = "risk"
    DEBTS = "debts"
    NEGATIVE = "negative-balances"
    TICK = "tick"
    STUCK_JOBS = "stuck-jobs"
    FAILED_JOBS = "failed-jobs"
    FAILED_MAILS = "failed-mails"
    BOOKS = "check-books"
    BREAKS = "breaks"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure as it was read: how many, since when the oldest is there, and a second figure where one is needed.

    For WEBHOOK_LAG they are seconds, the typical and the slowest; for TICK, BOOKS and DRIFT `since` is the last run.
    """

    tile: Tile
    count: int
    since: datetime | None = None
    more: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """From when on a figure is not good any more: more than `look` or `act`, older than either age. None: never."""

    look: int | None = None
    act: int | None = None
    look_after: timedelta | None = None
    act_after: timedelta | None = None


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOUNDS: Mapping[Tile, Bound] = {
    Tile.WEBHOOK_LAG: Bound(look=300, act=3_600),
    Tile.EVENTS_WAITING: Bound(look_after=5 * _MINUTE, act_after=_HOUR),
    Tile.UNMATCHED: Bound(look=0),
    Tile.UNKNOWN_CALLS: Bound(look_after=5 * _MINUTE, act_after=12 * _HOUR),
    Tile.BLOCKED_CALLS: Bound(act=0),
    Tile.STUCK_PAYMENTS: Bound(act=0),
    Tile.STUCK_REFUNDS: Bound(act=0),
    Tile.STUCK_RETURNS: Bound(act=0),
    Tile.STUCK_PAYOUTS: Bound(act=0),
    Tile.RISK: Bound(look=0, act_after=_DAY),
    Tile.DEBTS: Bound(look=0, act_after=90 * _DAY),
    Tile.NEGATIVE: Bound(act=0),
    Tile.TICK: Bound(look_after=_MINUTE, act_after=5 * _MINUTE),
    Tile.STUCK_JOBS: Bound(act=0),
    Tile.FAILED_JOBS: Bound(look=0),
    Tile.FAILED_MAILS: Bound(look=0),
    Tile.BOOKS: Bound(look_after=36 * _HOUR, act=0),
    Tile.BREAKS: Bound(look=0, act_after=3 * _DAY),
    Tile.DRIFT: Bound(look_after=36 * _HOUR, act=0),
}


SYSTEM_TIME = frozenset({Tile.TICK, Tile.STUCK_JOBS, Tile.FAILED_JOBS, Tile.BOOKS})
"""What counts in system time; everything else lives in business time."""


def time_of(tile: Tile, now: datetime, system_now: datetime) -> datetime:
    """Return the present in the time that a tile counts in."""
    return system_now if tile in SYSTEM_TIME else now


def level(reading: Reading, now: datetime) -> Level:
    """Return what a figure asks for at `now`, in the time that its `since` counts in."""
    bound = BOUNDS[reading.tile]
    age = now - reading.since if reading.since is not None else timedelta()
    if reading.tile is Tile.UNMATCHED and reading.more:
        return Level.ACT  # nobody but a person can go on with these
    if reading.tile in {Tile.TICK, Tile.BOOKS, Tile.DRIFT} and reading.since is None:
        return Level.LOOK  # it has never run
    if _exceeds(reading.count, age, bound.act, bound.act_after):
        return Level.ACT
    return Level.LOOK if _exceeds(reading.count, age, bound.look, bound.look_after) else Level.GOOD


def _exceeds(count: int, age: timedelta, most: int | None, longest: timedelta | None) -> bool:
    return (most is not None and count > most) or (longest is not None and age > longest)
