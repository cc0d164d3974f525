"""What sellers and admins are told about debts and about money taken back, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for

from marketplace.language import gettext as _
from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import money_text
from marketplace.web.sentences import together


def _paid(facts: Mapping[str, Any]) -> Words:
    left = (
        _("You owe nothing for it any more.")
        if not facts["left_minor"]
        else _("You still owe %(amount)s for it.", amount=_left(facts))
    )
    title = _("%(amount)s of order %(number)s paid what you owed", amount=_amount(facts), number=facts["number"])
    owed = _(
        "You owed it for order %(number)s. Its money had to go back after you were paid.", number=facts["for_number"]
    )
    text = f"{owed} {left}"
    return Words("wallet", title, text, url_for("seller.order", number=facts["number"]), _("Open the order"))


def _written_off(facts: Mapping[str, Any]) -> Words:
    title = _("You do not owe %(amount)s any more", amount=_amount(facts))
    text = _("It was for order %(number)s. The marketplace bears it.", number=facts["number"])
    return Words("circle-check", title, text, url_for("seller.order", number=facts["number"]), _("Open the order"))


def _taken_back(facts: Mapping[str, Any]) -> Words:
    number = facts["number"]
    if facts["role"] == "admin":
        title = _("%(amount)s of order %(number)s was taken back", amount=_amount(facts), number=number)
        text = _(
            "It came from the seller's account at the provider and paid what the seller owed: %(why)s",
            why=_why(facts),
        )
        return Words(
            "undo-2", title, text, url_for("admin.payment", payment_id=facts["payment_id"]), _("See the payment")
        )
    title = _("%(amount)s was taken back from your account at the payment provider", amount=_amount(facts))
    text = _("It paid what you owed for order %(number)s: %(why)s", number=number, why=_why(facts))
    return Words("undo-2", title, text, url_for("seller.order", number=number), _("Open the order"))


def _not_taken_back(facts: Mapping[str, Any]) -> Words:
    number = facts["number"]
    if facts["role"] == "admin":
        title = _("%(amount)s of order %(number)s could not be taken back", amount=_amount(facts), number=number)
        text = _("The seller's account at the provider does not have it. The seller owes it: %(why)s", why=_why(facts))
        url = url_for("admin.payment", payment_id=facts["payment_id"])
        return Words("circle-alert", title, text, url, _("See the payment"))
    title = _("You owe %(amount)s for order %(number)s", amount=_amount(facts), number=number)
    text = _("Your account at the payment provider did not have it. You owe it because %(why)s", why=_why(facts))
    url = url_for("seller.order", number=number)
    text = together(text, _("Your coming sales pay it."))
    return Words("circle-alert", title, text, url, _("Open the order"))


def _why(facts: Mapping[str, Any]) -> str:
    """Return why money that was paid out had to come back."""
    if facts.get("cause") == "dispute":
        return _("the buyer's bank took the money back, and the dispute is lost.")
    return _("the order was refunded after its money had been paid out.")


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
