"""The daily look at saved searches: read what came, then write it down. The reading locks nobody out."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.catalog import browsing
from marketplace.saved import search_operations, search_rules
from marketplace.saved.models import SavedSearch

_AT_ONCE = 100
# What is published now may not be committed yet.
_SETTLED = timedelta(minutes=1)
DUE = (
    select(SavedSearch.id, SavedSearch.wanted, SavedSearch.looked_at)
    .where(SavedSearch.next_look_at <= bindparam("now"))
    .order_by(SavedSearch.next_look_at)
    .limit(_AT_ONCE)
)
"""Searches whose day has passed."""


def look_due(*, now: datetime) -> int:
    """Ask each search whose day has passed what came since, and tell its keeper; return how many were asked."""
    done, until = 0, now - _SETTLED
    for row in db.read(DUE, {"now": now}):
        wanted = search_rules.filter_of(row.wanted)
        came = browsing.count_published(wanted, since=row.looked_at, until=until)
        look = {"search_id": row.id, "since": row.looked_at, "until": until, "listings": came, "now": now}
        done += db.atomic(search_operations.record_look, (), **look)
    return done
