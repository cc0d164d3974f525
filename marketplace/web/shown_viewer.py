"""Who looks, as every layout shows it, and the token of this browser's forms."""

from contextlib import suppress
from dataclasses import dataclass

from flask import Flask, g, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import SQLAlchemyError

from marketplace.accounts import suspension_queries
from marketplace.messages.header_queries import counts
from marketplace.web import gaps, guards, suspension_words
from marketplace.web.guards import Viewer
from marketplace.web.recent import recent
from marketplace.web.suspension_words import Halt

_TOKEN = "csrf_token"  # noqa: S105  the name under which Flask-WTF keeps it, in the session and for the request
_TOKEN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Shown:
    """All that a layout tells of who looks; equal ones get equal layouts."""

    is_signed_in: bool
    name: str
    initials: str
    is_seller: bool
    is_admin: bool
    basket_count: int
    unread_count: int
    message_count: int
    saved_count: int = 0


class _ShownViewer:
    """The template global `viewer`. Reads nothing until a template asks, and never breaks an error page."""

    @property
    def shown(self) -> Shown:
        who = self._who()
        counts = self._counts()
        if who is None:
            return Shown(False, "", "", False, False, *counts)
        return Shown(True, who.name, who.initials, who.is_seller, who.is_admin, *counts, len(who.saved))

    @property
    def is_signed_in(self) -> bool:
        return self._who() is not None

    @property
    def name(self) -> str:
        return self.shown.name

    @property
    def initials(self) -> str:
        return self.shown.initials

    @property
    def is_seller(self) -> bool:
        who = self._who()
        return who is not None and who.is_seller

    @property
    def is_admin(self) -> bool:
        who = self._who()
        return who is not None and who.is_admin

    @property
    def is_unconfirmed(self) -> bool:
        who = self._who()
        return who is not None and not who.is_confirmed

    @property
    def halts(self) -> tuple[Halt, ...]:
        """Return what they read at the top of every page while they are suspended; others cost no query."""
        who = self._who()
        if who is None or not who.is_suspended:
            return ()
        with suppress(SQLAlchemyError):
            return tuple(suspension_words.halt(row) for row in suspension_queries.open_of(who.user_id))
        return ()

    @property
    def basket_count(self) -> int:
        return self._counts()[0]

    @property
    def unread_count(self) -> int:
        return self._counts()[1]

    @property
    def message_count(self) -> int:
        return self._counts()[2]

    def _who(self) -> Viewer | None:
        gaps.refuse_for_everybody()
        if (found := g.get("shown_viewer", False)) is False:
            found = g.shown_viewer = None
            with suppress(SQLAlchemyError):
                found = g.shown_viewer = guards.current_viewer()
        return found

    def _counts(self) -> tuple[int, int, int]:
        gaps.refuse_for_everybody()
        if (found := g.get("viewer_counts")) is None:
            found = g.viewer_counts = (0, 0, 0)
            with suppress(SQLAlchemyError):
                found = g.viewer_counts = counts(getattr(self._who(), "user_id", None), guards.visitor_key())
        return found


_viewer = _ShownViewer()


def register(app: Flask) -> None:
    """Give templates `viewer` and, instead of Flask-WTF's own, `csrf_token`."""
    app.jinja_env.globals.update(viewer=_viewer, csrf_token=form_token)
    # What they would add to each page stands among the globals already.
    app.template_context_processors[None].clear()


def shown() -> Shown:
    """Return all that a layout tells of who looks."""
    return _viewer.shown


def halts() -> tuple[Halt, ...]:
    """Return what a suspended viewer reads at the top of every page."""
    return _viewer.halts


def token_of_signed_in() -> str:
    """Return the token of this browser's forms for whoever is signed in, "" for a visitor."""
    return form_token() if _viewer.is_signed_in else ""


def form_token() -> str:
    """Return the token that this browser's forms carry, the same for a minute, so that what holds it is the same.

    It is Flask-WTF's, signed anew each time: bound to the session, and checked there.
    """
    gaps.refuse_for_everybody()
    if _TOKEN in g:
        return str(g.csrf_token)
    key = (_TOKEN, session.get(_TOKEN))
    known = recent().get(key) if key[1] else None
    if known is None:
        known = generate_csrf()
        recent().keep((_TOKEN, session[_TOKEN]), known, seconds=_TOKEN_SECONDS)
    g.csrf_token = known
    return str(known)
