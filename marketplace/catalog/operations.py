"""What sellers do with their shop: open it, put things on the shelf, price, stock, publish and pause them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace import history, language
from marketplace.accounts.models import User
from marketplace.catalog import delivering, rules, variants
from marketplace.catalog.models import CarDetails, Listing, ListingKind, ListingPicture, PartDetails, Shop
from marketplace.catalog.slugs import free_slugs
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.media import picture_names
from marketplace.money import Money


class ShopNameTaken(Invalid):
    """Another shop has this name."""


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What a shop tells about itself; `tax_basis_points` is the sales tax it adds to the price of the goods."""

    name: str
    city: str
    country: str
    about: str
    delivery_policy: str
    returns_policy: str
    tax_basis_points: int = 0


@dataclass(frozen=True, slots=True)
class CarFacts:
    """What a car is."""

    make: str
    model: str
    year: int
    mileage_km: int
    body: str
    fuel: str
    gearbox: str
    colour: str
    vin: str


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What a part is; `category` is a key of rules.CATEGORIES, `condition` one of rules.CONDITIONS."""

    category: str
    brand: str
    part_number: str
    condition: str
    fits: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that lies in the media folder already, and what it shows in words."""

    file_name: str
    alt: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What a seller offers: `price` is for one unit, `delivery` for however many."""

    title: str
    description: str
    price: Money
    delivery: Money
    units: int
    item: CarFacts | PartFacts
    pictures: Sequence[Picture] = ()


def open_shop(session: Session, *, seller_id: int, facts: ShopFacts, now: datetime) -> str:
    """Open the shop of `seller_id`, who sells from now on, and return its slug.

    Raises Invalid naming the field, ShopNameTaken, Conflict when this person has a shop.
    """
    user = session.get(User, seller_id)
    if user is None:
        raise NotFound(_("There is no such person."))
    if session.execute(select(Shop.id).where(Shop.seller_id == seller_id)).first():
        raise Conflict(_("You have a shop already."))
    name = rules.clean_line(facts.name, field="name", longest=64)
    slug = rules.slug_of(name)
    if not slug:
        raise Invalid(_("Use some letters from A to Z or digits."), field="name")
    if session.execute(select(Shop.id).where(Shop.slug == slug)).first():
        raise ShopNameTaken(_("Another shop has this name. Choose another one."), field="name")
    shop = Shop(
        seller_id=seller_id,
        slug=slug,
        name=name,
        about=rules.clean_text(facts.about, field="about"),
        city=rules.clean_line(facts.city, field="city", longest=64),
        country=rules.clean_country(facts.country),
        delivery_policy=rules.clean_text(facts.delivery_policy, field="delivery_policy"),
        returns_policy=rules.clean_text(facts.returns_policy, field="returns_policy"),
        tax_basis_points=facts.tax_basis_points,
        opened_at=now,
    )
    session.add(shop)
    user.is_seller = True
    session.flush()
    return slug


def create_listing(session: Session, *, seller_id: int, offer: Offer, now: datetime) -> int:
    """Put `offer` on the shelf of `seller_id` as a draft and return the listing id.

    Raises Invalid naming the field, NotFound when this person has no shop.
    """
    return create_listings(session, seller_id=seller_id, offers=[offer], now=now)[0]


def create_listings(session: Session, *, seller_id: int, offers: Sequence[Offer], now: datetime) -> list[int]:
    """Put several offers on the shelf of `seller_id` as drafts and return their ids, in order.

    Raises Invalid naming the field, NotFound when this person has no shop.
    """
    if session.execute(select(Shop.id).where(Shop.seller_id == seller_id)).first() is None:
        raise NotFound(_("Open a shop first."))
    slugs = free_slugs(session, [offer.title for offer in offers])
    rows = [_listing(seller_id, offer, slug, now) for offer, slug in zip(offers, slugs, strict=True)]
    session.add_all(rows)
    session.flush()
    for row, offer in zip(rows, offers, strict=True):
        session.add(_details(row.id, offer.item, this_year=now.year))
        session.add_all(_pictures(row.id, offer.pictures, now))
    session.flush()
    ids, actor = [row.id for row in rows], Actor.user(seller_id)
    history.begin(session, Listing, ids, actor=actor, at=now, because=language.Text("The seller wrote it."))
    return ids


def as_rows(offer: Offer, *, seller_id: int, now: datetime) -> tuple[Listing, CarDetails | PartDetails]:
    """Return what an offer would be stored as, without storing it. Raises Invalid naming the field."""
    return _listing(seller_id, offer, "", now), _details(0, offer.item, this_year=now.year)


def publish(session: Session, *, seller_id: int, listing_id: int, now: datetime) -> None:
    """Let buyers see a listing. Raises NotFound for another seller's, AlreadyThere when they do."""
    listing = variants.check_listing(_own(session, seller_id, listing_id))
    history.move(session, listing, "publish", actor=Actor.user(seller_id), at=now)
    listing.published_at = listing.published_at or now


def publish_all(session: Session, *, seller_id: int, listing_ids: Sequence[int], now: datetime) -> int:
    """Let buyers see those of `listing_ids` that are this seller's and not for sale yet; return how many that were."""
    own = select(Listing.id).where(Listing.seller_id == seller_id, Listing.id.in_(listing_ids)).order_by(Listing.id)
    ids = list(session.execute(own).scalars())
    moved = history.move_many(session, Listing, ids, "publish", actor=Actor.user(seller_id), at=now)
    first = update(Listing).where(Listing.id.in_(moved), Listing.published_at.is_(None))
    session.execute(first.values(published_at=now))
    return len(moved)


