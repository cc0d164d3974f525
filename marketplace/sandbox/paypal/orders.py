"""Orders, captures and refunds: what the API does and shows (developer.paypal.com/docs/api/orders/v2, payments/v2)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marketplace.sandbox.paypal import amounts, events
from marketplace.sandbox.paypal.errors import malformed, missing, unprocessable
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON

ORDER, CAPTURE, REFUND = "paypal.order", "paypal.capture", "paypal.refund"
APPROVABLE = frozenset(("CREATED", "PAYER_ACTION_REQUIRED"))
OPEN_SECONDS = 3 * 3_600
"""How long an order can be approved and captured; afterwards it is gone."""
CLEARS_SECONDS = 2 * 86_400
REFUND_SECONDS = 86_400
_LONGEST = 127
FUNDINGS = {
    "balance": "PayPal balance: paid at once",
    "declined": "A card that its bank declines",
    "echeck": "eCheck: pending, arrives in two days",
    "echeck_denied": "eCheck: pending, is denied in two days",
    "refund_pending": "PayPal balance; a refund is pending for a day",
    "refund_fails": "PayPal balance; a refund is pending for a day and fails",
}
"""What a payer may pay with, and what becomes of it."""


def create(work: Work, body: JSON, base_url: str) -> JSON:
    """Make an order that waits for its payer. Raises Refusal."""
    if body.get("intent") != "CAPTURE":
        raise unprocessable("UNSUPPORTED_INTENT", "This sandbox knows the intent CAPTURE alone.")
    units = body.get("purchase_units")
    if not isinstance(units, list) or len(units) != 1 or not isinstance(units[0], Mapping):
        raise malformed("MISSING_REQUIRED_PARAMETER", "An order of a plain merchant account has one purchase unit.")
    unit = dict(units[0])
    minor, currency = amounts.minor_of(unit.get("amount"))
    _check_items(unit, minor, currency)
    for name in ("custom_id", "invoice_id", "reference_id"):
        if len(str(unit.get(name, ""))) > _LONGEST:
            raise malformed("INVALID_STRING_MAX_LENGTH", f"{name} is too long.")
    where = _experience(body)
    data: JSON = {"status": "PAYER_ACTION_REQUIRED", "intent": "CAPTURE", "purchase_units": [unit]}
    stored = work.add(ORDER, data, {"where": where, "minor": minor, "currency": currency})
    return shown_order(work, stored, base_url)


def get(work: Work, order_id: str, base_url: str) -> JSON:
    """Return an order as it stands. Raises Refusal for one that is gone."""
    return shown_order(work, find(work, order_id), base_url)


def find(work: Work, order_id: str, *, lock: bool = False) -> Stored:
    """Return an order; one that was not captured in time is gone. Raises Refusal."""
    found = work.lock(ORDER, order_id) if lock else work.get(ORDER, order_id)
    if found is None or (found.data["status"] != "COMPLETED" and work.present > found.created + OPEN_SECONDS):
        raise missing()
    return found


def approve(work: Work, order_id: str, funding: str) -> Stored:
    """Let the payer agree to an order; one that is approved or paid stays as it is. Raises Refusal."""
    order = find(work, order_id, lock=True)
    if order.data["status"] in APPROVABLE:
        order.data["status"], order.private["funding"] = "APPROVED", funding
        work.save(order)
        events.emit(work, "CHECKOUT.ORDER.APPROVED", order.id, "checkout-order", shown_order(work, order, ""))
    return order


def capture(work: Work, order_id: str, base_url: str) -> JSON:
    """Take the money of an approved order. Raises Refusal."""
    order = find(work, order_id, lock=True)
    if order.data["status"] == "COMPLETED":
        raise unprocessable("ORDER_ALREADY_CAPTURED", "Order already captured. Only one capture is allowed.")
    if order.data["status"] != "APPROVED":
        raise unprocessable("ORDER_NOT_APPROVED", "Payer has not yet approved the Order for payment.")
    funding = order.private["funding"]
    if funding == "declined":
        raise unprocessable(
            "INSTRUMENT_DECLINED",
            "The instrument presented was either declined by the processor or bank, or it can't be used for this"
            " payment.",
        )
    unit = order.data["purchase_units"][0]
    data: JSON = {
        "status": "PENDING" if funding.startswith("echeck") else "COMPLETED",
        "amount": amounts.amount(order.private["minor"], order.private["currency"]),
        "final_capture": True,
        "custom_id": unit.get("custom_id", ""),
        "invoice_id": unit.get("invoice_id", ""),
        "supplementary_data": {"related_ids": {"order_id": order.id}},
    }
    made = work.add(CAPTURE, data, {"order": order.id, "funding": funding, "refunded": 0, "refunds": []})
    order.data["status"], order.private["capture"] = "COMPLETED", made.id
    work.save(order)
    if data["status"] == "PENDING":
        made.data["status_details"] = {"reason": "ECHECK"}
        work.plan("paypal_clears", made.id, work.present + CLEARS_SECONDS)
    else:
        _take_fee(order, made)
    work.save(made)
    _tell(work, made, made.data["status"])
    return shown_order(work, order, base_url)


def clear(work: Work, capture_id: str) -> None:
    """End a capture that was pending: it arrives, or is denied."""
    made = work.need(CAPTURE, capture_id, lock=True)
    if made.data["status"] != "PENDING":
        return
    del made.data["status_details"]
    if made.private["funding"] == "echeck_denied":
        made.data["status"] = "DECLINED"
    else:
        made.data["status"] = "COMPLETED"
        _take_fee(work.need(ORDER, made.private["order"]), made)
    work.save(made)
    _tell(work, made, "DENIED" if made.data["status"] == "DECLINED" else "COMPLETED")


def get_capture(work: Work, capture_id: str) -> JSON:
    """Return a capture as it stands. Raises Refusal."""
    found = work.get(CAPTURE, capture_id)
    if found is None:
        raise missing()
    return shown(found, "/v2/payments/captures")


def shown_order(work: Work, order: Stored, base_url: str) -> JSON:
    """Return an order as the API shows it, with its capture and its refunds."""
    unit = dict(order.data["purchase_units"][0])
    if made := work.get(CAPTURE, order.private.get("capture")):
        refunds = [work.need(REFUND, refund_id) for refund_id in made.private["refunds"]]
        unit["payments"] = {
            "captures": [shown(made, "/v2/payments/captures")],
            "refunds": [shown(one, "/v2/payments/refunds") for one in refunds],
        }
    links = [{"href": f"/v2/checkout/orders/{order.id}", "rel": "self", "method": "GET"}]
    if order.data["status"] in APPROVABLE:
        page = f"{base_url}/paypal/checkoutnow?token={order.id}"
        links.append({"href": page, "rel": "payer-action", "method": "GET"})
    return {
        "id": order.id,
        "intent": "CAPTURE",
        "status": order.data["status"],
        "create_time": when(order.created),
        "purchase_units": [unit],
        "links": links,
    }


def shown(stored: Stored, path: str) -> JSON:
    """Return a capture or a refund as the API shows it."""
    data = {name: value for name, value in stored.data.items() if name not in {"object", "created"} and value != ""}
    up = stored.private.get("capture")
    links = [{"href": f"{path}/{stored.id}", "rel": "self", "method": "GET"}]
    links += [{"href": f"/v2/payments/captures/{up}", "rel": "up", "method": "GET"}] if up else []
    return {**data, "create_time": when(stored.created), "links": links}


def when(seconds: int) -> str:
    """Return a moment as the API writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _tell(work: Work, made: Stored, what: str) -> None:
    events.emit(work, f"PAYMENT.CAPTURE.{what}", made.id, "capture", shown(made, "/v2/payments/captures"))


