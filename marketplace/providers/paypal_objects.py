"""PayPal's JSON and the port's values: decimal texts become minor units (developer.paypal.com/docs/api/orders/v2)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from marketplace.language import Text
from marketplace.money import Money, exponent
from marketplace.providers.base import BalanceLine, Checkout, CheckoutRequest, Decline, Intent, ProviderRefund

PAYPAL = "paypal"
CURRENCIES = frozenset(
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB USD".split()
)
"""What can be paid and refunded to the last digit; PayPal takes HUF and TWD too, but no part of a unit of them."""
_MOST_MINOR = 999_999_999
_PAID = frozenset(("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"))
_OPEN = frozenset(("CREATED", "SAVED", "APPROVED", "PAYER_ACTION_REQUIRED"))
_REFUND = {"COMPLETED": "succeeded", "PENDING": "pending", "FAILED": "failed", "CANCELLED": "canceled"}
_LONGEST_NAME = 127
_LAPSES = timedelta(hours=3)
DENIED = Text("PayPal did not let this payment through.")
CAPTURE_DENIED = "CAPTURE_DENIED"
DECLINES = {
    CAPTURE_DENIED: DENIED,
    "INSTRUMENT_DECLINED": Text("PayPal's card or bank account was declined."),
    "PAYER_ACTION_REQUIRED": Text("PayPal wants something more from you before it pays."),
    "PAYER_CANNOT_PAY": Text("PayPal can't pay this from your account."),
    "TRANSACTION_REFUSED": DENIED,
    "RESOURCE_NOT_FOUND": Text("The payment at PayPal took too long and has lapsed."),
    "INVALID_RESOURCE_ID": Text("The payment at PayPal took too long and has lapsed."),
}
"""Why an approved order brought no money, by PayPal's word, for the buyer."""


@dataclass(frozen=True)
class Claim:
    """A dispute at PayPal as it stands: which captures it is about, and how it ended, "" while it is open."""

    dispute_id: str
    capture_ids: tuple[str, ...]
    status: str
    reason: str
    outcome: str


@runtime_checkable
class Claims(Protocol):
    """A provider that can be asked about its disputes."""

    def get_claim(self, dispute_id: str) -> Claim:
        """Read a dispute; raises Unknown or Refused."""


def can_pay(total: Money) -> bool:
    """Return whether PayPal takes an amount: known currencies only, and nothing absurd."""
    return total.currency in CURRENCIES and 0 < total.minor <= _MOST_MINOR


def order(request: CheckoutRequest) -> dict[str, Any]:
    """Return the body that makes an order; what the lines cost is its amount, to the digit."""
    currency = request.currency
    total = amount(sum(line.amount_minor * line.quantity for line in request.lines), currency)
    items = [
        {
            "name": line.name[:_LONGEST_NAME],
            "quantity": str(line.quantity),
            "unit_amount": amount(line.amount_minor, currency),
        }
        for line in request.lines
    ]
    unit = {
        "reference_id": request.purchase_number,
        "custom_id": f"{request.payment_id}/{request.installation}",
        "amount": {**total, "breakdown": {"item_total": total}},
        "items": items,
    }
    where = {
        "return_url": request.success_url,
        "cancel_url": request.cancel_url,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
    }
    return {
        "intent": "CAPTURE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"experience_context": where}},
    }


def amount(minor: int, currency: str) -> dict[str, str]:
    """Return minor units as PayPal writes an amount."""
    return {"currency_code": currency, "value": str(Decimal(minor).scaleb(-exponent(currency)))}


def checkout(found: Mapping[str, Any], expires_at: datetime | None = None) -> Checkout:
    """Return an order as a payment page. Raises KeyError, ValueError and the like for what is none."""
    unit = found["purchase_units"][0]
    made = _capture(unit)
    minor, currency = _minor((made or unit)["amount"])
    payment_id, installation = _whose(unit)
    status = found["status"]
    return Checkout(
        session_id=str(found["id"]),
        payment_id=payment_id,
        installation=installation,
        is_open=status in _OPEN,
        is_complete=made is not None,
        is_paid=made is not None and made["status"] in _PAID,
        amount_minor=minor,
        currency=currency,
        url=_page(found),
        expires_at=expires_at or _moment(found.get("create_time")) + _LAPSES,
        intent_id=str(made["id"]) if made is not None else None,
        is_approved=status == "APPROVED",
        line=line(made) if made is not None else None,
    )


def closed(session_id: str) -> Checkout:
    """Return the page of an order that is not there any more: nobody can agree to it, and it has taken nothing."""
    return Checkout(
        session_id=session_id,
        payment_id=None,
        installation="",
        is_open=False,
        is_complete=False,
        is_paid=False,
        amount_minor=0,
        currency="",
        url=None,
        expires_at=datetime.fromtimestamp(0, UTC),
        intent_id=None,
    )


