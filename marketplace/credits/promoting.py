"""Spending credits: a seller promotes a listing for some days; it stands first in its lists until they are over."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing
from marketplace.catalog.promotion_models import Promotion
from marketplace.catalog.states import ListingStatus
from marketplace.catalog.variants import IS_LISTING
from marketplace.credits import operations, rules
from marketplace.credits.models import CreditMovement
from marketplace.errors import Conflict, NotFound
from marketplace.language import Text
from marketplace.language import gettext as _


def promote(session: Session, *, seller_id: int, listing_id: int, days: int, token: str, now: datetime) -> datetime:
    """Promote a seller's own listing for so many days, and return when that ends.

    One that is promoted goes on from its end. The form's one-time `token` makes sending it twice one deed. Raises
    NotFound for a foreign listing, Conflict for one that buyers don't see, Invalid for the days, TooFew credits.
    """
    sent = _sent(session, token, seller_id, listing_id)
    if sent is not None:
        return sent
    own = select(Listing).where(Listing.id == listing_id, Listing.seller_id == seller_id, IS_LISTING)
    listing = session.execute(own).scalar_one_or_none()
    if listing is None:
        raise NotFound(_("There is no such listing among yours."))
    if listing.status is not ListingStatus.ACTIVE:
        raise Conflict(_("Buyers don't see this listing. Publish it first."))
    cost = rules.cost_of(days)
    movement_id = operations.spend(
        session,
        user_id=seller_id,
        count=cost,
        listing_id=listing_id,
        reason=Text("A listing of yours stands first in its lists."),
        token=token,
        now=now,
    )
    last = select(func.max(Promotion.ends_at)).where(Promotion.listing_id == listing_id, Promotion.ends_at > now)
    starts_at = session.execute(last).scalar_one() or now
    promotion = Promotion(
        listing_id=listing_id,
        seller_id=seller_id,
        days=days,
        credits=cost,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=days),
        movement_id=movement_id,
    )
    session.add(promotion)
    session.flush()
    return promotion.ends_at


def _sent(session: Session, token: str, seller_id: int, listing_id: int) -> datetime | None:
    """Return when the promotion that this form has bought ends; None for a form that was not sent."""
    sent = select(CreditMovement).where(CreditMovement.form_token == token)
    before = session.execute(sent).scalar_one_or_none()
    if before is None:
        return None
    if (before.user_id, before.listing_id) != (seller_id, listing_id):
        raise NotFound(_("There is no such form."))
    return session.execute(select(Promotion.ends_at).where(Promotion.movement_id == before.id)).scalar_one()