def _take_fee(order: Stored, made: Stored) -> None:
    minor, currency = order.private["minor"], order.private["currency"]
    taken = amounts.fee(minor, currency)
    made.data["seller_receivable_breakdown"] = {
        "gross_amount": amounts.amount(minor, currency),
        "paypal_fee": amounts.amount(taken, currency),
        "net_amount": amounts.amount(minor - taken, currency),
    }


def _check_items(unit: JSON, minor: int, currency: str) -> None:
    """Refuse items that do not add up to the amount, as PayPal does."""
    items = unit.get("items")
    if not items:
        return
    total = 0
    for item in items:
        each, other = amounts.minor_of(item.get("unit_amount"), least=0)
        if other != currency or not str(item.get("quantity", "")).isdecimal() or not item.get("name"):
            raise malformed("INVALID_PARAMETER_VALUE", "An item has a name, a quantity and a unit_amount.")
        if len(str(item["name"])) > _LONGEST:
            raise malformed("INVALID_STRING_MAX_LENGTH", "The name of an item is too long.")
        total += each * int(item["quantity"])
    breakdown = unit["amount"].get("breakdown")
    stated = amounts.minor_of(breakdown.get("item_total"), least=0)[0] if isinstance(breakdown, Mapping) else None
    if stated != total:
        raise unprocessable("ITEM_TOTAL_MISMATCH", "Should equal sum of (unit_amount * quantity) across all items.")
    if total != minor:
        raise unprocessable("AMOUNT_MISMATCH", "Should equal item_total + tax_total + shipping + handling.")


def _experience(body: JSON) -> JSON:
    """Return where the payer goes afterwards. Raises Refusal."""
    source: Any = body.get("payment_source") or {}
    paypal: Any = source.get("paypal") or {} if isinstance(source, Mapping) else {}
    given: Any = paypal.get("experience_context") or body.get("application_context") or {}
    where = {name: str(given.get(name, "")) for name in ("return_url", "cancel_url", "brand_name")}
    if not all(where[name].startswith(("http://", "https://")) for name in ("return_url", "cancel_url")):
        raise malformed("MISSING_REQUIRED_PARAMETER", "return_url and cancel_url are needed.")
    return where
