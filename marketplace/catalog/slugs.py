"""Addresses of listings: made from their titles, each once."""

from collections.abc import Sequence
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.catalog import rules
from marketplace.catalog.models import Listing


def free_slugs(session: Session, titles: Sequence[str]) -> list[str]:
    """Return an address for each title that no listing has yet: a number follows where two share their words."""
    wanted = [rules.slug_of(title) or "listing" for title in titles]
    taken: set[str] = set()
    for slug in sorted(set(wanted)):
        same = select(Listing.slug).where(Listing.slug.like(f"{slug}%"))
        taken.update(session.execute(same).scalars())
    found = []
    for slug in wanted:
        names = (f"{slug}-{number}" if number > 1 else slug for number in count(1))
        free = next(name for name in names if name not in taken)
        taken.add(free)
        found.append(free)
    return found
