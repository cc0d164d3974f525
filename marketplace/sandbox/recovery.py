"""What became of each fault: told from the sandbox's own log of requests, events and deliveries."""

from dataclasses import dataclass

from marketplace.sandbox import faults, request_log
from marketplace.sandbox.dashboard_rows import Badge, href, when
from marketplace.sandbox.fault_webhooks import occasion_of
from marketplace.sandbox.fault_words import WORDS
from marketplace.sandbox.faults import Kind
from marketplace.sandbox.request_log import Logged
from marketplace.sandbox.store import Work
from marketplace.sandbox.switchboard import Strike

ON_A_PAGE = 25


@dataclass(frozen=True)
class Step:
    """One thing that has happened since, and when."""

    when: str
    words: str


@dataclass(frozen=True)
class Healing:
    """One strike and what has happened since."""

    id: int
    words: str
    when: str
    what: str
    object_id: str
    href: str
    badge: Badge
    steps: list[Step]


def recent(work: Work, before: int = 0) -> list[Healing]:
    """Return up to a page and one of strikes, newest first, older than the one numbered `before` (0: the newest)."""
    found = work.rows(
        "SELECT * FROM strikes WHERE %(before)s = 0 OR id < %(before)s ORDER BY id DESC LIMIT %(limit)s",
        before=before, limit=ON_A_PAGE + 1,
    )  # fmt: skip
    return [_healing(work, Strike(**row | {"kind": Kind(row["kind"])})) for row in found]


def _healing(work: Work, strike: Strike) -> Healing:
    if strike.kind in (*faults.STATES, Kind.FEE_LATE):
        steps, end = _told(work, strike)
    elif strike.event_id:
        steps, end = _webhook(work, strike)
    else:
        steps, end = _request(work, strike)
    about = strike.event_id or strike.object_id
    return Healing(
        id=strike.id,
        words=WORDS[strike.kind],
        when=when(strike.at),
        what=strike.event or f"{strike.method} {strike.path}".strip(),
        object_id=about,
        href=href(about) if about else "",
        badge=Badge(end, "ok") if end else Badge("not yet", "wait"),
        steps=steps,
    )


def _request(work: Work, strike: Strike) -> tuple[list[Step], str]:
    """Tell how a request came again (with its key, as a new attempt, or as a look), and how that ended, if it has."""
    same = "method = %(method)s AND path = %(path)s"
    again = _requests(work, strike, "key = %(key)s" if strike.key else same)
    if not again and strike.key:
        again = _requests(work, strike, f"{same} AND key <> %(key)s")
    looks = (
        _requests(work, strike, "method = 'GET' AND (path = %(path)s OR objects && %(objects)s)") if strike.key else []
    )
    steps = [_step(one, "The same key came again" if one.key == strike.key else "Asked again") for one in again[:3]]
    if strike.key and again and again[0].key != strike.key:
        steps = [_step(one, "Asked again with a new key") for one in again[:3]]
    steps += [_step(one, f"Looked it up: {one.path}") for one in looks[:2]]
    if any(one.status == 200 for one in again):
        return steps, "came again"
    return steps, "looked up" if any(one.status == 200 for one in looks) else ""


def _webhook(work: Work, strike: Strike) -> tuple[list[Step], str]:
    """Tell how an event reached the shop after all, or how the shop asked for it."""
    tries = work.rows(
        "SELECT a.at, a.status FROM attempts a JOIN deliveries d ON d.id = a.delivery_id"
        " WHERE d.event_id = %(event)s AND a.status IS NOT NULL ORDER BY a.id",
        event=strike.event_id,
    )
    objects = _family(work, strike.event_id)
    listed = _requests(work, strike, "method = 'GET' AND path = '/v1/events'")
    looked = _requests(work, strike, "method = 'GET' AND objects && %(objects)s", objects)
    steps = [Step(when(row["at"]), f"Delivered, answered {row['status']}") for row in tries[:5]]
    steps += [_step(one, "The shop read the list of events") for one in listed[:1]]
    steps += [_step(one, f"The shop asked: {one.path}") for one in looked[:2]]
    if any(200 <= row["status"] < 300 for row in tries):
        return steps, "delivered"
    return steps, "asked for" if any(one.status == 200 for one in (*listed, *looked)) else ""


def _told(work: Work, strike: Strike) -> tuple[list[Step], str]:
    """Tell which events the fault has caused at its object, and whether the shop has taken them."""
    found = work.rows(
        "SELECT e.type, e.created, bool_or(d.state = 'delivered') AS taken FROM events e"
        " LEFT JOIN deliveries d ON d.event_id = e.id WHERE e.object_id = %(object)s AND e.created >= %(at)s"
        " AND e.id <> %(event)s GROUP BY e.seq ORDER BY e.seq",
        object=strike.object_id, at=strike.at, event=strike.event_id,
    )  # fmt: skip
    words = {True: "taken by the shop", False: "not delivered yet", None: "nobody listens"}
    steps = [Step(when(row["created"]), f"{row['type']}, {words[row['taken']]}") for row in found[-5:]]
    return steps, "told" if found and all(row["taken"] for row in found) else ""


def _family(work: Work, event_id: str) -> list[str]:
    """Return the ids of an event, its object and what belongs to it, its payment page among them."""
    ids = {one for one in occasion_of(work, event_id).ids if one}
    pages = work.rows(
        "SELECT private->>'session' AS page FROM objects WHERE id = ANY(%(ids)s) AND private ? 'session'", ids=list(ids)
    )
    return [*ids, *(row["page"] for row in pages)]


def _requests(work: Work, strike: Strike, condition: str, objects: list[str] | None = None) -> list[Logged]:
    found = work.rows(
        f"SELECT * FROM requests WHERE seq > %(mark)s AND id <> %(own)s AND {condition} ORDER BY seq LIMIT 20",  # noqa: S608  # ours
        mark=strike.mark, own=strike.request_id, key=strike.key, method=strike.method, path=strike.path,
        objects=objects if objects is not None else [strike.object_id],
    )  # fmt: skip
    return [request_log.logged(row) for row in found]


def _step(one: Logged, words: str) -> Step:
    return Step(when(one.at), f"{words}, {f'answered {one.status}' if one.status else 'cut off'}")
