"""A link from a mail: its key leaves the address bar at once, and a page says why it does not work any more.

What a mail program or a scanner fetches changes nothing: only the forms behind the link do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.link_rules import LinkEnd
from marketplace.accounts.operations import token_hash
from marketplace.language import Text
from marketplace.language import gettext as _

_KEYS = {"reset": "reset_link", "verify": "verify_link", "change": "change_link"}
_AGAIN = {"reset": "auth.reset", "verify": "auth.verify", "change": "auth.change_email"}


@dataclass(frozen=True, slots=True)
class EndedPage:
    """What templates/auth/link_ended.html shows."""

    title: str
    text: str
    action: str
    action_url: str


_WORDS: Mapping[LinkEnd, tuple[str, str]] = {
    LinkEnd.UNKNOWN: (
        Text("This link is not complete"),
        Text("Open it from the mail again, or copy the whole address. If it is long ago, ask for a new one."),
    ),
    LinkEnd.USED: (Text("This link was used already"), Text("It works once. Ask for a new one if you need it.")),
    LinkEnd.REPLACED: (
        Text("There is a newer link"),
        Text("You asked again after this mail, and only the link in the newest one works."),
    ),
    LinkEnd.VOID: (
        Text("This link is not valid any more"),
        Text("The password or the e-mail address of the account has changed since it was sent."),
    ),
    LinkEnd.EXPIRED: (Text("This link is too old"), Text("Ask for a new one, and use it soon.")),
}
_CONFIRMED = (Text("This address is confirmed"), Text("The link has done its work. There is nothing left to do."))


def take(purpose: str, token: str, endpoint: str) -> ResponseReturnValue:
    """Keep the hash of a link's key in the browser's session and go on without it in the address."""
    session[_KEYS[purpose]] = token_hash(token).hex()
    answer = redirect(url_for(endpoint), code=303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def key(purpose: str) -> bytes:
    """Return the hash that this browser came with; b"" without one, which is no link's."""
    return bytes.fromhex(session.get(_KEYS[purpose], ""))


def drop(purpose: str) -> None:
    """Forget the link that this browser came with: it is used."""
    session.pop(_KEYS[purpose], None)


def ended(purpose: str, end: LinkEnd) -> ResponseReturnValue:
    """Return the page that says why a link does not work, and what helps."""
    is_reset = purpose == "reset"
    title, text = _CONFIRMED if end is LinkEnd.USED and not is_reset else _WORDS[end]
    action = _("Go to your account") if purpose == "verify" else _("Ask for a new link")
    page = EndedPage(title, text, action, url_for(_AGAIN[purpose]))
    return render_template("auth/link_ended.html", page=page), 404 if end is LinkEnd.UNKNOWN else 410