def given_up(page: Checkout) -> Checkout:
    """Return a page that we take no money by any more: PayPal closes none, and takes none without our asking."""
    return replace(page, is_open=False, is_approved=False, url=None)


def intent(found: Mapping[str, Any]) -> Intent:
    """Return a capture as a payment intent."""
    minor, currency = _minor(found["amount"])
    payment_id, installation = _whose(found)
    capture_id, status = str(found["id"]), found["status"]
    has_failed = status in {"DECLINED", "FAILED"}
    word = "succeeded" if status in _PAID else "canceled" if has_failed else "processing"
    decline = Decline(capture_id, payment_id, capture_id, CAPTURE_DENIED, None, DENIED, {}) if has_failed else None
    return Intent(
        capture_id, payment_id, word, minor, currency, capture_id, is_fresh=True, decline=decline,
        installation=installation, line=line(found),
    )  # fmt: skip


def line(capture: Mapping[str, Any]) -> BalanceLine | None:
    """Return what a capture brought into our balance and what PayPal took of it; None while it does not say."""
    breakdown = capture.get("seller_receivable_breakdown")
    if capture["status"] not in _PAID or not isinstance(breakdown, Mapping):
        return None
    gross, currency = _minor(breakdown["gross_amount"])
    fee = _minor(breakdown["paypal_fee"])[0] if breakdown.get("paypal_fee") else 0
    when = _moment(capture.get("update_time") or capture.get("create_time"))
    return BalanceLine(str(capture["id"]), "payment", str(capture["id"]), gross, fee, gross - fee, currency, when)


def refund(found: Mapping[str, Any]) -> ProviderRefund:
    """Return a refund as the port has it."""
    minor, currency = _minor(found["amount"])
    reference, _, installation = str(found.get("custom_id") or "").partition("/")
    up = next((link["href"] for link in found.get("links", ()) if link.get("rel") == "up"), "")
    capture_id = up.rpartition("/")[2] or None
    is_ours = reference.startswith(("refund:", "receipt:"))
    return ProviderRefund(
        refund_id=str(found["id"]),
        intent_id=capture_id,
        charge_id=capture_id,
        amount_minor=minor,
        currency=currency,
        status=_REFUND.get(found["status"], "pending"),
        reference=reference if is_ours else None,
        failure_balance_transaction_id=None,
        installation=installation if is_ours else "",
    )


def refund_lines(found: Mapping[str, Any]) -> tuple[BalanceLine, ...]:
    """Return what a refund took out of our balance: nothing while it is pending, and one that failed put it back.

    The fee that PayPal gives back with it, if any, is what it says.
    """
    made = refund(found)
    if made.status == "pending":
        return ()
    breakdown = found.get("seller_payable_breakdown") or {}
    fee = _minor(breakdown["paypal_fee"])[0] if breakdown.get("paypal_fee") else 0
    when = _moment(found.get("update_time") or found.get("create_time"))
    about = (made.refund_id, -made.amount_minor, -fee, fee - made.amount_minor, made.currency, when)
    out = BalanceLine(made.refund_id, "refund", *about)
    if not made.is_final_failure:
        return (out,)
    back = (made.refund_id, made.amount_minor, fee, made.amount_minor - fee, made.currency, when)
    return (out, BalanceLine(f"{made.refund_id}:back", "refund_failure", *back))


def _capture(unit: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return an order's capture, one that has its money before others; None while there is none."""
    made: list[Mapping[str, Any]] = list((unit.get("payments") or {}).get("captures") or ())
    paid = [one for one in made if one["status"] in _PAID]
    found = paid or made
    return found[-1] if found else None


def _whose(found: Mapping[str, Any]) -> tuple[int | None, str]:
    """Return our payment and the installation that an order or a capture names."""
    number, _, installation = str(found.get("custom_id") or "").partition("/")
    return (int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None), installation


def _minor(given: Mapping[str, Any]) -> tuple[int, str]:
    currency = str(given["currency_code"])
    minor = Decimal(str(given["value"])).scaleb(exponent(currency))
    if not minor.is_finite() or minor != minor.to_integral_value():
        raise ValueError(f"{given['value']} {currency} has too many digits")
    return int(minor), currency


def _page(found: Mapping[str, Any]) -> str | None:
    links = {link.get("rel"): link.get("href") for link in found.get("links", ())}
    url = links.get("payer-action") or links.get("approve")
    return str(url) if url else None


def _moment(text: Any) -> datetime:
    return datetime.fromisoformat(str(text)) if text else datetime.fromtimestamp(0, UTC)
