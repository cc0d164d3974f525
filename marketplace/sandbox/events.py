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

_ENDPOINTS = "endpoints that are on"


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
    told = [
        endpoint.id
        for endpoint in _endpoints(work)
        if hears_accounts(endpoint.data) == bool(account) and {"*", event_type} & set(endpoint.data["enabled_events"])
    ]
    work.rows(
        "WITH event AS (INSERT INTO events (id, type, created, object_id, request_id, data, account)"
        " VALUES (%(id)s, %(type)s, %(created)s, %(object_id)s, %(request)s, %(data)s, %(account)s) RETURNING id)"
        " INSERT INTO deliveries (event_id, endpoint_id, first_at, next_at)"
        " SELECT event.id, told.id, %(now)s, %(now)s"
        " FROM event, unnest(%(told)s::text[]) WITH ORDINALITY AS told (id, place) ORDER BY told.place",
        id=event_id, type=event_type, created=work.now, object_id=about or stored.id,
        request=work.origin.request_id, data=Jsonb(event), account=account, told=told, now=work.present,
    )  # fmt: skip
    work.emitted.append(event_id)
    return event_id


def _endpoints(work: Work) -> list[Stored]:
    """Return the endpoints that are on; a transaction asks once."""
    found: list[Stored] | None = work.read_once.get(_ENDPOINTS)
    if found is None:
        found = work.read_once[_ENDPOINTS] = work.find("webhook_endpoint", status="enabled")
    return found


WAITING = "(SELECT count(*) FROM deliveries w WHERE w.event_id = events.id AND w.state = 'waiting') AS waiting"
"""How many deliveries of an event still wait, as one more column of a row of `events`."""


def render(work: Work, row: Mapping[str, Any]) -> JSON:
    """Return an event as the API shows it, with the number of deliveries still waiting."""
    found = row if "waiting" in row else work.row(f"SELECT {WAITING} FROM events WHERE id = %(id)s", id=row["id"])  # noqa: S608  # ours
    return {**row["data"], "pending_webhooks": found["waiting"] if found else 0}


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
    shown = f"*, {WAITING}"
    return page(work, "events", condition, values, params, "/v1/events", lambda row: render(work, row), shown)
