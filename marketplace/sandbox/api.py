"""The API under /v1: one table of addresses, one path for every request."""

import json
import logging
from collections.abc import Callable

from flask import Flask, Response, request
from psycopg.errors import LockNotAvailable
from werkzeug.exceptions import HTTPException

from marketplace.sandbox import (
    balance,
    charges,
    customers,
    endpoints,
    events,
    idempotency,
    intents,
    refunds,
    sessions,
)  # fmt: skip
from marketplace.sandbox.current import current_sandbox
from marketplace.sandbox.errors import ApiError, missing
from marketplace.sandbox.reading import expand, list_objects, show
from marketplace.sandbox.settings import API_VERSION
from marketplace.sandbox.store import Origin, Stored, Work
from marketplace.sandbox.wire import JSON, Reader, parse_form, tidy

log = logging.getLogger("sandbox")

Call = Callable[[Work, Reader, str], Stored | JSON]
Pairs = list[tuple[str, str]]


def _get(kind: str, param: str = "id") -> Call:
    """Return the call that shows one object of `kind`."""

    def retrieve(work: Work, params: Reader, object_id: str) -> Stored:
        params.finish()
        found = work.get(kind, object_id)
        if found is None:
            raise missing(kind, object_id, param)
        return found

    return retrieve


def _create_session(work: Work, params: Reader, _: str) -> Stored:
    return sessions.create(work, params, current_sandbox().settings.base_url)


def _bare(call: Callable[[Work, str], JSON]) -> Call:
    """Return a call that takes no parameters besides the id in the address."""

    def run(work: Work, params: Reader, object_id: str) -> JSON:
        params.finish()
        return call(work, object_id)

    return run


def _charge_refunds(work: Work, params: Reader, charge_id: str) -> JSON:
    if work.get("charge", charge_id) is None:
        raise missing("charge", charge_id, "id")
    return list_objects(work, "refund", params.adding(charge=charge_id), request.path, ("charge",))


TABLE: tuple[tuple[str, str, Call], ...] = (
    ("POST", "/v1/checkout/sessions", _create_session),
    ("GET", "/v1/checkout/sessions", lambda work, params, _: sessions.list_sessions(work, params)),
    ("GET", "/v1/checkout/sessions/<object_id>", _get("checkout.session", "session")),
    ("POST", "/v1/checkout/sessions/<object_id>", lambda work, params, id: sessions.update(work, id, params)),
    ("GET", "/v1/checkout/sessions/<object_id>/line_items", lambda w, p, id: sessions.list_line_items(w, id, p)),
    ("POST", "/v1/checkout/sessions/<object_id>/expire", lambda work, params, id: sessions.expire(work, id, params)),
    ("GET", "/v1/payment_intents", lambda work, params, _: intents.list_intents(work, params)),
    ("GET", "/v1/payment_intents/<object_id>", _get("payment_intent", "intent")),
    ("POST", "/v1/payment_intents/<object_id>", lambda work, params, id: intents.update(work, id, params)),
    ("POST", "/v1/payment_intents/<object_id>/cancel", lambda work, params, id: intents.cancel(work, id, params)),
    ("POST", "/v1/payment_intents/<object_id>/confirm", lambda work, _, id: intents.refuse_direct(work, id)),
    ("POST", "/v1/payment_intents/<object_id>/capture", lambda work, _, id: intents.refuse_direct(work, id)),
    ("GET", "/v1/payment_methods/<object_id>", _get("payment_method", "payment_method")),
    ("GET", "/v1/charges", lambda work, params, _: charges.list_charges(work, params)),
    ("GET", "/v1/charges/<object_id>", _get("charge")),
    ("GET", "/v1/charges/<object_id>/refunds", _charge_refunds),
    ("POST", "/v1/refunds", lambda work, params, _: refunds.create(work, params)),
    ("GET", "/v1/refunds", lambda work, params, _: refunds.list_refunds(work, params)),
    ("GET", "/v1/refunds/<object_id>", _get("refund")),
    ("POST", "/v1/refunds/<object_id>", lambda work, params, id: refunds.update(work, id, params)),
    ("POST", "/v1/refunds/<object_id>/cancel", lambda work, params, id: refunds.cancel(work, id, params)),
    ("GET", "/v1/balance", _bare(lambda work, _: balance.retrieve_balance(work))),
    ("GET", "/v1/balance_transactions", lambda work, params, _: balance.list_balance_transactions(work, params)),
    ("GET", "/v1/balance_transactions/<object_id>", _get("balance_transaction")),
    ("POST", "/v1/customers", lambda work, params, _: customers.create(work, params)),
    ("GET", "/v1/customers", lambda work, params, _: customers.list_customers(work, params)),
    ("GET", "/v1/customers/<object_id>", _bare(customers.retrieve)),
    ("POST", "/v1/customers/<object_id>", lambda work, params, id: customers.update(work, id, params)),
    ("DELETE", "/v1/customers/<object_id>", _bare(customers.delete)),
    ("GET", "/v1/events", lambda work, params, _: events.list_events(work, params)),
    ("GET", "/v1/events/<object_id>", _bare(events.retrieve)),
    ("POST", "/v1/webhook_endpoints", lambda work, params, _: endpoints.create(work, params)),
    ("GET", "/v1/webhook_endpoints", lambda work, params, _: endpoints.list_endpoints(work, params)),
    ("GET", "/v1/webhook_endpoints/<object_id>", _get("webhook_endpoint", "webhook_endpoint")),
    ("POST", "/v1/webhook_endpoints/<object_id>", lambda work, params, id: endpoints.update(work, id, params)),
    ("DELETE", "/v1/webhook_endpoints/<object_id>", _bare(endpoints.delete)),
)


