"""Events: stored snapshots of what happened, and who must be told."""

from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb

from marketplace.sandbox.endpoints import hears_accounts
from marketplace.sandbox.errors import missing
from marketplace.sandbox.reading import created_filter, page, show
from marketplace.sandbox.settings import API_VERSION
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader

KEPT_SECONDS = 30 * 86_400
"""How long the API shows an event, in virtual seconds; older ones are gone, as at Stripe."""


def emit(work: Work, event_type: str, stored: Stored, previous: JSON | None = None, about: str = "") -> str:
    """Record an event with a snapshot of the object as it is now, plan its deliveries, and return its id.

    The event of a connected account's object names the account and goes to the Connect endpoints alone. `about` is the
    id under which the dashboard finds the event, when the object itself is not stored.
    """
    data: JSON = {"object": show(work, stored)}
    account = stored.id if stored.kind == "account" else stored.account
    if previous is not None:
        data["previous_attributes"] = previous
    event_id = work.ids.new("evt_")
    event = {
        "id": event_id,
        "object": "event",
        "api_version": API_VERSION,
        "created": work.now,
        "data": data,
        "livemode": False,
        "request": {"id": work.origin.request_id, "idempotency_key": work.origin.idempotency_key},
        "type": event_type,
        **({"account": account} if account else {}),
    }
    work.rows(
        "INSERT INTO events (id, type, created, object_id, request_id, data, account)"
        " VALUES (%(id)s, %(type)s, %(created)s, %(object_id)s, %(request)s, %(data)s, %(account)s)",
        id=event_id, type=event_type, created=work.now, object_id=about or stored.id,
        request=work.origin.request_id, data=Jsonb(event), account=account,
    )  # fmt: skip
    for endpoint in work.find("webhook_endpoint", status="enabled"):
        wanted = endpoint.data["enabled_events"]
        if ("*" in wanted or event_type in wanted) and hears_accounts(endpoint) == bool(account):
            work.rows(
                "INSERT INTO deliveries (event_id, endpoint_id, first_at, next_at)"
                " VALUES (%(event)s, %(endpoint)s, %(now)s, %(now)s)",
                event=event_id, endpoint=endpoint.id, now=work.present,
            )  # fmt: skip
    work.emitted.append(event_id)
    return event_id


def render(work: Work, row: Mapping[str, Any]) -> JSON:
    """Return an event as the API shows it, with the number of deliveries still waiting."""
    waiting = work.row(
        "SELECT count(*) AS n FROM deliveries WHERE event_id = %(id)s AND state = 'waiting'", id=row["id"]
    )
    return {**row["data"], "pending_webhooks": waiting["n"] if waiting else 0}


def retrieve(work: Work, event_id: str) -> JSON:
    """Return one event of the last 30 days. Raises ApiError."""
    row = work.row(
        "SELECT * FROM events WHERE id = %(id)s AND created > %(oldest)s AND account = %(account)s",
        id=event_id, oldest=work.now - KEPT_SECONDS, account=work.account,
    )  # fmt: skip
    if row is None:
        raise missing("event", event_id, "id")
    return render(work, row)


def list_events(work: Work, params: Reader) -> JSON:
    """Return one page of the events of the last 30 days, newest first. Raises ApiError."""
    condition, created = created_filter(params)
    values: dict[str, Any] = {"oldest": work.now - KEPT_SECONDS, "account": work.account, **created}
    condition = f"created > %(oldest)s AND account = %(account)s{condition}"
    types = [params.text("type")] if params.has("type") else params.texts("types")
    if types:
        condition += " AND type = ANY(%(types)s)"
        values["types"] = types
    delivered = params.boolean("delivery_success")
    if delivered is not None:
        unsettled = "EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = events.id AND d.state <> 'delivered'"
        unsettled += " AND (d.attempts > 0 OR %(delivered)s))"
        condition += f" AND NOT {unsettled}" if delivered else f" AND {unsettled}"
        values["delivered"] = delivered
    return page(work, "events", condition, values, params, "/v1/events", lambda row: render(work, row))
