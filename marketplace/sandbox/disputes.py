"""Disputes: a bank asks about a charge, takes its money, and decides who is right.

Source: docs.stripe.com/disputes. An inquiry (`warning_…`) moves no money; a chargeback takes amount and fee at once.
"""

from marketplace.sandbox import balance, business_days, events
from marketplace.sandbox.currencies import display, dispute_fee
from marketplace.sandbox.errors import missing, refused
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader

RESPONSE_DAYS = 14
INQUIRY_DAYS = 120
"""How long an inquiry stays open when nobody escalates it."""
REASONS = {
    "fraudulent": "10.4", "product_not_received": "13.1", "product_unacceptable": "13.3", "duplicate": "12.6",
    "credit_not_processed": "13.6", "subscription_canceled": "13.2", "general": "12.5", "unrecognized": "10.4",
}  # fmt: skip
"""Why people dispute, with Visa's code."""
ASKING = ("needs_response", "warning_needs_response")
CLOSED = ("won", "lost", "warning_closed")
_PLANS = ("dispute_due", "dispute_decided", "inquiry_closes")
_FILES = (
    "cancellation_policy", "customer_communication", "customer_signature", "duplicate_charge_documentation",
    "receipt", "refund_policy", "service_documentation", "shipping_documentation", "uncategorized_file",
)  # fmt: skip
_TEXTS = (
    "access_activity_log", "billing_address", "cancellation_policy_disclosure", "cancellation_rebuttal",
    "customer_email_address", "customer_name", "customer_purchase_ip", "duplicate_charge_explanation",
    "duplicate_charge_id", "product_description", "refund_policy_disclosure", "refund_refusal_explanation",
    "service_date", "shipping_address", "shipping_carrier", "shipping_date", "shipping_tracking_number",
    "uncategorized_text",
)  # fmt: skip
EVIDENCE = {**dict.fromkeys(_TEXTS, "text"), **dict.fromkeys(_FILES, "file")}


def open_from_card(work: Work, charge: Stored) -> None:
    """Do to a charge just paid what its test card says: nothing, a warning, or one or two disputes."""
    course = charge.private["behaviour"].get("dispute", "")
    if course == "warning":
        warn(work, charge)
    elif course == "twice":
        half = charge.data["amount"] // 2
        open_dispute(work, charge, "fraudulent", half)
        open_dispute(work, charge, "product_not_received", charge.data["amount"] - half)
    elif course == "inquiry":
        open_dispute(work, charge, "general", charge.data["amount"], inquiry=True)
    elif course:
        open_dispute(work, charge, course, charge.data["amount"])


def warn(work: Work, charge: Stored) -> Stored:
    """Record an early fraud warning about a charge: the bank thinks its cardholder did not pay."""
    data = {"charge": charge.id, "fraud_type": "made_with_stolen_card", "livemode": False,
            "payment_intent": charge.data["payment_intent"], "actionable": True}  # fmt: skip
    warning = work.add("radar.early_fraud_warning", data)
    events.emit(work, "radar.early_fraud_warning.created", warning)
    return warning


def disputable(work: Work, charge: Stored) -> int:
    """Return how much of a charge could still be disputed, in minor units; 0 when it was not paid by card."""
    if charge.data["status"] != "succeeded" or charge.data["payment_method_details"]["type"] != "card":
        return 0
    over = ("won", "warning_closed")
    others = [one for one in work.find("dispute", charge=charge.id) if one.data["status"] not in over]
    return int(charge.data["amount"] - charge.data["amount_refunded"] - sum(one.data["amount"] for one in others))


def open_dispute(work: Work, charge: Stored, reason: str, amount: int, *, inquiry: bool = False) -> Stored:
    """Open an inquiry or a chargeback over `amount` minor units of a locked charge. Raises ApiError."""
    most = disputable(work, charge)
    if not 0 < amount <= most:
        raise refused(f"At most {display(most, charge.data['currency'])} of this payment can be disputed.")
    dispute = work.add("dispute", _opened(work, charge, reason, amount, inquiry=inquiry), {"moved": []})
    work.plan("dispute_due", dispute.id, dispute.data["evidence_details"]["due_by"])
    before = charge.data["disputed"]
    charge.data["disputed"] = True
    work.save(charge)
    if inquiry:
        work.plan("inquiry_closes", dispute.id, work.now + INQUIRY_DAYS * business_days.DAY_SECONDS)
    else:
        _move(work, dispute, -amount, fee=dispute_fee(charge.data["currency"]))
    events.emit(work, "charge.dispute.created", dispute)
    if not inquiry:
        events.emit(work, "charge.dispute.funds_withdrawn", dispute)
    if not before:
        events.emit(work, "charge.updated", charge, {"disputed": False})
    return dispute