def register(app: Flask) -> None:
    """Add every address of the API to the application."""
    for number, (method, rule, call) in enumerate(TABLE):
        app.add_url_rule(rule, f"v1.{number}", _view(call), methods=[method])
    for rule in ("/v1", "/v1/", "/v1/<path:object_id>"):
        app.add_url_rule(rule, f"unknown.{rule}", _view(_unknown), methods=["GET", "POST", "DELETE", "PUT", "PATCH"])


def _view(call: Call) -> Callable[..., Response]:
    def view(object_id: str = "") -> Response:
        return _answer(call, object_id)

    return view


def _unknown(_work: Work, _params: Reader, _id: str) -> JSON:
    raise ApiError(404, f"Unrecognized request URL ({request.method}: {request.path}).", saved=False)


def _answer(call: Call, object_id: str) -> Response:
    request_id = current_sandbox().ids.new("req_", 14)
    try:
        _authorize()
        if request.method == "POST" and request.headers.get("Idempotency-Key"):
            return _answer_once(call, object_id, request_id, request.headers["Idempotency-Key"])
        return _respond(200, _run(call, object_id, request_id, None), request_id)
    except ApiError as error:
        return _respond(error.status, _text(error.body(request_id)), request_id)
    except HTTPException as refusal:
        refused = ApiError(refusal.code or 400, refusal.description or "This request cannot be read.")
        return _respond(refused.status, _text(refused.body(request_id)), request_id)
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return _respond(500, _text(_accident().body(request_id)), request_id)


def _answer_once(call: Call, object_id: str, request_id: str, key: str) -> Response:
    sandbox = current_sandbox()
    with sandbox.work() as work:
        saved = idempotency.begin(
            work, key, idempotency.fingerprint(request.method, request.path, _pairs()), request_id
        )
    if saved:
        headers = {"Idempotent-Replayed": "true", "Original-Request": saved.request_id}
        return _respond(saved.status, saved.body, request_id, headers)
    try:
        return _respond(200, _run(call, object_id, request_id, key), request_id)
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


def _run(call: Call, object_id: str, request_id: str, key: str | None) -> str:
    """Carry the request out in one transaction, together with its saved answer."""
    params = Reader(parse_form(_pairs()))
    paths = params.texts("expand") or []
    try:
        with current_sandbox().work(Origin(request_id, key)) as work:
            found = call(work, params, object_id)
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
    return json.dumps(tidy(body), indent=2, ensure_ascii=False) + "\n"


def _accident() -> ApiError:
    return ApiError(500, "An unknown error occurred in the sandbox.", kind="api_error")
