"""Who is looking, and may they: sign-in sessions, roles, cross-site requests and safe return addresses."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Flask, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, login_user, logout_user

from marketplace import clock
from marketplace.accounts import operations as accounts
from marketplace.accounts import rules
from marketplace.config import Settings
from marketplace.errors import NotAllowed
from marketplace.language import ENGLISH, Text
from marketplace.language import gettext as _
from marketplace.messages import header_queries
from marketplace.prepared import Question
from marketplace.web import bearer, hosts, uploads
from marketplace.web.cookies import Sessions

View = Callable[..., ResponseReturnValue]

_VISITOR = "visitor"
_WISH = "wish"  # the listing a visitor wants to save once they have signed in
_SIGNED_IN = "_user_id"  # where Flask-Login keeps the token
_COOKIE_LIFETIME = timedelta(days=30)
_NOT_AFTER_SIGN_IN = ("/login", "/login/code", "/passkey", "/logout", "/register")

_csrf = bearer.Protection()
_login = LoginManager()


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in person of this request."""

    user_id: int
    email: str
    name: str
    initials: str
    is_seller: bool
    is_admin: bool
    session_id: int
    time_zone: str | None = None
    """The name of the zone in which they read times; None is UTC."""
    language: str = ENGLISH
    """The code of the language in which they are written to."""
    saved: frozenset[int] = frozenset()
    """The ids of the listings they keep."""
    is_confirmed: bool = True
    """Whether the e-mail address is known to be theirs."""
    is_suspended: bool = False
    """Whether they are suspended as a seller or as a buyer."""


class _Person(UserMixin):
    """What Flask-Login keeps for a request: the viewer, and the token for the cookie."""

    def __init__(self, viewer: Viewer, token: str) -> None:
        self.viewer = viewer
        self.token = token

    def get_id(self) -> str:
        return self.token


def register(app: Flask, settings: Settings) -> None:
    """Set the cookie, host and size rules of `app`, and attach sign-in and the check against cross-site requests."""
    app.config.update(
        SECRET_KEY=settings.secret_keys[0],
        SECRET_KEY_FALLBACKS=list(settings.secret_keys[1:]),
        SESSION_COOKIE_NAME="__Host-tandem_session" if settings.secure_cookies else "tandem_session",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=_COOKIE_LIFETIME,
        TRUSTED_HOSTS=hosts.trusted(settings),
        MAX_CONTENT_LENGTH=uploads.LARGEST_BODY,
        # A form may stay open as long as its session; the token is bound to that.
        WTF_CSRF_TIME_LIMIT=None,
        # Our sessions are rows that can be revoked; tying them to a network address signs phones out on every move.
        SESSION_PROTECTION=None,
    )
    app.session_interface = Sessions(app)
    app.before_request(hosts.refuse_foreign)
    app.before_request(uploads.allow)  # before the check against cross-site requests reads the form
    _csrf.init_app(app)
    _login.init_app(app, add_context_processor=False)
    _login.user_loader(_person)


def exempt_from_csrf(blueprint: Blueprint) -> None:
    """Let the POSTs of `blueprint` in without a form token: providers sign theirs."""
    _csrf.exempt(blueprint)


def question() -> Question | None:
    """Return what finding out who is signed in will ask, for `db.reading_ahead`; None when nothing is to be asked."""
    token = session.get(_SIGNED_IN) if "signed_in" not in g else None
    return header_queries.question(accounts.token_hash(token)) if token else None


def current_viewer() -> Viewer | None:
    """Return who is signed in, or None."""
    # What current_user does, without its hash of the browser's name, which nothing here compares.
    if "signed_in" not in g and bearer.token() is not None:
        known = bearer.holder()
        g.signed_in = Viewer(**bearer.facts(known), initials=rules.initials(known.name)) if known else None
    if "signed_in" not in g:
        token = session.get(_SIGNED_IN)
        person = _person(token) if token else None
        g.signed_in = person.viewer if person else None
    found: Viewer | None = g.signed_in
    return found


def viewer() -> Viewer:
    """Return who is signed in, in a view behind one of the decorators below.

    Raises NotAllowed when nobody is.
    """
    found = current_viewer()
    if found is None:
        raise NotAllowed(_("Sign in first."))
    return found


class ShopNeeded(NotAllowed):
    """A page for sellers, asked for by somebody without a shop."""


def signed_in(view: View) -> View:
    """Send visitors to the sign-in page and bring them back afterwards."""
    return _guarded(view, lambda _who: True, "")


def seller_only(view: View) -> View:
    """Let only people with a shop in."""
    refusal = Text("This page is for sellers. Open a shop first, it is free.")
    return _guarded(view, lambda who: who.is_seller, refusal, ShopNeeded)


