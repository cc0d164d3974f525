"""The dashboard's pages about events, deliveries and webhook endpoints."""

from dataclasses import dataclass

from flask import Flask, flash, redirect, render_template, request

from marketplace.sandbox import delivery, endpoints, events
from marketplace.sandbox.current import current_sandbox
from marketplace.sandbox.dashboard_frame import Answer, ListPage, missing, older
from marketplace.sandbox.dashboard_rows import (
    ROWS_ON_A_PAGE,
    Badge,
    Delivery,
    Piece,
    badge,
    deliveries,
    event_rows,
    href,
    json_pieces,
    list_rows,
    when,
)  # fmt: skip
from marketplace.sandbox.errors import ApiError
from marketplace.sandbox.security import check_form_token
from marketplace.sandbox.store import Stored, Work


@dataclass(frozen=True)
class EventPage:
    """One event and who was told."""

    id: str
    type: str
    created: str
    object_id: str
    object_href: str
    pieces: list[Piece]
    deliveries: list[Delivery]


@dataclass(frozen=True)
class EndpointPage:
    """One webhook endpoint."""

    id: str
    url: str
    badge: Badge | None
    enabled: bool
    events: str
    whose: str
    secrets: list[str]
    deliveries: list[Delivery]


def register(app: Flask) -> None:
    """Add the pages to the application."""
    get, post = ["GET"], ["POST"]
    app.add_url_rule("/dashboard/events", "events", list_events, methods=get)
    app.add_url_rule("/dashboard/events/<event_id>", "event", show_event, methods=get)
    app.add_url_rule("/dashboard/deliveries/<int:delivery_id>/resend", "resend", resend, methods=post)
    app.add_url_rule("/dashboard/webhooks", "webhooks", list_webhooks, methods=get)
    app.add_url_rule("/dashboard/webhooks", "add_webhook", add_webhook, methods=post)
    app.add_url_rule("/dashboard/webhooks/<endpoint_id>/<deed>", "change_webhook", change_webhook, methods=post)


def list_events() -> Answer:
    """Show the events, all of them or of one type, object or request."""
    chosen = {name: request.args.get(name, "") for name in ("type", "object", "request")}
    with current_sandbox().work() as work:
        rows = event_rows(
            work, event_type=chosen["type"], object_id=chosen["object"], request_id=chosen["request"],
            before=request.args.get("before", 0, int),
        )  # fmt: skip
        found = work.rows("SELECT type, count(*) AS n FROM events GROUP BY type ORDER BY type")
    tabs = [(row["type"], row["n"]) for row in found]
    page = ListPage("events", "Events", rows[:ROWS_ON_A_PAGE], tabs, chosen["type"], older(rows, **chosen))
    return render_template("sandbox/events.html", page=page)


def show_event(event_id: str) -> Answer:
    """Show one event, its deliveries and every try."""
    with current_sandbox().work() as work:
        row = work.row("SELECT * FROM events WHERE id = %(id)s", id=event_id)
        if row is None:
            return missing()
        page = EventPage(
            id=event_id,
            type=row["type"],
            created=when(row["created"]),
            object_id=row["object_id"],
            object_href=href(row["object_id"]),
            pieces=json_pieces(events.render(work, row)),
            deliveries=deliveries(work, event_id=event_id),
        )
    return render_template("sandbox/event.html", page=page)


def resend(delivery_id: int) -> Answer:
    """Send an event to one endpoint once more, now."""
    check_form_token()
    with current_sandbox().work() as work:
        pending = delivery.resend(work, delivery_id)
    if pending is None:
        return missing()
    status = current_sandbox().deliver(pending, by_hand=True)[0].status
    good = status is not None and 200 <= status < 300
    flash(f"Sent again. The answer was {status or 'none'}.", "ok" if good else "bad")
    return redirect(href(pending.event_id), 303)


def list_webhooks() -> Answer:
    """Show the webhook endpoints and the form for a new one."""
    with current_sandbox().work() as work:
        rows = list_rows(work, "webhook_endpoint", status="", before=0)
    return render_template("sandbox/webhooks.html", rows=rows)


def add_webhook() -> Answer:
    """Create a webhook endpoint for all events."""
    check_form_token()
    url, connect = request.form.get("url", "").strip(), request.form.get("whose") == "accounts"
    try:
        with current_sandbox().work() as work:
            made = endpoints.create(work, endpoints.form_for_all(url, connect=connect))
    except ApiError as error:
        flash(error.message, "bad")
        return redirect("/dashboard/webhooks", 303)
    flash("The endpoint is made. Its signing secret is shown below.", "ok")
    return redirect(href(made["id"]), 303)


def change_webhook(endpoint_id: str, deed: str) -> Answer:
    """Roll the secret of an endpoint, switch it on or off, or delete it."""
    check_form_token()
    with current_sandbox().work() as work:
        endpoint = work.lock("webhook_endpoint", endpoint_id)
        if endpoint is None or deed not in ("roll", "enable", "disable", "delete"):
            return missing()
        if deed == "roll":
            endpoints.roll_secret(work, endpoint)
            flash("There is a new secret. The old one signs along for another day.", "ok")
        elif deed == "delete":
            endpoints.delete(work, endpoint_id)
            flash("The endpoint is deleted.", "ok")
        else:
            endpoints.set_status(work, endpoint, f"{deed}d")
            flash(f"The endpoint is {deed}d.", "ok")
    return redirect("/dashboard/webhooks" if deed == "delete" else href(endpoint_id), 303)


def endpoint_page(work: Work, endpoint: Stored) -> EndpointPage:
    """Return what the page of one endpoint shows."""
    data = endpoint.data
    return EndpointPage(
        id=endpoint.id,
        url=data["url"],
        badge=badge(data["status"]),
        enabled=data["status"] == "enabled",
        events="All events" if "*" in data["enabled_events"] else ", ".join(data["enabled_events"]),
        whose="Connected accounts" if endpoints.hears_accounts(endpoint.data) else "The platform",
        secrets=endpoints.signing(endpoint.private, work.present),
        deliveries=deliveries(work, endpoint_id=endpoint.id),
    )
