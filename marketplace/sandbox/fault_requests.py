"""Requests that go wrong: before they have an effect, or on the way back."""

import json
import socket
import time
from collections.abc import Callable, Iterator

from flask import Response, current_app, render_template, request

from marketplace.sandbox import faults, idempotency, request_log
from marketplace.sandbox.current import current_sandbox
from marketplace.sandbox.errors import ApiError
from marketplace.sandbox.faults import Kind, Occasion, Rule
from marketplace.sandbox.routes import Call
from marketplace.sandbox.store import Work
from marketplace.sandbox.wire import JSON, Reader

LONGEST_SECONDS = 120
"""How long a request or its answer is held up at most, in system time."""
_KINDS = (Kind.DELAY, *faults.BEFORE, *faults.AFTER, Kind.EARLY)
_PIECES = 8
_CLOSED_PAGES = ("/c/pay/", "/c/setup/", "/setup/", "/paypal/checkoutnow")
_WORDS = "A fault that somebody switched on in the sandbox."
_PROXY_PAGE = (
    "<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
)
Run = Callable[[Call, str], Response]


def around(call: Call, run: Run) -> Response:
    """Answer a request of the API by `run(call, request_id)`, as the active faults allow, and write it down."""
    sandbox, occasion = current_sandbox(), _occasion()
    with sandbox.singly() as work:
        rules = faults.active(work, _KINDS)
    met: dict[Kind, Rule] = {}
    if rules:
        with sandbox.work() as work:
            met = _met(work, occasion, rules)
    if Kind.DELAY in met:
        time.sleep(min(met[Kind.DELAY].seconds, LONGEST_SECONDS))
    before = next((met[kind] for kind in faults.BEFORE if kind in met), None)
    response = _end(before, occasion.request_id, run) if before else run(call, occasion.request_id)
    if response.status_code == 200:
        early = [rule for rule in rules if rule.kind is Kind.EARLY]
        if early and request.method != "GET":
            sandbox.deliver_early(occasion.request_id, early)
        after = next((met[kind] for kind in faults.AFTER if kind in met), None)
        _log(occasion, response, hung_up=after is not None and after.kind in (Kind.DROP_AFTER, Kind.TRUNCATED))
        return _spoil(after, response) if after else response
    _log(occasion, response, hung_up=response.status_code == _HUNG_UP)
    return response


_HUNG_UP = 599
"""The status of an answer that nobody can read any more."""


def _met(work: Work, occasion: Occasion, rules: list[Rule]) -> dict[Kind, Rule]:
    found = (
        faults.meet(work, (Kind.DELAY,), occasion, rules),
        faults.meet(work, (*faults.BEFORE, *faults.AFTER), occasion, rules),
    )
    return {rule.kind: rule for rule in found if rule}


def _occasion() -> Occasion:
    values = (request.form if request.method == "POST" else request.args).to_dict()
    ids = request_log.ids_in((*request.path.split("/"), *values.values(), request.headers.get("Stripe-Account", "")))
    metadata = {name[9:-1]: value for name, value in values.items() if name.startswith("metadata[")}
    key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
    return Occasion(
        method=request.method,
        path=request.path,
        request_id=current_sandbox().ids.new("req_", 14),
        key=key,
        object_id=next(iter(ids), ""),
        ids=frozenset(ids),
        metadata=metadata,
    )


def _log(occasion: Occasion, response: Response, *, hung_up: bool) -> None:
    status = request_log.CUT_OFF if hung_up else response.status_code
    made = _body(response).get("id", "") if response.status_code == 200 and request.method == "POST" else ""
    with current_sandbox().singly() as work:
        request_log.write(
            work, occasion.request_id, occasion.method, occasion.path, occasion.key, status,
            [*occasion.ids, *request_log.ids_in((made,))],
        )  # fmt: skip


def _body(response: Response) -> JSON:
    found = json.loads(response.get_data())
    return found if isinstance(found, dict) else {}


