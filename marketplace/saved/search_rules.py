"""How a filter is kept in a row and read again. Values only."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from marketplace.catalog.filtering import Facet, Filter, Measure, Range

LOOKED_EVERY = timedelta(days=1)
MOST_SEARCHES = 50
MOST_LISTINGS = 500
MOST_SEEN = 12


def document(wanted: Filter) -> dict[str, Any]:
    """Return a filter as a row keeps it."""
    return {
        "text": wanted.text,
        "choices": {facet.value: list(chosen) for facet, chosen in wanted.choices.items()},
        "ranges": {measure.value: [limits.lowest, limits.highest] for measure, limits in wanted.ranges.items()},
    }


def filter_of(kept: Mapping[str, Any]) -> Filter:
    """Return the filter in a row; what this version does not know any more is left out."""
    return Filter(
        text=kept["text"],
        choices={Facet(name): tuple(chosen) for name, chosen in kept["choices"].items() if name in set(Facet)},
        ranges={Measure(name): Range(*ends) for name, ends in kept["ranges"].items() if name in set(Measure)},
    )
