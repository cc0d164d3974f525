"""The API under /v1: one table of addresses, one path for every request."""

import logging
from collections.abc import Callable

from flask import Flask, Response, request
from psycopg.errors import LockNotAvailable
from werkzeug.exceptions import HTTPException

from marketplace.sandbox import connect_routes, customer_routes, evidence, fault_requests, idempotency, routes
from marketplace.sandbox.current import current_sandbox
from marketplace.sandbox.errors import ApiError, no_access
from marketplace.sandbox.reading import expand, show
from marketplace.sandbox.routes import Call
from marketplace.sandbox.settings import API_VERSION
from marketplace.sandbox.store import Origin, Stored, Work
from marketplace.sandbox.wire import JSON, Reader, parse_form, written

log = logging.getLogger("sandbox")

Pairs = list[tuple[str, str]]
Ids = tuple[str, ...]
_FORM_AROUND_A_FILE = 64 * 1024


def register(app: Flask) -> None:
    """Add every address of the API to the application."""
    for number, (method, rule, call) in enumerate((*routes.TABLE, *customer_routes.TABLE, *connect_routes.TABLE)):
        app.add_url_rule(rule, f"v1.{number}", _view(call), methods=[method])
    app.add_url_rule("/v1/files/<file_id>/contents", "v1.contents", _contents, methods=["GET"])
    for rule in ("/v1", "/v1/", "/v1/<path:object_id>"):
        app.add_url_rule(rule, f"unknown.{rule}", _view(_unknown), methods=["GET", "POST", "DELETE", "PUT", "PATCH"])


def _view(call: Call) -> Callable[..., Response]:
    def view(**ids: str) -> Response:
        if request.path == "/v1/files":
            request.max_content_length = evidence.LARGEST_FILE_BYTES + _FORM_AROUND_A_FILE
        given = tuple(ids.values()) or ("",)
        return fault_requests.around(call, lambda wanted, request_id: _answer(wanted, given, request_id))

    return view


def _contents(file_id: str) -> Response:
    """Answer with the bytes of an uploaded file."""
    request_id = current_sandbox().ids.new("req_", 14)
    try:
        _authorize()
        with current_sandbox().work() as work:
            content, kind = evidence.contents(work, file_id)
    except ApiError as error:
        return _respond(error.status, _text(error.body(request_id)), request_id)
    return Response(content, content_type=kind)


def _unknown(_work: Work, _params: Reader, _id: str) -> JSON:
    raise ApiError(404, f"Unrecognized request URL ({request.method}: {request.path}).", saved=False)


def _answer(call: Call, ids: Ids, request_id: str) -> Response:
    try:
        _authorize()
        if request.method == "POST" and request.headers.get("Idempotency-Key"):
            return _answer_once(call, ids, request_id, request.headers["Idempotency-Key"])
        return _respond(200, _run(call, ids, request_id, None), request_id)
    except ApiError as error:
        return _respond(error.status, _text(error.body(request_id)), request_id)
    except HTTPException as refusal:
        refused = ApiError(refusal.code or 400, refusal.description or "This request cannot be read.")
        return _respond(refused.status, _text(refused.body(request_id)), request_id)
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return _respond(500, _text(_accident().body(request_id)), request_id)


def _answer_once(call: Call, ids: Ids, request_id: str, key: str) -> Response:
    sandbox, key = current_sandbox(), idempotency.scoped(key, _account())
    with sandbox.work() as work:
        saved = idempotency.begin(
            work, key, idempotency.fingerprint(request.method, request.path, _pairs()), request_id
        )
    if saved:
        headers = {"Idempotent-Replayed": "true", "Original-Request": saved.request_id}
        return _respond(saved.status, saved.body, request_id, headers)
    try:
        return _respond(200, _run(call, ids, request_id, key), request_id)
    except ApiError as error:
        body = _text(error.body(request_id))
        with sandbox.work() as work:
            if error.saved:
                idempotency.save(work, key, error.status, body)
            else:
                idempotency.release(work, key)
        return _respond(error.status, body, request_id)
    except Exception:
        # Stripe keeps the answer of a request that failed half-way, so the same key shows the same 500 again.
        log.exception("%s %s failed", request.method, request.path)
        body = _text(_accident().body(request_id))
        with sandbox.work() as work:
            idempotency.save(work, key, 500, body)
        return _respond(500, body, request_id)


def _run(call: Call, ids: Ids, request_id: str, key: str | None) -> str:
    """Carry the request out in one transaction, together with its saved answer."""
    params = Reader(parse_form(_pairs()))
    paths = params.texts("expand") or []
    try:
        with current_sandbox().work(Origin(request_id, key and idempotency.name_of(key))) as work:
            work.account = _acting(work)
            found = call(work, params, *ids)
            body = show(work, found) if isinstance(found, Stored) else found
            text = _text(expand(work, dict(body), paths))
            if key:
                idempotency.save(work, key, 200, text)
    except LockNotAvailable as busy:
        raise ApiError(
            429, "This object cannot be accessed right now because another request is using it.",
            code="lock_timeout", saved=False,
        ) from busy  # fmt: skip
    return text


def _account() -> str:
    return request.headers.get("Stripe-Account", "")


def _acting(work: Work) -> str:
    """Return the connected account the request acts for, empty for the platform. Raises ApiError."""
    account_id = _account()
    if not account_id:
        return ""
    if not request.path.startswith(connect_routes.FOR_ACCOUNTS):
        raise ApiError(
            400, f"This sandbox does not support {request.path} on behalf of a connected account.", saved=False
        )
    account = work.get("account", account_id)
    if account is None or account.private.get("deleted"):
        raise no_access(account_id)
    return account_id


def _pairs() -> Pairs:
    source = request.form if request.method == "POST" else request.args
    return [(name, value) for name, values in source.lists() for value in values]


def _authorize() -> None:
    header = request.authorization
    key = (header.token or header.get("username") or "") if header else ""
    if not key:
        raise ApiError(
            401, "You did not provide an API key. Send it in the Authorization header, as in 'Bearer YOUR_SECRET_KEY'."
        )
    settings = current_sandbox().settings
    if key in settings.publishable_keys or key.startswith("pk_"):
        raise ApiError(401, "This API call cannot be made with a publishable API key. Use a secret API key.")
    known = key in settings.secret_keys if settings.secret_keys else key.startswith(("sk_test_", "rk_test_"))
    if not known:
        raise ApiError(401, f"Invalid API Key provided: {key[:8]}{'*' * 8}{key[-4:] if len(key) > 16 else ''}")


def _respond(status: int, body: str, request_id: str, headers: dict[str, str] | None = None) -> Response:
    response = Response(body, status, content_type="application/json")
    response.headers["Request-Id"] = request_id
    response.headers["Stripe-Version"] = request.headers.get("Stripe-Version", API_VERSION)
    response.headers["Cache-Control"] = "no-cache, no-store"
    if request.headers.get("Idempotency-Key"):
        response.headers["Idempotency-Key"] = request.headers["Idempotency-Key"]
    response.headers.update(headers or {})
    return response


def _text(body: JSON) -> str:
    return written(body) + "\n"


def _accident() -> ApiError:
    return ApiError(500, "An unknown error occurred in the sandbox.", kind="api_error")
