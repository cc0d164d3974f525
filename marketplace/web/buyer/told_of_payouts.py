"""What sellers and admins are told about payouts, in words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import url_for

from marketplace.notifications.queries import Told
from marketplace.payouts.rules import SkipCause
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import date_text, money_text


def _words(told: Told) -> Words:
    icon, title, text = _PARTS[told.kind.value](told.facts)
    if told.facts.get("role") == "admin":
        return Words(icon, title, text, url_for("admin.payout", number=told.facts["number"]), "See the payout")
    if "number" in told.facts:
        return Words(icon, title, text, url_for("seller.payout", number=told.facts["number"]), "See the payout")
    return Words(icon, title, text, url_for("seller.balance"), "See your money")


def _sent(facts: Mapping[str, Any]) -> tuple[str, str, str]:
    arrives = facts["arrives_at"]
    by = f" It should be there by {date_text(datetime.fromisoformat(arrives))}." if arrives else ""
    return "banknote", f"{_amount(facts)} is on its way to your bank", f"Payout {facts['number']}.{by}"


def _paid(facts: Mapping[str, Any]) -> tuple[str, str, str]:
    return "circle-check", f"Your bank has {_amount(facts)}", f"Payout {facts['number']} has arrived{_at(facts)}."


def _refused(facts: Mapping[str, Any]) -> tuple[str, str, str]:
    title = f"Payout {facts['number']} of {_amount(facts)} was not sent"
    return "circle-alert", title, f"{facts['reason']} Nothing is lost."


def _failed(facts: Mapping[str, Any]) -> tuple[str, str, str]:
    title = f"Payout {facts['number']} of {_amount(facts)} did not arrive"
    return "circle-alert", title, f"{facts['reason']} The money is safe in the account at our payment provider."


def _skipped(facts: Mapping[str, Any]) -> tuple[str, str, str]:
    return "clock", f"{_amount(facts)} is not paid out yet", SkipCause(facts["cause"]).words


def _taken_back(facts: Mapping[str, Any]) -> tuple[str, str, str]:
    title = f"{_amount(facts)} of payout {facts['number']} was taken back"
    return "undo-2", title, "It is kept here until somebody has looked at it."


def _amount(facts: Mapping[str, Any]) -> str:
    return money_text(int(facts["amount_minor"]), str(facts["currency"]))


def _at(facts: Mapping[str, Any]) -> str:
    return f" at {facts['bank']}" if facts["bank"] else ""


_PARTS = {
    "payout_sent": _sent,
    "payout_paid": _paid,
    "payout_refused": _refused,
    "payout_failed": _failed,
    "payout_skipped": _skipped,
    "payout_taken_back": _taken_back,
}
WORDS: Mapping[str, Callable[[Told], Words]] = dict.fromkeys(_PARTS, _words)
