"""Other names for what buyers choose by. Orders, invoices and baskets keep the words that were agreed on."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.catalog import variant_rules
from marketplace.catalog.models import Listing
from marketplace.catalog.states import ListingStatus
from marketplace.catalog.variants import own_listing
from marketplace.errors import NotFound
from marketplace.language import gettext as _

Words = Sequence[Mapping[str, str]]
"""For each option what its values shall be called, by what they are called now; one that is left out stays."""


def rename(session: Session, *, seller_id: int, listing_id: int, names: Sequence[str], words: Words) -> bool:
    """Call the options of a listing by `names` and their values by `words`; return whether anything was different.

    A value is renamed in every variant that has it. Raises NotFound for another seller's listing or one without
    variants, Invalid naming the field for names that are no names or would make two variants one.
    """
    listing = own_listing(session, seller_id, listing_id)
    if not listing.option_names:
        raise NotFound(_("This listing has no variants yet."))
    names = variant_rules.new_names(names, options=len(listing.option_names))
    are_new = names != listing.option_names
    listing.option_names = names
    wanted = {
        row.id: [new.get(value, value) for value, new in zip(row.option_values, words, strict=True)]
        for row in _variants(session, listing_id)
    }
    return call(session, listing, wanted) or are_new


def call(session: Session, listing: Listing, wanted: Mapping[int, Sequence[str]]) -> bool:
    """Give some variants of a listing, by their ids, other values; return whether any were different.

    Raises Invalid for a value that is none, and where two variants would be the same.
    """
    rows = _variants(session, listing.id)
    options = len(listing.option_names)
    values = {
        row.id: variant_rules.clean_values(wanted[row.id], options=options) if row.id in wanted else row.option_values
        for row in rows
    }
    variant_rules.check_apart(list(values.values()))
    renamed = [row for row in rows if values[row.id] != row.option_values]
    taken = {tuple(row.option_values) for row in rows}
    if any(tuple(values[row.id]) in taken for row in renamed):
        # They change places: the database knows each name once at any moment.
        for row in renamed:
            row.option_values = [f"#{row.id}", *row.option_values[1:]]
        session.flush()
    for row in renamed:
        row.option_values = values[row.id]
        row.title = variant_rules.title_of(listing.title, values[row.id])
    session.flush()
    return bool(renamed)


def _variants(session: Session, listing_id: int) -> Sequence[Listing]:
    here = Listing.parent_id == listing_id, Listing.status != ListingStatus.DROPPED
    return session.execute(select(Listing).where(*here).order_by(Listing.id)).scalars().all()
