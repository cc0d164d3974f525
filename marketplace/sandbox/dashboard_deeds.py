"""What the dashboard's buttons do."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from marketplace.sandbox import attempts, refunds, sessions
from marketplace.sandbox.currencies import decimals, display
from marketplace.sandbox.errors import ApiError, refused
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import Reader


@dataclass(frozen=True)
class Deed:
    """A button: its name in the address, its label, and whether it is a danger."""

    name: str
    label: str
    danger: bool = False


@dataclass(frozen=True)
class RefundForm:
    """What can still be refunded of a charge, in the currency's own digits."""

    charge_id: str
    left: str
    left_shown: str
    currency: str


def deeds_for(work: Work, stored: Stored) -> list[Deed]:
    """Return the buttons that make sense for an object as it is now."""
    status = stored.data.get("status")
    if stored.kind == "checkout.session" and status == "open":
        return [Deed("expire", "Expire this session", danger=True)]
    if stored.kind in ("payment_intent", "checkout.session"):
        intent = (
            stored if stored.kind == "payment_intent" else work.get("payment_intent", stored.data["payment_intent"])
        )
        if intent and intent.data["status"] == "processing":
            return [Deed("settle", "Let the debit succeed"), Deed("fail-debit", "Let the debit fail", danger=True)]
    if stored.kind == "refund":
        return _refund_deeds(str(status))
    return []


def _refund_deeds(status: str) -> list[Deed]:
    found = [Deed("succeed-refund", "Let the refund succeed")] if status in ("pending", "requires_action") else []
    if status in ("pending", "requires_action", "succeeded"):
        found.append(Deed("fail-refund", "Let the refund fail", danger=True))
    if status == "requires_action":
        found.append(Deed("cancel-refund", "Cancel the refund", danger=True))
    return found


def refund_form(work: Work, stored: Stored) -> RefundForm | None:
    """Return what the refund form shows for a payment or a charge, None when nothing is left to refund."""
    charge = work.get("charge", stored.data["latest_charge"]) if stored.kind == "payment_intent" else stored
    if charge is None or charge.kind != "charge" or charge.data["status"] != "succeeded":
        return None
    left, currency = charge.data["amount"] - charge.data["amount_refunded"], charge.data["currency"]
    if left == 0:
        return None
    places = decimals(currency)
    return RefundForm(charge.id, str(Decimal(left).scaleb(-places)), display(left, currency), currency)


def do(work: Work, stored: Stored, deed: str, form: Mapping[str, str]) -> str:
    """Carry out a deed and return what happened in plain words. Raises ApiError when it cannot be done now."""
    if deed == "expire":
        sessions.expire(work, stored.id, Reader({}))
        return "The session is expired."
    if deed in ("settle", "fail-debit"):
        session_id = stored.private["session"] if stored.kind == "payment_intent" else stored.id
        done = attempts.end_debit(work, session_id, "succeeded" if deed == "settle" else "failed")
        return _said(done, "The debit succeeded." if deed == "settle" else "The debit failed.")
    if deed == "succeed-refund":
        return _said(refunds.succeed(work, stored.id), "The refund succeeded.")
    if deed == "fail-refund":
        return _said(refunds.fail(work, stored.id), "The refund failed. The money is back on the balance.")
    if deed == "cancel-refund":
        refunds.cancel(work, stored.id, Reader({}))
        return "The refund is canceled. The money is back on the balance."
    if deed == "refund":
        return _refund(work, stored, form)
    raise refused("This cannot be done here.")


def _refund(work: Work, stored: Stored, form: Mapping[str, str]) -> str:
    left = refund_form(work, stored) if stored.kind in ("payment_intent", "charge") else None
    if left is None:
        raise refused("There is nothing left to refund.")
    amount = _minor(form.get("amount", ""), left.currency)
    params = {"charge": left.charge_id, "amount": str(amount), "reason": form.get("reason", "")}
    refund = refunds.create(work, Reader(params))
    return f"{display(refund.data['amount'], refund.data['currency'])} refunded: {refund.data['status']}."


def _minor(text: str, currency: str) -> int:
    try:
        amount = Decimal(text.strip().replace(",", "")).scaleb(decimals(currency))
    except InvalidOperation:
        raise ApiError(400, "Type an amount, such as 12.50.") from None
    if not amount.is_finite() or amount != amount.to_integral_value() or amount < 1:
        raise ApiError(400, "Type an amount greater than 0, with no more digits than the currency has.")
    return int(amount)


def _said(done: bool, words: str) -> str:
    return words if done else "That had ended before. Nothing changed."
