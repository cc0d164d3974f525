"""What sellers and admins are told about payouts, in words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import url_for

from marketplace.language import gettext as _
from marketplace.notifications.queries import Told
from marketplace.payouts.rules import SkipCause
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import date_text, money_text
from marketplace.web.sentences import together
from marketplace.web.stored_words import as_read


def _words(told: Told) -> Words:
    icon, title, text = _PARTS[told.kind.value](told.facts)
    if told.facts.get("role") == "admin":
        return Words(icon, title, text, url_for("admin.payout", number=told.facts["number"]), _("See the payout"))
    if "number" in told.facts:
        return Words(icon, title, text, url_for("seller.payout", number=told.facts["number"]), _("See the payout"))
    return Words(icon, title, text, url_for("seller.balance"), _("See your money"))


def _sent(facts: Mapping[str, Any]) -> tuple[str, str, str]:
    arrives = facts["arrives_at"]
    text = _("Payout %(number)s.", number=facts["number"])
    if arrives:
        text += " " + _("It should be there by %(day)s.", day=date_text(datetime.fromisoformat(arrives)))
    return "banknote", _("%(amount)s is on its way to your bank", amount=_amount(facts)), text


def _paid(facts: Mapping[str, Any]) -> tuple[str, str, str]:
    return (
        "circle-check",
        _("Your bank has %(amount)s", amount=_amount(facts)),
        _arrived(facts),
    )


def _refused(facts: Mapping[str, Any]) -> tuple[str, str, str]:
    title = _("Payout %(number)s of %(amount)s was not sent", number=facts["number"], amount=_amount(facts))
    return "circle-alert", title, together(as_read(facts["reason"]), _("Nothing is lost."))


def _failed(facts: Mapping[str, Any]) -> tuple[str, str, str]:
    title = _("Payout %(number)s of %(amount)s did not arrive", number=facts["number"], amount=_amount(facts))
    return (
        "circle-alert",
        title,
        together(as_read(facts["reason"]), _("The money is safe in the account at our payment provider.")),
    )


def _skipped(facts: Mapping[str, Any]) -> tuple[str, str, str]:
    return "clock", _("%(amount)s is not paid out yet", amount=_amount(facts)), str(SkipCause(facts["cause"]).words)


def _taken_back(facts: Mapping[str, Any]) -> tuple[str, str, str]:
    title = _("%(amount)s of payout %(number)s was taken back", amount=_amount(facts), number=facts["number"])
    return "undo-2", title, _("It is kept here until somebody has looked at it.")


def _amount(facts: Mapping[str, Any]) -> str:
    return money_text(int(facts["amount_minor"]), str(facts["currency"]))


def _arrived(facts: Mapping[str, Any]) -> str:
    if facts["bank"]:
        return _("Payout %(number)s has arrived at %(bank)s.", number=facts["number"], bank=facts["bank"])
    return _("Payout %(number)s has arrived.", number=facts["number"])


_PARTS = {
    "payout_sent": _sent,
    "payout_paid": _paid,
    "payout_refused": _refused,
    "payout_failed": _failed,
    "payout_skipped": _skipped,
    "payout_taken_back": _taken_back,
}
WORDS: Mapping[str, Callable[[Told], Words]] = dict.fromkeys(_PARTS, _words)
