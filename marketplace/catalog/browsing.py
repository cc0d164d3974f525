"""Finding listings: a filter, an order, and one page of cards by keyset: page fifty costs what page one does."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, tuple_

from marketplace import db
from marketplace.catalog.models import CarDetails, Listing, ListingKind, ListingPicture, PartDetails, Shop
from marketplace.catalog.queries import IS_FOR_SALE, Card
from marketplace.money import Money

Kind = ListingKind
"""Cars or parts, for pages, which never import models."""

PAGE_SIZE = 24
_MOST_WORDS = 8
_WORD = re.compile(r"[^\W_]+")


class Sort(StrEnum):
    """In which order cards come. Prices compare within one currency only."""

    NEWEST = "newest"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a buyer looks for; an empty field means anything. Prices are minor units of `currency`."""

    text: str = ""
    kind: ListingKind | None = None
    categories: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    currency: str = ""
    lowest_minor: int | None = None
    highest_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page starts: behind (or, going back, before) the card with this price and id."""

    price_minor: int
    listing_id: int
    is_backwards: bool = False

    def __str__(self) -> str:
        return f"{'b' if self.is_backwards else 'f'}{self.price_minor}-{self.listing_id}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """Return the place written by str(), or None for anything else."""
        found = re.fullmatch(r"([bf])([0-9]{1,18})-([0-9]{1,18})", text, re.ASCII)
        return cls(int(found[2]), int(found[3]), found[1] == "b") if found else None


@dataclass(frozen=True, slots=True)
class Cards:
    """One page of cards, how many there are in all, and where the neighbouring pages start."""

    rows: tuple[Card, ...]
    total: int
    previous: Place | None
    next: Place | None


_PICTURE = (
    select(ListingPicture.file_name)
    .where(ListingPicture.listing_id == Listing.__table__.c.id)
    .order_by(ListingPicture.position)
    .limit(1)
    .scalar_subquery()
)
_CARDS: Select[*tuple[Any, ...]] = (
    select(
        Listing.id,
        Listing.slug,
        Listing.title,
        Listing.kind,
        Listing.price_minor,
        Listing.delivery_minor,
        Listing.currency,
        Listing.in_stock,
        _PICTURE.label("picture"),
        Shop.name.label("shop_name"),
        CarDetails.year,
        CarDetails.mileage_km,
        CarDetails.fuel,
        PartDetails.brand,
        PartDetails.condition,
    )
    .select_from(Listing)
    .join(Shop, Shop.seller_id == Listing.seller_id)
    .outerjoin(CarDetails, CarDetails.listing_id == Listing.id)
    .outerjoin(PartDetails, PartDetails.listing_id == Listing.id)
    .where(IS_FOR_SALE)
)
# Punctuation goes on both sides, or "A-123" would be the word "a" and the number -123.
_WORDS = func.to_tsvector(
    "simple",
    func.regexp_replace(
        func.concat_ws(
            " ",
            Listing.title,
            CarDetails.make,
            CarDetails.model,
            CarDetails.year,
            PartDetails.brand,
            PartDetails.part_number,
            PartDetails.fits,
            Shop.name,
        ),
        "[^[:alnum:]]+",
        " ",
        "g",
    ),
)


def cards(wanted: Filter, sort: Sort = Sort.NEWEST, place: Place | None = None, *, size: int = PAGE_SIZE) -> Cards:
    """Return one page of the listings for sale that match, in two queries however many there are."""
    conditions = _conditions(wanted)
    matching = _CARDS.where(*conditions)
    total = db.read(select(func.count()).select_from(matching.with_only_columns(Listing.id).subquery()))[0][0]
    backwards = place is not None and place.is_backwards
    found = list(db.read(_page(matching, sort, place).limit(size + 1)))
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_previous, has_next = (more, True) if backwards else (place is not None, more)
    return Cards(
        rows=tuple(_card(row) for row in found),
        total=total,
        previous=Place(found[0].price_minor, found[0].id, is_backwards=True) if found and has_previous else None,
        next=Place(found[-1].price_minor, found[-1].id) if found and has_next else None,
    )


def newest(kind: ListingKind, count: int) -> tuple[Card, ...]:
    """Return the newest listings of a kind that can be bought now, in one query."""
    statement = _CARDS.where(Listing.kind == kind, Listing.in_stock > 0).order_by(Listing.id.desc()).limit(count)
    return tuple(_card(row) for row in db.read(statement))


def others_of_shop(seller_id: int, *, but: int, count: int) -> tuple[Card, ...]:
    """Return other listings of a seller that can be bought now, newest first, in one query."""
    same = _CARDS.where(Listing.seller_id == seller_id, Listing.id != but, Listing.in_stock > 0)
    return tuple(_card(row) for row in db.read(same.order_by(Listing.id.desc()).limit(count)))


def _page(statement: Select[*tuple[Any, ...]], sort: Sort, place: Place | None) -> Select[*tuple[Any, ...]]:
    upwards = (sort == Sort.CHEAPEST) != (place is not None and place.is_backwards)
    columns = (Listing.id,) if sort == Sort.NEWEST else (Listing.price_minor, Listing.id)
    if place is not None:
        values = (place.listing_id,) if sort == Sort.NEWEST else (place.price_minor, place.listing_id)
        here = tuple_(*(literal(value) for value in values))
        statement = statement.where(tuple_(*columns) > here if upwards else tuple_(*columns) < here)
    return statement.order_by(*(column.asc() if upwards else column.desc() for column in columns))


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kind:
        conditions.append(Listing.kind == wanted.kind)
    if wanted.categories:
        conditions.append(PartDetails.category.in_(wanted.categories))
    if wanted.makes:
        conditions.append(CarDetails.make.in_(wanted.makes))
    if wanted.shops:
        conditions.append(Shop.slug.in_(wanted.shops))
    if wanted.currency:
        conditions.append(Listing.currency == wanted.currency)
    if wanted.lowest_minor is not None:
        conditions.append(Listing.price_minor >= wanted.lowest_minor)
    if wanted.highest_minor is not None:
        conditions.append(Listing.price_minor <= wanted.highest_minor)
    if wanted.text:
        conditions.append(_has_words(wanted.text))
    return conditions


def _has_words(text: str) -> ColumnElement[bool]:
    words = _WORD.findall(text)[:_MOST_WORDS]
    if not words:
        return literal(value=False)
    return _WORDS.bool_op("@@")(func.to_tsquery("simple", " & ".join(f"{word}:*" for word in words)))


def _card(row: Row[*tuple[Any, ...]]) -> Card:
    return Card(
        listing_id=row.id,
        slug=row.slug,
        title=row.title,
        kind=row.kind,
        price=Money(row.price_minor, row.currency),
        delivery=Money(row.delivery_minor, row.currency),
        in_stock=row.in_stock,
        picture=row.picture,
        shop_name=row.shop_name,
        year=row.year,
        mileage_km=row.mileage_km,
        fuel=row.fuel,
        brand=row.brand,
        condition=row.condition,
    )
