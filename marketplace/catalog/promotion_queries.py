"""Which listings are promoted: those that stand first in their lists, marked as such, until it ends by the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, String, bindparam, cast, func, select

from marketplace import db
from marketplace.catalog.browsing import CARDS, card_of
from marketplace.catalog.filtering import Facet, Filter, Measure, Range
from marketplace.catalog.matching import conditions, on_shelf
from marketplace.catalog.models import Listing
from marketplace.catalog.promotion_models import Promotion
from marketplace.catalog.queries import Card

MOST_SHOWN = 3
"""How many promoted listings stand before a list."""
_MOST_KNOWN = 500


@dataclass(frozen=True, slots=True)
class Promoted:
    """A listing that is promoted, or will be when what runs before it has ended."""

    listing_id: int
    starts_at: datetime
    ends_at: datetime


_NOT_OVER = (
    select(Promotion.listing_id, Promotion.starts_at, Promotion.ends_at)
    .where(Promotion.ends_at > bindparam("now"))
    .order_by(Promotion.ends_at)
    .limit(_MOST_KNOWN)
)
_END = select(func.max(Promotion.ends_at).label("ends_at")).where(
    Promotion.listing_id == bindparam("listing_id"), Promotion.ends_at > bindparam("now")
)


def not_over(now: datetime) -> tuple[Promoted, ...]:
    """Return the promotions that run at `now` or later; at most 500, those that end first."""
    return tuple(Promoted(*tuple(row)) for row in db.read(_NOT_OVER, {"now": now}))


def promoted_until(listing_id: int, now: datetime) -> datetime | None:
    """Return when a listing's promotions end; None when it is not promoted at `now`."""
    found = db.read_one(_END, {"listing_id": listing_id, "now": now})
    return found.ends_at if found else None


def cards(wanted: Filter, listing_ids: Sequence[int], turn: int) -> tuple[Card, ...]:
    """Return those of the promoted listings that match and can be bought, at most MOST_SHOWN, in one query.

    Where there are more, each comes first in its `turn`: any number, which changes with the time.
    """
    asked = (tuple(sorted(wanted.choices.items())), tuple(sorted(wanted.ranges.items())))
    statement = _statement(wanted.text, *asked)
    return tuple(card_of(row) for row in db.read(statement, {"promoted": list(listing_ids), "turn": str(turn)}))


@lru_cache(maxsize=200)
def _statement(
    text: str, choices: tuple[tuple[Facet, tuple[str, ...]], ...], ranges: tuple[tuple[Measure, Range], ...]
) -> Select[*tuple[Any, ...]]:
    wanted = Filter(text, dict(choices), dict(ranges))
    shelf = on_shelf(CARDS, with_words=bool(text), kind=wanted.kind).where(
        *conditions(wanted), Listing.id.in_(bindparam("promoted", expanding=True)), Listing.in_stock > 0
    )
    mixed = func.md5(func.concat(cast(Listing.id, String), bindparam("turn", type_=String)))
    return shelf.order_by(mixed, Listing.id).limit(MOST_SHOWN)
