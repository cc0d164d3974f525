"""What pages read of how listings are sent."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from marketplace import db
from marketplace.catalog.models import Listing
from marketplace.catalog.variants import IS_LISTING
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.taxes.rules import TaxCategory


@dataclass(frozen=True, slots=True)
class ListingDelivery:
    """How one listing is sent and taxed; None for the standard delivery, or for a weight that nobody said."""

    profile_id: int | None
    weight_grams: int | None
    tax_category: TaxCategory


@dataclass(frozen=True, slots=True)
class Having:
    """How many of a seller's listings have a profile, None the standard one, and how many of them no weight."""

    profile_id: int | None
    currency: str
    listings: int
    without_weight: int


_OF_LISTING = select(Listing.delivery_profile_id, Listing.weight_grams, Listing.tax_category).where(
    Listing.id == bindparam("listing_id"), Listing.seller_id == bindparam("seller_id")
)
_HAVING = (
    select(
        Listing.delivery_profile_id,
        Listing.currency,
        func.count(),
        func.count().filter(Listing.weight_grams.is_(None)),
    )
    .where(Listing.seller_id == bindparam("seller_id"), IS_LISTING)
    .group_by(Listing.delivery_profile_id, Listing.currency)
    .order_by(Listing.currency)
)


def listing_delivery(listing_id: int, seller_id: int) -> ListingDelivery:
    """Return how a seller's own listing is sent; raises NotFound for an unknown or foreign one."""
    row = db.read_one(_OF_LISTING, {"listing_id": listing_id, "seller_id": seller_id})
    if row is None:
        raise NotFound(_("There is no such listing."))
    return ListingDelivery(*tuple(row))


def having(seller_id: int) -> list[Having]:
    """Return how many of a seller's listings have which profile, by currency."""
    return [Having(*tuple(row)) for row in db.read(_HAVING, {"seller_id": seller_id})]
