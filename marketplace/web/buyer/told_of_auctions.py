"""What people are told about auctions, in words."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import url_for

from marketplace.language import gettext as _
from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import money_text, time_text


def _outbid(told: Told) -> Words:
    text = _(
        "It is at %(price)s, and your maximum was %(maximum)s.",
        price=_amount(told, "price_minor"),
        maximum=_amount(told, "maximum_minor"),
    )
    return _of_auction(told, _("Somebody bids more for %(title)s", title=told.facts["title"]), text, _("Bid again"))


def _won(told: Told) -> Words:
    title = _("You have won %(title)s", title=told.facts["title"])
    return Words("gavel", title, _to_pay(told), _pay_url(told), _("Pay now"))


def _offered(told: Told) -> Words:
    title = _("%(title)s is yours if you like", title=told.facts["title"])
    text = _("Who won it has not paid, and you were next. %(pay)s", pay=_to_pay(told))
    return Words("gavel", title, text, _pay_url(told), _("Pay now"))


def _lost(told: Told) -> Words:
    price = _amount(told, "price_minor")
    sold = _("It went to somebody else for %(price)s.", price=price)
    text = sold if told.facts["is_sold"] else _("It ended at %(price)s, below its reserve.", price=price)
    return _of_auction(told, _("You did not win %(title)s", title=told.facts["title"]), text, _("See the auction"))


def _ended(told: Told) -> Words:
    title, price = told.facts["title"], _amount(told, "price_minor")
    if told.facts["is_sold"]:
        text = _("The winner has until %(time)s to pay. We tell you then.", time=_pay_by(told))
        return _of_seller(told, _("%(title)s was won for %(price)s", title=title, price=price), text)
    unmet = _("The highest bid was %(price)s, below your reserve. It is for sale again.", price=price)
    text = unmet if told.facts["bids"] else _("Nobody has bid. It is for sale again.")
    return _of_seller(told, _("%(title)s was not sold in its auction", title=title), text)


def _unpaid(told: Told) -> Words:
    title, price = told.facts["title"], _amount(told, "price_minor")
    if told.facts["role"] == "buyer":
        text = _("The time to pay %(price)s is over. It goes back to its seller.", price=price)
        return _of_auction(told, _("You have not paid %(title)s", title=title), text, _("See the auction"))
    text = _("Offer it to the next bidder, or list it again.")
    return _of_seller(told, _("The winner has not paid %(title)s", title=title), text)


def _of_auction(told: Told, title: str, text: str, action: str) -> Words:
    url = url_for("auctions.auction", auction_id=told.facts["auction_id"])
    return Words("gavel", title, text, url, action)


def _of_seller(told: Told, title: str, text: str) -> Words:
    url = url_for("seller.auction", auction_id=told.facts["auction_id"])
    return Words("gavel", title, text, url, _("Open the auction"))


def _to_pay(told: Told) -> str:
    return _("Pay %(price)s by %(time)s.", price=_amount(told, "price_minor"), time=_pay_by(told))


def _pay_by(told: Told) -> str:
    return time_text(datetime.fromisoformat(str(told.facts["pay_by"])))


def _pay_url(told: Told) -> str:
    return url_for("checkout.won", auction_id=told.facts["auction_id"])


def _amount(told: Told, name: str) -> str:
    return money_text(int(told.facts[name]), str(told.facts["currency"]))


WORDS: Mapping[str, Callable[[Told], Words]] = {
    "auction_outbid": _outbid,
    "auction_won": _won,
    "auction_offered": _offered,
    "auction_lost": _lost,
    "auction_ended": _ended,
    "auction_unpaid": _unpaid,
}
