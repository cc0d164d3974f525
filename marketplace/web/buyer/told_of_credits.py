"""What people are told about their credits, in words."""

from collections.abc import Callable, Mapping

from flask import url_for

from marketplace.language import gettext as _
from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words
from marketplace.web.credits.parts import credits_text
from marketplace.web.pages import money_text
from marketplace.web.stored_words import as_read


def _added(told: Told) -> Words:
    count, balance = _count(told, "credits"), _count(told, "balance")
    paid = money_text(int(told.facts["amount_minor"]), str(told.facts["currency"]))
    text = _(
        "%(package)s, %(amount)s paid. You hold %(balance)s now.",
        package=told.facts["package"],
        amount=paid,
        balance=balance,
    )
    return Words("badge-check", _("%(credits)s are yours", credits=count), text, _url(), _("See your credits"))


def _taken_back(told: Told) -> Words:
    title = _("%(credits)s were taken back", credits=_count(told, "credits"))
    return Words("undo-2", title, _because(told), _url(), _("See your credits"))


def _given_back(told: Told) -> Words:
    title = _("%(credits)s are yours again", credits=_count(told, "credits"))
    return Words("badge-check", title, _because(told), _url(), _("See your credits"))


def _because(told: Told) -> str:
    return _(
        "%(package)s: %(reason)s You hold %(balance)s now.",
        package=told.facts["package"],
        reason=as_read(str(told.facts["reason"])),
        balance=_count(told, "balance"),
    )


def _count(told: Told, name: str) -> str:
    return credits_text(int(told.facts[name]))


def _url() -> str:
    return url_for("credits.overview")


WORDS: Mapping[str, Callable[[Told], Words]] = {
    "credits_added": _added,
    "credits_taken_back": _taken_back,
    "credits_given_back": _given_back,
}
