"""Setup intents: a card is checked and kept without a payment."""

from marketplace.sandbox import events
from marketplace.sandbox.cards import Decline
from marketplace.sandbox.errors import missing
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader, merge_metadata

_OVER = ("succeeded", "canceled")


def add(work: Work, customer: str | None, metadata: dict[str, str], description: str | None) -> Stored:
    """Make the setup intent of a new session; it waits for a card."""
    empty = (
        "application", "automatic_payment_methods", "cancellation_reason", "customer_account",
        "excluded_payment_method_types", "flow_directions", "last_setup_error", "latest_attempt", "mandate",
        "next_action", "on_behalf_of", "payment_method", "payment_method_configuration_details", "single_use_mandate",
    )  # fmt: skip
    data: JSON = {
        **dict.fromkeys(empty),
        "customer": customer,
        "description": description,
        "livemode": False,
        "metadata": metadata,
        "payment_method_options": {
            "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
        },
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "usage": "off_session",
    }
    intent = work.add("setup_intent", data)
    intent.data["client_secret"] = work.ids.new(f"{intent.id}_secret_", 25)
    work.save(intent)
    events.emit(work, "setup_intent.created", intent)
    return intent


def succeed(work: Work, intent: Stored, method: Stored) -> None:
    """Note that `method` is checked and kept."""
    intent.data |= {
        "status": "succeeded",
        "last_setup_error": None,
        "next_action": None,
        "payment_method": method.id,
    }
    work.save(intent)
    events.emit(work, "setup_intent.succeeded", intent)


def fail(work: Work, intent: Stored, method: Stored, why: Decline) -> None:
    """Send the intent back to ask for another card."""
    intent.data |= {
        "status": "requires_payment_method",
        "last_setup_error": {
            "code": why.code,
            "decline_code": why.decline_code,
            "doc_url": f"https://docs.stripe.com/error-codes/{why.code.replace('_', '-')}",
            "message": why.message,
            "payment_method": dict(method.data),
            "type": "card_error",
        },
        "next_action": None,
        "payment_method": None,
    }
    work.save(intent)
    events.emit(work, "setup_intent.setup_failed", intent)


def require_action(work: Work, intent: Stored, method: Stored, page: str) -> None:
    """Wait for the buyer to pass 3-D Secure on `page` (a URL)."""
    intent.data |= {
        "status": "requires_action",
        "last_setup_error": None,
        "next_action": {"type": "redirect_to_url", "redirect_to_url": {"return_url": None, "url": page}},
        "payment_method": method.id,
    }
    work.save(intent)
    events.emit(work, "setup_intent.requires_action", intent)


def cancel_with_session(work: Work, intent_id: str | None) -> None:
    """Cancel the intent of a session that has expired; one that has ended stays as it is."""
    intent = work.lock("setup_intent", intent_id)
    if intent is None or intent.data["status"] in _OVER:
        return
    intent.data |= {
        "status": "canceled",
        "cancellation_reason": "abandoned",
        "next_action": None,
        "payment_method": None,
    }
    work.save(intent)
    events.emit(work, "setup_intent.canceled", intent)


def update(work: Work, intent_id: str, params: Reader) -> Stored:
    """Change the metadata or the description of an intent. Raises ApiError."""
    intent = work.lock("setup_intent", intent_id)
    if intent is None:
        raise missing("setup_intent", intent_id, "intent")
    if params.has("description"):
        intent.data["description"] = params.text("description", 1000)
    intent.data["metadata"] = merge_metadata(intent.data["metadata"], params)
    params.refuse(("customer", "payment_method", "payment_method_types", "payment_method_options"))
    params.finish()
    work.save(intent)
    return intent


def list_intents(work: Work, params: Reader) -> JSON:
    """Return one page of setup intents, newest first. Raises ApiError."""
    return list_objects(work, "setup_intent", params, "/v1/setup_intents", ("customer", "payment_method"))
