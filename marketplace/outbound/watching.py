"""What is asked about until it is final: begun with its cause, its turn noted after every look (scar S70)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.outbound import rules
from marketplace.outbound.models import Watch, WatchKind

DUE = select(Watch.kind, Watch.subject_id).where(Watch.next_look_at <= bindparam("now")).order_by(Watch.next_look_at)
"""Rows whose turn has come."""
_LOOKS = select(Watch.looks).where(Watch.kind == bindparam("kind"), Watch.subject_id == bindparam("subject_id"))


@dataclass(frozen=True)
class Watched:
    """One row whose turn has come."""

    kind: WatchKind
    subject_id: int


def begin(session: Session, kind: WatchKind, subject_id: int, *, now: datetime, at_once: bool = False) -> None:
    """Ask about a row from now on; one that was final before begins anew. `at_once`: with the next tick."""
    fresh = {"looks": 0, "next_look_at": now if at_once else rules.next_look_at(0, now), "final_since": None}
    new = insert(Watch).values(kind=kind, subject_id=subject_id, note="", **fresh)
    session.connection().execute(new.on_conflict_do_update(index_elements=["kind", "subject_id"], set_=fresh))


def soon(session: Session, kind: WatchKind, subject_id: int, *, now: datetime) -> None:
    """Let a row that is asked about have its turn at once: something has come of it."""
    asked = update(Watch).where(Watch.kind == kind, Watch.subject_id == subject_id)
    session.execute(asked.values(next_look_at=now, final_since=None))


def due(session: Session, *, now: datetime, limit: int) -> list[Watched]:
    """Return the rows whose turn has come at `now`, those that wait longest first."""
    return [Watched(row.kind, row.subject_id) for row in session.execute(DUE.limit(limit), {"now": now})]


def looked(session: Session, *, watched: Watched, is_final: bool, note: str, ends: bool = False, now: datetime) -> None:
    """Note that a row's turn has come and what the look said; it comes again by the ladder of its age.

    `ends`: once it is final nothing can follow, so that nobody has to ask again.
    """
    watch = session.get_one(Watch, (watched.kind, watched.subject_id))
    watch.note = note[:500]
    if not is_final:
        watch.looks, watch.final_since = watch.looks + 1, None
        watch.next_look_at = rules.next_look_at(watch.looks, now)
        return
    watch.looks = watch.looks + 1 if watch.final_since else 1
    watch.final_since = watch.final_since or now
    watch.next_look_at = None if ends else rules.look_after_final(watch.final_since, now)


def looks_of(kind: WatchKind, subject_id: int) -> int:
    """Return how often a row's turn has come before; 0 for one that is not watched."""
    row = db.read_one(_LOOKS, {"kind": kind, "subject_id": subject_id})
    return int(row.looks) if row else 0


def all_due(session: Session, *, since: datetime, now: datetime) -> None:
    """Let every row have its turn at once that was not final at `since`: what came of it since then was never heard."""
    was_open = or_(Watch.final_since.is_(None), Watch.final_since >= since, Watch.next_look_at.is_not(None))
    session.execute(update(Watch).where(was_open).values(next_look_at=now))
