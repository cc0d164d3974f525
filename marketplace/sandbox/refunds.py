"""Refunds: money on its way back, which may be slow, fail late or be called off."""

from marketplace.sandbox import balance, disputes, events
from marketplace.sandbox.currencies import display
from marketplace.sandbox.errors import invalid, missing, refused
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader, merge_metadata

PENDING_SECONDS = 3_600
BANK_SECONDS = 2 * 86_400
LATE_FAILURE_SECONDS = 5 * 86_400
REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(work: Work, params: Reader) -> Stored:
    """Refund a charge in whole or in part and return the refund. Raises ApiError."""
    charge_id, intent_id = params.text("charge", 255), params.text("payment_intent", 255)
    amount = params.integer("amount", least=1)
    reason = params.choice("reason", REASONS)
    metadata = {key: value for key, value in params.metadata().items() if value}
    params.refuse(("currency", "customer", "origin", "refund_application_fee", "reverse_transfer"))
    email = params.text("instructions_email", 800)
    params.finish()
    if bool(charge_id) == bool(intent_id):
        raise invalid("Pass exactly one of `charge` and `payment_intent`.", "charge", "parameter_missing")
    charge = _charge_to_refund(work, charge_id, intent_id)
    disputes.check_refundable(work, charge)
    left = charge.data["amount"] - charge.data["amount_refunded"]
    if left == 0:
        raise refused(f"Charge {charge.id} has already been refunded.", code="charge_already_refunded")
    if amount is not None and amount > left:
        currency = charge.data["currency"]
        raise refused(
            f"Refund amount ({display(amount, currency)}) is greater than unrefunded amount on charge "
            f"({display(left, currency)})",
            param="amount",
        )
    return send(work, charge, amount or left, reason, metadata, email)


