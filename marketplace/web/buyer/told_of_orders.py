"""What buyers and sellers are told while an order is sent, arrives or is cancelled, in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import url_for

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.notifications.queries import Told
from marketplace.orders.rules import BY_HAND
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import date_text, money_text
from marketplace.web.sentences import together
from marketplace.web.stored_words import as_read, cancelled_because


def _ship_by_reminder(told: Told) -> Words:
    number, last_day = told.facts["number"], date.fromisoformat(str(told.facts["last_day"]))
    is_late = told.created_at.date() > last_day
    title, text = _TO_GO[_is_by_hand(told), is_late]
    return Words(
        "truck",
        _(title, number=number, day=date_text(last_day)),
        _(text),
        url_for("seller.order", number=number),
        _("Open the order"),
    )


def _sent(told: Told) -> Words:
    number, tracking = told.facts["number"], told.facts["tracking_number"]
    shop, carrier = told.facts["shop_name"], as_read(told.facts["carrier_name"])
    if _is_by_hand(told):
        return Words(
            "package-check",
            _("Order %(number)s was handed over", number=number),
            _("%(shop)s says that you have collected it. If that is so, tell us on its page.", shop=shop),
            url_for("buyer.order", number=number),
            _("Open the order"),
        )
    title = _("Order %(number)s is on its way", number=number)
    if told.kind.value == "parcel_sent":
        title = _("Another parcel of order %(number)s is on its way", number=number)
    text = _("%(shop)s sent it. %(carrier)s.", shop=shop, carrier=carrier)
    if tracking:
        places = {"shop": shop, "carrier": carrier, "tracking": tracking}
        text = _("%(shop)s sent it. %(carrier)s, tracking number %(tracking)s.", **places)
    return Words(
        "truck",
        title,
        text,
        url_for("buyer.order", number=number),
        _("Follow the order"),
    )


def _order_delivered(told: Told) -> Words:
    number, by, to = (str(told.facts[name]) for name in ("number", "by", "to"))
    is_by_hand = _is_by_hand(told)
    text = _((_COLLECTED if is_by_hand else _ARRIVED)[to, by], shop=told.facts["shop_name"])
    title = Text("Order %(number)s was collected") if is_by_hand else Text("Order %(number)s has arrived")
    return Words(
        "package-check",
        _(title, number=number),
        text,
        url_for(f"{to}.order", number=number),
        _("Open the order"),
    )


def _order_cancelled(told: Told) -> Words:
    facts = told.facts
    number, by, to = (str(facts[name]) for name in ("number", "by", "to"))
    if by == to:
        title = _("You cancelled order %(number)s", number=number)
    elif by == "marketplace":
        title = _("We cancelled order %(number)s", number=number)
    elif by == "buyer":
        title = _("The buyer cancelled order %(number)s", number=number)
    else:
        title = _("%(shop)s cancelled order %(number)s", shop=facts["shop_name"], number=number)
    text = _cancelled_for_buyer(facts) if to == "buyer" else _cancelled_for_seller(facts)
    if by != to:
        text = together(_("The reason: %(reason)s", reason=cancelled_because(facts["reason"])), text)
    return Words("package-x", title, text, url_for(f"{to}.order", number=number), _("Open the order"))


def _cancelled_for_buyer(facts: Mapping[str, Any]) -> str:
    if not facts["amount_minor"]:
        return _("Nothing is left to send back.")
    if facts.get("is_in_wallet"):
        return _("%(amount)s is back in your wallet.", amount=_amount(facts, "amount_minor"))
    return _("%(amount)s goes back to you by itself, the way you paid.", amount=_amount(facts, "amount_minor"))


def _cancelled_for_seller(facts: Mapping[str, Any]) -> str:
    sentences = [_("Do not send it.")]
    if facts["amount_minor"]:
        sentences.append(
            _(
                "%(amount)s goes back to the buyer, %(given)s of it from what was held for you.",
                amount=_amount(facts, "amount_minor"),
                given=_amount(facts, "given_minor"),
            )
        )
    if facts["owed_minor"]:
        sentences.append(_("The card fee of %(amount)s stays with you.", amount=_amount(facts, "owed_minor")))
    sentences.append(_("It is for sale again.") if facts["is_back_on_sale"] else _("It was not put back on sale."))
    return " ".join(sentences)


def _amount(facts: Mapping[str, Any], name: str) -> str:
    return money_text(int(facts[name]), str(facts["currency"]))


def _is_by_hand(told: Told) -> bool:
    """Return whether the buyer collects it; what was told before that was kept speaks of sending."""
    return told.facts.get("way") == BY_HAND


_CANNOT_SEND = Text(
    "The buyer has paid and waits for it. If you can't send it, cancel it: the money goes back by itself."
)
_CANNOT_HAND_OVER = Text(
    "The buyer has paid and collects it. If you can't hand it over, cancel it: the money goes back by itself."
)
_TO_GO = {
    (False, False): (Text("Please send order %(number)s today"), _CANNOT_SEND),
    (False, True): (Text("Order %(number)s should have been sent by %(day)s"), _CANNOT_SEND),
    (True, False): (Text("Please have order %(number)s ready today"), _CANNOT_HAND_OVER),
    (True, True): (Text("Order %(number)s should have been ready by %(day)s"), _CANNOT_HAND_OVER),
}
"""By whether the buyer collects it, and whether it is late."""
_COLLECTED = {
    ("buyer", "buyer"): Text("You told us that you have collected it. Thank you."),
    ("buyer", "seller"): Text(
        "%(shop)s says that you have collected it. If you do not have it, open the order and tell us."
    ),
    ("buyer", "time"): Text("It was handed over some time ago and you have not told us that you do not have it."),
    ("seller", "buyer"): Text("The buyer has collected it. Your money is released when the hold has ended."),
    ("seller", "seller"): Text("You told us that it was collected. We told the buyer."),
    ("seller", "time"): Text("The buyer has not said otherwise, so it counts as collected."),
}
_ARRIVED = {
    ("buyer", "buyer"): Text("You told us that you have received it. Thank you."),
    ("buyer", "seller"): Text(
        "%(shop)s says that it has been delivered. If it is not there, open the order and tell us."
    ),
    ("buyer", "time"): Text("It was sent some time ago and you have not told us that it is missing."),
    ("seller", "buyer"): Text("The buyer has received it. Your money is released when the hold has ended."),
    ("seller", "seller"): Text("You told us that it has been delivered. We told the buyer."),
    ("seller", "time"): Text("The buyer has not told us that it is missing, so it counts as delivered."),
}
WORDS = {
    "ship_by_reminder": _ship_by_reminder,
    "order_shipped": _sent,
    "parcel_sent": _sent,
    "order_delivered": _order_delivered,
    "order_cancelled": _order_cancelled,
}
