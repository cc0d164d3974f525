"""What people are told of what they keep, in words."""

from flask import url_for

from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import money_text


def _price_dropped(told: Told) -> Words:
    facts = told.facts
    was, now = (money_text(int(facts[name]), str(facts["currency"])) for name in ("was_minor", "price_minor"))
    title = f"{facts['title']} costs {now} now"
    url = url_for("shop.listing", slug=facts["slug"])
    return Words("tag", title, f"It was {was}. You have saved it.", url, "See the listing")


def _search_found(told: Told) -> Words:
    facts = told.facts
    many = int(facts["listings"])
    title = f"{many:,} new for “{facts['name']}”" if many > 1 else f"Something new for “{facts['name']}”"
    return Words(
        "search", title, "Of the last day, in a search you have saved.", str(facts["address"]), "See the results"
    )


WORDS = {"price_dropped": _price_dropped, "search_found": _search_found}
