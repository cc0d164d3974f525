"""Keep a search, let it go, and write down what a look at it found."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from marketplace.catalog import rules
from marketplace.catalog.filtering import Filter
from marketplace.errors import Conflict, NotFound
from marketplace.language import gettext as _
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.saved import search_rules
from marketplace.saved.models import SavedSearch, SearchFind


def save_search(
    session: Session, *, user_id: int, name: str, address: str, wanted: Filter, now: datetime
) -> tuple[int, bool]:
    """Keep a search under a name; a search that is kept already only gets the new name. Return its id and whether new.

    What comes from `now` on is told once a day. Raises Invalid for the name, Conflict for more than 50 searches.
    """
    line = rules.clean_line(name, field="name", longest=64)
    own = SavedSearch.user_id == user_id
    known = session.execute(select(SavedSearch).where(own, SavedSearch.address == address)).scalar_one_or_none()
    if known is not None:
        known.name = line
        return known.id, False
    count = select(func.count()).select_from(SavedSearch).where(own)
    if session.execute(count).scalar_one() >= search_rules.MOST_SEARCHES:
        raise Conflict(_("You have saved %(most)s searches. Remove some first.", most=search_rules.MOST_SEARCHES))
    kept = SavedSearch(
        user_id=user_id,
        name=line,
        address=address,
        wanted=search_rules.document(wanted),
        looked_at=now,
        next_look_at=now + search_rules.LOOKED_EVERY,
        saved_at=now,
    )
    session.add(kept)
    session.flush()
    return kept.id, True


def remove_search(session: Session, *, user_id: int, search_id: int) -> str:
    """Let a search go and return its name. Raises NotFound for another person's."""
    found = session.get(SavedSearch, search_id)
    if found is None or found.user_id != user_id:
        raise NotFound(_("There is no such search among yours."))
    session.execute(delete(SearchFind).where(SearchFind.saved_search_id == search_id))
    session.delete(found)
    return found.name


def record_look(
    session: Session, *, search_id: int, since: datetime, until: datetime, listings: int, now: datetime
) -> bool:
    """Write down that a search was asked what came from `since` to `until`, and tell its keeper of `listings` new ones.

    Returns False when another look was faster or the search is gone.
    """
    kept = session.get(SavedSearch, search_id)
    if kept is None or kept.looked_at != since:
        return False
    kept.looked_at, kept.next_look_at = until, now + search_rules.LOOKED_EVERY
    if listings:
        found = SearchFind(saved_search_id=search_id, listings=listings, found_at=now)
        session.add(found)
        session.flush()
        facts = {"name": kept.name, "address": kept.address, "listings": listings}
        news = NewFact(kept.user_id, NotificationKind.SEARCH_FOUND, "search_find", found.id, facts)
        notifications.tell_new(session, [news], now=now)
    return True