def pause(session: Session, *, seller_id: int, listing_id: int, now: datetime) -> None:
    """Hide a listing from buyers. Raises NotFound for another seller's, MoveNotAllowed for a draft."""
    history.move(
        session,
        variants.check_listing(_own(session, seller_id, listing_id)),
        "pause",
        actor=Actor.user(seller_id),
        at=now,
    )


def revise(session: Session, *, seller_id: int, listing_id: int, offer: Offer, seen_stock: int, now: datetime) -> None:
    """Write a listing anew: words, attributes, price, delivery, units. Its kind, currency, address and pictures stay.

    `seen_stock` is the number of units the seller saw when changing it: a sale in between must not be undone. Price and
    units of a listing with variants are theirs. Raises NotFound for another seller's listing, Invalid naming the field.
    """
    listing = variants.check_listing(_own(session, seller_id, listing_id))
    if (listing.kind == ListingKind.CAR) != isinstance(offer.item, CarFacts):
        raise Invalid(_("A car stays a car and a part a part. Write a new listing instead."))
    listing.title = rules.clean_line(offer.title, field="title", longest=200)
    listing.description = rules.clean_text(offer.description, field="description")
    session.merge(_details(listing_id, offer.item, this_year=now.year))
    if listing.option_names:
        delivering.ask(session, listing, offer.delivery)
        return
    change_price(session, seller_id=seller_id, listing_id=listing_id, price=offer.price, delivery=offer.delivery)
    restock(session, seller_id=seller_id, listing_id=listing_id, units=offer.units, seen_stock=seen_stock)


def change_price(session: Session, *, seller_id: int, listing_id: int, price: Money, delivery: Money) -> None:
    """Ask another price or another delivery; baskets announce it before anybody pays it.

    Raises NotFound for another seller's listing, Invalid for a wrong amount, another currency or one with variants.
    """
    listing = _own(session, seller_id, listing_id)
    variants.check_sold_alone(listing)
    rules.check_price(price, delivery)
    if price.currency != listing.currency:
        raise Invalid(_("The currency of a listing stays. Write a new listing instead."), field="currency")
    variants.ask(session, listing, price.minor)
    if listing.parent_id is None:
        delivering.ask(session, listing, delivery)


def change_stock(session: Session, *, seller_id: int, listing_id: int, units: int) -> int:
    """Make `units` sellable now and return by how many that changed; units set aside for buyers stay theirs.

    Raises NotFound for another seller's listing, Invalid for an impossible number.
    """
    listing = _own(session, seller_id, listing_id)
    variants.check_sold_alone(listing)
    rules.check_stock(units)
    if listing.kind == ListingKind.CAR and units > 1:
        raise Invalid(_("A car listing is one car."), field="in_stock")
    change = units - listing.in_stock
    listing.in_stock = units
    listing.received_units += change
    return change


def restock(session: Session, *, seller_id: int, listing_id: int, units: int, seen_stock: int) -> None:
    """Make `units` sellable now unless the seller left the number as it was; `seen_stock` is the one that was shown.

    Raises as change_stock, and Invalid when units were sold in between: that must not be undone.
    """
    if units == seen_stock:
        return
    in_stock = _own(session, seller_id, listing_id).in_stock
    if in_stock != seen_stock:
        text = _("In between this has changed to %(number)s. Enter the number again.", number=in_stock)
        raise Invalid(text, field="in_stock")
    change_stock(session, seller_id=seller_id, listing_id=listing_id, units=units)


def _own(session: Session, seller_id: int, listing_id: int) -> Listing:
    listing = session.get(Listing, listing_id)
    if listing is None or listing.seller_id != seller_id:
        raise NotFound(_("There is no such listing."))
    return listing


def _listing(seller_id: int, offer: Offer, slug: str, now: datetime) -> Listing:
    rules.check_price(offer.price, offer.delivery)
    rules.check_stock(offer.units)
    is_car = isinstance(offer.item, CarFacts)
    if is_car and offer.units > 1:
        raise Invalid(_("A car listing is one car."), field="in_stock")
    return Listing(
        seller_id=seller_id,
        kind=ListingKind.CAR if is_car else ListingKind.PART,
        slug=slug,
        title=rules.clean_line(offer.title, field="title", longest=200),
        description=rules.clean_text(offer.description, field="description"),
        price_minor=offer.price.minor,
        delivery_minor=offer.delivery.minor,
        currency=offer.price.currency,
        in_stock=offer.units,
        received_units=offer.units,
        created_at=now,
    )


def _details(listing_id: int, item: CarFacts | PartFacts, *, this_year: int) -> CarDetails | PartDetails:
    if isinstance(item, PartFacts):
        rules.check_category(item.category)
        rules.check_condition(item.condition)
        words = {
            field: rules.clean_line(text, field=field, longest=200 if field == "fits" else 64)
            for field, text in asdict(item).items()
        }
        return PartDetails(listing_id=listing_id, fits_makes=rules.makes_in(words["fits"]), **words)
    rules.check_car(year=item.year, mileage_km=item.mileage_km, this_year=this_year)
    texts = {field: value for field, value in asdict(item).items() if isinstance(value, str)}
    words = {field: rules.clean_line(text, field=field, longest=64) for field, text in texts.items()}
    words["vin"] = rules.clean_vin(item.vin)
    words["make"] = rules.known_make(words["make"])
    return CarDetails(listing_id=listing_id, year=item.year, mileage_km=item.mileage_km, **words)


def _pictures(listing_id: int, pictures: Sequence[Picture], now: datetime) -> list[ListingPicture]:
    return [
        ListingPicture(
            listing_id=listing_id,
            position=position,
            file_name=picture.file_name,
            alt=picture.alt,
            sent_at=None if picture_names.is_drawn(picture.file_name) else now,
        )
        for position, picture in enumerate(pictures, start=1)
    ]
