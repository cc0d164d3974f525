"""Which listings a filter means, in SQL: every facet's value, every figure, and the words.

A listing is asked by the prices it can be bought at: those of its variants, where it has some.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    distinct,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, array
from sqlalchemy.orm import InstrumentedAttribute

from marketplace.catalog import search_rules
from marketplace.catalog.filtering import CAR, PART, Facet, Filter, Measure, Range
from marketplace.catalog.models import CarDetails, Listing, ListingWords, PartDetails, Shop
from marketplace.catalog.states import ListingStatus

IS_FOR_SALE: ColumnElement[bool] = Listing.__table__.c.status == ListingStatus.ACTIVE


def _before_comma(column: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[str]:
    return func.split_part(column, literal_column("','"), literal_column("1"), type_=String())


VALUES: Mapping[Facet, ColumnElement[str]] = {
    Facet.KIND: cast(Listing.kind, String),
    Facet.CATEGORY: PartDetails.__table__.c.category,
    Facet.FUEL: CarDetails.__table__.c.fuel,
    # "Manual, 5 gears" and "Estate, 5 doors": what stands before the comma is what people choose by.
    Facet.GEARBOX: _before_comma(CarDetails.gearbox),
    Facet.BODY: _before_comma(CarDetails.body),
    Facet.CONDITION: PartDetails.__table__.c.condition,
    Facet.BRAND: PartDetails.__table__.c.brand,
    Facet.STOCK: case((Listing.in_stock > literal_column("0"), literal_column("'yes'"))),
    Facet.DELIVERY: case((Listing.delivery_minor == literal_column("0"), literal_column("'free'"))),
    Facet.SHOP: Shop.__table__.c.slug,
    Facet.COUNTRY: Shop.__table__.c.country,
    Facet.CURRENCY: Listing.__table__.c.currency,
}
"""The one answer a listing gives to each facet, null for none. A part fits several makes: those are in MAKES."""

_SAYS: Mapping[Facet, tuple[ColumnElement[bool], str]] = {
    Facet.STOCK: (Listing.in_stock > literal_column("0"), "yes"),
    Facet.DELIVERY: (Listing.delivery_minor == literal_column("0"), "free"),
}
"""What the only answer to a facet means, and that answer: asked so, the server knows how many listings give it."""

_CAR_MAKE: ColumnElement[Any] = array([CarDetails.__table__.c.make], type_=String(64))
MAKES: ColumnElement[Any] = func.coalesce(PartDetails.fits_makes, _CAR_MAKE)
"""The makes that a listing is about: a car's own, or those that a part fits."""

FIGURES: Mapping[Measure, ColumnElement[int]] = {
    Measure.PRICE: Listing.__table__.c.price_minor,
    Measure.YEAR: CarDetails.__table__.c.year,
    Measure.MILEAGE: CarDetails.__table__.c.mileage_km,
}


_sold = Listing.__table__.alias("sold")
_dearest: ColumnElement[int] = Listing.__table__.c.highest_minor
_SEVERAL_PRICES: ColumnElement[bool] = _dearest > Listing.__table__.c.price_minor
"""Whether a listing has variants at more prices than one."""
_highest_price: ColumnElement[int] = func.coalesce(_dearest, Listing.__table__.c.price_minor)
"""The highest price at which a listing can be bought."""


@dataclass(frozen=True, slots=True)
class Priced:
    """Some of the listings in a range of prices, and the figure an order by price goes by."""

    condition: ColumnElement[bool]
    figure: ColumnElement[int]


