"""What buyers read of the catalogue: cards by filter, one listing, one shop. Only what is for sale is ever found."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Row, Select, Text, bindparam, cast, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by

from marketplace import db, language
from marketplace.catalog.matching import IS_FOR_SALE
from marketplace.catalog.models import CarDetails, Listing, ListingKind, ListingPicture, PartDetails, Shop
from marketplace.catalog.rules import MANY_IN_STOCK, kilometres
from marketplace.catalog.states import ListingStatus
from marketplace.catalog.variant_queries import NO_CHOICE, OPTIONS, Choice, choice_of
from marketplace.catalog.variants import IS_LISTING
from marketplace.errors import NotFound
from marketplace.money import Money
from marketplace.taxes.queries import rates_of
from marketplace.taxes.rules import TaxCategory, Taxing, read_rates


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """A listing as it stands in a grid: `year`, `mileage_km`, `fuel` tell of cars, `brand`, `condition` of parts.

    `browsing.card_of` returns the same one for the same row: cards are told apart as objects, without a look inside.
    """

    listing_id: int
    slug: str
    title: str
    kind: ListingKind
    price: Money
    delivery: Money
    in_stock: int
    """At most one more than `LOW_STOCK`."""
    picture: str | None
    shop_name: str
    year: int | None
    mileage_km: int | None
    fuel: str | None
    brand: str | None
    condition: str | None
    rating_sum: int
    """All stars that buyers gave its seller, and below by how many reviews."""
    rating_count: int
    country: str
    """Where it is sent from, ISO 3166-1 alpha-2."""
    highest_minor: int | None
    """With variants the price of the dearest one that can be bought, minor units: `price` is then the lowest."""


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One picture of a listing."""

    file_name: str
    alt: str


@dataclass(frozen=True, slots=True)
class ShopView:
    """A shop as buyers see it."""

    seller_id: int
    slug: str
    name: str
    about: str
    city: str
    country: str
    delivery_policy: str
    returns_policy: str
    taxing: Taxing
    opened_at: datetime
    dispatch_days: int
    listings: int
    is_paused: bool
    rating_sum: int
    """All stars that buyers gave the seller, and below by how many reviews."""
    rating_count: int


@dataclass(frozen=True, slots=True, eq=False)
class ListingView:
    """A listing with everything its page tells; `specs` are the pairs that its kind has.

    `listing` returns the same one for the same row, as with cards.
    """

    listing_id: int
    seller_id: int
    slug: str
    title: str
    description: str
    kind: ListingKind
    category: str | None
    price: Money
    delivery: Money
    in_stock: int
    """At most one more than `MANY_IN_STOCK`."""
    specs: tuple[tuple[str, str], ...]
    pictures: tuple[PictureRow, ...]
    shop: ShopView
    rating_sum: int
    """All stars that buyers gave the goods, and below by how many reviews."""
    rating_count: int
    profile_id: int | None = None
    """The delivery profile it is sent by; None for the standard delivery, which is `delivery` to everywhere."""
    weight_grams: int = 0
    tax_category: TaxCategory = TaxCategory.STANDARD
    choice: Choice = NO_CHOICE
    """Its variants; with some `price` is the lowest and `in_stock` the sum of theirs."""


_shelf = Listing.__table__.alias("shelf")
_LISTINGS_OF_SHOP = (
    select(func.count())
    .select_from(_shelf)
    .where(_shelf.c.seller_id == Shop.__table__.c.seller_id, _shelf.c.status == ListingStatus.ACTIVE)
    .correlate(Shop.__table__)
    .scalar_subquery()
)
_SHOP_COLUMNS = (
    Shop.seller_id,
    Shop.slug.label("shop_slug"),
    Shop.name.label("shop_name"),
    Shop.about,
    Shop.city,
    Shop.country,
    Shop.delivery_policy,
    Shop.returns_policy,
    Shop.tax_basis_points,
    Shop.prices_include_tax,
    rates_of(Shop.__table__.c.seller_id).label("tax_rates"),
    Shop.opened_at,
    Shop.dispatch_days,
    _LISTINGS_OF_SHOP.label("shop_listings"),
    Shop.is_paused,
    Shop.rating_sum,
    Shop.rating_count,
)
_SHOP_OF_SELLER = select(*_SHOP_COLUMNS).where(Shop.seller_id == bindparam("seller_id"))
_SHOP = select(*_SHOP_COLUMNS).where(Shop.slug == bindparam("slug"))
_PICTURES = (
    select(
        func.coalesce(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(ListingPicture.file_name, ListingPicture.alt), ListingPicture.position
                )
            ),
            text("'[]'"),
        )
    )
    .where(ListingPicture.listing_id == Listing.id)
    .correlate(Listing)
    .scalar_subquery()
)
_ANY_LISTING: Select[*tuple[Any, ...]] = (
    select(
        *_SHOP_COLUMNS,
        cast(_PICTURES, Text).label("pictures"),
        Listing.id,
        Listing.slug,
        Listing.title,
        Listing.description,
        Listing.kind,
        Listing.price_minor,
        Listing.delivery_minor,
        Listing.currency,
        # Of more than many the page tells nothing: it stays the same page when one is sold.
        func.least(Listing.in_stock, MANY_IN_STOCK + 1, type_=Integer).label("in_stock"),
        CarDetails.make,
        CarDetails.model,
        CarDetails.year,
        CarDetails.mileage_km,
        CarDetails.body,
        CarDetails.fuel,
        CarDetails.gearbox,
        CarDetails.colour,
        CarDetails.vin,
        PartDetails.category,
        PartDetails.brand,
        PartDetails.part_number,
        PartDetails.condition,
        PartDetails.fits,
        Listing.rating_sum.label("goods_sum"),
        Listing.rating_count.label("goods_count"),
        Listing.delivery_profile_id,
        Listing.weight_grams,
        Listing.tax_category,
        OPTIONS.label("options"),
    )
    .select_from(Listing)
    .join(Shop, Shop.seller_id == Listing.seller_id)
    .outerjoin(CarDetails, CarDetails.listing_id == Listing.id)
    .outerjoin(PartDetails, PartDetails.listing_id == Listing.id)
)
_LISTING = _ANY_LISTING.where(Listing.slug == bindparam("slug"), IS_FOR_SALE)
_OWN_LISTING = _ANY_LISTING.where(
    Listing.id == bindparam("listing_id"), Listing.seller_id == bindparam("seller_id"), IS_LISTING
)


