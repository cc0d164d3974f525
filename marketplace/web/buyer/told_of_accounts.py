"""What sellers and admins are told about payout accounts, in words."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import url_for

from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import date_text


def _enabled(told: Told) -> Words:
    was_stopped = told.facts.get("before") in {"restricted", "disconnected", "rejected"}
    text = "Your money goes to your bank on your payout days, by itself."
    if was_stopped:
        text = f"Your shop takes orders again. {text}"
    return _to_seller("badge-check", "You are set up to be paid", text, "See your payout setup")


def _restricted(told: Told) -> Words:
    text = "The provider needs something from you. Until it is there you are not paid and your shop takes no orders."
    return _to_seller("triangle-alert", "Your payout account is restricted", text, "See what is missing")


def _disconnected(told: Told) -> Words:
    if told.facts.get("role") == "admin":
        text = "Their shop takes no orders, and they are not paid until they connect again."
        return _to_admin(told, "{name} has disconnected their payout account", text)
    text = "You are not paid and your shop takes no orders until you connect again. Your money waits here."
    return _to_seller("triangle-alert", "Your payout account is disconnected", text, "Connect again")


def _rejected(told: Told) -> Words:
    if told.facts.get("role") == "admin":
        text = "Their shop takes no orders. Somebody has to look at it and answer them."
        return _to_admin(told, "The provider does not pay {name}", text)
    text = "Your shop takes no orders. Your money waits here, and we look at it."
    return _to_seller("circle-x", "The provider does not pay your shop", text, "Read more")


def _deadline(told: Told) -> Words:
    day = date_text(datetime.fromisoformat(str(told.facts["due_at"])))
    text = "After that it stops paying you, and your shop takes no orders until it is there."
    return _to_seller("calendar-clock", f"The provider needs something from you by {day}", text, "See what it is")


def _to_seller(icon: str, title: str, text: str, action: str) -> Words:
    return Words(icon, title, text, url_for("seller.payout_setup"), action)


def _to_admin(told: Told, title: str, text: str) -> Words:
    url = url_for("admin.user", user_id=told.facts["seller_id"])
    return Words("triangle-alert", title.format(name=told.facts["name"]), text, url, "See the seller")


WORDS: Mapping[str, Callable[[Told], Words]] = {
    "account_enabled": _enabled,
    "account_restricted": _restricted,
    "account_disconnected": _disconnected,
    "account_rejected": _rejected,
    "account_deadline": _deadline,
}
