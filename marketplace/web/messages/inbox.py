"""The list of a person's conversations: what is unread first."""

from dataclasses import dataclass
from functools import partial

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.language import gettext as _
from marketplace.language import ngettext, texts
from marketplace.messages import inbox_queries as queries
from marketplace.messages.inbox_queries import InboxRow, InboxTab
from marketplace.messages.queries import Part
from marketplace.numerals import number_text
from marketplace.paging import every
from marketplace.web import guards, lists
from marketplace.web.console import Console, buyer_console, seller_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import time_text
from marketplace.web.stored_words import about_text

_CSV_COLUMNS = texts("Latest (UTC)", "About", "With", "Unread", "Latest message")
_LONGEST_SHOWN = 140


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """One conversation in the list."""

    url: str
    other: str
    subject: str
    kind: str
    text: str
    when: str
    when_iso: str
    unread: int
    is_unread: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """What templates/messages/inbox.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    text: str
    entries: tuple[InboxEntry, ...]
    tools: Tools
    tab_label: str
    is_tabbed: bool


@guards.signed_in
def inbox() -> ResponseReturnValue:
    """List the viewer's conversations."""
    viewer = guards.viewer()
    tab, text = lists.choice(InboxTab, "tab") or InboxTab.ALL, lists.search_text()
    asked = lists.asked(tab="" if tab is InboxTab.ALL else tab.value, q=text)
    read = partial(queries.inbox, viewer.user_id, tab, text, asked.period)
    if asked.is_csv:
        return lists.csv_file("messages", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts = read(asked.cursor), queries.inbox_counts(viewer.user_id)
    page = InboxPage(
        title=_("Messages"),
        console=seller_console("messages") if viewer.is_seller else buyer_console("messages"),
        tabs=tuple(
            Tab(each.label, url_for("messages.inbox", tab=each.value), each is tab, counts[each]) for each in InboxTab
        ),
        text=text,
        entries=tuple(_entry(row) for row in listed.rows),
        tools=asked.tools(listed, {"q": _("Search: %(text)s", text=text)}),
        tab_label=tab.label,
        is_tabbed=tab is not InboxTab.ALL,
    )
    return render_template("messages/inbox.html", page=page)


def _entry(row: InboxRow) -> InboxEntry:
    return InboxEntry(
        url=url_for("messages.conversation", conversation_id=row.id),
        other=row.other,
        subject=about_text(row.subject),
        kind=_kind(row),
        text=_latest(row),
        when=time_text(row.last_at),
        when_iso=row.last_at.isoformat(),
        unread=row.unread,
        is_unread=bool(row.unread),
    )


def _kind(row: InboxRow) -> str:
    if not row.is_question:
        return _("You bought it") if row.part is Part.BUYER else _("You sold it")
    return _("You asked") if row.part is Part.BUYER else _("A question to you")


def _latest(row: InboxRow) -> str:
    """Return the beginning of the latest message on one line."""
    if row.last_is_hidden:
        words = _("This message was hidden.")
    else:
        words = " ".join(row.last_text.split()) or (
            ngettext("%(number)s file", "%(number)s files", row.last_files, number=number_text(row.last_files))
        )
    cut = words if len(words) <= _LONGEST_SHOWN else f"{words[:_LONGEST_SHOWN].rstrip()}…"
    return _("You: %(text)s", text=cut) if row.last_is_own else cut


def _csv_row(row: InboxRow) -> tuple[object, ...]:
    return (row.last_at, about_text(row.subject), row.other, row.unread, _latest(row))
