"""What people are told about being suspended and going on, in words."""

from collections.abc import Callable, Mapping

from flask import url_for

from marketplace.accounts.suspension_queries import Side
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.notifications.queries import Told
from marketplace.web import suspension_words
from marketplace.web.buyer.told_words import Words
from marketplace.web.sentences import together

_LIFTED_TITLES = {Side.SELLER: Text("Your shop is no longer suspended"), Side.BUYER: Text("You can buy again")}
_LIFTED = {
    Side.SELLER: Text("Your listings can be bought again, unless your payout setup says otherwise, and payouts go on."),
    Side.BUYER: Text("You can buy, ask about listings and review as before."),
}


def _suspended(told: Told) -> Words:
    side, reason = Side(str(told.facts["side"])), str(told.facts["reason"])
    return Words("ban", suspension_words.title(side), suspension_words.text(side, reason), *_where(side))


def _lifted(told: Told) -> Words:
    side, reason = Side(str(told.facts["side"])), str(told.facts["reason"])
    text = together(suspension_words.because(reason), _(_LIFTED[side]))
    return Words("badge-check", _(_LIFTED_TITLES[side]), text, *_where(side))


def _where(side: Side) -> tuple[str, str]:
    if side is Side.SELLER:
        return url_for("seller.overview"), _("Open your shop's desk")
    return url_for("buyer.account"), _("Open your account")


WORDS: Mapping[str, Callable[[Told], Words]] = {"suspended": _suspended, "suspension_lifted": _lifted}
