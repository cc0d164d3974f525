"""Which delivery profile a listing has, and what its delivery costs in lists, where nobody says a country."""

from collections.abc import Sequence
from datetime import datetime

from babel.numbers import format_decimal
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import language
from marketplace.catalog.models import Listing
from marketplace.catalog.variants import IS_LISTING
from marketplace.delivery import operations as profiles
from marketplace.delivery import queries, rules
from marketplace.delivery.rules import Zone
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.money import Money


def choose(
    session: Session, *, seller_id: int, listing_id: int, profile_id: int | None, weight_grams: int | None
) -> None:
    """Send a listing by a profile, or None for the standard delivery, whose price is then the one it shows.

    `weight_grams` is of one unit, packed; None for not said. Raises NotFound for a foreign listing or profile, Invalid
    naming the field.
    """
    listing = session.get(Listing, listing_id)
    if listing is None or listing.seller_id != seller_id or listing.parent_id is not None:
        raise NotFound(_("There is no such listing."))
    if weight_grams is not None and not 0 < weight_grams <= rules.HEAVIEST_GRAMS:
        raise Invalid(
            _(
                "Enter a weight up to %(most)s kg.",
                most=format_decimal(rules.HEAVIEST_GRAMS // 1000, locale=language.current()),
            ),
            field="weight",
        )
    if profile_id is not None:
        _check_currency(session, seller_id, profile_id, listing.currency)
    listing.delivery_profile_id = profile_id
    listing.weight_grams = weight_grams
    show_again(session, [listing])


def move_all(session: Session, *, seller_id: int, currency: str, old_id: int | None, new_id: int | None) -> int:
    """Send all of a seller's listings of a currency that have one profile by another; None is the standard delivery.

    Returns how many there were. Raises NotFound for a foreign profile, Invalid for one of another currency.
    """
    if new_id is not None:
        _check_currency(session, seller_id, new_id, currency)
    has_old = Listing.delivery_profile_id.is_(None) if old_id is None else Listing.delivery_profile_id == old_id
    own = select(Listing).where(Listing.seller_id == seller_id, Listing.currency == currency, has_old, IS_LISTING)
    found = session.execute(own.order_by(Listing.id)).scalars().all()
    for listing in found:
        listing.delivery_profile_id = new_id
    show_again(session, found)
    return len(found)


def archive(session: Session, *, seller_id: int, profile_id: int, now: datetime) -> None:
    """Archive a profile that no listing has. Raises NotFound, Conflict while listings have it."""
    row = profiles.own(session, seller_id, profile_id)
    having = select(func.count()).where(Listing.delivery_profile_id == profile_id, IS_LISTING)
    count = session.execute(having).scalar_one()
    if count:
        raise Conflict(
            ngettext(
                "%(count)s of your listings are sent by it. Give them another profile first.",
                "%(count)s of your listings are sent by it. Give them another profile first.",
                count,
                count=format_decimal(count, locale=language.current()),
            )
        )
    row.archived_at = now


def write_zone(session: Session, *, seller_id: int, profile_id: int, zone: Zone) -> None:
    """Write a zone anew or add it, and what lists show of the profile's listings; raises as operations.write_zone."""
    profiles.write_zone(session, seller_id=seller_id, profile_id=profile_id, zone=zone)
    _show_profile_again(session, profile_id)


def remove_zone(session: Session, *, seller_id: int, profile_id: int, zone_id: int) -> None:
    """Take a zone out of a profile; raises as operations.remove_zone."""
    profiles.remove_zone(session, seller_id=seller_id, profile_id=profile_id, zone_id=zone_id)
    _show_profile_again(session, profile_id)


def ask(session: Session, listing: Listing, delivery: Money) -> None:
    """Ask this for the delivery of a listing that has no profile; of another one, what its profile says."""
    if listing.delivery_profile_id is None:
        listing.delivery_minor = delivery.minor
    else:
        show_again(session, [listing])


def show_again(session: Session, listings: Sequence[Listing]) -> None:
    """Write what one unit of each listing costs to send to its profile's first zone; standard ones stay."""
    found = queries.read_profiles(
        lambda statement, values: session.execute(statement, values).all(),
        (listing.delivery_profile_id for listing in listings if listing.delivery_profile_id is not None),
    )
    for listing in listings:
        profile = found.get(listing.delivery_profile_id or 0)
        zone = rules.zone_for(profile, "") if profile else None
        if zone is not None:
            goods = Money(listing.price_minor, listing.currency)
            price = rules.price_of(zone, goods, listing.weight_grams or 0)
            # What is too heavy for the first zone shows the price of its heaviest parcel.
            heaviest = zone.bands[-1].price_minor if zone.bands else 0
            listing.delivery_minor = price.minor if price is not None else heaviest


def _show_profile_again(session: Session, profile_id: int) -> None:
    session.flush()
    having = select(Listing).where(Listing.delivery_profile_id == profile_id, IS_LISTING).order_by(Listing.id)
    show_again(session, session.execute(having).scalars().all())


def _check_currency(session: Session, seller_id: int, profile_id: int, currency: str) -> None:
    if profiles.own(session, seller_id, profile_id).currency != currency:
        raise Invalid(_("This profile is in another currency than the listing."), field="profile")
