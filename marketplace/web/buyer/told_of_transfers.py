"""What buyers are told about bank transfers, in words."""

from collections.abc import Callable, Mapping
from datetime import date

from flask import url_for

from marketplace.bank_transfers.rules import in_groups
from marketplace.language import gettext as _
from marketplace.notifications.queries import Told
from marketplace.numerals import date_text
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import money_text


def _awaited(told: Told) -> Words:
    title = _("Please transfer %(amount)s by %(day)s", amount=_amount(told), day=_due(told))
    text = _(
        "Purchase %(number)s is set aside for you and sent once the money is here. Write the reference %(reference)s.",
        number=told.facts["number"],
        reference=_reference(told),
    )
    return Words("banknote", title, text, _instructions_url(told), _("What to transfer"))


def _nearly_due(told: Told) -> Words:
    title = _("%(amount)s is due on %(day)s", amount=_amount(told), day=_due(told))
    text = _(
        "Your transfer has not come yet. If you have sent it already, there is nothing to do. The reference is "
        "%(reference)s.",
        reference=_reference(told),
    )
    return Words("clock", title, text, _instructions_url(told), _("What to transfer"))


def _given_up(told: Told) -> Words:
    text = _(
        "The order was given up and its goods are for sale again. If your transfer comes after all, you get it back."
    )
    title = _("Your transfer of %(amount)s did not come in time", amount=_amount(told))
    return Words("clock", title, text, _payment_url(told.subject_id), _("See the payment"))


def _sent_back(told: Told) -> Words:
    text = _("We could not use this part of your transfer. Your bank shows it in one to three working days.")
    title = _("%(amount)s went back to you", amount=_amount(told))
    return Words("undo-2", title, text, _payment_url(int(told.facts["payment_id"])), _("See the payment"))


def _account_wanted(told: Told) -> Words:
    text = _("You paid by bank transfer, and we do not know where your money should go. Please tell us.")
    url = url_for("buyer.refund", number=told.facts["number"])
    title = _("To which account shall we send %(amount)s?", amount=_amount(told))
    return Words("undo-2", title, text, url, _("Name the account"))


def _amount(told: Told) -> str:
    return money_text(int(told.facts["amount_minor"]), str(told.facts["currency"]))


def _due(told: Told) -> str:
    return date_text(date.fromisoformat(str(told.facts["due_on"])))


def _reference(told: Told) -> str:
    return in_groups(str(told.facts["reference"]))


def _instructions_url(told: Told) -> str:
    return url_for("checkout.transfer", payment_id=told.facts["payment_id"])


def _payment_url(payment_id: int) -> str:
    return url_for("buyer.payment", payment_id=payment_id)


WORDS: Mapping[str, Callable[[Told], Words]] = {
    "transfer_awaited": _awaited,
    "transfer_nearly_due": _nearly_due,
    "transfer_given_up": _given_up,
    "transfer_sent_back": _sent_back,
    "refund_account_wanted": _account_wanted,
}