def _end(rule: Rule, request_id: str, run: Run) -> Response:
    """Answer a request that has no effect."""
    if rule.kind in (Kind.OUTAGE, Kind.DROP_BEFORE):
        return _hang_up()
    if rule.kind in (Kind.SERVER_ERROR_SAVED, Kind.REFUSED):
        return run(_raising(_error(rule)), request_id)
    error = _error(rule)
    return _respond(error.status, json.dumps(error.body(request_id)))


def _error(rule: Rule) -> ApiError:
    if rule.kind is Kind.REFUSED:
        code = rule.code or "balance_insufficient"
        return ApiError(400, f"{_WORDS} ({code})", code=code)
    if rule.kind is Kind.CONFLICT:
        words = "There is currently another in-progress request using this idempotency key. Try again shortly."
        return ApiError(409, words, code="idempotency_key_in_use", saved=False)
    if rule.kind is Kind.RATE_LIMIT:
        return ApiError(429, "Too many requests hit the API too quickly.", code="rate_limit", saved=False)
    if rule.kind is Kind.LOCK_TIMEOUT:
        words = "This object cannot be accessed right now because another request is using it."
        return ApiError(429, words, code="lock_timeout", saved=False)
    return ApiError(500, _WORDS, kind="api_error", saved=rule.kind is Kind.SERVER_ERROR_SAVED)


def _raising(error: ApiError) -> Call:
    def call(_work: Work, _params: Reader, *_ids: str) -> JSON:
        raise error

    return call


def _spoil(rule: Rule, response: Response) -> Response:
    """Spoil the answer of a request that has had its effect."""
    if rule.kind is Kind.DROP_AFTER:
        return _hang_up()
    if rule.kind is Kind.HTML:
        return _respond(int(rule.code) if rule.code.isdigit() else 502, _PROXY_PAGE, "text/html")
    if rule.kind is Kind.SERVER_ERROR_AFTER:
        body = json.dumps(_error(rule).body(response.headers["Request-Id"]))
        key = request.headers.get("Idempotency-Key", "")
        with current_sandbox().work() as work:
            idempotency.save(work, idempotency.scoped(key, request.headers.get("Stripe-Account", "")), 500, body)
        return _respond(500, body)
    whole = response.get_data()
    if rule.kind is Kind.TRUNCATED:
        response.response = _half(whole, request.environ)
    else:
        response.response = _slowly(whole, min(rule.seconds, LONGEST_SECONDS))
    response.headers["Content-Length"] = str(len(whole))
    return response


def _half(whole: bytes, environ: dict[str, object]) -> Iterator[bytes]:
    yield whole[: len(whole) // 2]
    _cut(environ)


def _slowly(whole: bytes, seconds: int) -> Iterator[bytes]:
    step = len(whole) // _PIECES + 1
    for start in range(0, len(whole), step):
        time.sleep(seconds / _PIECES)
        yield whole[start : start + step]


def _hang_up() -> Response:
    """End the connection; the answer that is still returned reaches nobody."""
    _cut(request.environ)
    return _respond(_HUNG_UP, "{}")


def _cut(environ: dict[str, object]) -> None:
    line = environ.get("werkzeug.socket") or environ.get("gunicorn.socket")
    if isinstance(line, socket.socket):
        line.shutdown(socket.SHUT_RDWR)


def _respond(status: int, body: str, kind: str = "application/json") -> Response:
    return Response(body, status, content_type=kind)


def close_pages() -> Response | None:
    """Close the buyer's and the seller's pages while the provider is down; None lets the request pass."""
    if not request.path.startswith(_CLOSED_PAGES):
        return None
    with current_sandbox().singly() as work:
        rules = faults.active(work, (Kind.OUTAGE,))
    if not rules:
        return None
    with current_sandbox().work() as work:
        occasion = Occasion(method=request.method, path=request.path)
        struck = faults.meet(work, (Kind.OUTAGE,), occasion, rules)
    if struck is None:
        return None
    page = render_template(
        "sandbox/refused.html", words="The payment provider is down. Nothing was charged. Try again later."
    )
    return current_app.make_response((page, 503))
