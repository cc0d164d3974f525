"""What people are told, in words: each kind of notification with its icon, title, text and the way to its subject."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import url_for

from marketplace.notifications.queries import Told
from marketplace.web.buyer import (
    dispute_words,
    told_of_accounts,
    told_of_debts,
    told_of_messages,
    told_of_orders,
    told_of_payouts,
    told_of_security,
)
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import money_text


def words_of(told: Told) -> Words:
    """Return what one fact reads like."""
    return _WORDS[told.kind.value](told)


def _order_paid(told: Told) -> Words:
    orders = list(told.facts.get("orders", []))
    count = "1 order" if len(orders) == 1 else f"{len(orders)} orders"
    url = url_for("buyer.order", number=orders[0]) if len(orders) == 1 else url_for("buyer.orders")
    return Words(
        "circle-check",
        f"You paid {_amount(told.facts, 'total_minor')}",
        f"Purchase {told.facts['number']}, {count}. Your money is held until the goods have arrived.",
        url,
        "See the order" if len(orders) == 1 else "See the orders",
    )


def _order_received(told: Told) -> Words:
    number = told.facts["number"]
    return Words(
        "package",
        f"New order {number}",
        f"Paid: {_amount(told.facts, 'total_minor')}. You receive {_amount(told.facts, 'net_minor')}. Please send it.",
        url_for("seller.order", number=number),
        "Open the order",
    )


def _money_released(told: Told) -> Words:
    number = told.facts["number"]
    return Words(
        "circle-check",
        f"{_amount(told.facts, 'amount_minor')} is available to you",
        f"The hold of order {number} is over.",
        url_for("seller.order", number=number),
        "Open the order",
    )


def _statement_ready(told: Told) -> Words:
    month, closings = date.fromisoformat(str(told.facts["month"])), list(told.facts["closings"])
    balances = " and ".join(_amount(closing, "closing_minor") for closing in closings)
    where: dict[str, Any] = {"currency": str(closings[0]["currency"]), "month": f"{month:%Y-%m}"}
    url = url_for("seller.statement", **where) if len(closings) == 1 else url_for("seller.statements")
    return Words(
        "receipt",
        f"Your statement of {month:%B %Y} is ready",
        f"The month closed with {balances}.",
        url,
        "See the statement" if len(closings) == 1 else "See the statements",
    )


def _invoice_ready(told: Told) -> Words:
    facts, kind = told.facts, str(told.facts["kind"])
    number, amount = str(facts["number"]), _amount(facts, "total_minor")
    if kind == "commission":
        title = f"Your commission invoice {number} is ready"
        text = f"{amount}, the fees of {date.fromisoformat(str(facts['month']) + '-01'):%B %Y}. Nothing is due."
        return Words("receipt", title, text, url_for("seller.invoice", number=number), "See the invoice")
    url = url_for("buyer.invoice", number=number)
    if kind == "credit_note":
        text = f"{amount} for order {facts['order']}, from {facts['from']}."
        return Words("receipt", f"Your credit note {number} is ready", text, url, "See the credit note")
    due = "Nothing is due." if not facts["due_minor"] else f"{_amount(facts, 'due_minor')} is on its way."
    text = f"{amount} for order {facts['order']}, from {facts['from']}. {due}"
    return Words("receipt", f"Your invoice {number} is ready", text, url, "See the invoice")


def _payment_failed(told: Told) -> Words:
    return Words(
        "circle-alert",
        f"Your payment of {_amount(told.facts, 'amount_minor')} did not go through",
        "Nothing was taken. You can pay in another way.",
        _payment_url(told),
        "See the payment",
    )


def _payment_expired(told: Told) -> Words:
    return Words(
        "clock",
        f"The payment page for {_amount(told.facts, 'amount_minor')} has closed",
        "Nobody paid in time and nothing was taken. You can start again.",
        _payment_url(told),
        "See the payment",
    )


def _payment_returned(told: Told) -> Words:
    return Words(
        "undo-2",
        f"{_amount(told.facts, 'amount_minor')} went back to you",
        "We could not use this payment. " + str(told.facts.get("reason", "")),
        _payment_url(told),
        "See the payment",
    )


def _return_failed(told: Told) -> Words:
    return Words(
        "circle-alert",
        f"{_amount(told.facts, 'amount_minor')} did not reach you",
        "Your bank sent the money back to us. It is still yours. We look after it and send it again: you need not do"
        " anything.",
        _payment_url(told),
        "See the payment",
    )


def _payment_url(told: Told) -> str:
    return url_for("buyer.payment", payment_id=told.facts.get("payment_id", told.subject_id))


def _amount(facts: Mapping[str, Any], name: str) -> str:
    return money_text(int(facts[name]), str(facts["currency"]))


def _refund_asked(told: Told) -> Words:
    amount, order = _amount(told.facts, "amount_minor"), told.facts["order"]
    if _is_seller(told):
        text = "You need not do anything now. The money of this order stays where it is until it is decided."
        return _refund(told, f"A buyer asks for {amount} of order {order} back", text)
    return _refund(told, f"You asked for {amount} back", f"Order {order}. You get an answer within 2 working days.")


def _refund_approved(told: Told) -> Words:
    amount, order = _amount(told.facts, "amount_minor"), told.facts["order"]
    if _is_seller(told):
        return _refund(
            told, f"{amount} of order {order} goes back to the buyer", "See what it takes from your balance."
        )
    if _is_admin(told):
        text = "Somebody made it in the provider's dashboard. It is taken over and shared out like any other."
        return _refund(told, f"A refund of {amount} of order {order} was made at the provider", text)
    return _refund(told, f"Your refund of {amount} is approved", f"Order {order}. It is being sent to you now.")


def _refund_rejected(told: Told) -> Words:
    order, why = told.facts["order"], str(told.facts.get("reason") or "")
    whose = "A buyer's" if _is_seller(told) else "Your"
    return _refund(told, f"{whose} refund request for order {order} was rejected", f"The reason: {why}")


def _refund_withdrawn(told: Told) -> Words:
    order = told.facts["order"]
    if _is_seller(told):
        return _refund(told, f"The buyer withdrew the refund request for order {order}", "Nothing goes back.")
    return _refund(told, f"You withdrew your refund request for order {order}", "Nothing goes back.")


def _refund_completed(told: Told) -> Words:
    amount, order = _amount(told.facts, "amount_minor"), told.facts["order"]
    if _is_seller(told):
        return _refund(told, f"{amount} of order {order} went back to the buyer", "The refund is complete.")
    return _refund(told, f"{amount} went back to you", f"Order {order}. Your bank shows it in 5 to 10 days.")


def _refund_failed(told: Told) -> Words:
    amount, order = _amount(told.facts, "amount_minor"), told.facts["order"]
    if _is_seller(told):
        text = "What it had taken from your balance is back there until it is sent again."
        return _refund(told, f"A refund of {amount} of order {order} did not arrive", text, icon="circle-alert")
    if _is_admin(told):
        text = "It waits for a decision: send it again, or reject it with a reason."
        return _refund(told, f"A refund of {amount} of order {order} failed", text, icon="circle-alert")
    text = "We look after it and try again. You need not do anything."
    return _refund(told, f"Your refund of {amount} did not arrive", text, icon="circle-alert")


def _refund(told: Told, title: str, text: str, icon: str = "undo-2") -> Words:
    number = told.facts["number"]
    if _is_admin(told):
        return Words(icon, title, text, url_for("admin.refunds", refund=number), "See the refund")
    endpoint = "seller.refund" if _is_seller(told) else "buyer.refund"
    return Words(icon, title, text, url_for(endpoint, number=number), "See the refund")


def _dispute(told: Told) -> Words:
    facts = told.facts
    role, number, orders = str(facts["role"]), str(facts["number"]), list(facts["orders"])
    title, text = dispute_words.words_of(told.kind.value, facts, _amount(facts, "amount_minor"))
    if role != "buyer":
        return Words("shield-alert", title, text, url_for(f"{role}.dispute", number=number), "See the dispute")
    url = url_for("buyer.order", number=orders[0]) if orders else url_for("buyer.payments")
    return Words("shield-alert", title, text, url, "See the order" if orders else "See your payments")


def _is_seller(told: Told) -> bool:
    return bool(told.facts.get("role") == "seller")


def _is_admin(told: Told) -> bool:
    return bool(told.facts.get("role") == "admin")


_WORDS = {
    **dict.fromkeys(dispute_words.KINDS, _dispute),
    "order_paid": _order_paid,
    "order_received": _order_received,
    "money_released": _money_released,
    "statement_ready": _statement_ready,
    "invoice_ready": _invoice_ready,
    "payment_failed": _payment_failed,
    "payment_expired": _payment_expired,
    "payment_returned": _payment_returned,
    "return_failed": _return_failed,
    "refund_asked": _refund_asked,
    "refund_approved": _refund_approved,
    "refund_rejected": _refund_rejected,
    "refund_withdrawn": _refund_withdrawn,
    "refund_completed": _refund_completed,
    "refund_failed": _refund_failed,
    **told_of_orders.WORDS,
    **told_of_accounts.WORDS,
    **told_of_security.WORDS,
    **told_of_payouts.WORDS,
    **told_of_debts.WORDS,
    **told_of_messages.WORDS,
}
