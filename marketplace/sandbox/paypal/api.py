"""The API under /paypal: who asks, what is called, and how a request sent twice is answered once."""

import hmac
import json
import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from psycopg.errors import LockNotAvailable

from marketplace.sandbox import fault_requests, idempotency
from marketplace.sandbox.current import current_sandbox
from marketplace.sandbox.errors import ApiError
from marketplace.sandbox.paypal import disputes, events, orders, refunds
from marketplace.sandbox.paypal.errors import Refusal, malformed
from marketplace.sandbox.store import Origin, Work
from marketplace.sandbox.wire import JSON, Reader

log = logging.getLogger("sandbox")

Call = Callable[[Work, JSON, str], JSON]
"""Takes the work, the body and the id in the address ("" without one); returns what is answered."""
_KEPT_SECONDS = 6 * 3_600
_LONGEST_KEY = 108
_TOKEN_SECONDS = 32_400


def _create_order(work: Work, body: JSON, _id: str) -> JSON:
    return orders.create(work, body, _base_url())


TABLE: tuple[tuple[str, str, Call], ...] = (
    ("POST", "/paypal/v2/checkout/orders", _create_order),
    ("GET", "/paypal/v2/checkout/orders/<object_id>", lambda work, _, id: orders.get(work, id, _base_url())),
    ("POST", "/paypal/v2/checkout/orders/<object_id>/capture", lambda w, _, id: orders.capture(w, id, _base_url())),
    ("GET", "/paypal/v2/payments/captures/<object_id>", lambda work, _, id: orders.get_capture(work, id)),
    ("POST", "/paypal/v2/payments/captures/<object_id>/refund", lambda work, body, id: refunds.create(work, id, body)),
    ("GET", "/paypal/v2/payments/refunds/<object_id>", lambda work, _, id: refunds.get(work, id)),
    ("GET", "/paypal/v1/customer/disputes/<object_id>", lambda work, _, id: disputes.get(work, id)),
)


def register(app: Flask) -> None:
    """Add every address of the API to the application."""
    for number, (method, rule, call) in enumerate(TABLE):
        app.add_url_rule(rule, f"paypal.{number}", _view(call), methods=[method])
    app.add_url_rule("/paypal/v1/oauth2/token", "paypal.token", _token, methods=["POST"])
    app.add_url_rule(f"{events.CERT_PATH}<cert_id>", "paypal.certificate", _certificate)


def _view(call: Call) -> Callable[..., Response]:
    def view(object_id: str = "") -> Response:
        # The switches that spoil requests are Stripe's; they know a call by what it takes.
        return fault_requests.around(_NOTHING, lambda wanted, request_id: _answer(wanted, call, object_id, request_id))

    return view


def _NOTHING(_work: Work, _params: Reader, *_ids: str) -> JSON:  # noqa: N802  # a call that does nothing by itself
    return {}


def _answer(wanted: Any, call: Call, object_id: str, request_id: str) -> Response:
    try:
        if wanted is not _NOTHING:
            wanted(None, None)  # a fault: it raises
        _authorize()
        key = request.headers.get("PayPal-Request-Id", "") if request.method == "POST" else ""
        if len(key) > _LONGEST_KEY:
            raise malformed("INVALID_STRING_MAX_LENGTH", "PayPal-Request-Id is too long.")
        if key:
            return _answer_once(call, object_id, request_id, f"paypal\n{key}")
        return _respond(200, _run(call, object_id, request_id, ""), request_id)
    except Refusal as refusal:
        return _respond(refusal.status, json.dumps(refusal.body(request_id)), request_id)
    except ApiError as error:
        name = "INTERNAL_SERVER_ERROR" if error.status >= 500 else "UNPROCESSABLE_ENTITY"
        status = 500 if error.status >= 500 else 422 if error.status == 400 else error.status
        told = Refusal(status, name, error.code or name, error.message)
        return _respond(told.status, json.dumps(told.body(request_id)), request_id)
    except LockNotAvailable:
        return _respond(429, json.dumps({"name": "RATE_LIMIT_REACHED", "debug_id": request_id}), request_id)


def _answer_once(call: Call, object_id: str, request_id: str, key: str) -> Response:
    sandbox = current_sandbox()
    asked = idempotency.fingerprint(request.method, request.path, [("", request.get_data(as_text=True))])
    with sandbox.work() as work:
        work.rows(
            "DELETE FROM idempotency WHERE key LIKE 'paypal%%' AND status IS NOT NULL AND created <= %(old)s",
            old=work.present - _KEPT_SECONDS,
        )
        saved = idempotency.begin(work, key, asked, request_id)
    if saved:
        return _respond(saved.status, saved.body, request_id)
    try:
        return _respond(200, _run(call, object_id, request_id, key), request_id)
    except BaseException:
        # PayPal keeps what went well; what was refused may be tried again with the same id.
        with sandbox.work() as work:
            idempotency.release(work, key)
        raise


def _run(call: Call, object_id: str, request_id: str, key: str) -> str:
    """Carry the request out in one transaction, together with its saved answer."""
    with current_sandbox().work(Origin(request_id, None)) as work:
        text = json.dumps(call(work, _body(), object_id))
        if key:
            idempotency.save(work, key, 200, text)
    return text


def _body() -> JSON:
    if request.method != "POST" or not request.get_data():
        return {}
    try:
        found = json.loads(request.get_data())
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise malformed("MALFORMED_REQUEST_JSON", "The request JSON is not well formed.")
    return found


def _token() -> Response:
    """Answer with an access token for a client that knows its secret."""
    given, settings = request.authorization, current_sandbox().settings
    known = (settings.paypal_client_id, settings.paypal_client_secret)
    is_known = given is not None and bool(known[0]) and (given.get("username"), given.get("password")) == known
    if not is_known or request.form.get("grant_type") != "client_credentials":
        refused = {"error": "invalid_client", "error_description": "Client Authentication failed"}
        return _respond(401, json.dumps(refused), "")
    body: JSON = {"access_token": _access_token(), "token_type": "Bearer", "expires_in": _TOKEN_SECONDS, "scope": ""}
    return _respond(200, json.dumps(body), "")


def _access_token() -> str:
    settings = current_sandbox().settings
    return "A21AA" + hmac.digest(settings.cookie_key.encode(), settings.paypal_client_id.encode(), "sha256").hex()


def _authorize() -> None:
    given = request.authorization
    token = given.token if given is not None and given.type == "bearer" else None
    if not token or not hmac.compare_digest(token, _access_token()):
        raise Refusal(401, "AUTHENTICATION_FAILURE", "INVALID_ACCESS_TOKEN", "Authentication failed.")


def _certificate(cert_id: str) -> Response:
    with current_sandbox().singly() as work:
        found = events.certificate(work, cert_id)
    if found is None:
        return Response("", 404)
    return Response(found, content_type="application/x-pem-file")


def _respond(status: int, body: str, request_id: str) -> Response:
    response = Response(body, status, content_type="application/json")
    response.headers["PayPal-Debug-Id"] = request_id
    response.headers["Request-Id"] = request_id
    response.headers["Cache-Control"] = "no-store"
    return response


def _base_url() -> str:
    return current_sandbox().settings.base_url
