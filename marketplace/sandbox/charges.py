"""Charges: one for each time money is asked of a card or a bank."""

from marketplace.sandbox import balance, events, faults, transfers
from marketplace.sandbox.cards import Decline
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader

LATE_FEE_SECONDS = 3_600
_COPIED = (
    "application", "application_fee_amount", "description", "on_behalf_of", "receipt_email", "review", "shipping",
    "statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group",
)  # fmt: skip


def attempt(work: Work, intent: Stored, method: Stored, *, status: str, decline: Decline | None = None) -> Stored:
    """Record one attempt to take the money; `status` is succeeded, pending or failed."""
    took = status == "succeeded"
    prefix = "ch_" if method.data["type"] == "card" else "py_"
    data = {
        "amount": intent.data["amount"],
        "amount_captured": 0 if decline else intent.data["amount"],
        "amount_refunded": 0,
        "application_fee": None,
        "balance_transaction": None,
        "billing_details": method.data["billing_details"],
        "calculated_statement_descriptor": "SANDBOX",
        "captured": decline is None,
        "currency": intent.data["currency"],
        "customer": intent.data["customer"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "fraud_details": {},
        "livemode": False,
        # Copied once: a later change of the intent's metadata does not reach the charge.
        "metadata": dict(intent.data["metadata"]),
        "outcome": _outcome(method, decline),
        "paid": took,
        "payment_intent": intent.id,
        "payment_method": method.id,
        "payment_method_details": _details(method, intent),
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "source": None,
        "source_transfer": None,
        "status": status,
        **{name: intent.data[name] for name in _COPIED},
    }
    return work.add("charge", data, {"behaviour": method.private.get("behaviour") or {}, **method.private}, prefix)


def mark_paid(work: Work, charge: Stored) -> None:
    """Turn a pending charge into a successful one."""
    charge.data |= {"status": "succeeded", "paid": True}
    work.save(charge)


def mark_failed(work: Work, charge: Stored, decline: Decline) -> None:
    """Turn a pending charge into a failed one."""
    charge.data |= {
        "status": "failed",
        "captured": False,
        "amount_captured": 0,
        "failure_code": decline.code,
        "failure_message": decline.message,
    }
    work.save(charge)


def settle_fee(work: Work, charge: Stored) -> None:
    """Give a successful charge its balance transaction, or plan that when its card is one with a late fee.

    As with capture_method automatic_async: `charge.succeeded` shows null, `charge.updated` brings the transaction.
    """
    occasion = faults.Occasion(event="charge.succeeded", object_id=charge.id, metadata=charge.data["metadata"],
                               ids=frozenset((charge.id, str(charge.data["payment_intent"]))))  # fmt: skip
    late = faults.meet(work, (faults.Kind.FEE_LATE,), occasion)
    if late or charge.private["behaviour"].get("late_fee"):
        work.plan("fee", charge.id, work.now + (late.seconds if late else LATE_FEE_SECONDS))
    else:
        book_fee(work, charge)


def book_fee(work: Work, charge: Stored) -> None:
    """Book the money and the fee of a charge and announce it; does nothing the second time."""
    if charge.data["balance_transaction"]:
        return
    at_once = bool(charge.private["behaviour"].get("available_at_once"))
    transaction = balance.book_charge(work, charge, available_at_once=at_once)
    charge.data["balance_transaction"] = transaction.id
    work.save(charge)
    transfers.follow(work, charge)
    events.emit(work, "charge.updated", charge, {"balance_transaction": None})


def list_charges(work: Work, params: Reader) -> JSON:
    """Return one page of charges, newest first. Raises ApiError."""
    return list_objects(work, "charge", params, "/v1/charges", ("payment_intent", "customer"))


def _outcome(method: Stored, decline: Decline | None) -> JSON:
    behaviour = method.private.get("behaviour") or {}
    outcome: JSON = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": behaviour.get("risk", "normal") if behaviour else "not_assessed",
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    if decline is None:
        return outcome
    if behaviour.get("blocked"):
        return outcome | {
            "network_status": "not_sent_to_network",
            "reason": "highest_risk_level",
            "seller_message": "The sandbox blocked this payment as too risky.",
            "type": "blocked",
        }
    return outcome | {
        "network_decline_code": "05",
        "network_status": "declined_by_network",
        "reason": decline.decline_code,
        "seller_message": f"The bank returned the decline code `{decline.decline_code}`.",
        "type": "issuer_declined",
    }


def _details(method: Stored, intent: Stored) -> JSON:
    kind = method.data["type"]
    if kind != "card":
        return {"type": kind, kind: dict(method.data[kind])}
    kept = (
        "brand",
        "checks",
        "country",
        "exp_month",
        "exp_year",
        "fingerprint",
        "funding",
        "last4",
        "regulated_status",
    )
    card = {name: method.data["card"][name] for name in kept}
    secure = (method.private.get("behaviour") or {}).get("authenticate")
    return {
        "type": "card",
        "card": {
            **card,
            "amount_authorized": intent.data["amount"],
            "authorization_code": None,
            "extended_authorization": {"status": "disabled"},
            "incremental_authorization": {"status": "unavailable"},
            "installments": None,
            "mandate": None,
            "multicapture": {"status": "unavailable"},
            "network": card["brand"],
            "network_token": {"used": False},
            "network_transaction_id": None,
            "overcapture": {"maximum_amount_capturable": intent.data["amount"], "status": "unavailable"},
            "three_d_secure": _three_d_secure() if secure else None,
            "transaction_link_id": None,
            "wallet": None,
        },
    }


def _three_d_secure() -> JSON:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": None,
        "version": "2.2.0",
    }
