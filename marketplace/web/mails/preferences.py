"""What a person wants by mail: every topic, in the app always, by mail as they choose."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.mails import operations, queries
from marketplace.mails.topics import WORDS, Audience, Topic, may_be_silenced
from marketplace.web import guards, lists
from marketplace.web.console import Console, own_console
from marketplace.web.forms import Form
from marketplace.web.guards import Viewer

_TITLES = {
    Audience.ACCOUNT: Text("Your account"),
    Audience.BUYING: Text("What you buy"),
    Audience.SELLING: Text("What you sell"),
    Audience.HOUSE: Text("Running the marketplace"),
}


@dataclass(frozen=True, slots=True)
class TopicRow:
    """One topic with its switch; `always` says why there is none."""

    value: str
    label: str
    note: str
    always: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class TopicGroup:
    """Topics for one side of a person."""

    title: str
    rows: tuple[TopicRow, ...]


@dataclass(frozen=True, slots=True)
class PreferencesPage:
    """What templates/mails/preferences.html shows."""

    title: str
    console: Console
    email: str
    groups: tuple[TopicGroup, ...]


@guards.signed_in
def preferences() -> ResponseReturnValue:
    """Show every topic that can concern the viewer, with its switch."""
    viewer = guards.viewer()
    silenced = queries.silenced(viewer.user_id)
    page = PreferencesPage(
        title=_("Notifications and mail"),
        console=own_console("mail", is_seller=viewer.is_seller, is_admin=viewer.is_admin),
        email=viewer.email,
        groups=tuple(_group(audience, silenced) for audience in _audiences(viewer)),
    )
    return render_template("mails/preferences.html", page=page, form=Form())


@guards.signed_in
def choose() -> ResponseReturnValue:
    """Turn the topics that the form shows on or off."""
    wanted = set(request.form.getlist("wanted"))
    shown = [lists.member(Topic, value) for value in request.form.getlist("shown")]
    changed = {topic: topic.value in wanted for topic in shown if topic is not None and may_be_silenced(topic)}
    if changed:
        user_id = guards.viewer().user_id
        db.atomic(operations.choose_all, (), user_id=user_id, wanted=changed, now=clock.now())
        flash(_("Saved. Everything still stands in the app."), "ok")
    return redirect(url_for("mails.preferences"), code=303)


def _audiences(viewer: Viewer) -> list[Audience]:
    found = [Audience.ACCOUNT, Audience.BUYING]
    if viewer.is_seller:
        found.append(Audience.SELLING)
    return [*found, Audience.HOUSE] if viewer.is_admin else found


def _group(audience: Audience, silenced: frozenset[Topic]) -> TopicGroup:
    rows = [
        TopicRow(topic.value, words.label, words.note, words.always, topic not in silenced)
        for topic, words in WORDS.items()
        if words.audience is audience
    ]
    return TopicGroup(_TITLES[audience], tuple(rows))
