"""How the past is written down: steps in the order of their time, and the sales they are about. Pure and seeded."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from marketplace.demo.customers import Customer
from marketplace.demo.parts import DemoPart
from marketplace.demo.past.buying import Basket
from marketplace.demo.past.selling import restock
from marketplace.demo.people import Person
from marketplace.demo.shelf import PARTS

PAST = timedelta(days=90)
"""How much of it there is; it ends when the shop opens."""
_SEED = 20261121
_SATURDAY = 5
_FEW, _MANY = 3, 8


@dataclass(frozen=True)
class Step:
    """One deed at its time after the beginning; `values` are its arguments beside the stage."""

    at: timedelta
    deed: Callable[..., None]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Sale:
    """Somebody who goes to the checkout: `key` is the token of the review form."""

    key: str
    at: timedelta
    customer: Customer
    sellers: tuple[Person, ...]
    basket: Basket
    collects: bool = False
    """Whether the buyer comes for it, where that can be chosen."""

    @property
    def currency(self) -> str:
        """The currency of all its sellers."""
        return self.sellers[0].currency


@dataclass
class Script:
    """The past as it is being written."""

    begins_at: datetime
    chance: random.Random = field(default_factory=lambda: random.Random(_SEED))  # noqa: S311  a story, not a secret
    steps: list[Step] = field(default_factory=list)
    left: dict[tuple[str, str], int] = field(
        default_factory=lambda: {(part.seller.email, part.title): part.units for part in PARTS}
    )

    def add(self, at: timedelta, deed: Callable[..., None], **values: Any) -> None:
        """Write one step down; what would happen after the end does not happen."""
        if at < PAST:
            self.steps.append(Step(at, deed, values))

    def in_order(self) -> tuple[Step, ...]:
        """Return all steps by time."""
        return tuple(sorted(self.steps, key=lambda step: step.at))

    def hours(self, least: float, most: float) -> timedelta:
        """Return a span between two numbers of hours, to the minute."""
        return timedelta(minutes=self.chance.randint(round(least * 60), round(most * 60)))

    def working_hour(self, at: timedelta) -> timedelta:
        """Return the first moment from `at` on that is no weekend and between 7:00 and 17:00 UTC, to the minute."""
        moment = self.begins_at + at
        while moment.weekday() >= _SATURDAY or not 7 <= moment.hour < 17:
            moment += timedelta(hours=1)
        return moment - self.begins_at

    def basket(self, at: timedelta, sellers: tuple[Person, ...], most_minor: int = 10**9) -> Basket:
        """Choose parts of these sellers that are there at `at`, for at most `most_minor` of each; common ones first."""
        chosen: list[tuple[str, str, int]] = []
        for seller in sellers:
            left_minor = most_minor
            for _ in range(self.chance.choices(range(1, 4), weights=(14, 5, 2))[0]):
                part = self._part_of(seller, {title for _, title, _ in chosen}, left_minor)
                if part is not None:
                    chosen.append(self._taken(at, part, left_minor))
                    left_minor -= _costs_minor(part, chosen[-1][2])
        return tuple(chosen)

    def _part_of(self, seller: Person, taken: set[str], most_minor: int) -> DemoPart | None:
        shelf = [part for part in PARTS if part.seller is seller and part.price_minor and part.title not in taken]
        there = [part for part in shelf if self.left[_key(part)] >= _FEW and _costs_minor(part) <= most_minor]
        return self.chance.choices(there, weights=[min(part.units, 12) for part in there])[0] if there else None

    def _taken(self, at: timedelta, part: DemoPart, most_minor: int) -> tuple[str, str, int]:
        """Take some units of a part from the shelf; the seller fills it up soon after it runs low."""
        key = _key(part)
        units = 1 if self.left[key] < _MANY else self.chance.choices((1, 2, 4), weights=(16, 4, 1))[0]
        if _costs_minor(part, units) > most_minor:
            units = 1
        self.left[key] -= units
        if self.left[key] < _FEW:
            self.left[key] = part.units
            self.add(at + timedelta(minutes=4), restock, seller=part.seller.email, title=part.title, units=part.units)
        return (*key, units)


def _costs_minor(part: DemoPart, units: int = 1) -> int:
    return part.price_minor * units + part.delivery_minor


def _key(part: DemoPart) -> tuple[str, str]:
    return (part.seller.email, part.title)
