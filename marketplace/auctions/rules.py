"""How an auction goes: steps, maximum bids, who leads at what price, and until when. Pure; amounts are Money."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.catalog.rules import LARGEST_PRICE_MINOR
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.money import Money, exponent

STEPS = ((0, 1), (100, 5), (500, 10), (1_000, 25), (5_000, 50), (10_000, 100), (50_000, 250), (100_000, 500))
"""From which price on bids rise by how much, both in whole units of the currency."""
SHORTEST, LONGEST = timedelta(days=1), timedelta(days=14)
SOFT_CLOSE = timedelta(minutes=2)
"""A bid in this last span makes the auction longer by as much."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a seller puts up: all amounts in one currency; `reserve` is what it must come to, None for any price."""

    start: Money
    reserve: Money | None
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class After:
    """How an auction stands after a bid: its price, and whether that bid leads."""

    price: Money
    leads: bool


class TooLow(Invalid):
    """A bid below the least that counts; pages say `least`."""

    def __init__(self, least: Money) -> None:
        super().__init__(_("That is less than the next bid may be."), field="amount")
        self.least = least


class NotMore(Invalid):
    """Who leads can only raise their maximum; pages say what it is."""

    def __init__(self, maximum: Money) -> None:
        super().__init__(_("You lead already, and your maximum is not lower than this."), field="amount")
        self.maximum = maximum


def check_terms(terms: Terms, now: datetime) -> None:
    """Raise Invalid, naming the field, for what no auction can be."""
    if terms.start.minor <= 0:
        raise Invalid(_("The first bid must be above zero."), field="start")
    if terms.start > _highest(terms.start.currency):
        raise Invalid(_("That is more than can be bid here."), field="start")
    if terms.reserve is not None and terms.reserve <= terms.start:
        raise Invalid(_("A reserve is above the first bid; leave it empty for none."), field="reserve")
    if terms.reserve is not None and terms.reserve > _highest(terms.start.currency):
        raise Invalid(_("That is more than can be bid here."), field="reserve")
    if not now + SHORTEST <= terms.ends_at <= now + LONGEST:
        raise Invalid(_("It ends in 1 to 14 days from now."), field="ends_at")


def step(price: Money) -> Money:
    """Return by how much the next bid must be above `price`."""
    unit = 10 ** exponent(price.currency)
    whole = max(rise for start, rise in STEPS if start * unit <= price.minor)
    return Money(whole * unit, price.currency)


def least(price: Money, *, has_bids: bool) -> Money:
    """Return the least that somebody who does not lead may bid now."""
    return price + step(price) if has_bids else price


def after_bid(
    maximum: Money, *, price: Money, leading: Money | None, is_own: bool = False, reserve: Money | None = None
) -> After:
    """Return how an auction stands after somebody bids up to `maximum`; ties go to who was there before.

    `leading` is the maximum that leads so far, None before the first bid; `is_own`: it is the same person's. A maximum
    that reaches the reserve bids it. Raises TooLow, NotMore, and Invalid for an amount beyond all reason.
    """
    if maximum > _highest(maximum.currency):
        raise Invalid(_("That is more than can be bid here."), field="amount")
    if is_own and leading is not None:
        if maximum <= leading:
            raise NotMore(leading)
        return After(_at_reserve(price, maximum, reserve), leads=True)
    lowest = least(price, has_bids=leading is not None)
    if maximum < lowest:
        raise TooLow(lowest)
    if leading is None:
        return After(_at_reserve(price, maximum, reserve), leads=True)
    if leading < maximum:
        return After(_at_reserve(min(maximum, leading + step(leading)), maximum, reserve), leads=True)
    return After(_at_reserve(min(leading, maximum + step(maximum)), leading, reserve), leads=False)


def is_reserve_met(price: Money, reserve: Money | None) -> bool:
    """Return whether an auction at `price` may be won: a maximum that reaches the reserve has bid it."""
    return reserve is None or reserve <= price


def ends_after_bid(ends_at: datetime, now: datetime) -> datetime:
    """Return when an auction ends after a bid at `now` (soft close)."""
    return ends_at + SOFT_CLOSE if ends_at - now <= SOFT_CLOSE else ends_at


def best(bids: Iterable[tuple[int, int]]) -> int | None:
    """Return the id of the winning bid among (id, maximum): the highest, of equals the earliest; None without bids."""
    ranked = sorted(bids, key=lambda bid: (-bid[1], bid[0]))
    return ranked[0][0] if ranked else None


def masked(name: str) -> str:
    """Return a name as strangers may see it: its first and its last letter."""
    letters = "".join(name.split())
    return f"{letters[:1]}***{letters[-1:]}" if len(letters) > 1 else f"{letters}***"


def _highest(currency: str) -> Money:
    return Money(LARGEST_PRICE_MINOR, currency)


def _at_reserve(price: Money, leading: Money, reserve: Money | None) -> Money:
    return max(price, reserve) if reserve is not None and reserve <= leading else price