def listing(slug: str) -> ListingView | None:
    """Return the listing for sale at `slug`, or None. One query, two with variants."""
    row = db.read_one(_LISTING, {"slug": slug})
    return None if row is None else _listing(row, choice_of(row.id, row.options))


def own_listing(listing_id: int, seller_id: int) -> ListingView:
    """Return a seller's own listing as buyers see it, or will; raises NotFound for another's."""
    row = db.read_one(_OWN_LISTING, {"listing_id": listing_id, "seller_id": seller_id})
    if row is None:
        raise NotFound(language.gettext("There is no such listing."))
    return _listing(row, choice_of(row.id, row.options))


@lru_cache(maxsize=2_048)
def _listing(row: Row[*tuple[Any, ...]], choice: Choice) -> ListingView:
    """Return the listing of a row: looking it up by all it tells costs a tenth of making it anew."""
    return ListingView(
        listing_id=row.id,
        seller_id=row.seller_id,
        slug=row.slug,
        title=row.title,
        description=row.description,
        kind=row.kind,
        category=row.category,
        price=Money(row.price_minor, row.currency),
        delivery=Money(row.delivery_minor, row.currency),
        in_stock=row.in_stock,
        specs=_specs(row),
        pictures=tuple(PictureRow(*picture) for picture in json.loads(row.pictures)),
        shop=_shop(row),
        rating_sum=row.goods_sum,
        rating_count=row.goods_count,
        profile_id=row.delivery_profile_id,
        weight_grams=row.weight_grams or 0,
        tax_category=row.tax_category,
        choice=choice,
    )


def shop(slug: str) -> ShopView | None:
    """Return the shop at `slug`, or None."""
    row = db.read_one(_SHOP, {"slug": slug})
    return _shop(row) if row else None


def shop_of(seller_id: int) -> ShopView:
    """Return a seller's own shop; raises NotFound for somebody who has none."""
    row = db.read_one(_SHOP_OF_SELLER, {"seller_id": seller_id})
    if row is None:
        raise NotFound(language.gettext("You have no shop yet."))
    return _shop(row)


def _shop(row: Row[*tuple[Any, ...]]) -> ShopView:
    return ShopView(
        seller_id=row.seller_id,
        slug=row.shop_slug,
        name=row.shop_name,
        about=row.about,
        city=row.city,
        country=row.country,
        delivery_policy=row.delivery_policy,
        returns_policy=row.returns_policy,
        taxing=Taxing(row.country, row.tax_basis_points, row.prices_include_tax, read_rates(row.tax_rates)),
        opened_at=row.opened_at,
        dispatch_days=row.dispatch_days,
        listings=row.shop_listings,
        is_paused=row.is_paused,
        rating_sum=row.rating_sum,
        rating_count=row.rating_count,
    )


def _specs(row: Row[*tuple[Any, ...]]) -> tuple[tuple[str, str], ...]:
    if row.kind == ListingKind.CAR:
        return (
            (language.Text("Make"), row.make),
            (language.Text("Model"), row.model),
            (language.Text("Year"), str(row.year)),
            (language.Text("Mileage"), kilometres(row.mileage_km)),
            (language.Text("Body"), row.body),
            (language.Text("Fuel"), row.fuel),
            (language.Text("Gearbox"), row.gearbox),
            (language.Text("Colour"), row.colour),
            (language.Text("Chassis number"), row.vin),
        )
    return (
        (language.Text("Brand"), row.brand),
        (language.Text("Part number"), row.part_number),
        (language.Text("Condition"), language.Text(row.condition)),
        (language.Text("Fits"), row.fits),
    )
