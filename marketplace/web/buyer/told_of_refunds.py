"""What buyers, sellers and admins are told about refunds, in words."""

from collections.abc import Callable, Mapping

from flask import url_for

from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.notifications.queries import Told
from marketplace.numerals import number_text
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import money_text
from marketplace.web.stored_words import as_read


def _refund_asked(told: Told) -> Words:
    amount, order = _amount(told), told.facts["order"]
    if _is_seller(told):
        text = _("You need not do anything now. The money of this order stays where it is until it is decided.")
        return _refund(told, _("A buyer asks for %(amount)s of order %(order)s back", amount=amount, order=order), text)
    return _refund(
        told,
        _("You asked for %(amount)s back", amount=amount),
        _("Order %(order)s. You get an answer within 2 working days.", order=order),
    )


def _refund_approved(told: Told) -> Words:
    amount, order = _amount(told), told.facts["order"]
    if _is_seller(told):
        return _refund(
            told,
            _("%(amount)s of order %(order)s goes back to the buyer", amount=amount, order=order),
            _("See what it takes from your balance."),
        )
    if _is_admin(told):
        text = _("Somebody made it in the provider's dashboard. It is taken over and shared out like any other.")
        return _refund(
            told,
            _("A refund of %(amount)s of order %(order)s was made at the provider", amount=amount, order=order),
            text,
        )
    return _refund(
        told,
        _("Your refund of %(amount)s is approved", amount=amount),
        _("Order %(order)s. It is being sent to you now.", order=order),
    )


def _refund_rejected(told: Told) -> Words:
    order, why = told.facts["order"], str(told.facts.get("reason") or "")
    title = _("Your refund request for order %(order)s was rejected", order=order)
    if _is_seller(told):
        title = _("A buyer's refund request for order %(order)s was rejected", order=order)
    return _refund(told, title, _("The reason: %(reason)s", reason=as_read(why)))


def _refund_withdrawn(told: Told) -> Words:
    order = told.facts["order"]
    if _is_seller(told):
        return _refund(
            told, _("The buyer withdrew the refund request for order %(order)s", order=order), _("Nothing goes back.")
        )
    return _refund(
        told, _("You withdrew your refund request for order %(order)s", order=order), _("Nothing goes back.")
    )


def _refund_completed(told: Told) -> Words:
    amount, order = _amount(told), told.facts["order"]
    if _is_seller(told):
        return _refund(
            told,
            _("%(amount)s of order %(order)s went back to the buyer", amount=amount, order=order),
            _("The refund is complete."),
        )
    text = _("Order %(order)s. Your bank shows it in 5 to 10 days.", order=order)
    if told.facts.get("is_in_wallet"):
        text = _("Order %(order)s. It is in your wallet now.", order=order)
    return _refund(told, _("%(amount)s went back to you", amount=amount), text)


def _refund_failed(told: Told) -> Words:
    amount, order = _amount(told), told.facts["order"]
    if _is_seller(told):
        text = _("What it had taken from your balance is back there until it is sent again.")
        return _refund(
            told,
            _("A refund of %(amount)s of order %(order)s did not arrive", amount=amount, order=order),
            text,
            icon="circle-alert",
        )
    if _is_admin(told):
        text = _("It waits for a decision: send it again, or reject it with a reason.")
        return _refund(
            told,
            _("A refund of %(amount)s of order %(order)s failed", amount=amount, order=order),
            text,
            icon="circle-alert",
        )
    text = _("We look after it and try again. You need not do anything.")
    return _refund(told, _("Your refund of %(amount)s did not arrive", amount=amount), text, icon="circle-alert")


def _pictures_added(told: Told) -> Words:
    count, order = int(told.facts["count"]), told.facts["order"]
    text = _("Look at what is wrong before you answer.") if _is_admin(told) else _("You see what is wrong. We decide.")
    title = ngettext(
        "The buyer of order %(order)s sent %(number)s more picture with the refund request",
        "The buyer of order %(order)s sent %(number)s more pictures with the refund request",
        count,
        order=order,
        number=number_text(count),
    )
    return _refund(told, title, text, icon="image")


def _picture_removed(told: Told) -> Words:
    text = _(
        "You had seen %(file)s. It is on nobody's page any more; the history says when it went.",
        file=told.facts["file"],
    )
    title = _("The buyer of order %(order)s took a picture of the refund request away", order=told.facts["order"])
    return _refund(told, title, text, icon="image")


def _refund(told: Told, title: str, text: str, icon: str = "undo-2") -> Words:
    number = told.facts["number"]
    if _is_admin(told):
        return Words(icon, title, text, url_for("admin.refunds", refund=number), _("See the refund"))
    endpoint = "seller.refund" if _is_seller(told) else "buyer.refund"
    return Words(icon, title, text, url_for(endpoint, number=number), _("See the refund"))


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
