"""What holds for a listing and its variants together: what can be bought, and which of them shows a price."""

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing, ListingPicture, PriceDrop
from marketplace.catalog.states import ListingStatus
from marketplace.errors import Invalid, NotFound
from marketplace.language import gettext as _

_columns = Listing.__table__.c
_parent, _variant = Listing.__table__.alias("parent"), Listing.__table__.alias("variant")
_PARENT_STATUS = (
    select(_parent.c.status).where(_parent.c.id == _columns.parent_id).correlate(Listing.__table__).scalar_subquery()
)
HAS_VARIANTS: ColumnElement[bool] = _columns.option_names != literal_column("'{}'")
SOLD_ALONE: ColumnElement[bool] = and_(_columns.status == ListingStatus.ACTIVE, ~HAS_VARIANTS)
SOLD_AS_VARIANT: ColumnElement[bool] = and_(
    _columns.status == ListingStatus.OFFERED, _PARENT_STATUS == ListingStatus.ACTIVE
)
CAN_BE_BOUGHT: ColumnElement[bool] = or_(SOLD_ALONE, SOLD_AS_VARIANT)
"""Whether a row can be ordered: a listing without variants, or a variant whose listing buyers see."""
IS_KNOWN: ColumnElement[bool] = func.coalesce(_PARENT_STATUS, _columns.status) != ListingStatus.DRAFT
"""Whether buyers have ever been able to see a row, or the listing it is a variant of."""
IS_LISTING: ColumnElement[bool] = _columns.parent_id.is_(None)
"""Whether a row stands in lists of its own: not a variant."""
SHOWN_ID: ColumnElement[int] = func.coalesce(_columns.parent_id, _columns.id)
"""The listing on whose page a row is: itself, or the one it is a variant of."""


def first_picture(listing_id: ColumnElement[int]) -> ColumnElement[str | None]:
    """Return the file name of a listing's first picture; of a variant, which has none, that of its listing."""
    first = select(ListingPicture.file_name).order_by(ListingPicture.position).limit(1)
    own = first.where(ListingPicture.listing_id == listing_id)
    of_listing = first.join(_variant, _variant.c.parent_id == ListingPicture.listing_id)
    # The second is looked for only where the first is not there.
    return func.coalesce(own.scalar_subquery(), of_listing.where(_variant.c.id == listing_id).scalar_subquery())


def check_listing(found: Listing) -> Listing:
    """Return the listing itself; raises NotFound for a variant, which has no page of its own."""
    if found.parent_id is not None:
        raise NotFound(_("There is no such listing."))
    return found


def own_listing(session: Session, seller_id: int, listing_id: int) -> Listing:
    """Return a listing of the seller's own; raises NotFound for another seller's and for a variant."""
    found = session.get(Listing, listing_id)
    if found is None or found.seller_id != seller_id:
        raise NotFound(_("There is no such listing."))
    return check_listing(found)


def check_sold_alone(listing: Listing) -> None:
    """Raise Invalid for a listing with variants: they have the price and the stock."""
    if listing.option_names:
        raise Invalid(_("It is sold in variants: price and stock stand on their page."))


def ask(session: Session, listing: Listing, price_minor: int) -> None:
    """Ask another price for one unit of a listing or a variant, in minor units.

    Those who wait for a lower one hear of it where the listing that shows it becomes cheaper by that.
    """
    shown = listing if listing.parent_id is None else session.get_one(Listing, listing.parent_id)
    before, listing.price_minor = shown.price_minor, price_minor
    if shown is not listing:
        # The database writes what the variants come to.
        session.flush()
        session.refresh(shown, ["price_minor"])
    if shown.price_minor < before:
        session.add(PriceDrop(listing_id=shown.id, was_minor=before, price_minor=shown.price_minor))