def _opened(work: Work, charge: Stored, reason: str, amount: int, *, inquiry: bool) -> JSON:
    brand = charge.data["payment_method_details"]["card"]["brand"]
    code = REASONS[reason] if brand == "visa" else "4837" if reason == "fraudulent" else "4853"
    card = {"brand": brand, "case_type": "inquiry" if inquiry else "chargeback", "network": brand,
            "network_reason_code": code}  # fmt: skip
    return {
        "amount": amount,
        "charge": charge.id,
        "currency": charge.data["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": _due_by(work),
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge.data["payment_intent"],
        "payment_method_details": {"type": "card", "card": card},
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }


def _due_by(work: Work) -> int:
    """Return the last second of the day by which evidence must be in."""
    return business_days.midnight(work.now) + (RESPONSE_DAYS + 1) * business_days.DAY_SECONDS - 1


def _move(work: Work, dispute: Stored, amount: int, fee: int = 0) -> None:
    """Take the disputed money (negative) or give it back. The fee is never given back."""
    category, words = (
        ("dispute", "Chargeback withdrawal") if amount < 0 else ("dispute_reversal", "Chargeback reversal")
    )
    money = balance.book(
        work, dispute, kind="adjustment", amount=amount, fee=fee, available_on=work.now, category=category,
        description=f"{words} for {dispute.data['charge']}", fee_for="Dispute fee",
    )  # fmt: skip
    dispute.private["moved"].append(money.id)
    work.save(dispute)


def lock_with_charge(work: Work, dispute_id: str) -> tuple[Stored, Stored]:
    """Return the dispute and its charge, both locked, charge first. Raises ApiError."""
    seen = retrieve(work, dispute_id)
    charge = work.need("charge", seen.data["charge"], lock=True)
    return work.need("dispute", dispute_id, lock=True), charge


def set_status(work: Work, dispute: Stored, status: str) -> JSON:
    """Put a locked dispute into another state and return what it was, as events show it."""
    before = {name: dispute.data[name] for name in ("status", "is_charge_refundable")}
    refundable = status == "won" or status.startswith("warning_")
    dispute.data |= {"status": status, "is_charge_refundable": refundable}
    if status in CLOSED:
        for planned in _PLANS:
            work.unplan(planned, dispute.id)
    work.save(dispute)
    return {name: value for name, value in before.items() if dispute.data[name] != value}


def decide(work: Work, dispute_id: str, outcome: str) -> bool:
    """Close a dispute as `won`, `lost` or `warning_closed`, also against an earlier decision.

    Return False when that is how it stands already, or when an inquiry would be won or lost.
    """
    dispute, _ = lock_with_charge(work, dispute_id)
    status = dispute.data["status"]
    if status == outcome or status.startswith("warning_") != (outcome == "warning_closed"):
        return False
    held = sum(work.need("balance_transaction", one).data["amount"] for one in dispute.private["moved"])
    changed = set_status(work, dispute, outcome)
    if outcome == "won":
        _move(work, dispute, -held)
        events.emit(work, "charge.dispute.funds_reinstated", dispute)
    elif outcome == "lost" and not held:
        _move(work, dispute, -dispute.data["amount"])
        events.emit(work, "charge.dispute.funds_withdrawn", dispute)
    events.emit(work, "charge.dispute.closed", dispute, changed)
    return True


def reopen(work: Work, dispute_id: str) -> bool:
    """Ask for evidence once more about a closed chargeback; what a win had given back is taken again."""
    dispute, _ = lock_with_charge(work, dispute_id)
    won = dispute.data["status"] == "won"
    if dispute.data["status"] not in ("won", "lost"):
        return False
    _ask_again(work, dispute, set_status(work, dispute, "needs_response"), take=won)
    return True


def escalate(work: Work, dispute_id: str) -> bool:
    """Turn an open inquiry into a chargeback; return False when it is none."""
    dispute, _ = lock_with_charge(work, dispute_id)
    if dispute.data["status"] not in ("warning_needs_response", "warning_under_review"):
        return False
    for planned in _PLANS:
        work.unplan(planned, dispute.id)
    dispute.data["payment_method_details"]["card"]["case_type"] = "chargeback"
    fee = dispute_fee(dispute.data["currency"])
    _ask_again(work, dispute, set_status(work, dispute, "needs_response"), take=True, fee=fee)
    return True


def _ask_again(work: Work, dispute: Stored, changed: JSON, *, take: bool, fee: int = 0) -> None:
    before = dict(dispute.data["evidence_details"])
    dispute.data["evidence_details"] |= {"due_by": _due_by(work), "past_due": False, "submission_count": 0,
                                         "submission_method": "not_submitted"}  # fmt: skip
    work.plan("dispute_due", dispute.id, dispute.data["evidence_details"]["due_by"])
    if take:
        _move(work, dispute, -dispute.data["amount"], fee)
    work.save(dispute)
    now = dispute.data["evidence_details"]
    details = {name: value for name, value in before.items() if now[name] != value}
    events.emit(work, "charge.dispute.updated", dispute, changed | {"evidence_details": details})
    if take:
        events.emit(work, "charge.dispute.funds_withdrawn", dispute)


def when_due(work: Work, dispute_id: str) -> None:
    """Let the time for evidence pass: a chargeback is lost, an inquiry waits for what the bank does."""
    dispute, _ = lock_with_charge(work, dispute_id)
    if dispute.data["status"] not in ASKING:
        return
    dispute.data["evidence_details"]["past_due"] = True
    work.save(dispute)
    if dispute.data["status"] == "needs_response":
        decide(work, dispute_id, "lost")
    else:
        events.emit(work, "charge.dispute.updated", dispute, {"evidence_details": {"past_due": False}})


def decide_as_planned(work: Work, dispute_id: str) -> None:
    """Let the bank decide on the evidence it has."""
    outcome = retrieve(work, dispute_id).private.get("outcome", "")
    if outcome == "escalate":
        escalate(work, dispute_id)
    elif outcome:
        decide(work, dispute_id, outcome)


def close_inquiry(work: Work, dispute_id: str) -> None:
    """Close an inquiry that nobody escalated."""
    decide(work, dispute_id, "warning_closed")


def close(work: Work, dispute_id: str, params: Reader) -> Stored:
    """Accept a chargeback as lost, for good. Raises ApiError."""
    params.finish()
    dispute, _ = lock_with_charge(work, dispute_id)
    if dispute.data["status"] in CLOSED:
        raise refused("This dispute is already closed.")
    if dispute.data["status"] != "needs_response":
        raise refused(f"You cannot close a dispute with a status of {dispute.data['status']}.")
    decide(work, dispute_id, "lost")
    return retrieve(work, dispute_id)


def check_refundable(work: Work, charge: Stored) -> None:
    """Refuse a refund of a charge whose money a bank has taken or keeps. Raises ApiError with `charge_disputed`."""
    if any(not dispute.data["is_charge_refundable"] for dispute in work.find("dispute", charge=charge.id)):
        raise refused(f"Charge {charge.id} has been charged back; cannot issue a refund.", code="charge_disputed")


def end_inquiries(work: Work, charge: Stored) -> None:
    """Close the inquiries about a charge that is refunded in full: there is nothing left to ask about."""
    for dispute in work.find("dispute", charge=charge.id) if charge.data["refunded"] else ():
        decide(work, dispute.id, "warning_closed")


def retrieve(work: Work, dispute_id: str) -> Stored:
    """Return a dispute. Raises ApiError."""
    found = work.get("dispute", dispute_id)
    if found is None:
        raise missing("dispute", dispute_id, "dispute")
    return found


def list_disputes(work: Work, params: Reader) -> JSON:
    """Return one page of disputes, newest first. Raises ApiError."""
    return list_objects(work, "dispute", params, "/v1/disputes", ("charge", "payment_intent"))


def list_warnings(work: Work, params: Reader) -> JSON:
    """Return one page of early fraud warnings, newest first. Raises ApiError."""
    filters = ("charge", "payment_intent")
    return list_objects(work, "radar.early_fraud_warning", params, "/v1/radar/early_fraud_warnings", filters)
