"""Payment intents: the tries to pay one session, and where they stand."""

from marketplace.sandbox import events
from marketplace.sandbox.cards import Decline
from marketplace.sandbox.errors import ApiError, missing, refused
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader, merge_metadata

CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")
UNEXPECTED = "payment_intent_unexpected_state"


_FROM_SESSION = (
    "capture_method", "description", "receipt_email", "shipping", "statement_descriptor",
    "statement_descriptor_suffix", "transfer_group",
)  # fmt: skip


def create_for_session(work: Work, session: Stored, about: str) -> Stored:
    """Make the intent of a session when its buyer first tries to pay; `about` says in words for what."""
    wanted = session.private["payment_intent_data"]
    data = {
        **_untouched(),
        **{name: session.data[name] for name in ("currency", "customer", "payment_method_types")},
        **{name: wanted[name] for name in _FROM_SESSION},
        "amount": session.data["amount_total"],
        "metadata": wanted["metadata"],
        "status": "requires_payment_method",
    }
    intent = work.add("payment_intent", data, {"session": session.id, "about": about})
    intent.data["client_secret"] = work.ids.new(f"{intent.id}_secret_", 25)
    work.save(intent)
    events.emit(work, "payment_intent.created", intent)
    return intent


def _untouched() -> JSON:
    empty = (
        "application", "application_fee_amount", "automatic_payment_methods", "canceled_at", "cancellation_reason",
        "customer_account", "excluded_payment_method_types", "last_payment_error", "latest_charge", "next_action",
        "on_behalf_of", "payment_method", "payment_method_configuration_details", "processing", "review",
        "setup_future_usage", "source", "transfer_data",
    )  # fmt: skip
    return {
        **dict.fromkeys(empty),
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "confirmation_method": "automatic",
        "livemode": False,
        "managed_payments": {"enabled": False},
        "payment_method_options": {},
    }


def succeed(work: Work, intent: Stored, charge: Stored) -> None:
    """Mark the intent paid by `charge`."""
    intent.data |= {
        "status": "succeeded",
        "amount_received": intent.data["amount"],
        "latest_charge": charge.id,
        "last_payment_error": None,
        "next_action": None,
        "payment_method": charge.data["payment_method"],
        "processing": None,
    }
    work.save(intent)
    events.emit(work, "payment_intent.succeeded", intent)


def decline(work: Work, intent: Stored, method: Stored, why: Decline, charge: Stored | None) -> None:
    """Send the intent back to ask for another method; `charge` is None when no charge was tried."""
    error: JSON = {
        "code": why.code,
        "doc_url": f"https://docs.stripe.com/error-codes/{why.code.replace('_', '-')}",
        "message": why.message,
        "payment_method": dict(method.data),
        "type": "card_error",
    }
    if charge is not None:
        error |= {"charge": charge.id, "decline_code": why.decline_code}
        intent.data["latest_charge"] = charge.id
    intent.data |= {
        "status": "requires_payment_method",
        "last_payment_error": error,
        "next_action": None,
        "payment_method": None,
        "processing": None,
    }
    work.save(intent)
    events.emit(work, "payment_intent.payment_failed", intent)


def require_action(work: Work, intent: Stored, method: Stored, page: str) -> None:
    """Wait for the buyer to pass 3-D Secure on `page` (a URL)."""
    intent.data |= {
        "status": "requires_action",
        "last_payment_error": None,
        "next_action": {"type": "redirect_to_url", "redirect_to_url": {"return_url": None, "url": page}},
        "payment_method": method.id,
    }
    work.save(intent)
    events.emit(work, "payment_intent.requires_action", intent)


def process(work: Work, intent: Stored, charge: Stored) -> None:
    """Wait for a bank debit to come through."""
    intent.data |= {
        "status": "processing",
        "last_payment_error": None,
        "latest_charge": charge.id,
        "next_action": None,
        "payment_method": charge.data["payment_method"],
        "processing": {"type": charge.data["payment_method_details"]["type"]},
    }
    work.save(intent)
    events.emit(work, "payment_intent.processing", intent)


def cancel_with_session(work: Work, intent: Stored, reason: str) -> None:
    """Cancel the intent of a session that has expired; a paid one stays as it is."""
    if intent.data["status"] not in CANCELABLE:
        return
    intent.data |= {
        "status": "canceled",
        "canceled_at": work.now,
        "cancellation_reason": reason,
        "next_action": None,
        "payment_method": None,
    }
    work.save(intent)
    events.emit(work, "payment_intent.canceled", intent)


def cancel(work: Work, intent_id: str, params: Reader) -> JSON:
    """Refuse to cancel: every intent here belongs to a checkout session. Raises ApiError."""
    params.choice("cancellation_reason", ("duplicate", "fraudulent", "requested_by_customer", "abandoned"))
    params.finish()
    intent = work.get("payment_intent", intent_id)
    if intent is None:
        raise missing("payment_intent", intent_id, "intent")
    status = intent.data["status"]
    if status not in CANCELABLE:
        raise refused(
            f"You cannot cancel this PaymentIntent because it has a status of {status}. Only a PaymentIntent with one "
            f"of the following statuses may be canceled: {', '.join(CANCELABLE)}.",
            code=UNEXPECTED,
        )
    raise refused("You cannot cancel the PaymentIntent of a Checkout Session. Expire the Checkout Session instead.")


def update(work: Work, intent_id: str, params: Reader) -> Stored:
    """Change the metadata or the description of an intent. Raises ApiError."""
    intent = work.lock("payment_intent", intent_id)
    if intent is None:
        raise missing("payment_intent", intent_id, "intent")
    if params.has("description"):
        intent.data["description"] = params.text("description", 1000)
    intent.data["metadata"] = merge_metadata(intent.data["metadata"], params)
    params.refuse(("amount", "currency", "customer", "payment_method", "receipt_email", "shipping"))
    params.finish()
    work.save(intent)
    return intent


def refuse_direct(work: Work, intent_id: str) -> JSON:
    """Refuse to confirm or capture an intent of a checkout session. Raises ApiError."""
    if work.get("payment_intent", intent_id) is None:
        raise missing("payment_intent", intent_id, "intent")
    raise ApiError(400, "You cannot perform this action on PaymentIntents created by Checkout.")


def list_intents(work: Work, params: Reader) -> JSON:
    """Return one page of payment intents, newest first. Raises ApiError."""
    return list_objects(work, "payment_intent", params, "/v1/payment_intents", ("customer",))
