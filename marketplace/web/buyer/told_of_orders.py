"""What buyers and sellers are told while an order is sent, arrives or is cancelled, in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import url_for

from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import date_text, money_text


def _ship_by_reminder(told: Told) -> Words:
    number, last_day = told.facts["number"], date.fromisoformat(str(told.facts["last_day"]))
    is_late = told.created_at.date() > last_day
    late = f"Order {number} should have been sent by {date_text(last_day)}"
    return Words(
        "truck",
        late if is_late else f"Please send order {number} today",
        "The buyer has paid and waits for it. If you can't send it, cancel it: the money goes back by itself.",
        url_for("seller.order", number=number),
        "Open the order",
    )


def _sent(told: Told) -> Words:
    number, tracking = told.facts["number"], told.facts["tracking_number"]
    what = f"Another parcel of order {number}" if told.kind.value == "parcel_sent" else f"Order {number}"
    with_number = f", tracking number {tracking}" if tracking else ""
    return Words(
        "truck",
        f"{what} is on its way",
        f"{told.facts['shop_name']} sent it. {told.facts['carrier_name']}{with_number}.",
        url_for("buyer.order", number=number),
        "Follow the order",
    )


def _order_delivered(told: Told) -> Words:
    number, by, to = (str(told.facts[name]) for name in ("number", "by", "to"))
    text = _ARRIVED[to, by].format(shop=told.facts["shop_name"])
    return Words(
        "package-check", f"Order {number} has arrived", text, url_for(f"{to}.order", number=number), "Open the order"
    )


def _order_cancelled(told: Told) -> Words:
    facts = told.facts
    number, by, to = (str(facts[name]) for name in ("number", "by", "to"))
    who = {"buyer": "The buyer", "seller": facts["shop_name"]}[by]
    title = f"You cancelled order {number}" if by == to else f"{who} cancelled order {number}"
    text = _cancelled_for_buyer(facts) if to == "buyer" else _cancelled_for_seller(facts)
    reason = "" if by == to else f"The reason: {facts['reason']} "
    return Words("package-x", title, reason + text, url_for(f"{to}.order", number=number), "Open the order")


def _cancelled_for_buyer(facts: Mapping[str, Any]) -> str:
    if not facts["amount_minor"]:
        return "Nothing is left to send back."
    return f"{_amount(facts, 'amount_minor')} goes back to you by itself, the way you paid."


def _cancelled_for_seller(facts: Mapping[str, Any]) -> str:
    text = "Do not send it. "
    if facts["amount_minor"]:
        text += f"{_amount(facts, 'amount_minor')} goes back to the buyer, {_amount(facts, 'given_minor')} of it from"
        text += " what was held for you. "
    if facts["owed_minor"]:
        text += f"The card fee of {_amount(facts, 'owed_minor')} stays with you. "
    return text + ("It is for sale again." if facts["is_back_on_sale"] else "It was not put back on sale.")


def _amount(facts: Mapping[str, Any], name: str) -> str:
    return money_text(int(facts[name]), str(facts["currency"]))


_ARRIVED = {
    ("buyer", "buyer"): "You told us that you have received it. Thank you.",
    ("buyer", "seller"): "{shop} says that it has been delivered. If it is not there, open the order and tell us.",
    ("buyer", "time"): "It was sent some time ago and you have not told us that it is missing.",
    ("seller", "buyer"): "The buyer has received it. Your money is released when the hold has ended.",
    ("seller", "seller"): "You told us that it has been delivered. We told the buyer.",
    ("seller", "time"): "The buyer has not told us that it is missing, so it counts as delivered.",
}
WORDS = {
    "ship_by_reminder": _ship_by_reminder,
    "order_shipped": _sent,
    "parcel_sent": _sent,
    "order_delivered": _order_delivered,
    "order_cancelled": _order_cancelled,
}
