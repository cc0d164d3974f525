"""Stripe's objects, from the SDK or from an event's JSON, as the port's plain values."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from marketplace.providers.base import (
    BalanceLine,
    Checkout,
    CheckoutRequest,
    Decline,
    InboundEvent,
    Intent,
    Proof,
    ProviderRefund,
    installation_of,
)
from marketplace.providers.charges import CardUse

# As wide as the columns that keep ids and types; the provider's own are shorter.
_LONGEST_NAME = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def checkout_params(request: CheckoutRequest) -> Any:
    """Return the parameters of a session. Our ids go on session and intent: metadata does not flow (reference 1)."""
    ours = {
        "payment_id": str(request.payment_id),
        "purchase": request.purchase_number,
        "installation": request.installation,
    }
    # Cards that were saved on a page of their own are "limited": without the word no page would offer them.
    known = {
        "customer": request.customer_id,
        "saved_payment_method_options": {
            "allow_redisplay_filters": ["always", "limited"],
            "payment_method_save": "enabled",
        },
    }
    return {
        "mode": "payment",
        "client_reference_id": str(request.payment_id),
        **(known if request.customer_id else {"customer_email": request.customer_email}),
        "line_items": [
            {
                "quantity": line.quantity,
                "price_data": {
                    "currency": request.currency.lower(),
                    "unit_amount": line.amount_minor,
                    "product_data": {"name": line.name},
                },
            }
            for line in request.lines
        ],
        "metadata": ours,
        "payment_intent_data": {"metadata": ours, "transfer_group": request.purchase_number},
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
    }


def saves_a_card(session: Any) -> bool:
    """Return whether a Checkout Session is of mode setup: it has no amount, and pays nothing."""
    return as_dict(session).get("mode") == "setup"


def checkout(source: Any) -> Checkout:
    """Return a Checkout Session."""
    session = as_dict(source)
    return Checkout(
        session_id=session["id"],
        payment_id=our_id(session, "payment_id"),
        installation=installation_of(session),
        is_open=session["status"] == "open",
        is_complete=session["status"] == "complete",
        is_paid=session["payment_status"] != "unpaid",
        amount_minor=session["amount_total"],
        currency=session["currency"].upper(),
        url=session.get("url"),
        expires_at=moment(session["expires_at"]),
        intent_id=reference(session, "payment_intent"),
    )


def intent(source: Any) -> Intent:
    """Return a PaymentIntent."""
    found = as_dict(source)
    return Intent(
        intent_id=found["id"],
        payment_id=our_id(found, "payment_id"),
        status=found["status"],
        amount_minor=found["amount"],
        currency=found["currency"].upper(),
        charge_id=reference(found, "latest_charge"),
        decline=decline(found),
    )


def decline(source: Any) -> Decline | None:
    """Return the last decline of a PaymentIntent; None when it has none."""
    found = as_dict(source)
    error = found.get("last_payment_error")
    if not error:
        return None
    return Decline(
        intent_id=found["id"],
        payment_id=our_id(found, "payment_id"),
        # A failed 3-D Secure question makes no charge; its payment method is as unique (stripe-reference section 4).
        charge_id=reference(error, "charge") or reference(error, "payment_method") or found["id"],
        code=error.get("code") or error.get("type") or "unknown",
        decline_code=error.get("decline_code"),
        reason=error.get("message") or "The payment was declined.",
        error_data={key: error[key] for key in ("type", "code", "decline_code", "message", "param") if error.get(key)},
    )


def charge(source: Any) -> Intent:
    """Return a paid charge as the intent it belongs to: the metadata was copied from it."""
    found = as_dict(source)
    return Intent(
        intent_id=str(reference(found, "payment_intent")),
        payment_id=our_id(found, "payment_id"),
        status=found["status"],
        amount_minor=found["amount"],
        currency=found["currency"].upper(),
        charge_id=found["id"],
    )


def card_use(source: Any) -> CardUse | None:
    """Return the card that a charge was tried with; None for another method, or a card without a token."""
    found = as_dict(source)
    card = (found.get("payment_method_details") or {}).get("card") or {}
    token = str(card.get("fingerprint") or "")
    if not token:
        return None
    country = str(card.get("country") or "")
    return CardUse(
        charge_id=found["id"],
        fingerprint=token[:200],
        brand=str(card.get("brand") or "")[:64],
        country=country if len(country) == 2 else "",
        has_paid=bool(found.get("paid")),
    )


def failed_charge(source: Any) -> Decline:
    """Return a failed charge as the decline it is, in the very words of the intent's own event about this charge.

    Whichever of the two comes first is kept, so they must not differ (scar S04).
    """
    found = as_dict(source)
    outcome = found.get("outcome") or {}
    # Radar's reason for a block is a risk level; the intent calls it fraudulent (docs.stripe.com/declines/codes).
    reason = "fraudulent" if outcome.get("type") == "blocked" else outcome.get("reason")
    is_card = (found.get("payment_method_details") or {}).get("type") == "card"
    words = {
        "type": "card_error" if is_card else None,
        "code": found.get("failure_code"),
        "decline_code": reason,
        "message": found.get("failure_message"),
    }
    return Decline(
        intent_id=str(reference(found, "payment_intent")),
        payment_id=our_id(found, "payment_id"),
        charge_id=found["id"],
        code=found.get("failure_code") or "unknown",
        decline_code=reason,
        reason=found.get("failure_message") or "The payment was declined.",
        error_data={key: value for key, value in words.items() if value},
    )


def refund(source: Any) -> ProviderRefund:
    """Return a Refund."""
    found = as_dict(source)
    return ProviderRefund(
        refund_id=found["id"],
        intent_id=reference(found, "payment_intent"),
        charge_id=reference(found, "charge"),
        amount_minor=found["amount"],
        currency=found["currency"].upper(),
        status=found["status"],
        reference=(found.get("metadata") or {}).get("reference"),
        failure_balance_transaction_id=reference(found, "failure_balance_transaction"),
    )


def balance_line(source: Any) -> BalanceLine:
    """Return a BalanceTransaction."""
    found = as_dict(source)
    return BalanceLine(
        line_id=found["id"],
        kind=found["type"],
        source_id=reference(found, "source"),
        amount_minor=found["amount"],
        fee_minor=found["fee"],
        net_minor=found["net"],
        currency=found["currency"].upper(),
        available_on=moment(found["available_on"]),
    )


def event(payload: Any, proof: Proof | None = None) -> InboundEvent:
    """Return an Event, with what `proof` there is of its sender. Raises ValueError for anything else.

    Its object stays JSON until a handler asks for it.
    """
    if not isinstance(payload, dict) or payload.get("object") != "event":
        raise ValueError("not an event")
    data = payload.get("data")
    inner = data.get("object") if isinstance(data, dict) else None
    return InboundEvent(
        event_id=_name(payload.get("id")),
        type=_name(payload.get("type")),
        object_id=_name(inner["id"]) if isinstance(inner, dict) and inner.get("id") is not None else None,
        livemode=bool(payload.get("livemode")),
        account=_name(payload["account"]) if payload.get("account") is not None else None,
        payload=payload,
        proof=proof,
    )


def event_of(event_type: str, found: dict[str, Any], *, livemode: bool) -> InboundEvent:
    """Return an event such as would have told of an object, for one whose own event is not listed any more."""
    names = {"id": f"made_{found['id']}", "object": "event", "type": event_type}
    return event({**names, "created": found["created"], "livemode": livemode, "data": {"object": found}})


def test_event(event_id: str, now_seconds: int, *, livemode: bool) -> bytes:
    """Return the body of an Event about nothing, of a type that Stripe does not have."""
    inner = {"id": "test", "object": "test"}
    found = {"id": event_id, "object": "event", "type": "tandem.test", "created": now_seconds, "livemode": livemode}
    return json.dumps({**found, "data": {"object": inner}}).encode()


def reference(source: Any, name: str) -> str | None:
    """Return the id behind `name`, which Stripe gives as an id or, expanded, as an object."""
    value = as_dict(source).get(name)
    return value["id"] if isinstance(value, Mapping) else cast("str | None", value)


def as_dict(source: Any) -> Mapping[str, Any]:
    """Return an SDK object or an event's JSON as a mapping (a StripeObject is no dict since SDK 15)."""
    return source if isinstance(source, Mapping) else cast("Mapping[str, Any]", source.to_dict())


def _name(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_NAME:
        raise ValueError("not an id or a type")
    return value


def our_id(found: Mapping[str, Any], name: str) -> int | None:
    """Return one of our rows' ids from the metadata we set; None when it is not there or no id."""
    value = (found.get("metadata") or {}).get(name, "")
    return int(value) if value.isdecimal() and len(value) < 19 else None


def moment(seconds: int) -> datetime:
    """Return a moment that Stripe gives in seconds; raises OverflowError beyond all calendars."""
    # Not `fromtimestamp`: what a time beyond all calendars raises there depends on the machine; here, OverflowError.
    return _EPOCH + timedelta(seconds=seconds)
