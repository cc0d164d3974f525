"""What people are told of what they keep, in words."""

from flask import url_for

from marketplace.language import gettext as _
from marketplace.notifications.queries import Told
from marketplace.numerals import number_text
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import money_text


def _price_dropped(told: Told) -> Words:
    facts = told.facts
    was, now = (money_text(int(facts[name]), str(facts["currency"])) for name in ("was_minor", "price_minor"))
    title = _("%(title)s costs %(now)s now", title=facts["title"], now=now)
    url = url_for("shop.listing", slug=facts["slug"])
    return Words("tag", title, _("It was %(was)s. You have saved it.", was=was), url, _("See the listing"))


def _search_found(told: Told) -> Words:
    facts = told.facts
    many = int(facts["listings"])
    title = _("Something new for “%(name)s”", name=facts["name"])
    if many > 1:
        title = _("%(number)s new for “%(name)s”", number=number_text(many), name=facts["name"])
    return Words(
        "search", title, _("Of the last day, in a search you have saved."), str(facts["address"]), _("See the results")
    )


WORDS = {"price_dropped": _price_dropped, "search_found": _search_found}
