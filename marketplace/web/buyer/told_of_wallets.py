"""What people are told about their wallet, in words."""

from collections.abc import Callable, Mapping

from flask import url_for

from marketplace.language import gettext as _
from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import money_text


def _added(told: Told) -> Words:
    amount, balance = _amount(told, "amount_minor"), _amount(told, "balance_minor")
    text = _(
        "The reason: %(reason)s It holds %(balance)s now. You can pay a purchase with it at the checkout.",
        reason=_sentence(told),
        balance=balance,
    )
    return Words("wallet", _("We put %(amount)s into your wallet", amount=amount), text, _url(), _("See your wallet"))


def _taken_back(told: Told) -> Words:
    amount, balance = _amount(told, "amount_minor"), _amount(told, "balance_minor")
    text = _("The reason: %(reason)s It holds %(balance)s now.", reason=_sentence(told), balance=balance)
    return Words(
        "wallet", _("We took %(amount)s out of your wallet", amount=amount), text, _url(), _("See your wallet")
    )


def _sentence(told: Told) -> str:
    reason = str(told.facts["reason"])
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."


def _amount(told: Told, name: str) -> str:
    return money_text(int(told.facts[name]), str(told.facts["currency"]))


def _url() -> str:
    return url_for("buyer.wallet")


WORDS: Mapping[str, Callable[[Told], Words]] = {"wallet_added": _added, "wallet_taken_back": _taken_back}
