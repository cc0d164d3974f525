"""The inbox of provider events: every one with what came of it, by type, state, object, day, endpoint and road."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.counting import count_text
from marketplace.language import Text, ngettext, texts
from marketplace.language import gettext as _
from marketplace.paging import Listed, every
from marketplace.provider_events import queries, rules, trial
from marketplace.provider_events.handlers import ACCOUNT_HANDLERS, HANDLERS, PAYPAL_HANDLERS
from marketplace.provider_events.queries import EventSummary, Sought
from marketplace.provider_events.states import Endpoint, EventRoad, EventStatus
from marketplace.web import guards, lists, wording
from marketplace.web.console import Console, admin_console
from marketplace.web.lists import Asked, Tab, Tools
from marketplace.web.pages import time_text
from marketplace.web.providers import providers
from marketplace.web.refund_parts import age_text
from marketplace.web.stored_words import as_read
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts(
    "Event", "Type", "About", "Account", "Came by", "Status", "Payment", "Tries", "Note", "Received (UTC)",
)  # fmt: skip
ROADS = {
    EventRoad.WEBHOOK: Text("Webhook"),
    EventRoad.LISTED: Text("Provider's list"),
    EventRoad.MADE: Text("Made from its object"),
    EventRoad.REREAD: Text("Read again"),
    EventRoad.REPLAY: Text("Replay"),
    EventRoad.DECISION: Text("Decision"),
}
_PATHS = {Endpoint.OURS: "/webhooks/stripe", Endpoint.ACCOUNTS: "/webhooks/stripe/connect"}
_WAITING = frozenset({EventStatus.RECEIVED, EventStatus.PARKED})
_FIRST_ROADS = (EventRoad.WEBHOOK, EventRoad.LISTED, EventRoad.MADE)
_ENDPOINTS = {
    Endpoint.OURS: Text("Our account"),
    Endpoint.ACCOUNTS: Text("Sellers' accounts"),
    Endpoint.PAYPAL: Text("PayPal"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """A filter with a few choices."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event in a list."""

    type: str
    event_id: str
    url: str
    object_id: str
    account: str
    road: str
    tries: str
    badge: Badge
    note: str
    received: str
    age: str
    """How long it waits for its effect; "" once it has had it."""
    payment: str
    payment_url: str


