"""Finding listings: a filter, an order, and one page of cards by keyset: page fifty costs what page one does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, func, literal, select, tuple_, union_all

from marketplace import db
from marketplace.catalog.filtering import Facet, Filter, Measure, Range, Sort
from marketplace.catalog.matching import FIGURES, by_highest_price, by_lowest_price, conditions, on_shelf, relevance
from marketplace.catalog.models import CarDetails, Listing, ListingKind, ListingPicture, PartDetails, Shop
from marketplace.catalog.queries import Card
from marketplace.catalog.rules import LOW_STOCK
from marketplace.money import Money

Kind = ListingKind
"""Cars or parts, for pages, which never import models."""

PAGE_SIZES = (24, 48, 96)
_DIGITS = "[0-9]{1,18}"
_UPWARDS = frozenset({Sort.CHEAPEST, Sort.LEAST_DRIVEN})
_KEYS = {
    Sort.LATEST: FIGURES[Measure.YEAR],
    Sort.LEAST_DRIVEN: FIGURES[Measure.MILEAGE],
}
_BY_PRICE = {Sort.CHEAPEST: by_lowest_price, Sort.DEAREST: by_highest_price}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page starts: behind (or, going back, before) the card with this id and this figure of the order."""

    figure: int
    listing_id: int
    is_backwards: bool = False

    def __str__(self) -> str:
        return f"{'b' if self.is_backwards else 'f'}{self.figure}-{self.listing_id}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """Return the place written by str(), or None for anything else."""
        found = re.fullmatch(f"([bf])({_DIGITS})-({_DIGITS})", text, re.ASCII)
        return cls(int(found[2]), int(found[3]), found[1] == "b") if found else None


@dataclass(frozen=True, slots=True, eq=False)
class Cards:
    """One page of cards, and where the neighbouring pages start; `cards` returns the same one for the same rows."""

    rows: tuple[Card, ...]
    previous: Place | None
    next: Place | None


PICTURE = (
    select(ListingPicture.file_name)
    .where(ListingPicture.listing_id == Listing.__table__.c.id)
    .order_by(ListingPicture.position)
    .limit(1)
    .scalar_subquery()
)
"""The file name of a listing's first picture, in a statement that reads listings."""
CARDS: Select[*tuple[Any, ...]] = select(
    Listing.id,
    Listing.slug,
    Listing.title,
    Listing.kind,
    Listing.price_minor,
    Listing.delivery_minor,
    Listing.currency,
    # Of more than a few a card tells nothing: it stays the same card when one is sold.
    func.least(Listing.in_stock, LOW_STOCK + 1, type_=Integer).label("in_stock"),
    PICTURE.label("picture"),
    Shop.name.label("shop_name"),
    CarDetails.year,
    CarDetails.mileage_km,
    CarDetails.fuel,
    PartDetails.brand,
    PartDetails.condition,
    Shop.rating_sum,
    Shop.rating_count,
    Shop.country,
    Listing.highest_minor,
)
"""The columns of a card in its order, both amounts before their currency; on_shelf adds where they come from."""
_COLUMNS = len(CARDS.selected_columns)
_ON_SHELF = on_shelf(CARDS, with_words=False)


def cards(wanted: Filter, sort: Sort = Sort.NEWEST, place: Place | None = None, *, size: int = PAGE_SIZES[0]) -> Cards:
    """Return one page of the listings for sale that match, in one query."""
    asked = (tuple(sorted(wanted.choices.items())), tuple(sorted(wanted.ranges.items())))
    return _cards(tuple(map(tuple, db.read(_statement(wanted.text, *asked, sort, place, size)))), place, size)


@lru_cache(maxsize=500)
def _cards(found: tuple[tuple[Any, ...], ...], place: Place | None, size: int) -> Cards:
    """Return the page in these rows, each with its figure of the order behind the card's columns."""
    backwards = place is not None and place.is_backwards
    more = len(found) > size
    found = found[:size][::-1] if backwards else found[:size]
    has_previous, has_next = (more, True) if backwards else (place is not None, more)
    return Cards(
        rows=tuple(_card(row[:_COLUMNS]) for row in found),
        previous=Place(found[0][-1], found[0][0], is_backwards=True) if found and has_previous else None,
        next=Place(found[-1][-1], found[-1][0]) if found and has_next else None,
    )


