"""How a row of a file of listings says delivery profile, weight and tax: columns that a file may leave out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.catalog import delivering
from marketplace.catalog.models import Listing
from marketplace.delivery import rules
from marketplace.delivery.models import DeliveryProfile
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.taxes.rules import TaxCategory

COLUMNS = ("delivery_profile", "weight_kg", "tax_category")
_KILOGRAMS = re.compile(r"([0-9]{1,4})(?:[.,]([0-9]{1,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a row says; None: its file has no such column, and the listing stays as it is."""

    profile: str | None = None
    """The profile's name; "" for the standard delivery."""
    weight_grams: int | None = None
    """Of one unit; 0 for not said."""
    tax_category: TaxCategory | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    profile_id: int | None
    weight_grams: int | None
    tax_category: TaxCategory


Profiles = Mapping[str, tuple[int, str]]
"""Id and currency of a seller's profiles by their names."""


def terms_of(cells: Mapping[str, str]) -> Terms:
    """Return what a row says; raises Invalid naming the column."""
    weight, category = cells.get("weight_kg"), cells.get("tax_category")
    if category and category.lower() not in list(TaxCategory):
        raise Invalid(_("Write %(words)s.", words=", ".join(TaxCategory)), field="tax_category")
    return Terms(
        cells.get("delivery_profile"),
        grams_of(weight) if weight else None if weight is None else 0,
        None if category is None else TaxCategory(category.lower() or TaxCategory.STANDARD),
    )


def grams_of(text: str) -> int:
    """Return a weight as files write it, with either sign, in grams; raises Invalid naming its column."""
    found = _KILOGRAMS.fullmatch(text.strip())
    if found is None:
        raise Invalid(_("Write the weight in kilograms like this: %(example)s", example="12.5"), field="weight_kg")
    return int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0"))


def kilograms_of(grams: int) -> str:
    """Return a weight as files write it, in kilograms: 12.5."""
    whole, part = divmod(grams, 1000)
    return f"{whole}.{part:03d}".rstrip("0").rstrip(".")


def profiles_of(session: Session, seller_id: int) -> Profiles:
    """Return a seller's profiles that can be chosen."""
    kept = (DeliveryProfile.seller_id == seller_id, DeliveryProfile.archived_at.is_(None))
    rows = session.execute(select(DeliveryProfile.name, DeliveryProfile.id, DeliveryProfile.currency).where(*kept))
    return {name: (profile_id, currency) for name, profile_id, currency in rows}


def check(terms: Terms, currency: str, profiles: Profiles) -> None:
    """Raise Invalid naming the column for terms that a listing in `currency` can't have."""
    if terms.profile:
        found = profiles.get(terms.profile)
        if found is None:
            raise Invalid(_("You have no delivery profile of this name."), field="delivery_profile")
        if found[1] != currency:
            raise Invalid(_("This profile is in another currency than the listing."), field="delivery_profile")
    if (terms.weight_grams or 0) > rules.HEAVIEST_GRAMS:
        raise Invalid(
            _(
                "Enter a weight up to %(most)s kg.",
                most=number_text(rules.HEAVIEST_GRAMS // 1000),
            ),
            field="weight_kg",
        )


def is_same(listing: Listing, terms: Terms, profiles: Profiles) -> bool:
    """Return whether a listing is as the terms ask."""
    asked = _asked(listing, terms, profiles)
    return asked == _Asked(listing.delivery_profile_id, listing.weight_grams, listing.tax_category)


def write(session: Session, listing: Listing, terms: Terms, profiles: Profiles) -> None:
    """Send and tax a listing as the terms ask, which were checked."""
    asked = _asked(listing, terms, profiles)
    delivering.choose(
        session,
        seller_id=listing.seller_id,
        listing_id=listing.id,
        profile_id=asked.profile_id,
        weight_grams=asked.weight_grams,
    )
    listing.tax_category = asked.tax_category


def _asked(listing: Listing, terms: Terms, profiles: Profiles) -> _Asked:
    named = profiles[terms.profile][0] if terms.profile else None
    return _Asked(
        listing.delivery_profile_id if terms.profile is None else named,
        listing.weight_grams if terms.weight_grams is None else terms.weight_grams or None,
        listing.tax_category if terms.tax_category is None else terms.tax_category,
    )
