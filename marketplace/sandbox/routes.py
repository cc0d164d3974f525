"""The addresses of the API that take payments: what is called for each."""

from collections.abc import Callable

from flask import request

from marketplace.sandbox import (
    balance,
    charges,
    endpoints,
    events,
    intents,
    refunds,
    sessions,
    setup_sessions,
)  # fmt: skip
from marketplace.sandbox.current import current_sandbox
from marketplace.sandbox.errors import missing
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader

Call = Callable[..., Stored | JSON]
"""Takes the work, the parameters and the ids in the address ("" when it has none); returns what is answered."""
Route = tuple[str, str, Call]


def get_one(kind: str, param: str = "id") -> Call:
    """Return the call that shows one object of `kind`."""

    def retrieve(work: Work, params: Reader, object_id: str) -> Stored:
        params.finish()
        found = work.get(kind, object_id)
        if found is None or found.account != work.account:
            raise missing(kind, object_id, param)
        return found

    return retrieve


def _create_session(work: Work, params: Reader, _: str) -> Stored:
    create = setup_sessions.create if params.text("mode") == "setup" else sessions.create
    return create(work, params, current_sandbox().settings.base_url)


def bare(call: Callable[[Work, str], JSON]) -> Call:
    """Return a call that takes no parameters besides the id in the address."""

    def run(work: Work, params: Reader, object_id: str) -> JSON:
        params.finish()
        return call(work, object_id)

    return run


def _charge_refunds(work: Work, params: Reader, charge_id: str) -> JSON:
    charge = work.get("charge", charge_id)
    if charge is None or charge.account != work.account:
        raise missing("charge", charge_id, "id")
    return list_objects(work, "refund", params.adding(charge=charge_id), request.path, ("charge",))


TABLE: tuple[Route, ...] = (
    ("POST", "/v1/checkout/sessions", _create_session),
    ("GET", "/v1/checkout/sessions", lambda work, params, _: sessions.list_sessions(work, params)),
    ("GET", "/v1/checkout/sessions/<object_id>", get_one("checkout.session", "session")),
    ("POST", "/v1/checkout/sessions/<object_id>", lambda work, params, id: sessions.update(work, id, params)),
    ("GET", "/v1/checkout/sessions/<object_id>/line_items", lambda w, p, id: sessions.list_line_items(w, id, p)),
    ("POST", "/v1/checkout/sessions/<object_id>/expire", lambda work, params, id: sessions.expire(work, id, params)),
    ("GET", "/v1/payment_intents", lambda work, params, _: intents.list_intents(work, params)),
    ("GET", "/v1/payment_intents/<object_id>", get_one("payment_intent", "intent")),
    ("POST", "/v1/payment_intents/<object_id>", lambda work, params, id: intents.update(work, id, params)),
    ("POST", "/v1/payment_intents/<object_id>/cancel", lambda work, params, id: intents.cancel(work, id, params)),
    ("POST", "/v1/payment_intents/<object_id>/confirm", lambda work, _, id: intents.refuse_direct(work, id)),
    ("POST", "/v1/payment_intents/<object_id>/capture", lambda work, _, id: intents.refuse_direct(work, id)),
    ("GET", "/v1/charges", lambda work, params, _: charges.list_charges(work, params)),
    ("GET", "/v1/charges/<object_id>", get_one("charge")),
    ("GET", "/v1/charges/<object_id>/refunds", _charge_refunds),
    ("POST", "/v1/refunds", lambda work, params, _: refunds.create(work, params)),
    ("GET", "/v1/refunds", lambda work, params, _: refunds.list_refunds(work, params)),
    ("GET", "/v1/refunds/<object_id>", get_one("refund")),
    ("POST", "/v1/refunds/<object_id>", lambda work, params, id: refunds.update(work, id, params)),
    ("POST", "/v1/refunds/<object_id>/cancel", lambda work, params, id: refunds.cancel(work, id, params)),
    ("GET", "/v1/balance", bare(lambda work, _: balance.retrieve_balance(work))),
    ("GET", "/v1/balance_transactions", lambda work, params, _: balance.list_balance_transactions(work, params)),
    ("GET", "/v1/balance_transactions/<object_id>", get_one("balance_transaction")),
    ("GET", "/v1/events", lambda work, params, _: events.list_events(work, params)),
    ("GET", "/v1/events/<object_id>", bare(events.retrieve)),
    ("POST", "/v1/webhook_endpoints", lambda work, params, _: endpoints.create(work, params)),
    ("GET", "/v1/webhook_endpoints", lambda work, params, _: endpoints.list_endpoints(work, params)),
    ("GET", "/v1/webhook_endpoints/<object_id>", get_one("webhook_endpoint", "webhook_endpoint")),
    ("POST", "/v1/webhook_endpoints/<object_id>", lambda work, params, id: endpoints.update(work, id, params)),
    ("DELETE", "/v1/webhook_endpoints/<object_id>", bare(endpoints.delete)),
)
