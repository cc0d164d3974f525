"""Checkout sessions of mode setup: a card is kept for later, and nothing is paid."""

from dataclasses import dataclass

from marketplace.sandbox import methods, saved_methods, sessions, setup_intents
from marketplace.sandbox.cards import AUTHENTICATION_FAILED, DECLINES, Decline
from marketplace.sandbox.errors import invalid
from marketplace.sandbox.methods import CardEntry, Payer
from marketplace.sandbox.session_params import read_expiry, refuse_unsupported
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader

_NOT_IN_SETUP = ("line_items", "payment_intent_data", "saved_payment_method_options", "submit_type")


@dataclass(frozen=True)
class Saved:
    """How a try to save a card ended: `saved`, `authenticate`, `declined` or `closed` (the session was not open)."""

    outcome: str
    session: Stored
    decline: Decline | None = None
    completed_event: str = ""


def create(work: Work, params: Reader, base_url: str) -> Stored:
    """Open a session in which a buyer saves a card. Raises ApiError."""
    params.text("mode")
    for name in _NOT_IN_SETUP:
        if params.has(name):
            raise invalid(f"You can not pass `{name}` in `setup` mode.", name)
    refuse_unsupported(params)
    types = params.texts("payment_method_types")
    if types is None and not params.has("currency"):
        raise invalid("Missing required param: currency.", "currency", "parameter_missing")
    if types not in (None, ["card"]):
        raise invalid("This sandbox saves cards only.", "payment_method_types")
    currency, wanted = params.text("currency", 10), _wanted(params)
    data = {
        **sessions.fixed_fields(),
        **sessions.addresses(params),
        **sessions.customer_of(work, params),
        **sessions.appearance(params),
        "amount_subtotal": None,
        "amount_total": None,
        "client_reference_id": params.text("client_reference_id", 200),
        "currency": currency.lower() if currency else None,
        "customer_creation": None,
        "expires_at": read_expiry(params, work.now),
        "integration_identifier": params.text("integration_identifier", 200),
        "metadata": {key: value for key, value in params.metadata().items() if value},
        "mode": "setup",
        "payment_method_types": ["card"],
        "payment_status": "no_payment_required",
        "total_details": None,
    }
    params.finish()
    intent = setup_intents.add(work, data["customer"], wanted["metadata"], wanted["description"])
    private: JSON = {"line_items": [], "notes": []}
    session = work.add("checkout.session", {**data, "setup_intent": intent.id}, private)
    session.data["url"] = f"{base_url}/c/setup/{session.id}"
    work.save(session)
    work.plan("expire", session.id, session.data["expires_at"])
    return session


def _wanted(params: Reader) -> JSON:
    """Return what the setup intent will get. Raises ApiError."""
    given = params.group("setup_intent_data") or Reader({}, "setup_intent_data")
    given.refuse(("on_behalf_of",))
    wanted = {"metadata": given.metadata(), "description": given.text("description", 1000)}
    given.finish()
    return wanted


def save_card(work: Work, session_id: str, payer: Payer, card: CardEntry, fingerprint_key: str) -> Saved:
    """Try to keep a card in an open session."""
    session = _open(work, session_id)
    if session.data["status"] != "open":
        return Saved("closed", session)
    session.private["payer"] = {"email": payer.email, "name": payer.name, "country": payer.country}
    work.save(session)
    intent = work.need("setup_intent", session.data["setup_intent"], lock=True)
    method = methods.add_card(work, payer, card, fingerprint_key)
    if method.private["behaviour"]["authenticate"]:
        setup_intents.require_action(work, intent, method, f"{session.data['url']}/authenticate")
        return Saved("authenticate", session)
    return _check(work, session, intent, method, payer)


def authenticate(work: Work, session_id: str, *, passed: bool) -> Saved:
    """Go on after the 3-D Secure page; asking again after the end changes nothing."""
    session = _open(work, session_id)
    intent = work.need("setup_intent", session.data["setup_intent"], lock=True)
    if session.data["status"] != "open":
        return Saved("closed", session)
    if intent.data["status"] != "requires_action":
        return Saved("declined", session, last_decline(intent))
    method = work.need("payment_method", intent.data["payment_method"])
    if not passed:
        setup_intents.fail(work, intent, method, AUTHENTICATION_FAILED)
        return Saved("declined", session, AUTHENTICATION_FAILED)
    return _check(work, session, intent, method, Payer(**session.private["payer"]))


def last_decline(intent: Stored) -> Decline | None:
    """Return why the last try of a setup intent failed, if it did."""
    error = intent.data["last_setup_error"]
    known = (AUTHENTICATION_FAILED, *DECLINES.values())
    found = (why for why in known if error and (why.code, why.decline_code) == (error["code"], error["decline_code"]))
    return next(found, None)


def _check(work: Work, session: Stored, intent: Stored, method: Stored, payer: Payer) -> Saved:
    behaviour = method.private["behaviour"]
    if behaviour["decline"] and not behaviour["declined_later"]:
        why = DECLINES[behaviour["decline"]]
        setup_intents.fail(work, intent, method, why)
        return Saved("declined", session, why)
    customer = work.lock("customer", session.data["customer"])
    if customer is not None:
        saved_methods.attach(work, method, customer.id, allow_redisplay="limited")
    setup_intents.succeed(work, intent, method)
    return Saved("saved", session, completed_event=sessions.complete(work, session, payer, "no_payment_required"))


def _open(work: Work, session_id: str) -> Stored:
    session = sessions.retrieve(work, session_id, lock=True)
    if session.data["status"] == "open" and session.data["expires_at"] <= work.now:
        sessions.close_unpaid(work, session, "expired")
    return session