def _charge_to_refund(work: Work, charge_id: str | None, intent_id: str | None) -> Stored:
    if intent_id:
        intent = work.get("payment_intent", intent_id)
        if intent is None:
            raise missing("payment_intent", intent_id, "payment_intent")
        if intent.data["status"] != "succeeded":
            raise refused(f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.")
        charge_id = intent.data["latest_charge"]
    charge = work.lock("charge", charge_id)
    if charge is None or charge.account:
        raise missing("charge", charge_id or "", "charge")
    if charge.data["status"] != "succeeded":
        raise refused(f"Charge {charge_id} was not paid and cannot be refunded.", code="charge_not_refundable")
    return charge


def send(
    work: Work, charge: Stored, amount: int, reason: str | None, metadata: JSON, email: str | None = None
) -> Stored:
    """Send `amount` minor units of a locked charge back; it must not be more than what is left."""
    course = _course(charge)
    card = charge.id.startswith("ch_")
    status = course if course in ("pending", "requires_action") else "succeeded"
    data = {
        "amount": amount,
        "balance_transaction": None,
        "charge": charge.id,
        "currency": charge.data["currency"],
        "customer": charge.data["customer"],
        "customer_account": None,
        "destination_details": _destination(charge, card),
        "metadata": metadata,
        "payment_intent": charge.data["payment_intent"],
        "payment_method": charge.data["payment_method"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }
    if status == "pending":
        data["pending_reason"] = "processing"
    if status == "requires_action":
        data |= _wait_for_details(work, email or charge.data["billing_details"]["email"])
    refund = work.add("refund", data, prefix="re_" if card else "pyr_")
    transaction = balance.book(
        work, refund, kind="refund" if card else "payment_refund", amount=-amount,
        available_on=balance.settles_on(work, charge), description="REFUND FOR CHARGE",
    )  # fmt: skip
    refund.data["balance_transaction"] = transaction.id
    work.save(refund)
    _plan_end(work, refund, course, card)
    events.emit(work, "refund.created", refund)
    events.emit(work, "charge.refunded", charge, _count(work, charge, amount))
    disputes.end_inquiries(work, charge)
    return refund


def _course(charge: Stored) -> str:
    account = charge.private.get("account")
    return str(account["refund"]) if account else str(charge.private["behaviour"].get("refund", ""))


def _plan_end(work: Work, refund: Stored, course: str, card: bool) -> None:
    if course == "pending":
        work.plan("refund_succeeds", refund.id, work.now + (PENDING_SECONDS if card else BANK_SECONDS))
    if course == "fails":
        work.plan("refund_fails", refund.id, work.now + LATE_FAILURE_SECONDS)


def _count(work: Work, charge: Stored, change: int) -> JSON:
    previous = {"amount_refunded": charge.data["amount_refunded"], "refunded": charge.data["refunded"]}
    total = charge.data["amount_refunded"] + change
    charge.data |= {"amount_refunded": total, "refunded": total == charge.data["amount"]}
    work.save(charge)
    return {name: value for name, value in previous.items() if charge.data[name] != value}


def _destination(charge: Stored, card: bool) -> JSON:
    if not card:
        kind = charge.data["payment_method_details"]["type"]
        return {"type": kind, kind: {"reference": None, "reference_status": None}}
    number = {"reference": None, "reference_status": "pending", "reference_type": "acquirer_reference_number"}
    return {"type": "card", "card": {**number, "type": "refund"}}


def _wait_for_details(work: Work, email: str | None) -> JSON:
    sent = {"email_sent_at": work.now, "email_sent_to": email}
    display_details = {"email_sent": sent, "expires_at": work.now + 45 * 86_400}
    return {"next_action": {"type": "display_details", "display_details": display_details}, "instructions_email": email}


def lock_with_charge(work: Work, refund_id: str) -> tuple[Stored, Stored]:
    """Return the refund and its charge, both locked, charge first. Raises ApiError."""
    seen = work.get("refund", refund_id)
    if seen is None:
        raise missing("refund", refund_id, "id")
    charge = work.need("charge", seen.data["charge"], lock=True)
    return work.need("refund", refund_id, lock=True), charge


def succeed(work: Work, refund_id: str) -> bool:
    """Let a waiting refund reach the buyer; return False when it is not waiting."""
    refund, charge = lock_with_charge(work, refund_id)
    if refund.data["status"] not in ("pending", "requires_action"):
        return False
    if any(not dispute.data["is_charge_refundable"] for dispute in work.find("dispute", charge=charge.id)):
        return fail(work, refund_id, "charge_for_pending_refund_disputed")
    previous = {"status": refund.data["status"]}
    refund.data |= {"status": "succeeded"}
    for name in ("pending_reason", "next_action"):
        refund.data.pop(name, None)
    _announce(work, refund, previous)
    return True


def fail(work: Work, refund_id: str, reason: str = "expired_or_canceled_card") -> bool:
    """Let a refund fail, even one that had succeeded; return False when it has ended badly already."""
    refund, charge = lock_with_charge(work, refund_id)
    if refund.data["status"] in ("failed", "canceled"):
        return False
    _give_back(work, refund, charge, "failed", {"failure_reason": reason})
    events.emit(work, "refund.failed", refund)
    return True


def cancel(work: Work, refund_id: str, params: Reader) -> Stored:
    """Call off a refund that waits for the buyer's details. Raises ApiError in any other state."""
    params.finish()
    refund, charge = lock_with_charge(work, refund_id)
    if refund.data["status"] != "requires_action":
        raise refused(
            f"Only refunds with a status of requires_action can be canceled. This refund has a status of "
            f"{refund.data['status']}."
        )
    _give_back(work, refund, charge, "canceled", {})
    return refund


def _give_back(work: Work, refund: Stored, charge: Stored, status: str, more: JSON) -> None:
    previous = {"status": refund.data["status"]}
    amount, settles = refund.data["amount"], balance.settles_on(work, charge)
    back = balance.book(
        work, refund, kind="refund_failure", amount=amount, available_on=settles, description="REFUND FAILURE"
    )
    refund.data |= {"status": status, "failure_balance_transaction": back.id, **more}
    for name in ("pending_reason", "next_action"):
        refund.data.pop(name, None)
    _announce(work, refund, previous)
    events.emit(work, "charge.updated", charge, _count(work, charge, -refund.data["amount"]))


def _announce(work: Work, refund: Stored, previous: JSON) -> None:
    for planned in ("refund_succeeds", "refund_fails"):
        work.unplan(planned, refund.id)
    work.save(refund)
    events.emit(work, "refund.updated", refund, previous)
    events.emit(work, "charge.refund.updated", refund, previous)


def update(work: Work, refund_id: str, params: Reader) -> Stored:
    """Change the metadata of a refund. Raises ApiError."""
    refund, _ = lock_with_charge(work, refund_id)
    previous = {"metadata": refund.data["metadata"]}
    refund.data["metadata"] = merge_metadata(refund.data["metadata"], params)
    params.finish()
    work.save(refund)
    if refund.data["metadata"] != previous["metadata"]:
        events.emit(work, "refund.updated", refund, previous)
    return refund


def list_refunds(work: Work, params: Reader) -> JSON:
    """Return one page of refunds, newest first. Raises ApiError."""
    return list_objects(work, "refund", params, "/v1/refunds", ("charge", "payment_intent"))