def by_lowest_price(limits: Range) -> list[Priced]:
    """Return the listings that can be bought within `limits`, by the lowest price at which they can.

    The first are those whose lowest price of all it is, and an index has them in their order; the others, which no
    listing is in twice, have variants on both sides of the lower limit. Nobody is asked twice, no one left out.
    """
    price, lowest, highest = FIGURES[Measure.PRICE], limits.lowest, limits.highest
    up_to = [] if highest is None else [price <= highest]
    if lowest is None:
        return [Priced(and_(true(), *up_to), price)]
    prices = [_sold.c.price_minor >= lowest, *([] if highest is None else [_sold.c.price_minor <= highest])]
    across = and_(price < lowest, _SEVERAL_PRICES, _dearest >= lowest)
    if highest is not None:
        across = and_(across, _sold_at(*prices).exists())
    least = _sold_at(*prices).with_only_columns(func.min(_sold.c.price_minor)).scalar_subquery()
    return [Priced(and_(price >= lowest, *up_to), price), Priced(across, least)]


def by_highest_price(limits: Range) -> list[Priced]:
    """Return the listings that can be bought within `limits`, by the highest price at which they can.

    As by_lowest_price, the other way round.
    """
    price, lowest, highest = FIGURES[Measure.PRICE], limits.lowest, limits.highest
    down_to = [] if lowest is None else [_highest_price >= lowest]
    if highest is None:
        return [Priced(and_(true(), *down_to), _highest_price)]
    prices = [_sold.c.price_minor <= highest, *([] if lowest is None else [_sold.c.price_minor >= lowest])]
    across = and_(price <= highest, _SEVERAL_PRICES, _dearest > highest)
    if lowest is not None:
        across = and_(across, _sold_at(*prices).exists())
    most = _sold_at(*prices).with_only_columns(func.max(_sold.c.price_minor)).scalar_subquery()
    return [Priced(and_(_highest_price <= highest, *down_to), _highest_price), Priced(across, most)]


def price_places(place_of: Callable[[ColumnElement[int]], ColumnElement[int]]) -> ColumnElement[str]:
    """Return where a listing's prices lie by `place_of`, as text: one place, or those of its variants by commas."""
    place = cast(place_of(_sold.c.price_minor), Text)
    several = _sold_at().with_only_columns(func.string_agg(distinct(place), literal_column("','"))).scalar_subquery()
    return case((_SEVERAL_PRICES, several), else_=cast(place_of(FIGURES[Measure.PRICE]), Text))


