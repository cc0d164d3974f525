"""What sellers and admins are told about payments that look like fraud, in words. Buyers are told nothing of it."""

from collections.abc import Callable, Mapping

from flask import url_for

from marketplace.language import gettext as _
from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import money_text


def _began(told: Told) -> Words:
    number = told.facts["number"]
    return Words(
        "hourglass",
        _("Please do not send order %(number)s yet", number=number),
        _("We are checking its payment. As soon as that is done we tell you whether to send it or not."),
        url_for("seller.order", number=number),
        _("Open the order"),
    )


def _cleared(told: Told) -> Words:
    number = told.facts["number"]
    return Words(
        "badge-check",
        _("You can send order %(number)s now", number=number),
        _("We have checked its payment and all is well."),
        url_for("seller.order", number=number),
        _("Open the order"),
    )


def _needed(told: Told) -> Words:
    facts = told.facts
    amount = money_text(int(facts["amount_minor"]), str(facts["currency"]))
    return Words(
        "shield-alert",
        _("Payment %(number)s must be looked at", number=facts["payment_id"]),
        _(
            "%(amount)s with a risk score of %(score)s. Nothing of it moves, and its sellers wait, until somebody"
            " decides.",
            amount=amount,
            score=facts["score"],
        ),
        url_for("admin.risk_payment", payment_id=facts["payment_id"]),
        _("Look at it"),
    )


WORDS: Mapping[str, Callable[[Told], Words]] = {
    "check_began": _began,
    "check_cleared": _cleared,
    "check_needed": _needed,
}
