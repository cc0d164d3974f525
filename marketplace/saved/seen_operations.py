"""Remember what a person looked at last."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing
from marketplace.saved.models import SeenListing
from marketplace.saved.search_rules import MOST_SEEN


def note_seen(session: Session, *, user_id: int, listing_ids: Sequence[int], now: datetime) -> int:
    """Remember that a person looked at these listings, the last one first; return how many of them there are.

    The last twelve of all are kept.
    """
    there = set(session.execute(select(Listing.id).where(Listing.id.in_(listing_ids))).scalars())
    seen = [listing_id for listing_id in dict.fromkeys(listing_ids) if listing_id in there]
    if not seen:
        return 0
    new = insert(SeenListing)
    rows = [
        {"user_id": user_id, "listing_id": listing_id, "seen_at": now - timedelta(milliseconds=place)}
        for place, listing_id in enumerate(seen)
    ]
    key = [SeenListing.user_id, SeenListing.listing_id]
    session.execute(new.on_conflict_do_update(index_elements=key, set_={"seen_at": new.excluded.seen_at}), rows)
    mine = SeenListing.user_id == user_id
    last = select(SeenListing.listing_id).where(mine).order_by(SeenListing.seen_at.desc()).limit(MOST_SEEN)
    session.execute(delete(SeenListing).where(mine, SeenListing.listing_id.not_in(last)))
    return len(seen)
