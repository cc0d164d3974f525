"""What the dashboard's buttons do."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.sandbox import attempts, dashboard_connect, refunds, sessions
from marketplace.sandbox.currencies import display
from marketplace.sandbox.dashboard_connect import Deed
from marketplace.sandbox.dashboard_frame import major, minor
from marketplace.sandbox.errors import refused
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import Reader


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
        return [] if stored.account else _refund_deeds(str(status))
    return dashboard_connect.deeds_for(stored)


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
    blocked = any(not one.data["is_charge_refundable"] for one in work.find("dispute", charge=charge.id))
    if left == 0 or blocked or charge.account:
        return None
    return RefundForm(charge.id, major(left, currency), display(left, currency), currency)


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
    return dashboard_connect.do(work, stored, deed, form)


def _refund(work: Work, stored: Stored, form: Mapping[str, str]) -> str:
    left = refund_form(work, stored) if stored.kind in ("payment_intent", "charge") else None
    if left is None:
        raise refused("There is nothing left to refund.")
    amount = minor(form.get("amount", ""), left.currency)
    params = {"charge": left.charge_id, "amount": str(amount), "reason": form.get("reason", "")}
    refund = refunds.create(work, Reader(params))
    return f"{display(refund.data['amount'], refund.data['currency'])} refunded: {refund.data['status']}."


def _said(done: bool, words: str) -> str:
    return words if done else "That had ended before. Nothing changed."
