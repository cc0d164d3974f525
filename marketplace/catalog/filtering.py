"""What a buyer may choose by: facets, ranges and the order. Values only; matching.py says what they mean in SQL."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Facet(StrEnum):
    """A question with a few answers. Several answers to one mean any of them; several questions mean all of them."""

    KIND = "kind"
    CATEGORY = "category"
    MAKE = "make"
    FUEL = "fuel"
    GEARBOX = "gearbox"
    BODY = "body"
    CONDITION = "condition"
    BRAND = "brand"
    STOCK = "stock"
    DELIVERY = "delivery"
    SHOP = "shop"
    COUNTRY = "from"
    CURRENCY = "currency"


class Measure(StrEnum):
    """A figure that may lie in a range: price in minor units, model year, mileage in kilometres."""

    PRICE = "price"
    YEAR = "year"
    MILEAGE = "mileage"


class Sort(StrEnum):
    """In which order cards come. Prices compare within one currency only."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    LATEST = "year"
    LEAST_DRIVEN = "mileage"


SINGLE = frozenset({Facet.KIND, Facet.CURRENCY})
"""Facets that take one answer."""
CAR, PART = "car", "part"
ONLY_FOR: Mapping[str, frozenset[Facet | Measure]] = {
    CAR: frozenset({Facet.FUEL, Facet.GEARBOX, Facet.BODY, Measure.YEAR, Measure.MILEAGE}),
    PART: frozenset({Facet.CATEGORY, Facet.CONDITION, Facet.BRAND}),
}
"""What only cars or only parts have."""
OTHER_KIND = {CAR: PART, PART: CAR}
CAR_SORTS = frozenset({Sort.LATEST, Sort.LEAST_DRIVEN})


@dataclass(frozen=True, slots=True)
class Range:
    """From `lowest` to `highest`, both included; None is no limit."""

    lowest: int | None = None
    highest: int | None = None

    def __bool__(self) -> bool:
        return self.lowest is not None or self.highest is not None


@dataclass(frozen=True, slots=True)
class Filter:
    """What a buyer looks for; what is not named may be anything. Prices are minor units of the chosen currency."""

    text: str = ""
    choices: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[Measure, Range] = field(default_factory=dict)

    def chosen(self, facet: Facet) -> tuple[str, ...]:
        """Return the chosen answers to `facet`."""
        return self.choices.get(facet, ())

    def limits(self, measure: Measure) -> Range:
        """Return the range of `measure`, which may be open at both ends."""
        return self.ranges.get(measure, Range())

    @property
    def kind(self) -> str:
        """Return "car", "part" or "": what is looked for, be it said or because only that kind has what was chosen."""
        if said := self.chosen(Facet.KIND):
            return said[0]
        used = {*self.choices, *self.ranges}
        return next((kind for kind, own in ONLY_FOR.items() if own & used), "")

    @property
    def currency(self) -> str:
        """Return the chosen currency, or ""."""
        return next(iter(self.chosen(Facet.CURRENCY)), "")

    def choosing(self, facet: Facet, *values: str) -> "Filter":
        """Return this with exactly `values` chosen in `facet`. A kind drops what only the other kind has."""
        choices = {each: chosen for each, chosen in self.choices.items() if each != facet}
        if values:
            choices[facet] = values
        changed = replace(self, choices=choices)
        return changed.fitting_kind() if facet == Facet.KIND else changed

    def within(self, measure: Measure, limits: Range) -> "Filter":
        """Return this with `measure` in `limits`, or anywhere when they are open."""
        ranges = {each: known for each, known in self.ranges.items() if each != measure}
        if limits:
            ranges[measure] = limits
        return replace(self, ranges=ranges)

    def fitting_kind(self) -> "Filter":
        """Return this without what only the kind that is not chosen has."""
        kind = next(iter(self.chosen(Facet.KIND)), "")
        foreign = ONLY_FOR[OTHER_KIND[kind]] if kind else frozenset()
        return replace(
            self,
            choices={facet: chosen for facet, chosen in self.choices.items() if facet not in foreign},
            ranges={measure: limits for measure, limits in self.ranges.items() if measure not in foreign},
        )


def sorts_for(wanted: Filter) -> tuple[Sort, ...]:
    """Return the orders that make sense for `wanted`; the first is the one people expect."""
    by_words = (Sort.RELEVANCE,) if wanted.text else ()
    cars = (Sort.LATEST, Sort.LEAST_DRIVEN) if wanted.kind == CAR else ()
    return (*by_words, Sort.NEWEST, Sort.CHEAPEST, Sort.DEAREST, *cars)


_STEPS = (1, 2, 5)
PRICE_STEPS = tuple(step * 10**power for power in range(2, 9) for step in _STEPS)
"""Where price bands may begin, in minor units: 1, 2, 5, 10, 20 … of the currency."""
_MOST_BANDS = 5


def price_bands(counts: Mapping[frozenset[int], int]) -> tuple[tuple[Range, int], ...]:
    """Return at most five neighbouring price bands with their counts, each with about as many listings.

    `counts` says how many listings can be bought at prices in each set of steps: step n starts at PRICE_STEPS[n - 1]
    and ends below PRICE_STEPS[n]; step 0 starts at nothing. Most have one price; one with several counts in each band
    where it has one. Fewer than two bands tell nothing, so then there are none.
    """
    lowest: Counter[int] = Counter()
    for steps, number in counts.items():
        lowest[min(steps)] += number
    ends: list[int] = []
    held = 0
    for step in sorted(lowest):
        held += lowest[step]
        if held * _MOST_BANDS >= lowest.total() and len(ends) < _MOST_BANDS - 1:
            ends.append(step)
            held = 0
    # The last band has no end, and holds what is left, if that is anything.
    ends = [*(ends if held else ends[:-1]), len(PRICE_STEPS)]
    begins = [0, *(end + 1 for end in ends[:-1])]
    bands = []
    for first, last in zip(begins, ends, strict=True):
        here = frozenset(range(first, last + 1))
        bands.append((_band(first, last), sum(number for steps, number in counts.items() if steps & here)))
    return tuple(bands) if len(bands) > 1 else ()


def _band(first: int, last: int) -> Range:
    lowest = PRICE_STEPS[first - 1] if first else None
    return Range(lowest, PRICE_STEPS[last] - 1 if last < len(PRICE_STEPS) else None)
