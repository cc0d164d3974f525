"""What sellers read of their own listings, whatever buyers see of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal, select, true

from marketplace import db
from marketplace.catalog import unsaved_rules
from marketplace.catalog.models import (
    CarDetails,
    Listing,
    ListingKind,
    ListingPicture,
    PartDetails,
    Shop,
    StockReservation,
)
from marketplace.catalog.rules import CARS, LOW_STOCK
from marketplace.catalog.states import ListingStatus, ReservationStatus
from marketplace.catalog.variants import HAS_VARIANTS, IS_LISTING
from marketplace.errors import NotFound
from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.paging import Amounts, Cursor, Listed, Period, read_page
from marketplace.taxes.queries import DELIVERY_RULES, rates_of
from marketplace.taxes.rules import TaxCategory, Taxing, read_delivery_rules, read_rates


class ShelfTab(Labelled):
    """The tabs of a seller's listings; each listing stands under exactly one."""

    ACTIVE = "active", Text("Active")
    PAUSED = "paused", Text("Paused")
    DRAFT = "draft", Text("Draft")
    SOLD_OUT = "sold-out", Text("Sold out")


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """One listing in its seller's list; units are those that can be sold now, set aside for buyers, and sold."""

    listing_id: int
    kind: ListingKind
    slug: str
    title: str
    price: Money
    delivery: Money
    in_stock: int
    set_aside: int
    sold: int
    picture: str | None
    category: str
    """Part category, or cars."""
    tax_category: TaxCategory
    has_variants: bool
    """Whether price and stock are those of its variants: the lowest, and all of them."""


@dataclass(frozen=True, slots=True)
class OwnListing:
    """A listing with all that its seller can change; units as in ShelfRow."""

    listing_id: int
    tab: ShelfTab
    status: ListingStatus
    slug: str
    title: str
    description: str
    price: Money
    delivery: Money
    in_stock: int
    set_aside: int
    sold: int
    kind: ListingKind
    tax_category: TaxCategory
    sku: str
    """The seller's own key, "" without one."""
    options: tuple[str, ...]
    """What buyers choose a variant by; empty without variants, whose price and stock are otherwise those shown."""
    attributes: Mapping[str, str | int]
    """What the car or the part is, by the names of operations.CarFacts or PartFacts."""

    @property
    def fingerprint(self) -> str:
        """What tells these words and prices from any others; see unsaved_operations.check_unchanged."""
        words = {"title": self.title, "description": self.description, "sku": self.sku}
        prices = {"price_minor": 0 if self.options else self.price.minor, "delivery_minor": self.delivery.minor}
        return unsaved_rules.fingerprint({**words, **prices, **self.attributes})

    @property
    def category(self) -> str:
        """Part category, or cars."""
        return str(self.attributes.get("category", CARS))


_STATUS = Listing.__table__.c.status
_tab = case(
    (_STATUS == ListingStatus.DRAFT, literal(ShelfTab.DRAFT.value)),
    (_STATUS == ListingStatus.PAUSED, literal(ShelfTab.PAUSED.value)),
    (Listing.in_stock == 0, literal(ShelfTab.SOLD_OUT.value)),
    else_=literal(ShelfTab.ACTIVE.value),
)


_variant = Listing.__table__.alias("variant")
_VARIANT_IDS = select(_variant.c.id).where(_variant.c.parent_id == Listing.__table__.c.id).correlate(Listing.__table__)


def _units(status: ReservationStatus) -> ColumnElement[int]:
    """Return how many units of a listing are so, with those of variants it has or had."""
    units = select(func.coalesce(func.sum(StockReservation.quantity), 0)).where(StockReservation.status == status)
    own = units.where(StockReservation.listing_id == Listing.__table__.c.id).scalar_subquery()
    theirs = units.where(StockReservation.listing_id.in_(_VARIANT_IDS)).scalar_subquery()
    return own + case((HAS_VARIANTS, theirs), else_=0)


