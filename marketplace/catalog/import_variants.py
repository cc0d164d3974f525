"""Rows of variants in a file of listings: new ones of a part, and price, stock, offer and values of those there are."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace import history
from marketplace.catalog import operations, variant_operations, variant_renaming, variant_rules
from marketplace.catalog.import_parsing import WantedVariant
from marketplace.catalog.models import Listing, ListingKind
from marketplace.catalog.states import ListingStatus
from marketplace.catalog.variant_operations import NewVariant
from marketplace.errors import Invalid
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.money import Money

_VERBS = {"active": (ListingStatus.OFFERED, "offer"), "paused": (ListingStatus.WITHHELD, "withhold")}

Known = Mapping[str, Listing]
"""The seller's own listings and variants by the keys that rows name them with."""


def add(session: Session, known: Known, wanted: WantedVariant, options: Sequence[str], now: datetime) -> None:
    """Offer the new variant that a row asks for; a part without any is sold in variants from then on.

    `options` are those that the part's own row in the file names. Raises Invalid naming the column.
    """
    parent = _parent(known, wanted)
    _check_status(wanted)
    try:
        if not parent.option_names:
            variant_operations.divide(parent, _named(wanted.options or options))
        _check_options(parent, wanted)
        added = variant_operations.add(
            session,
            seller_id=parent.seller_id,
            listing_id=parent.id,
            variant=NewVariant(wanted.values, wanted.price, wanted.units, wanted.key),
            now=now,
        )
    except Invalid as error:
        raise Invalid(error.message, field=_COLUMNS.get(error.field or "", error.field)) from error
    variant = session.get_one(Listing, added)
    variant.imported_units = wanted.units
    _offer(session, variant, wanted, now)


def change(session: Session, known: Known, wanted: WantedVariant, now: datetime) -> bool:
    """Write what a row asks for of a seller's own variant; return whether all of it was so already.

    Raises Invalid naming the column.
    """
    variant = known[wanted.key]
    if variant.parent_id is None or variant.status == ListingStatus.DROPPED:
        raise Invalid(_("This key names no variant. Write car or part here."), field="kind")
    _check_status(wanted)
    if wanted.parent and _parent(known, wanted).id != variant.parent_id:
        raise Invalid(_("It is a variant of another part."), field="parent")
    before = _stands(variant)
    _call(session, session.get_one(Listing, variant.parent_id), variant, wanted)
    units, seen, mine = wanted.units, wanted.seen_stock, {"seller_id": variant.seller_id, "listing_id": variant.id}
    if seen is None:
        # The same units as in the last file leave what was sold meanwhile sold.
        seen = variant.in_stock
        units = seen if units == variant.imported_units else units
    if wanted.price != Money(variant.price_minor, variant.currency):
        delivery = Money(variant.delivery_minor, wanted.price.currency)
        operations.change_price(session, **mine, price=wanted.price, delivery=delivery)
    if units not in {seen, variant.in_stock}:
        operations.restock(session, **mine, units=units, seen_stock=seen)
    variant.imported_units = wanted.units
    _offer(session, variant, wanted, now)
    session.flush()
    return _stands(variant) == before


def call_options(listing: Listing, options: Sequence[str]) -> bool:
    """Call the options of a listing as its row does; return whether they were so already, or the row does not say.

    A listing without variants gets its options with the first of them. Raises Invalid naming the column.
    """
    if not options or not listing.option_names or list(options) == listing.option_names:
        return True
    try:
        listing.option_names = variant_rules.new_names(options, options=len(listing.option_names))
    except Invalid as error:
        raise Invalid(error.message, field=_COLUMNS.get(error.field or "", error.field)) from error
    return False


_COLUMNS = {f"{word}-{place}": f"{word}_{place}" for word in ("option", "value") for place in (1, 2)} | {
    "values-1": "parent"
}
"""Which column a field of the page of variants is."""


def _call(session: Session, parent: Listing, variant: Listing, wanted: WantedVariant) -> None:
    _check_options(parent, wanted)
    if not wanted.values or list(wanted.values) == variant.option_values:
        return
    try:
        variant_renaming.call(session, parent, {variant.id: wanted.values})
    except Invalid as error:
        raise Invalid(error.message, field=_COLUMNS.get(error.field or "value-1")) from error


def _parent(known: Known, wanted: WantedVariant) -> Listing:
    if not wanted.parent:
        raise Invalid(_("You have no variant with this key. Name in “parent” the part that it is one of."), field="sku")
    found = known.get(wanted.parent)
    if found is None:
        raise Invalid(_("You have no listing %(key)s.", key=wanted.parent), field="parent")
    if found.parent_id is not None:
        raise Invalid(_("This key names a variant. Name the part that it is one of."), field="parent")
    if found.kind == ListingKind.CAR:
        raise Invalid(_("A car is one car: it has no variants."), field="parent")
    return found


def _named(options: Sequence[str]) -> list[str]:
    if not options:
        raise Invalid(_("Say in the row of this part what buyers choose by, in “option_1”."), field="option_1")
    return variant_rules.new_names(options, options=len(options))


def _check_status(wanted: WantedVariant) -> None:
    if wanted.status == "draft":
        raise Invalid(_("A variant is active or paused."), field="status")


def _check_options(parent: Listing, wanted: WantedVariant) -> None:
    if wanted.options and list(wanted.options) != parent.option_names:
        names = ", ".join(parent.option_names)
        raise Invalid(_("This part is chosen by %(names)s. Its own row renames that.", names=names), field="option_1")


def _offer(session: Session, variant: Listing, wanted: WantedVariant, now: datetime) -> None:
    status, verb = _VERBS.get(wanted.status, (variant.status, ""))
    if variant.status != status:
        history.move(session, variant, verb, actor=Actor.user(variant.seller_id, "import"), at=now)


def _stands(variant: Listing) -> tuple[object, ...]:
    return variant.price_minor, variant.in_stock, variant.status, tuple(variant.option_values)
