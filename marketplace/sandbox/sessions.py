"""Checkout sessions: opened by the merchant, completed by the buyer or expired."""

from marketplace.sandbox import customers, events, intents, setup_intents
from marketplace.sandbox.cards import Decline
from marketplace.sandbox.errors import invalid, missing, refused
from marketplace.sandbox.methods import Payer
from marketplace.sandbox.reading import line_items, list_objects
from marketplace.sandbox.session_params import (
    keep,
    read_expiry,
    read_intent_data,
    read_lines,
    read_methods,
    read_saved_options,
    read_url,
    refuse_unsupported,
)  # fmt: skip
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader, merge_metadata


def create(work: Work, params: Reader, base_url: str) -> Stored:
    """Open a session and return it. Raises ApiError."""
    if params.required("mode") != "payment":
        raise invalid("This sandbox only supports mode=payment and mode=setup.", "mode")
    refuse_unsupported(params)
    lines = read_lines(work, params)
    private = {
        "line_items": lines.items,
        "notes": [item.pop("_note") for item in lines.items],
        "payment_intent_data": read_intent_data(params),
    }
    data = {
        **fixed_fields(),
        **addresses(params),
        **customer_of(work, params),
        **appearance(params),
        "amount_subtotal": lines.total,
        "amount_total": lines.total,
        "client_reference_id": params.text("client_reference_id", 200),
        "currency": lines.currency,
        "expires_at": read_expiry(params, work.now),
        "integration_identifier": params.text("integration_identifier", 200),
        "metadata": {key: value for key, value in params.metadata().items() if value},
        "payment_method_types": read_methods(params, lines.currency),
        "saved_payment_method_options": read_saved_options(params),
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    }
    params.finish()
    session = work.add("checkout.session", data, private)
    session.data["url"] = f"{base_url}/c/pay/{session.id}"
    work.save(session)
    work.plan("expire", session.id, session.data["expires_at"])
    return session


def addresses(params: Reader) -> JSON:
    """Return where the page leads when it is done or left. Raises ApiError."""
    success_url = read_url(params, "success_url")
    if success_url is None:
        raise params.lacking("success_url")
    return {"success_url": success_url, "cancel_url": read_url(params, "cancel_url")}


def customer_of(work: Work, params: Reader) -> JSON:
    """Return whose session it is. Raises ApiError."""
    customer, email = params.text("customer", 255), params.text("customer_email", 800)
    creation = params.choice("customer_creation", ("always", "if_required"))
    if customer and (email or creation):
        raise invalid("You may not specify customer_email or customer_creation along with customer.", "customer")
    known = work.get("customer", customer) if customer else None
    if customer and (known is None or known.private.get("deleted")):
        raise missing("customer", customer, "customer")
    return {
        "customer": customer,
        "customer_creation": None if customer else creation or "if_required",
        "customer_email": email,
    }


def appearance(params: Reader) -> JSON:
    """Return the settings that only change how Stripe's page looks; they are kept and shown."""
    texts = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
    return {
        "billing_address_collection": params.choice("billing_address_collection", ("auto", "required")),
        "custom_text": keep(params, "custom_text") or dict.fromkeys(texts),
        "locale": params.text("locale", 20),
        "origin_context": params.text("origin_context", 40),
        "payment_method_options": keep(params, "payment_method_options", {}),
        "submit_type": params.choice("submit_type", ("auto", "book", "donate", "pay", "subscribe")),
    }


def fixed_fields() -> JSON:
    """Return the fields of a session that are always the same when it opens."""
    empty = (
        "after_expiration", "allow_promotion_codes", "client_secret", "collected_information", "consent",
        "consent_collection", "currency_conversion", "customer_account", "customer_details", "invoice",
        "payment_intent", "payment_link", "payment_method_configuration_details", "permissions", "recovered_from",
        "saved_payment_method_options", "setup_intent", "shipping_address_collection", "shipping_cost", "subscription",
        "url", "wallet_options",
    )  # fmt: skip
    return {
        **dict.fromkeys(empty),
        "adaptive_pricing": {"enabled": False},
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "custom_fields": [],
        "discounts": [],
        "invoice_creation": {
            "enabled": False,
            "invoice_data": {
                "account_tax_ids": None, "custom_fields": None, "description": None, "footer": None, "issuer": None,
                "metadata": {}, "rendering_options": None,
            },
        },
        "livemode": False,
        "managed_payments": {"enabled": False},
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "ui_mode": "hosted_page",
    }  # fmt: skip