@dataclass(frozen=True, slots=True)
class EventsPage:
    """What templates/admin/events.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    text: str
    menus: tuple[Menu, ...]
    rows: tuple[EventRow, ...]
    tools: Tools
    list_url: str
    is_narrowed: bool
    unmatched_url: str
    test_url: str


@guards.admin_only
def events() -> ResponseReturnValue:
    """List the events that providers sent, newest first."""
    status, text = lists.choice(EventStatus, "status"), lists.search_text()
    endpoint, road = lists.choice(Endpoint, "account"), lists.choice(EventRoad, "road")
    kind = request.args.get("type", "")[:200].replace("\0", "")
    asked = lists.asked(
        status=status.value if status else "",
        q=text,
        type=kind,
        account=endpoint.value if endpoint else "",
        road=road.value if road else "",
    )
    sought = Sought(text, status, asked.period, kind, endpoint, road)
    read = partial(queries.events, sought)
    if asked.is_csv:
        return lists.csv_file("events", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts = read(asked.cursor), queries.event_counts(sought)
    page = EventsPage(
        title=_("Events"),
        console=admin_console("events"),
        tabs=(
            Tab(_("All"), asked.url(status=""), status is None, count_text(sum(counts.values()))),
            *(
                Tab(each.label, asked.url(status=each.value), each is status, count_text(counts[each]))
                for each in EventStatus
            ),
        ),
        text=text,
        menus=_menus(kind, endpoint, road),
        rows=event_rows(listed.rows, clock.now()),
        tools=_tools(asked, listed, text, kind, endpoint, road),
        list_url=url_for("admin.events"),
        is_narrowed=asked.url() != url_for("admin.events"),
        unmatched_url=url_for("admin.unmatched"),
        test_url=url_for("admin.send_test"),
    )
    return render_template("admin/events.html", page=page)


@guards.admin_only
def send_test() -> ResponseReturnValue:
    """Send a test message to each webhook address and say what came of it."""
    settings, provider = current_app.extensions["settings"], providers()["stripe"]
    for endpoint, path in _PATHS.items():
        url = settings.base_url.rstrip("/") + path
        about_accounts = endpoint is Endpoint.ACCOUNTS
        done = trial.send(url, provider=provider, about_accounts=about_accounts, now_seconds=clock.system_seconds())
        if done.problem:
            flash(_("Test delivery to %(url)s failed. %(why)s", url=url, why=done.problem), "bad")
        else:
            flash(_("Test delivery to %(url)s: stored as %(id)s.", url=url, id=done.event_id), "ok")
    return redirect(url_for("admin.events"), code=303)


def _menus(kind: str, endpoint: Endpoint | None, road: EventRoad | None) -> tuple[Menu, ...]:
    """Return the filters beside the search; each stands in the form under its name."""
    known = sorted({*HANDLERS, *ACCOUNT_HANDLERS, *PAYPAL_HANDLERS, *([kind] if kind else ())})
    types = [Option(each, each, each == kind) for each in known]
    return (
        Menu("type", _("Type"), (Option("", _("All types"), not kind), *types)),
        Menu(
            "account",
            _("Endpoint"),
            (
                Option("", _("All of them"), endpoint is None),
                *(Option(each.value, word, each is endpoint) for each, word in _ENDPOINTS.items()),
            ),
        ),
        Menu(
            "road",
            _("Came by"),
            (
                Option("", _("Any road"), road is None),
                *(Option(each.value, ROADS[each], each is road) for each in _FIRST_ROADS),
            ),
        ),
    )


def _tools(
    asked: Asked,
    listed: Listed[EventSummary],
    text: str,
    kind: str,
    endpoint: Endpoint | None,
    road: EventRoad | None,
) -> Tools:
    chips = {"q": _("Search: %(text)s", text=text), "type": _("Type: %(kind)s", kind=kind)}
    if endpoint is not None:
        chips["account"] = _("Endpoint: %(endpoint)s", endpoint=_ENDPOINTS[endpoint])
    if road is not None:
        chips["road"] = _("Came by: %(road)s", road=ROADS[road])
    return asked.tools(listed, chips)


def event_rows(events: tuple[EventSummary, ...], now: datetime) -> tuple[EventRow, ...]:
    """Return events as rows of a table."""
    return tuple(
        EventRow(
            type=event.type,
            event_id=event.event_id,
            url=url_for("admin.event", event_row_id=event.id),
            object_id=event.object_id or "",
            account=event.account or "",
            road=ROADS[event.road],
            tries=ngettext("%(count)s try", "%(count)s tries", event.attempts, count=event.attempts),
            badge=wording.badge(event.status),
            note=as_read(event.note),
            received=time_text(event.received_at),
            age=_("waits %(age)s", age=age_text(event.received_at, now)) if event.status in _WAITING else "",
            payment=_("Payment %(number)s", number=event.payment_id) if event.payment_id else "",
            payment_url=url_for("admin.payment", payment_id=event.payment_id) if event.payment_id else "",
        )
        for event in events
    )


def shown(document: object) -> str:
    """Return a provider's object as indented text, redacted."""
    return json.dumps(rules.redacted(document), indent=2, sort_keys=True, ensure_ascii=False)


def _csv_row(event: EventSummary) -> tuple[object, ...]:
    came = (event.object_id, event.account, ROADS[event.road])
    standing = (event.status.label, event.payment_id, event.attempts, as_read(event.note))
    return (event.event_id, event.type, *came, *standing, event.received_at)