def _sold_at(*prices: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return the variants of a listing that can be bought at `prices`; of one that is sold out, all of them."""
    here = Listing.__table__.c
    offered = _sold.c.parent_id == here.id, _sold.c.status == ListingStatus.OFFERED
    in_stock = or_(_sold.c.in_stock > literal_column("0"), here.in_stock == literal_column("0"))
    return select(_sold.c.id).where(*offered, in_stock, *prices).correlate(Listing)


def makes_of(kind: str) -> ColumnElement[Any]:
    """Return the makes that a listing of one `kind`, or "" for any, is about."""
    return {CAR: _CAR_MAKE, PART: PartDetails.__table__.c.fits_makes}.get(kind, MAKES)


def on_shelf(statement: Select[*tuple[Any, ...]], *, with_words: bool, kind: str = "") -> Select[*tuple[Any, ...]]:
    """Return `statement` over the listings for sale, joined with all that VALUES, FIGURES and the words need.

    Of one `kind` a listing has its details for sure: only then can an index of theirs lead the way.
    """
    joined = (
        statement.select_from(Listing)
        .join(Shop, Shop.seller_id == Listing.seller_id)
        .join(CarDetails, CarDetails.listing_id == Listing.id, isouter=kind != CAR)
        .join(PartDetails, PartDetails.listing_id == Listing.id, isouter=kind != PART)
        .where(IS_FOR_SALE)
    )
    if kind:
        joined = joined.where(Listing.kind == literal_column(f"'{kind}'"))
    return joined.join(ListingWords, ListingWords.listing_id == Listing.id) if with_words else joined


def conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what holds for the listings that `wanted` means; words need the join of on_shelf."""
    found = [_gives(facet, chosen, wanted.kind) for facet, chosen in wanted.choices.items()]
    for measure, limits in wanted.ranges.items():
        if measure == Measure.PRICE:
            found += [or_(*(each.condition for each in by_lowest_price(limits)))] if limits else []
            continue
        if limits.lowest is not None:
            found.append(FIGURES[measure] >= limits.lowest)
        if limits.highest is not None:
            found.append(FIGURES[measure] <= limits.highest)
    if wanted.text:
        search = search_rules.parse(wanted.text)
        found.append(has_words(literal(search.wide)) if search.terms else false())
    return found


def has_words(wide: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether the words of a listing satisfy `wide`, a tsquery as text, as written or by their stems."""
    return ListingWords.words.bool_op("@@")(_either(wide))


def relevance(text: str) -> ColumnElement[int]:
    """Return how well the words fit `text`, as a whole number that a page can start at.

    Titles and numbers weigh most (the weights of ts_rank_cd), whole words count on top of beginnings, and what is sold
    out stands behind what can be bought.
    """
    search = search_rules.parse(text)
    if not search.terms:
        return literal(0)
    rank = func.ts_rank_cd(ListingWords.words, _either(literal(search.wide))) + func.ts_rank_cd(
        ListingWords.words, cast(literal(search.exact), TSQUERY)
    )
    return cast(rank * case((Listing.in_stock > 0, 1_000_000), else_=250_000), Listing.id.type)


def holds(facet: Facet, kind: str = "") -> ColumnElement[bool]:
    """Return whether a listing, of one `kind` or any, gives one of the answers in the parameter named like `facet`."""
    if facet == Facet.MAKE:
        return _is_about(bindparam(facet.value, type_=ARRAY(String(64))), kind)
    answers = any_(bindparam(facet.value, type_=ARRAY(String)))
    if facet in _SAYS:
        says, only = _SAYS[facet]
        return says & (literal_column(f"'{only}'", String) == answers)
    return VALUES[facet] == answers


def lies_within(measure: Measure) -> ColumnElement[bool]:
    """Return whether a figure lies in the parameters `<measure>_lowest` and `<measure>_highest`, null for open."""
    figure, kind = FIGURES[measure], Listing.id.type
    lowest, highest = (bindparam(f"{measure.value}_{end}", type_=kind) for end in ("lowest", "highest"))
    within = and_(or_(lowest.is_(None), figure >= lowest), or_(highest.is_(None), figure <= highest))
    if measure != Measure.PRICE:
        return within
    dearer = _sold_at(_sold.c.price_minor >= lowest, _sold.c.price_minor <= highest).exists()
    return or_(within, and_(figure < lowest, _SEVERAL_PRICES, _dearest >= lowest, or_(highest.is_(None), dearer)))


def parameters(wanted: Filter) -> dict[str, Any]:
    """Return the values of the parameters that `holds`, `lies_within` and the words (`wide`) take."""
    found: dict[str, Any] = {facet.value: list(wanted.chosen(facet)) for facet in Facet}
    for measure in Measure:
        limits = wanted.limits(measure)
        found |= {f"{measure.value}_lowest": limits.lowest, f"{measure.value}_highest": limits.highest}
    return found | {"wide": search_rules.parse(wanted.text).wide}


def _gives(facet: Facet, chosen: Sequence[str], kind: str) -> ColumnElement[bool]:
    """Return whether a listing gives one of the `chosen` answers."""
    if facet == Facet.MAKE:
        return _is_about(cast(list(chosen), ARRAY(String(64))), kind)
    if facet in _SAYS:
        says, only = _SAYS[facet]
        return says if only in chosen else false()
    return VALUES[facet].in_(chosen)


def _is_about(makes: ColumnElement[Any], kind: str) -> ColumnElement[bool]:
    """Return whether a listing is about one of `makes`; each kind by the index it has for that."""
    if kind == CAR:
        return CarDetails.__table__.c.make == any_(makes)
    fits: ColumnElement[bool] = makes_of(kind).bool_op("&&")(makes)
    return fits


def _either(query: ColumnElement[str]) -> ColumnElement[Any]:
    # The vector holds words as written and stems, so the query asks for both.
    return cast(query, TSQUERY).op("||")(func.to_tsquery("english", cast(query, Text)))