def admin_only(view: View) -> View:
    """Let only admins in."""
    return _guarded(view, lambda who: who.is_admin, Text("This page is for the people who run the marketplace."))


def start_session(token: str) -> Viewer:
    """Sign this browser in with a fresh session `token`. What an earlier person left in the cookie goes.

    The visitor key stays until the basket it stands for has been taken over. Raises NotAllowed for a dead token.
    """
    kept = {name: session[name] for name in (_VISITOR, _WISH) if name in session}
    session.clear()
    session.permanent = True
    session.update(kept)
    person = _person(token)
    if person is None:
        raise NotAllowed(_("Sign in again, please."))
    login_user(person)
    _forget_shown()
    g.signed_in = person.viewer
    return person.viewer


def end_session() -> None:
    """Forget who was signed in on this browser; the caller revokes the session's row."""
    logout_user()
    session.clear()
    _forget_shown()


def visitor_key() -> bytes | None:
    """Return the SHA-256 that a visitor's cart is stored under, or None when this browser has none."""
    token = session.get(_VISITOR)
    return accounts.token_hash(token) if token else None


def start_visit() -> bytes:
    """Give this browser a random visitor token where it has none, and return the key of its cart."""
    if _VISITOR not in session:
        session.permanent = True
        session[_VISITOR] = secrets.token_urlsafe(32)
    return accounts.token_hash(session[_VISITOR])


def end_visit() -> None:
    """Forget the visitor token, once its cart belongs to a person."""
    session.pop(_VISITOR, None)
    _forget_shown()


def make_wish(listing_id: int) -> None:
    """Remember which listing this browser's visitor wants to save."""
    session[_WISH] = listing_id


def take_wish() -> int | None:
    """Return the listing this browser's visitor wanted to save, once; None without one."""
    found: int | None = session.pop(_WISH, None)
    return found


def device() -> accounts.Device:
    """Return where this request comes from."""
    return accounts.Device(request.remote_addr or "", request.user_agent.string)


def safe_next(target: str | None) -> str | None:
    """Return `target` when it is a path of this site, else None (no open redirect: warehouse 0e764d3a2)."""
    if not target or not target.startswith("/") or not target.isprintable():
        return None
    plain = unquote(target)
    # Before anything is parsed: `//[` is an error to the parser.
    if "\\" in plain or plain.startswith("//") or not plain.isprintable():
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    return None if parts.path.rstrip("/") in _NOT_AFTER_SIGN_IN else target


def place() -> str | None:
    """Return where to come back to: this page, or for a form the page it stood on; None when that is unknown."""
    if request.method in {"GET", "HEAD"}:
        return safe_next(request.full_path if request.query_string else request.path)
    return came_from()


def came_from() -> str | None:
    """Return the page of ours on which what was pressed stood, or None when that is unknown."""
    try:
        came_from = urlsplit(request.referrer or "")
    except ValueError:  # a header may say anything: `http://[`
        return None
    if came_from.netloc != request.host:
        return None
    return safe_next(came_from.path + (f"?{came_from.query}" if came_from.query else ""))


def forget_counts() -> None:
    """Count again for the header what a person has not read: this request has changed it."""
    g.pop("viewer_counts", None)


def _forget_shown() -> None:
    for name in ("viewer_counts", "shown_viewer", "signed_in"):
        g.pop(name, None)


def _guarded(view: View, may: Callable[[Viewer], bool], refusal: str, kind: type[NotAllowed] = NotAllowed) -> View:
    @wraps(view)
    def guarded(*args: Any, **values: Any) -> ResponseReturnValue:
        who = current_viewer()
        if who is None:
            return redirect(url_for("auth.login", next=place()), code=303)
        if not may(who):
            raise kind(refusal)
        return view(*args, **values)

    return guarded


def _person(token: str) -> _Person | None:
    read = header_queries.header(accounts.token_hash(token))
    if read is None:
        return None
    found, waiting, saved = read
    now = clock.system_now()
    if rules.session_has_ended(last_seen_at=found.last_seen_at, is_admin=found.is_admin, now=now):
        return None
    if rules.is_due_to_be_seen(last_seen_at=found.last_seen_at, now=now):
        accounts.note_visit(found.session_id, now=now)
    if request.method in {"GET", "HEAD"}:  # a form may change what is counted
        g.viewer_counts = waiting
    return _Person(
        Viewer(
            user_id=found.user_id,
            email=found.email,
            name=found.name,
            initials=rules.initials(found.name),
            is_seller=found.is_seller,
            is_admin=found.is_admin,
            session_id=found.session_id,
            time_zone=found.time_zone,
            language=found.language,
            saved=saved,
            is_confirmed=found.is_confirmed,
            is_suspended=bool(found.suspended_as),
        ),
        token,
    )
