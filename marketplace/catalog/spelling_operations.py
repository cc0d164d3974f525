"""Learning the words of listings, so that a misspelt search can be answered: a job of the tick."""

from collections import Counter

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.catalog import spelling_rules
from marketplace.catalog.models import CarDetails, Listing, ListingToLearn, PartDetails, SearchWord, Shop

_AT_ONCE = 500
TO_LEARN = select(ListingToLearn.id, ListingToLearn.listing_id).order_by(ListingToLearn.id).limit(_AT_ONCE)
"""Listings that have changed, the longest waiting first."""
_MOST_RUNS = 10


def learn_due() -> int:
    """Learn the words of listings that have changed, at most 5,000 of them in small transactions; return how many."""
    done = 0
    for _ in range(_MOST_RUNS):
        learnt = db.atomic(learn)
        done += learnt
        if learnt < _AT_ONCE:
            break
    return done


def learn(session: Session) -> int:
    """Learn the words of at most 500 listings that have changed, the longest waiting first; return how many."""
    due = session.execute(TO_LEARN).all()
    if not due:
        return 0
    texts = (
        select(
            Listing.title, CarDetails.make, CarDetails.model, PartDetails.brand, PartDetails.category,
            PartDetails.fits, Shop.name,
        )
        .join(Shop, Shop.seller_id == Listing.seller_id)
        .outerjoin(CarDetails, CarDetails.listing_id == Listing.id)
        .outerjoin(PartDetails, PartDetails.listing_id == Listing.id)
        .where(Listing.id.in_({row.listing_id for row in due}))
    )  # fmt: skip
    met = Counter(word for row in session.execute(texts) for word in spelling_rules.words_in(row))
    if met:
        found = insert(SearchWord)
        added = {"met": SearchWord.met + found.excluded.met, "keys": found.excluded["keys"]}
        rows = [{"word": word, "keys": _keys(word), "met": count} for word, count in sorted(met.items())]
        session.execute(found.on_conflict_do_update(index_elements=[SearchWord.word], set_=added), rows)
    session.execute(delete(ListingToLearn).where(ListingToLearn.id.in_([row.id for row in due])))
    return len(due)


def _keys(word: str) -> list[str]:
    return [*spelling_rules.keys_to_keep(word), *spelling_rules.parts_to_keep(word)]
