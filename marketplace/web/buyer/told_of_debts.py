"""What sellers and admins are told about debts and about money taken back, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for

from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import money_text


def _paid(facts: Mapping[str, Any]) -> Words:
    left = "You owe nothing for it any more." if not facts["left_minor"] else f"You still owe {_left(facts)} for it."
    title = f"{_amount(facts)} of order {facts['number']} paid what you owed"
    text = f"You owed it for order {facts['for_number']}. Its money had to go back after you were paid. {left}"
    return Words("wallet", title, text, url_for("seller.order", number=facts["number"]), "Open the order")


def _written_off(facts: Mapping[str, Any]) -> Words:
    title = f"You do not owe {_amount(facts)} any more"
    text = f"It was for order {facts['number']}. The marketplace bears it."
    return Words("circle-check", title, text, url_for("seller.order", number=facts["number"]), "Open the order")


def _taken_back(facts: Mapping[str, Any]) -> Words:
    number = facts["number"]
    if facts["role"] == "admin":
        title = f"{_amount(facts)} of order {number} was taken back"
        text = f"It came from the seller's account at the provider and paid what the seller owed: {_why(facts)}"
        return Words("undo-2", title, text, url_for("admin.payment", payment_id=facts["payment_id"]), "See the payment")
    title = f"{_amount(facts)} was taken back from your account at the payment provider"
    text = f"It paid what you owed for order {number}: {_why(facts)}"
    return Words("undo-2", title, text, url_for("seller.order", number=number), "Open the order")


def _not_taken_back(facts: Mapping[str, Any]) -> Words:
    number = facts["number"]
    if facts["role"] == "admin":
        title = f"{_amount(facts)} of order {number} could not be taken back"
        text = f"The seller's account at the provider does not have it. The seller owes it: {_why(facts)}"
        url = url_for("admin.payment", payment_id=facts["payment_id"])
        return Words("circle-alert", title, text, url, "See the payment")
    title = f"You owe {_amount(facts)} for order {number}"
    text = f"Your account at the payment provider did not have it. You owe it because {_why(facts)}"
    url = url_for("seller.order", number=number)
    return Words("circle-alert", title, f"{text} Your coming sales pay it.", url, "Open the order")


def _why(facts: Mapping[str, Any]) -> str:
    """Return why money that was paid out had to come back."""
    if facts.get("cause") == "dispute":
        return "the buyer's bank took the money back, and the dispute is lost."
    return "the order was refunded after its money had been paid out."


def _amount(facts: Mapping[str, Any]) -> str:
    return money_text(facts["amount_minor"], facts["currency"])


def _left(facts: Mapping[str, Any]) -> str:
    return money_text(facts["left_minor"], facts["currency"])


WORDS: Mapping[str, Callable[[Told], Words]] = {
    "debt_paid": lambda told: _paid(told.facts),
    "debt_written_off": lambda told: _written_off(told.facts),
    "reversal_done": lambda told: _taken_back(told.facts),
    "reversal_refused": lambda told: _not_taken_back(told.facts),
}
