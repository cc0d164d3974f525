"""What sellers and jobs read of pictures: those of a listing, those without sizes, those that nothing shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import ARRAY, String, any_, bindparam, select

from marketplace import db
from marketplace.catalog.models import Listing, ListingPicture
from marketplace.media import picture_names

_AT_ONCE = 500
_OF_LISTING = (
    select(ListingPicture.id, ListingPicture.file_name, ListingPicture.alt)
    .join(Listing, Listing.id == ListingPicture.listing_id)
    .where(ListingPicture.listing_id == bindparam("listing_id"), Listing.seller_id == bindparam("seller_id"))
    .order_by(ListingPicture.position)
)
_UNSIZED = (
    select(ListingPicture.id, ListingPicture.file_name)
    .where(ListingPicture.sent_at.is_not(None), ListingPicture.is_sized.is_(False))
    .order_by(ListingPicture.id)
    .limit(_AT_ONCE)
)
_SHOWN = select(ListingPicture.file_name).where(
    ListingPicture.file_name == any_(bindparam("names", type_=ARRAY(String)))
)


@dataclass(frozen=True, slots=True)
class OwnPicture:
    """A picture of one's own listing; `alt` is "" where nothing was said."""

    picture_id: int
    file_name: str
    alt: str


def of_listing(listing_id: int, seller_id: int) -> tuple[OwnPicture, ...]:
    """Return the pictures of a seller's own listing in their order; none for anybody else's."""
    rows = db.read(_OF_LISTING, {"listing_id": listing_id, "seller_id": seller_id})
    return tuple(OwnPicture(row.id, row.file_name, row.alt) for row in rows)


def unsized(listing_id: int | None = None) -> Sequence[tuple[int, str]]:
    """Return id and file name of pictures, of one listing or of all, that have no smaller sizes yet: at most 500."""
    here = _UNSIZED if listing_id is None else _UNSIZED.where(ListingPicture.listing_id == listing_id)
    return [(row.id, row.file_name) for row in db.read(here)]


def shown_nowhere(names: Iterable[str]) -> set[str]:
    """Return those of `names`, files of the store, whose picture no listing has, as of one moment.

    No write that is under way can change that: a file is put in the store before its row is written, so names must
    have been listed long after that, and a copy of a listing takes names of rows (`db.snapshot` waits for those).
    """
    lost: set[str] = set()
    remaining = iter(names)
    with db.snapshot(deferrable=True) as connection:
        while batch := list(islice(remaining, _AT_ONCE)):
            asked = {original for name in batch for original in picture_names.originals_of(name)}
            found = connection.execute(_SHOWN, {"names": sorted(asked)}).scalars()
            shown = set(found)
            lost.update(name for name in batch if shown.isdisjoint(picture_names.originals_of(name)))
    return lost
