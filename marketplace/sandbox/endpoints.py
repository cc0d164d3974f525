"""Webhook endpoints: where events are sent and the secrets that sign them."""

from urllib.parse import urlsplit

from marketplace.sandbox.errors import ApiError, invalid, missing
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.settings import API_VERSION, APPLICATION_ID
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader, merge_metadata

MOST_ENDPOINTS = 16
OLD_SECRET_SECONDS = 24 * 3_600
"""How long the old secret still signs after a new one was made, in virtual seconds."""


def create(work: Work, params: Reader) -> JSON:
    """Create an endpoint and return it with its secret, which is shown only now. Raises ApiError."""
    url = _url(params.required("url"))
    enabled = params.texts("enabled_events")
    if not enabled:
        raise invalid("Missing required param: enabled_events.", "enabled_events", "parameter_missing")
    version = params.text("api_version", 40)
    description = params.text("description", 5000)
    metadata = {key: value for key, value in params.metadata().items() if value}
    connect = bool(params.boolean("connect"))
    params.finish()
    if len(_all(work)) >= MOST_ENDPOINTS:
        raise ApiError(400, f"You have reached the maximum of {MOST_ENDPOINTS} webhook endpoints.", param="url")
    secret = new_secret(work)
    endpoint = add(work, url, enabled, [secret], version, description, metadata, connect=connect)
    return endpoint.data | {"secret": secret}


def add(
    work: Work,
    url: str,
    enabled_events: list[str],
    secrets: list[str],
    api_version: str | None = None,
    description: str | None = None,
    metadata: dict[str, str] | None = None,
    *,
    connect: bool = False,
) -> Stored:
    """Store an endpoint whose deliveries are signed with every one of `secrets`.

    One made with `connect` gets the events of connected accounts and only those; it shows the application's id.
    """
    data = {
        "api_version": api_version,
        "application": APPLICATION_ID if connect else None,
        "description": description,
        "enabled_events": enabled_events,
        "livemode": False,
        "metadata": metadata or {},
        "status": "enabled",
        "url": url,
    }
    return work.add("webhook_endpoint", data, {"secrets": [{"secret": secret, "until": None} for secret in secrets]})


def ensure(work: Work, url: str, secrets: tuple[str, ...], *, connect: bool = False) -> None:
    """Make sure that an endpoint for all events exists at `url` and signs with exactly `secrets`.

    With `connect` it is one for the events of connected accounts.
    """
    wanted = [{"secret": secret, "until": None} for secret in secrets]
    for endpoint in _all(work):
        if endpoint.data["url"] == url and hears_accounts(endpoint.data) == connect:
            endpoint.private["secrets"] = wanted
            endpoint.data |= {"enabled_events": ["*"], "status": "enabled"}
            work.save(endpoint)
            return
    add(work, url, ["*"], list(secrets), API_VERSION, "Made at start from the environment", connect=connect)


def hears_accounts(endpoint: JSON) -> bool:
    """Return whether an endpoint gets the events of connected accounts (True) or those of the platform."""
    return endpoint["application"] is not None


def retrieve(work: Work, endpoint_id: str, *, lock: bool = False) -> Stored:
    """Return an endpoint. Raises ApiError."""
    found = work.lock("webhook_endpoint", endpoint_id) if lock else work.get("webhook_endpoint", endpoint_id)
    if found is None:
        raise missing("webhook_endpoint", endpoint_id, "webhook_endpoint")
    return found


def update(work: Work, endpoint_id: str, params: Reader) -> Stored:
    """Change an endpoint. Raises ApiError."""
    endpoint = retrieve(work, endpoint_id, lock=True)
    if params.has("url"):
        endpoint.data["url"] = _url(params.required("url"))
    if params.has("enabled_events"):
        endpoint.data["enabled_events"] = params.texts("enabled_events") or ["*"]
    if params.has("description"):
        endpoint.data["description"] = params.text("description", 5000)
    disabled = params.boolean("disabled")
    if disabled is not None:
        set_status(work, endpoint, "disabled" if disabled else "enabled")
    endpoint.data["metadata"] = merge_metadata(endpoint.data["metadata"], params)
    params.finish()
    work.save(endpoint)
    return endpoint


def set_status(work: Work, endpoint: Stored, status: str) -> None:
    """Enable or disable an endpoint; a disabled one gets no more retries."""
    endpoint.data["status"] = status
    work.save(endpoint)
    if status == "disabled":
        _give_up(work, endpoint.id)


def delete(work: Work, endpoint_id: str) -> JSON:
    """Delete an endpoint and stop its retries. Raises ApiError."""
    endpoint = retrieve(work, endpoint_id, lock=True)
    _give_up(work, endpoint_id)
    work.remove(endpoint)
    return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}


def roll_secret(work: Work, endpoint: Stored) -> str:
    """Give an endpoint a new secret and return it; the old ones sign along for another day."""
    secret = new_secret(work)
    until = work.now + OLD_SECRET_SECONDS
    old = [{**entry, "until": entry["until"] or until} for entry in endpoint.private["secrets"]]
    endpoint.private["secrets"] = [{"secret": secret, "until": None}, *old]
    work.save(endpoint)
    return secret


def signing(private: JSON, now: int) -> list[str]:
    """Return the secrets that sign at virtual time `now`, newest first, of what an endpoint never shows."""
    return [entry["secret"] for entry in private["secrets"] if entry["until"] is None or entry["until"] > now]


def new_secret(work: Work) -> str:
    """Return a fresh signing secret."""
    return work.ids.new("whsec_", 32)


def list_endpoints(work: Work, params: Reader) -> JSON:
    """Return one page of endpoints, newest first. Raises ApiError."""
    return list_objects(work, "webhook_endpoint", params, "/v1/webhook_endpoints")


def _all(work: Work) -> list[Stored]:
    return work.find("webhook_endpoint", status="enabled") + work.find("webhook_endpoint", status="disabled")


def _give_up(work: Work, endpoint_id: str) -> None:
    work.rows(
        "UPDATE deliveries SET state = 'given_up' WHERE endpoint_id = %(id)s AND state = 'waiting'", id=endpoint_id
    )


def _url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", "url", "url_invalid")
    return url


def form_for_all(url: str, *, connect: bool = False) -> Reader:
    """Return the parameters of an endpoint at `url` that gets every event, of the platform or of its accounts."""
    return Reader({"url": url, "enabled_events": {"0": "*"}, "connect": "true" if connect else "false"})
