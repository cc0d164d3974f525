"""What pages read of the variants of a listing: those a buyer can choose from, and all that their seller changes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, Text, bindparam, case, cast, func, literal, select

from marketplace import db
from marketplace.catalog.models import Listing, StockReservation
from marketplace.catalog.rules import MANY_IN_STOCK
from marketplace.catalog.states import ListingStatus, ReservationStatus
from marketplace.catalog.variants import HAS_VARIANTS
from marketplace.money import Money


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant as buyers choose it: `values` answer the listing's options."""

    variant_id: int
    values: tuple[str, ...]
    price: Money
    in_stock: int
    """At most one more than `MANY_IN_STOCK`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What buyers choose a listing by, and the variants there are; both empty for a listing without."""

    options: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()


NO_CHOICE = Choice()


@dataclass(frozen=True, slots=True)
class OwnVariant:
    """A variant with all that its seller changes; units that can be sold now, are set aside, are sold."""

    variant_id: int
    values: tuple[str, ...]
    price: Money
    in_stock: int
    set_aside: int
    sold: int
    sku: str
    is_offered: bool


OPTIONS: ColumnElement[str] = case(
    (HAS_VARIANTS, cast(func.to_jsonb(Listing.__table__.c.option_names), Text)), else_=literal("")
)
"""What buyers choose a listing by, as text for `choice_of`; "" for one without variants, which reads nothing more."""
_OFFERED = (
    select(
        Listing.id,
        Listing.option_values,
        Listing.price_minor,
        Listing.currency,
        func.least(Listing.in_stock, MANY_IN_STOCK + 1, type_=Integer),
    )
    .where(Listing.parent_id == bindparam("listing_id"), Listing.status == ListingStatus.OFFERED)
    .order_by(Listing.id)
)


def _units(status: ReservationStatus) -> ColumnElement[int]:
    return (
        select(func.coalesce(func.sum(StockReservation.quantity), 0))
        .where(StockReservation.listing_id == Listing.__table__.c.id, StockReservation.status == status)
        .scalar_subquery()
    )


_OWN = (
    select(
        Listing.id,
        Listing.option_values,
        Listing.price_minor,
        Listing.currency,
        Listing.in_stock,
        _units(ReservationStatus.ACTIVE).label("set_aside"),
        _units(ReservationStatus.REDEEMED).label("sold"),
        Listing.sku,
        Listing.status,
    )
    .where(
        Listing.parent_id == bindparam("listing_id"),
        Listing.seller_id == bindparam("seller_id"),
        Listing.status != ListingStatus.DROPPED,
    )
    .order_by(Listing.id)
)
_parent = Listing.__table__.alias("parent")
_PAGE = (
    select(_parent.c.slug.label("page"), Listing.id)
    .join(_parent, _parent.c.id == Listing.parent_id)
    .where(Listing.slug == bindparam("slug"), _parent.c.status == ListingStatus.ACTIVE)
)


def choice_of(listing_id: int, options: str) -> Choice:
    """Return the variants of a listing for which OPTIONS wrote `options`, in one query where there are any."""
    if not options:
        return NO_CHOICE
    variants = (
        Variant(variant_id, tuple(values), Money(price, currency), in_stock)
        for variant_id, values, price, currency, in_stock in map(tuple, db.read(_OFFERED, {"listing_id": listing_id}))
    )
    return Choice(tuple(json.loads(options)), tuple(variants))


def page_of(slug: str) -> tuple[str, int] | None:
    """Return the slug of the listing for sale that has the variant at `slug`, and the variant's id; None for none."""
    row = db.read_one(_PAGE, {"slug": slug})
    return (row.page, row.id) if row else None


def of_listing(listing_id: int, seller_id: int) -> Sequence[OwnVariant]:
    """Return the variants of the seller's own listing in the order they were written; dropped ones are gone."""
    rows = db.read(_OWN, {"listing_id": listing_id, "seller_id": seller_id})
    return [
        OwnVariant(
            variant_id=row.id,
            values=tuple(row.option_values),
            price=Money(row.price_minor, row.currency),
            in_stock=row.in_stock,
            set_aside=int(row.set_aside),
            sold=int(row.sold),
            sku=row.sku or "",
            is_offered=row.status == ListingStatus.OFFERED,
        )
        for row in rows
    ]
