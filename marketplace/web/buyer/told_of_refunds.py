"""What buyers, sellers and admins are told about refunds, in words."""

from collections.abc import Callable, Mapping

from flask import url_for

from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import money_text


def _refund_asked(told: Told) -> Words:
    amount, order = _amount(told), told.facts["order"]
    if _is_seller(told):
        text = "You need not do anything now. The money of this order stays where it is until it is decided."
        return _refund(told, f"A buyer asks for {amount} of order {order} back", text)
    return _refund(told, f"You asked for {amount} back", f"Order {order}. You get an answer within 2 working days.")


def _refund_approved(told: Told) -> Words:
    amount, order = _amount(told), told.facts["order"]
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
    amount, order = _amount(told), told.facts["order"]
    if _is_seller(told):
        return _refund(told, f"{amount} of order {order} went back to the buyer", "The refund is complete.")
    return _refund(told, f"{amount} went back to you", f"Order {order}. Your bank shows it in 5 to 10 days.")


def _refund_failed(told: Told) -> Words:
    amount, order = _amount(told), told.facts["order"]
    if _is_seller(told):
        text = "What it had taken from your balance is back there until it is sent again."
        return _refund(told, f"A refund of {amount} of order {order} did not arrive", text, icon="circle-alert")
    if _is_admin(told):
        text = "It waits for a decision: send it again, or reject it with a reason."
        return _refund(told, f"A refund of {amount} of order {order} failed", text, icon="circle-alert")
    text = "We look after it and try again. You need not do anything."
    return _refund(told, f"Your refund of {amount} did not arrive", text, icon="circle-alert")


def _pictures_added(told: Told) -> Words:
    count, order = int(told.facts["count"]), told.facts["order"]
    what = "1 more picture" if count == 1 else f"{count} more pictures"
    text = "Look at what is wrong before you answer." if _is_admin(told) else "You see what is wrong. We decide."
    return _refund(told, f"The buyer of order {order} sent {what} with the refund request", text, icon="image")


def _picture_removed(told: Told) -> Words:
    text = f"You had seen {told.facts['file']}. It is on nobody's page any more; the history says when it went."
    title = f"The buyer of order {told.facts['order']} took a picture of the refund request away"
    return _refund(told, title, text, icon="image")


def _refund(told: Told, title: str, text: str, icon: str = "undo-2") -> Words:
    number = told.facts["number"]
    if _is_admin(told):
        return Words(icon, title, text, url_for("admin.refunds", refund=number), "See the refund")
    endpoint = "seller.refund" if _is_seller(told) else "buyer.refund"
    return Words(icon, title, text, url_for(endpoint, number=number), "See the refund")


def _amount(told: Told) -> str:
    return money_text(int(told.facts["amount_minor"]), str(told.facts["currency"]))


def _is_seller(told: Told) -> bool:
    return bool(told.facts.get("role") == "seller")


def _is_admin(told: Told) -> bool:
    return bool(told.facts.get("role") == "admin")


WORDS: Mapping[str, Callable[[Told], Words]] = {
    "refund_asked": _refund_asked,
    "refund_approved": _refund_approved,
    "refund_rejected": _refund_rejected,
    "refund_withdrawn": _refund_withdrawn,
    "refund_completed": _refund_completed,
    "refund_failed": _refund_failed,
    "refund_pictures_added": _pictures_added,
    "refund_picture_removed": _picture_removed,
}
