"""The inbox of provider events: the list and one of them, with its payload redacted."""

import json
from dataclasses import dataclass
from functools import partial

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.paging import every
from marketplace.provider_events import queries, rules
from marketplace.provider_events.queries import EventSummary, Sought
from marketplace.provider_events.states import EventStatus
from marketplace.web import guards, lists, wording
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Tab, Tools
from marketplace.web.order_parts import Fact
from marketplace.web.pages import sentence, time_text
from marketplace.web.wording import Badge

_CSV_COLUMNS = ("Event", "Type", "About", "Status", "Payment", "Tries", "Note", "Received (UTC)")


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event in a list."""

    type: str
    event_id: str
    url: str
    object_id: str
    badge: Badge
    note: str
    received: str
    payment: str
    payment_url: str


@dataclass(frozen=True, slots=True)
class EventsPage:
    """What templates/admin/events.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    text: str
    rows: tuple[EventRow, ...]
    tools: Tools
    list_url: str
    is_narrowed: bool


@dataclass(frozen=True, slots=True)
class EventPage:
    """What templates/admin/event.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    badge: Badge
    note: str
    facts: tuple[Fact, ...]
    payment_url: str
    payload: str


@guards.admin_only
def events() -> ResponseReturnValue:
    """List the events that providers sent, newest first."""
    status, text = lists.choice(EventStatus, "status"), lists.search_text()
    asked = lists.asked(status=status.value if status else "", q=text)
    sought = Sought(text, status, asked.period)
    read = partial(queries.events, sought)
    if asked.is_csv:
        return lists.csv_file("events", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts = read(asked.cursor), queries.event_counts(sought)
    page = EventsPage(
        title="Events",
        console=admin_console("events"),
        tabs=(
            Tab("All", asked.url(status=""), status is None, sum(counts.values())),
            *(
                Tab(each.label, asked.url(status=each.value), each is status, counts.get(each, 0))
                for each in EventStatus
            ),
        ),
        text=text,
        rows=event_rows(listed.rows),
        tools=asked.tools(listed, {"q": f"Search: {text}"}),
        list_url=url_for("admin.events"),
        is_narrowed=asked.url() != url_for("admin.events"),
    )
    return render_template("admin/events.html", page=page)


@guards.admin_only
def event(event_row_id: int) -> ResponseReturnValue:
    """Show one event; of its payload only what is known to be harmless."""
    found = queries.event(event_row_id)
    summary = found.summary
    facts = [
        Fact("Provider", sentence(summary.provider)),
        Fact("Event", summary.event_id),
        Fact("About", summary.object_id or "Nothing we know"),
        Fact("Received", time_text(summary.received_at)),
        Fact("Tries to apply it", str(summary.attempts)),
        Fact("Body SHA-256", found.body_sha256.hex()),
    ]
    if summary.next_attempt_at is not None:
        facts.append(Fact("Next try", time_text(summary.next_attempt_at)))
    page = EventPage(
        title=summary.type,
        console=admin_console("events"),
        crumbs=(Crumb("Events", url_for("admin.events")),),
        badge=wording.badge(summary.status),
        note=summary.note,
        facts=tuple(facts),
        payment_url=url_for("admin.payment", payment_id=summary.payment_id) if summary.payment_id else "",
        payload=shown(found.payload),
    )
    return render_template("admin/event.html", page=page)


def event_rows(events: tuple[EventSummary, ...]) -> tuple[EventRow, ...]:
    """Return events as rows of a table."""
    return tuple(
        EventRow(
            type=event.type,
            event_id=event.event_id,
            url=url_for("admin.event", event_row_id=event.id),
            object_id=event.object_id or "",
            badge=wording.badge(event.status),
            note=event.note,
            received=time_text(event.received_at),
            payment=f"Payment {event.payment_id}" if event.payment_id else "",
            payment_url=url_for("admin.payment", payment_id=event.payment_id) if event.payment_id else "",
        )
        for event in events
    )


def shown(document: object) -> str:
    """Return a provider's object as indented text, redacted."""
    return json.dumps(rules.redacted(document), indent=2, sort_keys=True, ensure_ascii=False)


def _csv_row(event: EventSummary) -> tuple[object, ...]:
    about = (event.object_id, event.status.label, event.payment_id, event.attempts, event.note)
    return (event.event_id, event.type, *about, event.received_at)