def retrieve(work: Work, session_id: str, *, lock: bool = False) -> Stored:
    """Return a session. Raises ApiError when there is none."""
    found = work.lock("checkout.session", session_id) if lock else work.get("checkout.session", session_id)
    if found is None:
        raise missing("checkout.session", session_id, "session")
    return found


def update(work: Work, session_id: str, params: Reader) -> Stored:
    """Change the metadata of a session. Raises ApiError."""
    session = retrieve(work, session_id, lock=True)
    session.data["metadata"] = merge_metadata(session.data["metadata"], params)
    params.refuse(("collected_information", "line_items", "shipping_options"))
    params.finish()
    work.save(session)
    return session


def list_sessions(work: Work, params: Reader) -> JSON:
    """Return one page of sessions, newest first. Raises ApiError."""
    params.refuse(("customer_details", "payment_link", "subscription"))
    return list_objects(
        work,
        "checkout.session",
        params,
        "/v1/checkout/sessions",
        ("payment_intent", "customer", "status", "setup_intent"),
    )


def list_line_items(work: Work, session_id: str, params: Reader) -> JSON:
    """Return one page of a session's line items, in the order they were given. Raises ApiError."""
    session = retrieve(work, session_id)
    limit = params.integer("limit", least=1, most=100) or 10
    after = params.text("starting_after")
    params.refuse(("ending_before",))
    params.finish()
    whole = line_items(session)
    names = [item["id"] for item in whole["data"]]
    if after and after not in names:
        raise missing("line_item", after, "starting_after")
    start = names.index(after) + 1 if after else 0
    return whole | {"data": whole["data"][start : start + limit], "has_more": len(names) > start + limit}


def expire(work: Work, session_id: str, params: Reader) -> Stored:
    """Expire an open session at the merchant's wish. Raises ApiError when it is not open."""
    params.finish()
    session = retrieve(work, session_id, lock=True)
    status = session.data["status"]
    if status != "open":
        raise refused(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{status}`."
        )
    close_unpaid(work, session, "abandoned")
    return session


def expire_when_due(work: Work, session_id: str) -> None:
    """Expire a session whose time is over; does nothing when it is closed already."""
    session = work.lock("checkout.session", session_id)
    if session and session.data["status"] == "open":
        close_unpaid(work, session, "expired")


def close_unpaid(work: Work, session: Stored, reason: str) -> None:
    """Expire a locked, open session, together with its payment intent if the buyer had tried to pay."""
    session.data |= {"status": "expired", "url": None}
    work.save(session)
    work.unplan("expire", session.id)
    intent = work.lock("payment_intent", session.data["payment_intent"])
    if intent:
        intents.cancel_with_session(work, intent, reason)
    if session.data["setup_intent"]:
        setup_intents.cancel_with_session(work, session.data["setup_intent"])
    events.emit(work, "checkout.session.expired", session)


def complete(work: Work, session: Stored, payer: Payer, payment_status: str) -> str:
    """Complete a locked, open session and return the id of its `checkout.session.completed` event."""
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    session.data |= {
        "status": "complete",
        "payment_status": payment_status,
        "url": None,
        "customer_details": {
            "address": {**address, "country": payer.country or None},
            "business_name": None,
            "email": payer.email,
            "individual_name": None,
            "name": payer.name or None,
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    }
    if session.data["customer_creation"] == "always" and not session.data["customer"]:
        session.data["customer"] = customers.add(work, email=payer.email, name=payer.name or None).id
    work.save(session)
    work.unplan("expire", session.id)
    return events.emit(work, "checkout.session.completed", session)


def about(session: Stored) -> str:
    """Return in a few words what is bought."""
    names = [item["description"] for item in session.private["line_items"]]
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


def delayed_payment_ended(work: Work, session: Stored, failed: Decline | None) -> None:
    """Announce the end of a bank debit on its completed session."""
    if failed is None:
        session.data["payment_status"] = "paid"
        work.save(session)
        events.emit(work, "checkout.session.async_payment_succeeded", session)
    else:
        events.emit(work, "checkout.session.async_payment_failed", session)
