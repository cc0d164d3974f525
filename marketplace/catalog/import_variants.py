"""Rows of variants in a file of listings: price, stock and whether they are offered, of those that there are."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace import history
from marketplace.catalog import operations
from marketplace.catalog.import_parsing import WantedVariant
from marketplace.catalog.models import Listing
from marketplace.catalog.states import ListingStatus
from marketplace.errors import Invalid
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.money import Money

_VERBS = {"active": (ListingStatus.OFFERED, "offer"), "paused": (ListingStatus.WITHHELD, "withhold")}


def take(session: Session, variant: Listing | None, wanted: WantedVariant, now: datetime) -> bool:
    """Write what a row asks for of a seller's own variant; return whether all of it was so already.

    Raises Invalid naming the column.
    """
    if variant is None:
        raise Invalid(
            _("You have no variant with this key. New ones are added on the page of their listing."), field="sku"
        )
    if variant.parent_id is None or variant.status == ListingStatus.DROPPED:
        raise Invalid(_("This key names no variant. Write car or part here."), field="kind")
    if wanted.status == "draft":
        raise Invalid(_("A variant is active or paused."), field="status")
    units, seen, mine = wanted.units, wanted.seen_stock, {"seller_id": variant.seller_id, "listing_id": variant.id}
    if seen is None:
        # The same units as in the last file leave what was sold meanwhile sold.
        seen = variant.in_stock
        units = seen if units == variant.imported_units else units
    before = (variant.price_minor, variant.in_stock, variant.status)
    if wanted.price != Money(variant.price_minor, variant.currency):
        delivery = Money(variant.delivery_minor, wanted.price.currency)
        operations.change_price(session, **mine, price=wanted.price, delivery=delivery)
    if units not in {seen, variant.in_stock}:
        operations.restock(session, **mine, units=units, seen_stock=seen)
    variant.imported_units = wanted.units
    status, verb = _VERBS.get(wanted.status, (variant.status, ""))
    if variant.status != status:
        history.move(session, variant, verb, actor=Actor.user(variant.seller_id, "import"), at=now)
    session.flush()
    return (variant.price_minor, variant.in_stock, variant.status) == before
