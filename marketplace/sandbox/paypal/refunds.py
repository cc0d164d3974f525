"""Money back to the payer: at once, after a day, or not at all (developer.paypal.com/docs/api/payments/v2)."""

from marketplace.sandbox.paypal import amounts, events, orders
from marketplace.sandbox.paypal.errors import missing, unprocessable
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON


def create(work: Work, capture_id: str, body: JSON) -> JSON:
    """Refund a capture, all of what is left of it without an amount. Raises Refusal."""
    capture = work.lock(orders.CAPTURE, capture_id)
    if capture is None:
        raise missing()
    if capture.data["status"] not in {"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"}:
        raise unprocessable("CAPTURE_NOT_COMPLETED", "Only a completed capture can be refunded.")
    whole, currency = amounts.minor_of(capture.data["amount"])
    left = whole - capture.private["refunded"]
    if left == 0:
        raise unprocessable("CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded.")
    minor, wanted = amounts.minor_of(body["amount"]) if body.get("amount") else (left, currency)
    if wanted != currency:
        raise unprocessable("CURRENCY_MISMATCH", "The refund must be in the same currency as the capture.")
    if minor > left:
        raise unprocessable("REFUND_AMOUNT_EXCEEDED", "The refund amount must be less than or equal to what is left.")
    later = capture.private["funding"].startswith("refund_")
    data: JSON = {
        "status": "PENDING" if later else "COMPLETED",
        **({"status_details": {"reason": "ECHECK"}} if later else {}),
        "amount": amounts.amount(minor, currency),
        "custom_id": str(body.get("custom_id", "")),
        "invoice_id": str(body.get("invoice_id", "")),
        "seller_payable_breakdown": {
            # The fee of the payment stays with PayPal (its user agreement, since 2019).
            "gross_amount": amounts.amount(minor, currency),
            "paypal_fee": amounts.amount(0, currency),
            "net_amount": amounts.amount(minor, currency),
            "total_refunded_amount": amounts.amount(whole - left + minor, currency),
        },
    }
    made = work.add(orders.REFUND, data, {"capture": capture.id, "minor": minor})
    capture.private["refunds"].append(made.id)
    _count(work, capture, minor)
    if later:
        work.plan("paypal_refund_ends", made.id, work.present + orders.REFUND_SECONDS)
        _tell(work, "PAYMENT.REFUND.PENDING", made)
    else:
        _tell(work, "PAYMENT.CAPTURE.REFUNDED", made)
    return orders.shown(made, "/v2/payments/refunds")


def get(work: Work, refund_id: str) -> JSON:
    """Return a refund as it stands. Raises Refusal."""
    found = work.get(orders.REFUND, refund_id)
    if found is None:
        raise missing()
    return orders.shown(found, "/v2/payments/refunds")


def end(work: Work, refund_id: str) -> None:
    """End a refund that was pending: it arrives, or fails and what was to go back can go back again."""
    made = work.need(orders.REFUND, refund_id)
    capture = work.need(orders.CAPTURE, made.private["capture"], lock=True)
    if made.data["status"] != "PENDING":
        return
    fails = capture.private["funding"] == "refund_fails"
    made.data["status"] = "FAILED" if fails else "COMPLETED"
    made.data.pop("status_details", None)
    work.save(made)
    if fails:
        # The next one goes through: somebody has mended the payer's account.
        capture.private["funding"] = "balance"
        _count(work, capture, -made.private["minor"])
    _tell(work, "PAYMENT.REFUND.FAILED" if fails else "PAYMENT.CAPTURE.REFUNDED", made)


def _count(work: Work, capture: Stored, minor: int) -> None:
    capture.private["refunded"] += minor
    whole, _currency = amounts.minor_of(capture.data["amount"])
    back = capture.private["refunded"]
    capture.data["status"] = "REFUNDED" if back == whole else "PARTIALLY_REFUNDED" if back else "COMPLETED"
    work.save(capture)


def _tell(work: Work, what: str, made: Stored) -> None:
    events.emit(work, what, made.id, "refund", orders.shown(made, "/v2/payments/refunds"))
