"""Keeping what a seller types before it is saved; two windows never write over each other unsaid."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from marketplace.catalog import shelf_operations, unsaved_rules
from marketplace.catalog.models import Listing, ListingKind
from marketplace.catalog.unsaved_models import UnsavedListing
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.language import gettext as _


class ChangedElsewhere(Conflict):
    """Another window has kept other text of the same form, saved it, or thrown it away."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in a form: `seen_version` is the text it began with, 0 for none; `writer` names the open page."""

    key: str
    kind: ListingKind
    fields: Mapping[str, str]
    seen_version: int
    writer: str


def keep(session: Session, *, seller_id: int, typed: Typed, is_over: bool = False, now: datetime) -> int:
    """Keep text as it stands in the form and return its version. Nothing of the listing changes.

    Raises ChangedElsewhere where another page has changed the kept text since, unless `is_over` writes over it;
    Invalid for too much text, NotFound for another seller's listing, Conflict for too many texts.
    """
    unsaved_rules.check_length(typed.fields)
    listing_id = unsaved_rules.listing_of(typed.key)
    if listing_id is not None:
        _own(session, seller_id, listing_id)
    row = _row(session, seller_id, typed.key)
    if row is None:
        if typed.seen_version and not is_over:
            raise ChangedElsewhere(_("Another window has saved this text or thrown it away."))
        return _begin(session, seller_id, typed, now)
    if dict(typed.fields) == row.fields:
        return row.version
    if not is_over and row.writer != typed.writer and row.version != typed.seen_version:
        raise ChangedElsewhere(_("Another window has changed this text."))
    row.fields, row.writer, row.kept_at = dict(typed.fields), typed.writer, now
    row.version += 1
    return row.version


def drop(session: Session, *, seller_id: int, key: str) -> None:
    """Forget the kept text of a form, saved or thrown away; nothing is fine."""
    of_form = UnsavedListing.key == key, UnsavedListing.seller_id == seller_id
    session.execute(delete(UnsavedListing).where(*of_form))


def check_unchanged(session: Session, *, seller_id: int, listing_id: int, seen: str) -> None:
    """Raise Invalid when a listing's words or prices are others than those the form began with; "" says nothing.

    What an import or another window wrote is not written over unsaid.
    """
    listing = _own(session, seller_id, listing_id)
    words = {
        "title": listing.title,
        "description": listing.description,
        # That of variants follows their sales and stands on another page.
        "price_minor": 0 if listing.option_names else listing.price_minor,
        "delivery_minor": listing.delivery_minor,
        "sku": listing.sku or "",
        **asdict(shelf_operations.item_of(session, listing)),
    }
    if seen and unsaved_rules.fingerprint(words) != seen:
        raise Invalid(
            _("It was changed elsewhere since you opened it. Save once more, and your text below takes its place.")
        )


def _begin(session: Session, seller_id: int, typed: Typed, now: datetime) -> int:
    count = select(func.count()).select_from(UnsavedListing).where(UnsavedListing.seller_id == seller_id)
    if session.execute(count).scalar_one() >= unsaved_rules.MOST_UNSAVED:
        raise Conflict(
            _("You have %(most)s texts that are not saved. Throw one away first.", most=unsaved_rules.MOST_UNSAVED)
        )
    row = UnsavedListing(
        seller_id=seller_id,
        kind=typed.kind,
        key=typed.key,
        fields=dict(typed.fields),
        version=typed.seen_version + 1,
        writer=typed.writer,
        kept_at=now,
    )
    session.add(row)
    return row.version


def _row(session: Session, seller_id: int, key: str) -> UnsavedListing | None:
    of_form = UnsavedListing.key == key, UnsavedListing.seller_id == seller_id
    return session.execute(select(UnsavedListing).where(*of_form)).scalar_one_or_none()


def _own(session: Session, seller_id: int, listing_id: int) -> Listing:
    listing = session.get(Listing, listing_id)
    if listing is None or listing.seller_id != seller_id:
        raise NotFound(_("There is no such listing."))
    return listing
