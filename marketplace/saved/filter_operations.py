"""Keep the filters of a list under a name, and let them go."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.catalog import rules
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.saved.models import SavedFilter

MOST_FILTERS = 12
"""Of one list: they stand above it, side by side."""
LONGEST_QUERY = 1_000


def save_filter(session: Session, *, user_id: int, path: str, query: str, name: str, now: datetime) -> bool:
    """Keep the filters of the list at `path` under a name; return False where the name was there and is theirs now.

    Raises Invalid for the name or for filters that are too long, Conflict for more than MOST_FILTERS of one list.
    """
    line = rules.clean_line(name, field="name", longest=64)
    if len(query) > LONGEST_QUERY or len(path) > 200:
        raise Invalid(_("These filters are too long to keep."))
    here = (SavedFilter.user_id == user_id, SavedFilter.path == path)
    known = session.execute(select(SavedFilter).where(*here, SavedFilter.name == line)).scalar_one_or_none()
    if known is not None:
        known.query, known.saved_at = query, now
        return False
    if session.execute(select(func.count()).select_from(SavedFilter).where(*here)).scalar_one() >= MOST_FILTERS:
        raise Conflict(_("You have saved %(most)s filters of this list. Remove some first.", most=MOST_FILTERS))
    session.add(SavedFilter(user_id=user_id, path=path, query=query, name=line, saved_at=now))
    return True


def remove_filter(session: Session, *, user_id: int, filter_id: int) -> tuple[str, str]:
    """Let saved filters go; return their name and the list's path. Raises NotFound for another person's."""
    found = session.get(SavedFilter, filter_id)
    if found is None or found.user_id != user_id:
        raise NotFound(_("There are no such filters among yours."))
    session.delete(found)
    return found.name, found.path
