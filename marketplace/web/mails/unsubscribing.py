"""The link in a mail that turns such mails off: a page with one button, also for people who are not signed in.

The page changes nothing by itself: mail scanners follow links. The button and mail programs POST (RFC 8058).
"""

from dataclasses import dataclass

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.language import gettext as _
from marketplace.mails import operations, queries
from marketplace.mails.tokens import read_token
from marketplace.mails.topics import WORDS, Topic


@dataclass(frozen=True, slots=True)
class UnsubscribePage:
    """What templates/mails/unsubscribe.html shows."""

    title: str
    text: str
    label: str
    note: str
    is_on: bool
    action: str
    choose_url: str


def ask(token: str) -> ResponseReturnValue:
    """Show which mails the link is about, and the button."""
    user_id, topic = read_token(current_app.extensions["settings"].secret_keys, token)
    is_on = topic not in queries.silenced(user_id)
    title = _("Turn these mails off?") if is_on else _("These mails are off")
    text = (
        _("You still read everything in the app.")
        if is_on
        else _("You read it in the app. You can turn them on again.")
    )
    return _show(token, topic, title, text, is_on=is_on)


def unsubscribe(token: str) -> ResponseReturnValue:
    """Turn the mails off, or on again where the button says so; a second time changes nothing."""
    user_id, topic = read_token(current_app.extensions["settings"].secret_keys, token)
    is_on = request.form.get("again") == "1"
    db.atomic(operations.choose, (), user_id=user_id, topic=topic, is_wanted=is_on, now=clock.now())
    title = _("These mails are on again") if is_on else _("These mails are off now")
    text = _("We write to you again.") if is_on else _("You still read everything in the app.")
    return _show(token, topic, title, text, is_on=is_on)


def _show(token: str, topic: Topic, title: str, text: str, *, is_on: bool) -> ResponseReturnValue:
    words = WORDS[topic]
    page = UnsubscribePage(
        title=title,
        text=text,
        label=words.label,
        note=words.note,
        is_on=is_on,
        action=url_for("unsubscribing.unsubscribe", token=token),
        choose_url=url_for("mails.preferences"),
    )
    return render_template("mails/unsubscribe.html", page=page)
