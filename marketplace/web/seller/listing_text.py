"""Text of a listing's form that keeps itself: while it is typed, when it is refused, and when the sign-in has ended.

A form carries a ticket, signed for its seller: with it text is kept for them also when nobody is signed in any more.
It lets nobody read anything.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from marketplace import clock, db
from marketplace.catalog import unsaved_operations, unsaved_queries, unsaved_rules
from marketplace.catalog.browsing import Kind
from marketplace.catalog.unsaved_operations import ChangedElsewhere, Typed
from marketplace.catalog.unsaved_queries import Unsaved
from marketplace.errors import Conflict, Invalid
from marketplace.language import gettext as _
from marketplace.web import guards
from marketplace.web.pages import time_text

View = Callable[..., ResponseReturnValue]
_SALT, _GOOD_FOR_SECONDS = "listing-text", 30 * 24 * 3_600
_NOT_TEXT = frozenset({"csrf_token", "ticket", "kept_version", "deed"})
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whose form this is, which, and which opening of its page."""

    seller_id: int
    key: str
    kind: str
    writer: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What templates/components/kept_text.html shows; `warning` is "" where the text is kept."""

    ticket: str
    version: int
    note: str = ""
    warning: str = ""
    other_url: str = ""
    """Where the text of the other window stands."""


def opened(seller_id: int, kind: str, found: Unsaved | None = None, *, key: str = "") -> Kept:
    """Return the ticket of a page that is opened now, and what it says of text that was kept before."""
    ticket = Ticket(seller_id, key or f"new:{secrets.token_urlsafe(16)}", kind, secrets.token_urlsafe(12))
    note = _("This is text from %(when)s that you have not saved yet.", when=time_text(found.kept_at)) if found else ""
    return Kept(_signed(ticket), found.version if found else 0, note)


def ticket_of(seller_id: int, kind: str, key: str | None = None) -> Ticket | None:
    """Return the ticket that came with a form, if it is this seller's, of that kind, and for that key where one is."""
    found = _ticket()
    if found is None or (found.seller_id, found.kind) != (seller_id, kind) or key not in {None, found.key}:
        return None
    return found


def kept(ticket: Ticket, *, is_over: bool = False) -> Kept:
    """Keep the text that came with a form, and return what to say of it."""
    try:
        version = _keep(ticket, is_over=is_over)
    except ChangedElsewhere as error:
        found = unsaved_queries.unsaved(ticket.seller_id, ticket.key)
        when = _("Its text is from %(when)s.", when=time_text(found.kept_at)) if found else ""
        warning = " ".join(filter(None, (str(error.message), when, _("What stands here is not kept yet."))))
        return Kept(_signed(ticket), _seen_version(), warning=warning, other_url=page_url(ticket) if found else "")
    except (Invalid, Conflict) as error:
        return Kept(_signed(ticket), _seen_version(), warning=error.message)
    return Kept(_signed(ticket), version, _("Kept %(when)s. It is not saved yet.", when=time_text(clock.now())))


def outlives_sign_in(view: View) -> View:
    """Keep what is sent after the sign-in has ended, for the seller whose form it was, and ask them to sign in."""

    @wraps(view)
    def outliving(*args: Any, **values: Any) -> ResponseReturnValue:
        ticket = _ticket() if request.method == "POST" and guards.current_viewer() is None else None
        if ticket is None:
            return view(*args, **values)
        said = kept(ticket, is_over="HX-Request" not in request.headers)
        if "HX-Request" in request.headers:
            note = _("You are signed out. Your text is kept; sign in in another window to save it.")
            shown = Kept(said.ticket, said.version, "", said.warning or note)
            return render_template("seller/kept_text.html", kept=shown)
        flash(said.warning or _("You were signed out. Your text is kept: sign in and go on."), "wait")
        return redirect(url_for("auth.login", next=page_url(ticket)), code=303)

    return outliving


@outlives_sign_in
@guards.seller_only
def keep_text() -> ResponseReturnValue:
    """Keep the text of a form while it is typed; the listing stays as it is. Raises Invalid without a form's ticket."""
    ticket = _ticket()
    if ticket is None or ticket.seller_id != guards.viewer().user_id:
        raise Invalid(_("This form was open for too long. Reload the page."))
    return render_template("seller/kept_text.html", kept=kept(ticket))


@guards.seller_only
def drop_text() -> ResponseReturnValue:
    """Throw away the seller's own text that is not saved."""
    key = request.form.get("key", "")
    db.atomic(unsaved_operations.drop, (), seller_id=guards.viewer().user_id, key=_printable(key))
    flash(_("The text is thrown away."), "ok")
    listing_id = unsaved_rules.listing_of(key) if key.startswith("listing:") and key[8:].isdecimal() else None
    if listing_id is not None:
        return redirect(url_for("seller.edit", listing_id=listing_id), code=303)
    return redirect(url_for("seller.new"), code=303)


def page_url(ticket: Ticket | Unsaved) -> str:
    """Return the page on which a form's text stands."""
    listing_id = unsaved_rules.listing_of(ticket.key)
    if listing_id is not None:
        return url_for("seller.edit", listing_id=listing_id)
    return url_for("seller.create", kind=str(ticket.kind), text=ticket.key)


def asked_for(seller_id: int) -> Unsaved | None:
    """Return the seller's own text that the address names."""
    key = request.args.get("text", "")
    return unsaved_queries.unsaved(seller_id, _printable(key)) if key.startswith("new:") else None


def _printable(key: str) -> str:
    return key[:64] if key.isascii() and key.isprintable() else ""


def _keep(ticket: Ticket, *, is_over: bool) -> int:
    typed = Typed(ticket.key, Kind(ticket.kind), _fields(), _seen_version(), ticket.writer)
    return db.atomic(
        unsaved_operations.keep,
        (f"listing-text:{ticket.seller_id}",),
        seller_id=ticket.seller_id,
        typed=typed,
        is_over=is_over,
        now=clock.now(),
    )


def _fields() -> Mapping[str, str]:
    """Return what stands in the form, without what belongs to the page; what no database takes is left out."""
    return {
        name: text.replace("\0", "")
        for name, text in request.form.items()
        if name not in _NOT_TEXT and name.isidentifier() and len(name) <= _LONGEST_NAME
    }


def _seen_version() -> int:
    text = request.form.get("kept_version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _signed(ticket: Ticket) -> str:
    found = _serializer().dumps([ticket.seller_id, ticket.key, ticket.kind, ticket.writer])
    return found if isinstance(found, str) else found.decode()


def _ticket() -> Ticket | None:
    try:
        return Ticket(*_serializer().loads(request.form.get("ticket", ""), max_age=_GOOD_FOR_SECONDS))
    except BadSignature:
        return None


def _serializer() -> URLSafeTimedSerializer:
    # itsdangerous signs with the last key, the configuration with the first.
    return URLSafeTimedSerializer(list(reversed(current_app.extensions["settings"].secret_keys)), salt=_SALT)
