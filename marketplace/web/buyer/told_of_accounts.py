"""What sellers and admins are told about payout accounts, in words."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import url_for

from marketplace.language import gettext as _
from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import date_text
from marketplace.web.sentences import together


def _enabled(told: Told) -> Words:
    was_stopped = told.facts.get("before") in {"restricted", "disconnected", "rejected"}
    text = _("Your money goes to your bank on your payout days, by itself.")
    if was_stopped:
        text = together(_("Your shop takes orders again."), text)
    return _to_seller("badge-check", _("You are set up to be paid"), text, _("See your payout setup"))


def _restricted(told: Told) -> Words:
    text = _("The provider needs something from you. Until it is there you are not paid and your shop takes no orders.")
    return _to_seller("triangle-alert", _("Your payout account is restricted"), text, _("See what is missing"))


def _disconnected(told: Told) -> Words:
    if told.facts.get("role") == "admin":
        text = _("Their shop takes no orders, and they are not paid until they connect again.")
        return _to_admin(told, _("%(name)s has disconnected their payout account", name=told.facts["name"]), text)
    text = _("You are not paid and your shop takes no orders until you connect again. Your money waits here.")
    return _to_seller("triangle-alert", _("Your payout account is disconnected"), text, _("Connect again"))


def _rejected(told: Told) -> Words:
    if told.facts.get("role") == "admin":
        text = _("Their shop takes no orders. Somebody has to look at it and answer them.")
        return _to_admin(told, _("The provider does not pay %(name)s", name=told.facts["name"]), text)
    text = _("Your shop takes no orders. Your money waits here, and we look at it.")
    return _to_seller("circle-x", _("The provider does not pay your shop"), text, _("Read more"))


def _deadline(told: Told) -> Words:
    day = date_text(datetime.fromisoformat(str(told.facts["due_at"])))
    text = _("After that it stops paying you, and your shop takes no orders until it is there.")
    return _to_seller(
        "calendar-clock", _("The provider needs something from you by %(day)s", day=day), text, _("See what it is")
    )


def _to_seller(icon: str, title: str, text: str, action: str) -> Words:
    return Words(icon, title, text, url_for("seller.payout_setup"), action)


def _to_admin(told: Told, title: str, text: str) -> Words:
    url = url_for("admin.user", user_id=told.facts["seller_id"])
    return Words("triangle-alert", title, text, url, _("See the seller"))


WORDS: Mapping[str, Callable[[Told], Words]] = {
    "account_enabled": _enabled,
    "account_restricted": _restricted,
    "account_disconnected": _disconnected,
    "account_rejected": _rejected,
    "account_deadline": _deadline,
}