_PICTURE = (
    select(ListingPicture.file_name)
    .where(ListingPicture.listing_id == Listing.__table__.c.id)
    .order_by(ListingPicture.position)
    .limit(1)
    .scalar_subquery()
)
_SHELF = select(
    Listing.id,
    Listing.kind,
    Listing.slug,
    Listing.title,
    Listing.price_minor,
    Listing.delivery_minor,
    Listing.currency,
    Listing.in_stock,
    _units(ReservationStatus.ACTIVE),
    _units(ReservationStatus.REDEEMED),
    _PICTURE,
    func.coalesce(PartDetails.category, CARS),
    Listing.tax_category,
    HAS_VARIANTS,
).outerjoin(PartDetails, PartDetails.listing_id == Listing.id)
_CAR = (
    CarDetails.make,
    CarDetails.model,
    CarDetails.year,
    CarDetails.mileage_km,
    CarDetails.body,
    CarDetails.fuel,
    CarDetails.gearbox,
    CarDetails.colour,
    CarDetails.vin,
)
_PART = (
    PartDetails.category,
    PartDetails.brand,
    PartDetails.part_number,
    PartDetails.condition,
    PartDetails.fits,
)
_OWN = (
    select(
        Listing.id,
        Listing.kind,
        Listing.status,
        Listing.slug,
        Listing.title,
        Listing.description,
        Listing.price_minor,
        Listing.delivery_minor,
        Listing.currency,
        Listing.in_stock,
        Listing.sku,
        Listing.tax_category,
        Listing.option_names,
        _tab.label("tab"),
        _units(ReservationStatus.ACTIVE).label("set_aside"),
        _units(ReservationStatus.REDEEMED).label("sold"),
        *_CAR,
        *_PART,
    )
    .outerjoin(CarDetails, CarDetails.listing_id == Listing.id)
    .outerjoin(PartDetails, PartDetails.listing_id == Listing.id)
    .where(Listing.id == bindparam("listing_id"), Listing.seller_id == bindparam("seller_id"), IS_LISTING)
)
_IS_LOW = and_(Listing.kind == ListingKind.PART, Listing.in_stock.between(1, LOW_STOCK))
_LOW = select(func.count()).where(Listing.seller_id == bindparam("seller_id"), _STATUS == ListingStatus.ACTIVE, _IS_LOW)
_RATES_OF_SHOP = rates_of(Shop.__table__.c.seller_id)
_TAX = select(Shop.country, Shop.tax_basis_points, Shop.prices_include_tax, _RATES_OF_SHOP, DELIVERY_RULES).where(
    Shop.seller_id == bindparam("seller_id")
)


def shelf(
    seller_id: int, tab: ShelfTab, text: str, period: Period, cursor: Cursor, *, only_low: bool = False
) -> Listed[ShelfRow]:
    """Return one page of the seller's listings under `tab` whose title contains `text`, written in `period`.

    Newest first unless the cursor says otherwise; `only_low` keeps parts of which few are left.
    """
    columns = Listing.__table__.c
    own = Listing.seller_id == seller_id, IS_LISTING
    conditions = [*own, _tab == tab.value, _has(text), period.of(columns.created_at)]
    statement = _SHELF.where(*conditions, _IS_LOW if only_low else true())
    amounts = Amounts(columns.currency, columns.price_minor)
    return read_page(statement, columns.id, cursor, _shelf_row, amounts=amounts)


def low_count(seller_id: int) -> int:
    """Return of how many of the seller's parts for sale few are left."""
    return int(db.read(_LOW, {"seller_id": seller_id})[0][0])


def shelf_counts(seller_id: int, text: str) -> dict[ShelfTab, int]:
    """Return how many of the seller's listings whose title contains `text` stand under each tab."""
    own = Listing.seller_id == seller_id, IS_LISTING
    counted = select(_tab, func.count()).where(*own, _has(text)).group_by(_tab)
    found = dict(map(tuple, db.read(counted)))
    return {each: int(found.get(each.value, 0)) for each in ShelfTab}


def own_listing(listing_id: int, seller_id: int) -> OwnListing:
    """Return the seller's own listing; raises NotFound for an unknown or foreign one."""
    row = db.read_one(_OWN, {"listing_id": listing_id, "seller_id": seller_id})
    if row is None:
        raise NotFound(_("There is no such listing."))
    columns = _CAR if row.kind == ListingKind.CAR else _PART
    return OwnListing(
        listing_id=row.id,
        tab=ShelfTab(row.tab),
        status=row.status,
        slug=row.slug,
        title=row.title,
        description=row.description,
        price=Money(row.price_minor, row.currency),
        delivery=Money(row.delivery_minor, row.currency),
        in_stock=row.in_stock,
        set_aside=int(row.set_aside),
        sold=int(row.sold),
        kind=row.kind,
        tax_category=row.tax_category,
        sku=row.sku or "",
        options=tuple(row.option_names),
        attributes={column.key: getattr(row, column.key) for column in columns},
    )


def taxing_of(seller_id: int) -> Taxing:
    """Return how the prices of a seller's shop are taxed."""
    country, general, is_included, rates, of_delivery = tuple(db.read(_TAX, {"seller_id": seller_id})[0])
    return Taxing(country, general, is_included, read_rates(rates), read_delivery_rules(of_delivery))


def _has(text: str) -> ColumnElement[bool]:
    return Listing.title.icontains(text, autoescape=True) if text else true()


def _shelf_row(
    listing_id: int,
    kind: ListingKind,
    slug: str,
    title: str,
    price_minor: int,
    delivery_minor: int,
    currency: str,
    in_stock: int,
    set_aside: int,
    sold: int,
    picture: str | None,
    category: str,
    tax_category: TaxCategory,
    has_variants: bool,
) -> ShelfRow:
    return ShelfRow(
        listing_id=listing_id,
        kind=kind,
        slug=slug,
        title=title,
        price=Money(price_minor, currency),
        delivery=Money(delivery_minor, currency),
        in_stock=in_stock,
        set_aside=int(set_aside),
        sold=int(sold),
        picture=picture,
        category=category,
        tax_category=tax_category,
        has_variants=has_variants,
    )
