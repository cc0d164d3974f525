"""What a seller does with the variants of a part: offer it in some, price, stock and key of each, take one out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.catalog import operations, rules, shelf_operations, variant_rules
from marketplace.catalog.models import Listing, ListingKind
from marketplace.catalog.slugs import free_slugs
from marketplace.catalog.states import ListingStatus
from marketplace.catalog.variants import own_listing
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money


@dataclass(frozen=True, slots=True)
class NewVariant:
    """A variant to be offered: its answer to each option, the price of one, how many there are, and its key."""

    values: Sequence[str]
    price: Money
    units: int
    sku: str = ""


@dataclass(frozen=True, slots=True)
class VariantChange:
    """What shall hold for a variant; `seen_stock` is the number of units the seller saw when writing `units`."""

    variant_id: int
    price: Money
    units: int
    seen_stock: int
    sku: str
    is_offered: bool


def offer_in_variants(
    session: Session,
    *,
    seller_id: int,
    listing_id: int,
    names: Sequence[str],
    values: Sequence[Sequence[str]],
    now: datetime,
) -> int:
    """Offer a part in every variant that `values` of the options `names` make; return how many these are.

    Each begins at the price of the listing, with no units: those of the listing are taken off its shelf, because nobody
    knows which ones they are. Raises NotFound for another seller's listing, Invalid naming the field, Conflict when it
    has variants already.
    """
    listing = own_listing(session, seller_id, listing_id)
    if listing.kind != ListingKind.PART:
        raise Invalid(_("A car is one car: it has no variants."))
    if listing.option_names:
        raise Conflict(_("It is sold in variants already."))
    names = variant_rules.clean_names(names)
    made = variant_rules.combinations(values[: len(names)])
    divide(listing, names)
    price = Money(listing.price_minor, listing.currency)
    _offer(session, listing, [NewVariant(each, price, 0) for each in made], now)
    return len(made)


def divide(listing: Listing, names: Sequence[str]) -> None:
    """Let a part that has none be chosen by options; its units are nobody's: those of the variants count from now."""
    listing.option_names = list(names)
    listing.received_units -= listing.in_stock
    listing.in_stock = 0


def add(session: Session, *, seller_id: int, listing_id: int, variant: NewVariant, now: datetime) -> int:
    """Offer one more variant of a listing that has some; return its id.

    Raises NotFound for another seller's listing or one without variants, Invalid naming the field.
    """
    listing = own_listing(session, seller_id, listing_id)
    if not listing.option_names:
        raise NotFound(_("This listing has no variants yet."))
    [variant_id] = _offer(session, listing, [variant], now)
    shelf_operations.set_sku(session, seller_id=seller_id, listing_id=variant_id, sku=variant.sku)
    return variant_id


def change(
    session: Session, *, seller_id: int, listing_id: int, changes: Sequence[VariantChange], now: datetime
) -> int:
    """Write price, stock, key and whether it is offered of some variants; return how many were different.

    All of them or none: raises Invalid naming the field with the variant's id, `price-7`, NotFound for one that is not
    of this listing.
    """
    own_listing(session, seller_id, listing_id)
    changed = 0
    for wanted in changes:
        try:
            changed += _change(session, seller_id, listing_id, wanted, now)
        except Invalid as error:
            raise Invalid(error.message, field=f"{error.field or 'price'}-{wanted.variant_id}") from error
    return changed


def drop(session: Session, *, seller_id: int, listing_id: int, variant_id: int, now: datetime) -> bool:
    """Take a variant out of its listing; what is set aside or sold of it stays. Return whether there are others.

    A listing without variants any more is sold as one thing again, with no units. Raises NotFound for one that is not
    of this listing, AlreadyThere for one that is out.
    """
    listing = own_listing(session, seller_id, listing_id)
    variant = _variant(session, listing_id, variant_id)
    history.move(session, variant, "drop", actor=Actor.user(seller_id), at=now)
    # Its key is free for another one.
    variant.sku = None
    session.flush()
    if _count(session, listing_id):
        return True
    listing.option_names = []
    listing.highest_minor = None
    return False


def copy_listing(session: Session, *, seller_id: int, listing_id: int, now: datetime) -> int:
    """Write a draft like one of the seller's listings, with its variants where it has some, and return its id.

    Variants come with their price and units, without their keys; raises as shelf_operations.copy_listing.
    """
    copy_id = shelf_operations.copy_listing(session, seller_id=seller_id, listing_id=listing_id, now=now)
    listing, copy = session.get_one(Listing, listing_id), session.get_one(Listing, copy_id)
    if listing.option_names:
        copy.option_names = list(listing.option_names)
        own = Listing.parent_id == listing_id, Listing.status != ListingStatus.DROPPED
        rows = session.execute(select(Listing).where(*own).order_by(Listing.id)).scalars().all()
        news = [NewVariant(row.option_values, Money(row.price_minor, row.currency), row.in_stock) for row in rows]
        ids = _offer(session, copy, news, now)
        held = [new for new, row in zip(ids, rows, strict=True) if row.status == ListingStatus.WITHHELD]
        history.move_many(session, Listing, held, "withhold", actor=Actor.user(seller_id), at=now)
    return copy_id


