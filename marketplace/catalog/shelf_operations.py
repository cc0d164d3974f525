"""What a seller does with a listing from the list: another price and stock in one go, a key, and a copy."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.catalog import operations, rules, variants
from marketplace.catalog.models import CarDetails, Listing, ListingKind, ListingPicture, PartDetails
from marketplace.catalog.operations import CarFacts, Offer, PartFacts, Picture
from marketplace.errors import Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.taxes.rules import TaxCategory


def reprice_and_restock(
    session: Session, *, seller_id: int, listing_id: int, price: Money, units: int, seen_stock: int
) -> None:
    """Ask another price and make `units` sellable; the delivery stays. `seen_stock` as in operations.revise.

    Raises NotFound for another seller's listing, Invalid naming the field.
    """
    delivery = Money(_own(session, seller_id, listing_id).delivery_minor, price.currency)
    operations.change_price(session, seller_id=seller_id, listing_id=listing_id, price=price, delivery=delivery)
    operations.restock(session, seller_id=seller_id, listing_id=listing_id, units=units, seen_stock=seen_stock)


def set_sku(session: Session, *, seller_id: int, listing_id: int, sku: str) -> None:
    """Give a listing its seller's own key, or none for "".

    Raises NotFound for another seller's listing, Invalid for what rules.clean_sku refuses and for a key that another
    one of theirs has.
    """
    listing, key = _own(session, seller_id, listing_id), rules.clean_sku(sku)
    if key is not None:
        same = select(Listing.title).where(Listing.seller_id == seller_id, Listing.sku == key, Listing.id != listing_id)
        taken = session.execute(same).scalar_one_or_none()
        if taken is not None:
            raise Invalid(_("Your listing “%(taken)s” has this key already.", taken=taken), field="sku")
    listing.sku = key


def set_tax_category(session: Session, *, seller_id: int, listing_id: int, category: str) -> None:
    """Say which category of tax a listing has; raises NotFound for a foreign one, Invalid for no category."""
    listing = _own(session, seller_id, listing_id)
    if category not in list(TaxCategory):
        raise Invalid(_("Choose a category of tax."), field="tax")
    listing.tax_category = TaxCategory(category)


def copy_listing(session: Session, *, seller_id: int, listing_id: int, now: datetime) -> int:
    """Write a draft like one of the seller's listings, pictures included, and return its id.

    A part comes with the same number of units, a car with none: there is only one with its chassis number. Variants
    are copied by variant_operations.copy_listing. Raises NotFound for another seller's listing.
    """
    listing = variants.check_listing(_own(session, seller_id, listing_id))
    pictures = select(ListingPicture).where(ListingPicture.listing_id == listing_id).order_by(ListingPicture.position)
    offer = Offer(
        title=listing.title,
        description=listing.description,
        price=Money(listing.price_minor, listing.currency),
        delivery=Money(listing.delivery_minor, listing.currency),
        units=0 if listing.kind == ListingKind.CAR or listing.option_names else listing.in_stock,
        item=item_of(session, listing),
        pictures=[Picture(row.file_name, row.alt) for row in session.execute(pictures).scalars()],
    )
    copy_id = operations.create_listing(session, seller_id=seller_id, offer=offer, now=now)
    copy = session.get_one(Listing, copy_id)
    copy.delivery_profile_id, copy.weight_grams = listing.delivery_profile_id, listing.weight_grams
    copy.tax_category = listing.tax_category
    return copy_id


def item_of(session: Session, listing: Listing) -> CarFacts | PartFacts:
    """Return what the car or the part of a listing is."""
    if listing.kind == ListingKind.CAR:
        car = session.get_one(CarDetails, listing.id)
        return CarFacts(**{name: getattr(car, name) for name in CarFacts.__dataclass_fields__})
    part = session.get_one(PartDetails, listing.id)
    return PartFacts(**{name: getattr(part, name) for name in PartFacts.__dataclass_fields__})


def _own(session: Session, seller_id: int, listing_id: int) -> Listing:
    listing = session.get(Listing, listing_id)
    if listing is None or listing.seller_id != seller_id:
        raise NotFound(_("There is no such listing."))
    return listing
