"""Which filters of a list a person has saved."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.saved.models import SavedFilter


@dataclass(frozen=True, slots=True)
class KeptFilter:
    """Filters of one list under a name."""

    id: int
    name: str
    query: str


_FILTERS = (
    select(SavedFilter.id, SavedFilter.name, SavedFilter.query)
    .where(SavedFilter.user_id == bindparam("user_id"), SavedFilter.path == bindparam("path"))
    .order_by(SavedFilter.name, SavedFilter.id)
)


def saved_filters(user_id: int, path: str) -> tuple[KeptFilter, ...]:
    """Return what somebody saved of the list at `path`, by name."""
    return tuple(KeptFilter(*tuple(row)) for row in db.read(_FILTERS, {"user_id": user_id, "path": path}))