def offer(session: Session, *, seller_id: int, variant_id: int, now: datetime) -> None:
    """Let buyers choose a variant again. Raises NotFound, AlreadyThere when they can."""
    _move(session, seller_id, variant_id, "offer", now)


def withhold(session: Session, *, seller_id: int, variant_id: int, now: datetime) -> None:
    """Let nobody choose a variant for a while. Raises NotFound, AlreadyThere when nobody can."""
    _move(session, seller_id, variant_id, "withhold", now)


def _move(session: Session, seller_id: int, variant_id: int, verb: str, now: datetime) -> None:
    variant = session.get(Listing, variant_id)
    if variant is None or variant.seller_id != seller_id or variant.parent_id is None:
        raise NotFound(_("There is no such variant."))
    history.move(session, variant, verb, actor=Actor.user(seller_id), at=now)


def _change(session: Session, seller_id: int, listing_id: int, wanted: VariantChange, now: datetime) -> bool:
    variant = _variant(session, listing_id, wanted.variant_id)
    mine = {"seller_id": seller_id, "listing_id": variant.id}
    before = (variant.price_minor, variant.in_stock, variant.sku, variant.status)
    if wanted.price.minor != variant.price_minor:
        delivery = Money(variant.delivery_minor, variant.currency)
        operations.change_price(session, **mine, price=wanted.price, delivery=delivery)
    operations.restock(session, **mine, units=wanted.units, seen_stock=wanted.seen_stock)
    if rules.clean_sku(wanted.sku) != variant.sku:
        shelf_operations.set_sku(session, **mine, sku=wanted.sku)
    if wanted.is_offered != (variant.status == ListingStatus.OFFERED):
        verb = "offer" if wanted.is_offered else "withhold"
        history.move(session, variant, verb, actor=Actor.user(seller_id), at=now)
    session.flush()
    return (variant.price_minor, variant.in_stock, variant.sku, variant.status) != before


def _offer(session: Session, listing: Listing, variants: Sequence[NewVariant], now: datetime) -> list[int]:
    """Write variants of a listing and let buyers choose them; return their ids."""
    session.flush()
    variant_rules.check_count(_count(session, listing.id) + len(variants))
    taken = {tuple(map(str.casefold, values)) for values in _values(session, listing.id)}
    rows = []
    for variant in variants:
        values = variant_rules.clean_values(variant.values, options=len(listing.option_names))
        key = tuple(map(str.casefold, values))
        if key in taken:
            raise Invalid(_("There is %(values)s already.", values=", ".join(values)), field="value-1")
        taken.add(key)
        rows.append(_row(listing, variant, values, now))
    for row, slug in zip(rows, free_slugs(session, [row.title for row in rows]), strict=True):
        row.slug = slug
    session.add_all(rows)
    session.flush()
    ids, actor = [row.id for row in rows], Actor.user(listing.seller_id)
    history.begin(session, Listing, ids, actor=actor, at=now, because=Text("The seller wrote it."))
    history.move_many(session, Listing, ids, "offer", actor=actor, at=now)
    session.refresh(listing, ["price_minor", "in_stock", "highest_minor"])
    return ids


def _row(listing: Listing, variant: NewVariant, values: list[str], now: datetime) -> Listing:
    if variant.price.currency != listing.currency:
        raise Invalid(_("A variant is sold in the currency of its listing."), field="price")
    rules.check_price(variant.price, Money(listing.delivery_minor, listing.currency))
    rules.check_stock(variant.units)
    return Listing(
        seller_id=listing.seller_id,
        kind=listing.kind,
        parent_id=listing.id,
        option_values=values,
        title=variant_rules.title_of(listing.title, values),
        description="",
        price_minor=variant.price.minor,
        delivery_minor=listing.delivery_minor,
        currency=listing.currency,
        in_stock=variant.units,
        received_units=variant.units,
        delivery_profile_id=listing.delivery_profile_id,
        weight_grams=listing.weight_grams,
        tax_category=listing.tax_category,
        created_at=now,
    )


def _values(session: Session, listing_id: int) -> Sequence[list[str]]:
    here = Listing.parent_id == listing_id, Listing.status != ListingStatus.DROPPED
    return session.execute(select(Listing.option_values).where(*here)).scalars().all()


def _count(session: Session, listing_id: int) -> int:
    here = Listing.parent_id == listing_id, Listing.status != ListingStatus.DROPPED
    return session.execute(select(func.count()).where(*here)).scalar_one()


def _variant(session: Session, listing_id: int, variant_id: int) -> Listing:
    found = session.get(Listing, variant_id)
    if found is None or found.parent_id != listing_id or found.status == ListingStatus.DROPPED:
        raise NotFound(_("There is no such variant of this listing any more."))
    return found
