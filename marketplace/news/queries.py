"""What was written since somebody last looked: whom it concerns, and who of those who wait is still signed in.

Rows are told apart by the snapshot in which one did not see them yet, not by their numbers: a long transaction commits
low numbers late. Numbers only keep the look short; it passes over what is numbered lower than `Mark` says.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text

from marketplace import db

_NEW = "NOT pg_visible_in_snapshot({}.written_in::text::xid8, CAST(:snapshot AS pg_snapshot))"
_NEWS = text(
    f"""
WITH told AS MATERIALIZED (
    SELECT n.user_id FROM notification AS n WHERE n.id > :told AND {_NEW.format("n")}
), changed AS MATERIALIZED (
    SELECT c.subject, c.subject_id FROM status_change AS c WHERE c.id > :changed AND {_NEW.format("c")}
)
SELECT pg_current_snapshot()::text AS snapshot,
       (SELECT coalesce(max(id), 0) FROM notification) AS told,
       (SELECT coalesce(max(id), 0) FROM status_change) AS changed,
       EXISTS (SELECT FROM told) OR EXISTS (SELECT FROM changed) AS is_any,
       ARRAY(
           SELECT user_id FROM told
           UNION
           SELECT unnest(ARRAY[o.buyer_id, o.seller_id])
           FROM changed JOIN "order" AS o ON changed.subject = 'order' AND o.id = changed.subject_id
           UNION
           SELECT unnest(ARRAY[other.bidder_id, a.seller_id])
           FROM changed JOIN bid AS b ON changed.subject = 'bid' AND b.id = changed.subject_id
           JOIN auction AS a ON a.id = b.auction_id JOIN bid AS other ON other.auction_id = a.id
       ) AS people,
       ARRAY(
           SELECT id FROM user_session WHERE id = ANY(:sessions) AND revoked_at IS NULL
       ) AS sessions,
       ARRAY(
           SELECT s.id FROM user_session AS s JOIN "user" AS u ON u.id = s.user_id
           WHERE s.id = ANY(:sessions) AND u.is_admin
       ) AS admin_sessions
"""  # noqa: S608  only the names of two tables are put in
)
_NOTHING_IS_HIGHER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where somebody has looked: a snapshot of PostgreSQL, and the highest numbers there were."""

    snapshot: str
    told: int
    """Of notifications."""
    changed: int
    """Of status changes."""


@dataclass(frozen=True, slots=True)
class News:
    """What has happened since a mark."""

    mark: Mark
    """Up to here, for the next look."""
    is_any: bool
    """Whether anything was told to anybody or has changed its status: what people who run the house look at."""
    people: frozenset[int]
    """The users whom it concerns: who was told something, buyer and seller of an order whose status changed, and seller
    and bidders of an auction in which somebody bid."""
    sessions: frozenset[int]
    """Those of the sessions asked about that nobody has ended."""
    admin_sessions: frozenset[int]
    """Those of them whose person is an admin now."""


def since(mark: Mark | None, sessions: Collection[int]) -> News:
    """Return what was committed after `mark`, in one statement; without a mark there are no news yet, only a mark."""
    asked = mark or Mark("1:1:", _NOTHING_IS_HIGHER, _NOTHING_IS_HIGHER)
    values = {"snapshot": asked.snapshot, "told": asked.told, "changed": asked.changed, "sessions": list(sessions)}
    [row] = db.read(_NEWS, values)
    return News(
        mark=Mark(row.snapshot, row.told, row.changed),
        is_any=row.is_any,
        people=frozenset(row.people),
        sessions=frozenset(row.sessions),
        admin_sessions=frozenset(row.admin_sessions),
    )
