"""What a person was told, in words, and marking it as read."""

from dataclasses import dataclass
from functools import partial

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.language import gettext as _
from marketplace.language import texts
from marketplace.notifications import operations, queries
from marketplace.notifications.queries import Told
from marketplace.paging import every
from marketplace.web import guards, lists
from marketplace.web.buyer import told_in_words
from marketplace.web.console import Console, own_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import time_text

_CSV_COLUMNS = texts("Told (UTC)", "Title", "Text", "Read (UTC)")


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """One fact in words."""

    icon: str
    title: str
    text: str
    url: str
    action: str
    when: str
    when_iso: str
    is_unread: bool
    read_url: str


@dataclass(frozen=True, slots=True)
class NotificationsPage:
    """What templates/buyer/notifications.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    rows: tuple[NotificationRow, ...]
    unread: int
    read_all_url: str
    tools: Tools


@guards.signed_in
def notifications() -> ResponseReturnValue:
    """List what the viewer was told, newest first."""
    viewer = guards.viewer()
    show = "unread" if request.args.get("show") == "unread" else ""
    asked = lists.asked(show=show)
    read_rows = partial(queries.notifications_of, viewer.user_id, asked.period, only_unread=bool(show))
    if asked.is_csv:
        return lists.csv_file("notifications", _CSV_COLUMNS, map(_csv_row, every(read_rows, asked.cursor)))
    listed = read_rows(asked.cursor)
    unread = queries.unread_count(viewer.user_id)
    page = NotificationsPage(
        title=_("Notifications"),
        console=own_console("notifications", is_seller=viewer.is_seller, is_admin=viewer.is_admin),
        tabs=(
            Tab(_("All"), asked.url(show=""), not show),
            Tab(_("Unread"), asked.url(show="unread"), bool(show), unread),
        ),
        rows=tuple(_row(told) for told in listed.rows),
        unread=unread,
        read_all_url=url_for("buyer.read_all"),
        tools=asked.tools(listed),
    )
    return render_template("buyer/notifications.html", page=page)


@guards.signed_in
def read(notification_id: int) -> ResponseReturnValue:
    """Mark one notification as read and go back to the list, or to what it is about."""
    user_id = guards.viewer().user_id
    db.atomic(operations.mark_read, (), user_id=user_id, notification_id=notification_id, now=clock.now())
    target = guards.safe_next(request.form.get("next"))
    return redirect(target or url_for("buyer.notifications"), code=303)


@guards.signed_in
def read_all() -> ResponseReturnValue:
    """Mark all of the viewer's notifications as read."""
    db.atomic(operations.mark_all_read, (), user_id=guards.viewer().user_id, now=clock.now())
    return redirect(url_for("buyer.notifications"), code=303)


def _row(told: Told) -> NotificationRow:
    words = told_in_words.words_of(told)
    return NotificationRow(
        icon=words.icon,
        title=words.title,
        text=words.text,
        url=words.url,
        action=words.action,
        when=time_text(told.created_at),
        when_iso=told.created_at.isoformat(),
        is_unread=told.read_at is None,
        read_url=url_for("buyer.read", notification_id=told.id),
    )


def _csv_row(told: Told) -> tuple[object, ...]:
    words = told_in_words.words_of(told)
    return (told.created_at, words.title, words.text, told.read_at)
