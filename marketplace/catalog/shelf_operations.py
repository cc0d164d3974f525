"""What a seller does with a listing from the list: another price and stock in one go, and a copy to start from."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.catalog import operations
from marketplace.catalog.models import CarDetails, Listing, ListingKind, ListingPicture, PartDetails
from marketplace.catalog.operations import CarFacts, Offer, PartFacts, Picture
from marketplace.errors import NotFound
from marketplace.money import Money


def reprice_and_restock(
    session: Session, *, seller_id: int, listing_id: int, price: Money, units: int, seen_stock: int
) -> None:
    """Ask another price and make `units` sellable; the delivery stays. `seen_stock` as in operations.revise.

    Raises NotFound for another seller's listing, Invalid naming the field.
    """
    delivery = Money(_own(session, seller_id, listing_id).delivery_minor, price.currency)
    operations.change_price(session, seller_id=seller_id, listing_id=listing_id, price=price, delivery=delivery)
    operations.restock(session, seller_id=seller_id, listing_id=listing_id, units=units, seen_stock=seen_stock)


def copy_listing(session: Session, *, seller_id: int, listing_id: int, now: datetime) -> int:
    """Write a draft like one of the seller's listings, pictures included, and return its id.

    A part comes with the same number of units, a car with none: there is only one with its chassis number.
    Raises NotFound for another seller's listing.
    """
    listing = _own(session, seller_id, listing_id)
    pictures = select(ListingPicture).where(ListingPicture.listing_id == listing_id).order_by(ListingPicture.position)
    offer = Offer(
        title=listing.title,
        description=listing.description,
        price=Money(listing.price_minor, listing.currency),
        delivery=Money(listing.delivery_minor, listing.currency),
        units=0 if listing.kind == ListingKind.CAR else listing.in_stock,
        item=_item(session, listing),
        pictures=[Picture(row.file_name, row.alt) for row in session.execute(pictures).scalars()],
    )
    copy_id = operations.create_listing(session, seller_id=seller_id, offer=offer, now=now)
    copy = session.get_one(Listing, copy_id)
    copy.delivery_profile_id, copy.weight_grams = listing.delivery_profile_id, listing.weight_grams
    return copy_id


def _item(session: Session, listing: Listing) -> CarFacts | PartFacts:
    if listing.kind == ListingKind.CAR:
        car = session.get_one(CarDetails, listing.id)
        return CarFacts(**{name: getattr(car, name) for name in CarFacts.__dataclass_fields__})
    part = session.get_one(PartDetails, listing.id)
    return PartFacts(**{name: getattr(part, name) for name in PartFacts.__dataclass_fields__})


def _own(session: Session, seller_id: int, listing_id: int) -> Listing:
    listing = session.get(Listing, listing_id)
    if listing is None or listing.seller_id != seller_id:
        raise NotFound("There is no such listing.")
    return listing