@lru_cache(maxsize=500)
def _statement(
    text: str,
    choices: tuple[tuple[Facet, tuple[str, ...]], ...],
    ranges: tuple[tuple[Measure, Range], ...],
    sort: Sort,
    place: Place | None,
    size: int,
) -> Select[*tuple[Any, ...]]:
    """Return the statement of one page, and one card more; building it costs more than running it."""
    wanted = Filter(text, dict(choices), dict(ranges))
    if sort in _BY_PRICE:
        return _by_price(wanted, sort, place, size)
    key = relevance(text) if sort == Sort.RELEVANCE else _KEYS.get(sort, Listing.__table__.c.id)
    statement = on_shelf(CARDS, with_words=bool(text), kind=wanted.kind).add_columns(key.label("figure"))
    backwards = place is not None and place.is_backwards
    page = _page(statement.where(*conditions(wanted)), key, place, upwards=(sort in _UPWARDS) != backwards)
    return page.limit(size + 1)


def _by_price(wanted: Filter, sort: Sort, place: Place | None, size: int) -> Select[*tuple[Any, ...]]:
    """Return the statement of one page in an order by price: of each part of the range its first cards, then of all."""
    upwards = (sort in _UPWARDS) != (place is not None and place.is_backwards)
    fits = conditions(wanted.within(Measure.PRICE, Range()))
    pages = []
    for part in _BY_PRICE[sort](wanted.limits(Measure.PRICE)):
        shelf = on_shelf(CARDS, with_words=bool(wanted.text), kind=wanted.kind)
        shelf = shelf.add_columns(part.figure.label("figure")).where(*fits, part.condition)
        pages.append(_page(shelf, part.figure, place, upwards=upwards).limit(size + 1))
    if len(pages) == 1:
        return pages[0]
    found = union_all(*pages).subquery()
    order = [column.asc() if upwards else column.desc() for column in (found.c.figure, found.c.id)]
    return select(*found.c).order_by(*order).limit(size + 1)


def newest(kind: ListingKind, count: int) -> tuple[Card, ...]:
    """Return the newest listings of a kind that can be bought now, in one query."""
    statement = _ON_SHELF.where(Listing.kind == kind, Listing.in_stock > 0).order_by(Listing.id.desc()).limit(count)
    return tuple(card_of(row) for row in db.read(statement))


def counts(several: Sequence[Filter]) -> list[int]:
    """Return how many listings each of `several` filters finds, in one query however many there are."""
    if not several:
        return []
    each = [
        on_shelf(select(literal(place), func.count()), with_words=bool(wanted.text), kind=wanted.kind).where(
            *conditions(wanted)
        )
        for place, wanted in enumerate(several)
    ]
    found = dict(map(tuple, db.read(union_all(*each))))
    return [int(found[place]) for place in range(len(several))]


def _counting(wanted: Filter, *columns: ColumnElement[int]) -> Select[*tuple[Any, ...]]:
    return on_shelf(select(*columns), with_words=bool(wanted.text), kind=wanted.kind)


def count_published(wanted: Filter, *, since: datetime, until: datetime) -> int:
    """Return how many of the listings that match were offered for the first time in a time, in one query.

    The time begins after `since` and ends with `until`.
    """
    came = Listing.published_at > since, Listing.published_at <= until
    counted = on_shelf(select(func.count()), with_words=bool(wanted.text), kind=wanted.kind).where(
        *conditions(wanted), *came
    )
    [(count,)] = db.read(counted)
    return int(count)


def card_of(row: Row[*tuple[Any, ...]]) -> Card:
    """Return the card in a row of CARDS."""
    return _card(tuple(row)[:_COLUMNS])


@lru_cache(maxsize=4_096)
def _card(values: tuple[Any, ...]) -> Card:
    """Return the card of these values: most cards of a page are the same as a moment ago."""
    listing_id, slug, title, kind, price, delivery, currency, *rest = values
    return Card(listing_id, slug, title, kind, Money(price, currency), Money(delivery, currency), *rest)


def _page(
    statement: Select[*tuple[Any, ...]], key: ColumnElement[int], place: Place | None, *, upwards: bool
) -> Select[*tuple[Any, ...]]:
    listing_id = Listing.__table__.c.id
    columns = (listing_id,) if key is listing_id else (key, listing_id)
    if place is not None:
        values = (place.figure, place.listing_id)[-len(columns) :]
        here = tuple_(*(literal(value) for value in values))
        statement = statement.where(tuple_(*columns) > here if upwards else tuple_(*columns) < here)
    return statement.order_by(*(column.asc() if upwards else column.desc() for column in columns))
