"""What stands beside a listing: the same part at other sellers, what is like it, more from its shop."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    any_,
    bindparam,
    case,
    false,
    func,
    select,
    true,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY

from marketplace import db
from marketplace.catalog.browsing import CARDS, card_of
from marketplace.catalog.matching import MAKES, on_shelf
from marketplace.catalog.models import CarDetails, Listing, ListingKind, PartDetails
from marketplace.catalog.queries import Card
from marketplace.prepared import Question

_SHORTEST_NUMBER = 3
_CANDIDATES = 100
_HERE = bindparam("listing_id", type_=BigInteger)
_COUNT = bindparam("count", type_=BigInteger)
_one = (
    select(
        Listing.id,
        Listing.seller_id,
        Listing.kind,
        Listing.currency,
        Listing.price_minor,
        PartDetails.category,
        PartDetails.number_key,
        func.lower(PartDetails.brand).label("brand"),
        CarDetails.make,
        CarDetails.year,
        func.split_part(CarDetails.body, ",", 1).label("body"),
        MAKES.label("makes"),
    )
    .select_from(Listing)
    .outerjoin(CarDetails, CarDetails.listing_id == Listing.id)
    .outerjoin(PartDetails, PartDetails.listing_id == Listing.id)
    .where(Listing.id == _HERE)
    .cte("one")
)
_OTHERS = on_shelf(CARDS, with_words=False).join(_one, true()).where(Listing.id != _HERE)
_is_same_part = and_(
    PartDetails.number_key == _one.c.number_key,
    func.lower(PartDetails.brand) == _one.c.brand,
    func.length(_one.c.number_key) >= _SHORTEST_NUMBER,
)
_SAME_PART = (
    _OTHERS.where(Listing.in_stock > 0, Listing.seller_id != _one.c.seller_id, _is_same_part)
    # Prices compare within one currency: those of this listing's currency stand first.
    .order_by((Listing.currency != _one.c.currency), Listing.price_minor + Listing.delivery_minor, Listing.id)
    .limit(_COUNT)
)
_nearness = (
    case((MAKES.overlap(_one.c.makes), 4), else_=0)
    + case((func.split_part(CarDetails.body, ",", 1) == _one.c.body, 2), else_=0)
    + case((func.abs(CarDetails.year - _one.c.year) <= 5, 1), else_=0)
    + case((Listing.currency == _one.c.currency, 1), else_=0)
)


def _newest(details: type[CarDetails | PartDetails], condition: ColumnElement[bool]) -> Select[int]:
    """Return the newest of one sort: enough to choose from, however long the shelves are."""
    listing_id = details.__table__.c.listing_id
    newest = select(listing_id).where(condition).order_by(listing_id.desc()).limit(_CANDIDATES)
    return select(newest.subquery().c.listing_id)


def _of_one(column: ColumnElement[Any]) -> ScalarSelect[Any]:
    return select(column).scalar_subquery()


_candidates = union(
    _newest(PartDetails, PartDetails.__table__.c.category == _of_one(_one.c.category)),
    _newest(CarDetails, CarDetails.__table__.c.make == _of_one(_one.c.make)),
    _newest(CarDetails, _of_one(_one.c.kind) == ListingKind.CAR.value),
).cte("candidates")
_ALIKE = (
    _OTHERS.join(_candidates, _candidates.c.listing_id == Listing.id)
    .where(Listing.in_stock > 0, ~func.coalesce(_is_same_part, false()))
    .order_by(_nearness.desc(), func.abs(Listing.price_minor - _one.c.price_minor), Listing.id)
    .limit(_COUNT)
)
_OF_SHOP = (
    on_shelf(CARDS, with_words=False)
    .where(Listing.seller_id == bindparam("seller_id", type_=BigInteger), Listing.id != _HERE, Listing.in_stock > 0)
    .order_by(Listing.id.desc())
    .limit(_COUNT)
)


# Which they are may be known already; what they cost and whether they are there never is.
_AS_THEY_ARE = on_shelf(CARDS, with_words=False).where(
    Listing.id == any_(bindparam("ids", type_=ARRAY(BigInteger))), Listing.in_stock > 0
)


@dataclass(frozen=True, slots=True)
class Related:
    """The same part at other sellers, cheapest first; listings like this one; more from its shop. Nothing twice."""

    same_part: tuple[Card, ...]
    alike: tuple[Card, ...]
    of_shop: tuple[Card, ...]

    @property
    def ids(self) -> "RelatedIds":
        """Return which listings these are."""
        return tuple(tuple(card.listing_id for card in cards) for cards in (self.same_part, self.alike, self.of_shop))


RelatedIds = tuple[tuple[int, ...], ...]
"""Which listings stand beside one, in the order of `Related`."""


def related(listing_id: int, seller_id: int, *, count: int) -> Related:
    """Return at most `count` listings of each sort that can be bought now, in three queries and one trip."""
    here = {"listing_id": listing_id, "count": count}
    # As many of its shop as there may be twice.
    of_shop = {"listing_id": listing_id, "seller_id": seller_id, "count": 3 * count}
    with db.reading_ahead((_ALIKE, here), (_OF_SHOP, of_shop)):
        same_part = tuple(card_of(row) for row in db.read(_SAME_PART, here))
        alike = tuple(card_of(row) for row in db.read(_ALIKE, here))
        others = [card_of(row) for row in db.read(_OF_SHOP, of_shop)]
    seen = {card.listing_id for card in (*same_part, *alike)}
    return Related(same_part, alike, tuple(card for card in others if card.listing_id not in seen)[:count])


def question(ids: RelatedIds) -> Question | None:
    """Return what `related_again` asks, for `db.reading_ahead`; None when it asks nothing."""
    wanted = [listing_id for each in ids for listing_id in each]
    return (_AS_THEY_ARE, {"ids": wanted}) if wanted else None


def related_again(ids: RelatedIds) -> Related:
    """Return the same listings as they are now, without those that can't be bought any more, in one query."""
    asked = question(ids)
    found = {row.id: card_of(row) for row in db.read(*asked)} if asked else {}
    return Related(*(tuple(found[listing_id] for listing_id in each if listing_id in found) for each in ids))
