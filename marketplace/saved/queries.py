"""What people have kept and what they looked at last, as their own pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.browsing import CARDS, PICTURE, card_of
from marketplace.catalog.matching import on_shelf
from marketplace.catalog.models import Listing, Shop
from marketplace.catalog.queries import Card
from marketplace.catalog.states import ListingStatus
from marketplace.paging import Cursor, Listed, Period, read_page
from marketplace.saved.models import SavedListing, SavedSearch, SearchFind, SeenListing
from marketplace.saved.search_rules import MOST_SEEN


@dataclass(frozen=True, slots=True)
class SavedItem:
    """A saved listing: what it cost then and costs now, in minor units, and whether it can be bought."""

    id: int
    saved_at: datetime
    listing_id: int
    slug: str
    title: str
    then_minor: int
    price_minor: int
    currency: str
    in_stock: int
    is_for_sale: bool
    picture: str | None
    shop_name: str


@dataclass(frozen=True, slots=True)
class KeptSearch:
    """A saved search, how many listings its last look found and when that was, None before the first."""

    id: int
    saved_at: datetime
    name: str
    address: str
    next_look_at: datetime
    found: int | None
    found_at: datetime | None


SAVED_IDS = (
    select(func.array_agg(SavedListing.listing_id))
    .where(SavedListing.user_id == User.id)
    .correlate(User)
    .scalar_subquery()
)
"""For a statement about a person: which listings they keep, null for none."""

_ITEMS = (
    select(
        SavedListing.id,
        SavedListing.saved_at,
        Listing.id.label("listing_id"),
        Listing.slug,
        Listing.title,
        SavedListing.price_minor,
        Listing.price_minor.label("now_minor"),
        Listing.currency,
        Listing.in_stock,
        (Listing.__table__.c.status == ListingStatus.ACTIVE).label("is_for_sale"),
        PICTURE.label("picture"),
        Shop.name,
    )
    .join(Listing, Listing.id == SavedListing.listing_id)
    .join(Shop, Shop.seller_id == Listing.seller_id)
)
_looks = SearchFind.__table__.alias("looks")
_last = (
    select(func.max(_looks.c.id))
    .where(_looks.c.saved_search_id == SavedSearch.id)
    .correlate(SavedSearch)
    .scalar_subquery()
)
_SEARCHES = select(
    SavedSearch.id, SavedSearch.saved_at, SavedSearch.name, SavedSearch.address, SavedSearch.next_look_at,
    SearchFind.listings, SearchFind.found_at,
).outerjoin(SearchFind, SearchFind.id == _last)  # fmt: skip
_SEEN = (
    on_shelf(CARDS, with_words=False)
    .join(SeenListing, SeenListing.listing_id == Listing.id)
    .where(SeenListing.user_id == bindparam("user_id"))
    .order_by(SeenListing.seen_at.desc())
    .limit(MOST_SEEN)
)
_BY_ID = on_shelf(CARDS, with_words=False).where(Listing.id == func.any(bindparam("ids", type_=ARRAY(BigInteger))))


def saved_items(user_id: int, period: Period, cursor: Cursor) -> Listed[SavedItem]:
    """Return one page of what a person keeps, in one query; listings that are not for sale any more are among them."""
    mine = _ITEMS.where(SavedListing.user_id == user_id, period.of(SavedListing.__table__.c.saved_at))
    return read_page(mine, SavedListing.__table__.c.id, cursor, SavedItem)


def saved_searches(user_id: int, period: Period, cursor: Cursor) -> Listed[KeptSearch]:
    """Return one page of a person's searches, in one query."""
    mine = _SEARCHES.where(SavedSearch.user_id == user_id, period.of(SavedSearch.__table__.c.saved_at))
    return read_page(mine, SavedSearch.__table__.c.id, cursor, KeptSearch)


def seen_by(user_id: int) -> tuple[Card, ...]:
    """Return what a person looked at last and is for sale, the last first, in one query."""
    return tuple(card_of(row) for row in db.read(_SEEN, {"user_id": user_id}))


def seen_among(listing_ids: Sequence[int]) -> tuple[Card, ...]:
    """Return those of `listing_ids` that are for sale, in their order, in one query; none are asked for nothing."""
    if not listing_ids:
        return ()
    found = {row.id: card_of(row) for row in db.read(_BY_ID, {"ids": list(listing_ids)})}
    return tuple(found[listing_id] for listing_id in listing_ids if listing_id in found)
