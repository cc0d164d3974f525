"""What somebody looked at last: a signed cookie while they look around, a row per person once they come home.

The listing page is the busiest of all: it writes to no database, only a cookie of its own, and only when what is looked
at is not what it named last. The front page and /saved show the row, and take the cookie over for whoever is signed in.
"""

import hmac
import re
from functools import cache
from hashlib import blake2b

from flask import Response, current_app, g, request

from marketplace import clock, db
from marketplace.catalog.queries import Card
from marketplace.config import Settings
from marketplace.saved import queries, seen_operations
from marketplace.saved.search_rules import MOST_SEEN
from marketplace.web import guards

_DAYS = 30
_SHAPE = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,18}){0,11})-([0-9a-f]{32})", re.ASCII)


def note(answer: Response, listing_id: int) -> None:
    """Let this browser remember that it has shown a listing."""
    ids = _ids()
    if ids[:1] == (listing_id,):
        return
    last = (listing_id, *(each for each in ids if each != listing_id))[:MOST_SEEN]
    text = ".".join(map(str, last))
    # What set_cookie writes, without asking each of these letters whether it must be quoted.
    value = f"{text}-{_signature(text, _settings().secret_keys[0])}"
    secure = " Secure;" if _settings().secure_cookies else ""
    answer.headers.add(
        "Set-Cookie", f"{_name()}={value}; Max-Age={_DAYS * 86_400};{secure} HttpOnly; Path=/; SameSite=Lax"
    )


def cards() -> tuple[Card, ...]:
    """Return what was looked at last and is for sale, the last first: one query.

    Who is signed in takes over what the cookie says, which is one write more; `forget` must follow in the answer.
    """
    viewer, ids = guards.current_viewer(), _ids()
    if viewer is None:
        return queries.seen_among(ids)
    if ids:
        db.atomic(seen_operations.note_seen, (), user_id=viewer.user_id, listing_ids=ids, now=clock.now())
        g.seen_is_kept = True
    return queries.seen_by(viewer.user_id)


def forget(answer: Response) -> Response:
    """Take the cookie back once a person's row says it, or at the end of their session."""
    if g.get("seen_is_kept") or (_name() in request.cookies and not _ids()):
        answer.delete_cookie(_name(), secure=_settings().secure_cookies, httponly=True, samesite="Lax")
    return answer


def leave() -> None:
    """Let the next person on this browser not see what this one looked at."""
    g.seen_is_kept = True


def _ids() -> tuple[int, ...]:
    found = _SHAPE.fullmatch(request.cookies.get(_name(), ""))
    if found is None or not any(
        hmac.compare_digest(_signature(found[1], key), found[2]) for key in _settings().secret_keys
    ):
        return ()
    return tuple(map(int, found[1].split(".")))


def _signature(text: str, key: str) -> str:
    return blake2b(text.encode(), key=_key(key), person=b"seen", digest_size=16).hexdigest()


@cache
def _key(secret: str) -> bytes:
    return blake2b(secret.encode()).digest()[:32]


def _name() -> str:
    return "__Host-tandem_seen" if _settings().secure_cookies else "tandem_seen"


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
