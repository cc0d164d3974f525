"""What codes do and why they do not count, in words for buyers, sellers and admins."""

from marketplace.catalog.rules import CARS, CATEGORIES
from marketplace.discounts import code_rules
from marketplace.discounts.pricing import Found, Priced
from marketplace.discounts.rules import DiscountKind, Refusal, Refused, Terms
from marketplace.payments.explain_queries import percent
from marketplace.web.pages import date_text, money, money_text
from marketplace.language import Text
from marketplace.language import gettext as _

UNKNOWN = Text("There is no code {}. Check how it is spelt.")


def category_name(category: str) -> str:
    """Return the name of a category, that of cars included."""
    return _("Cars") if category == CARS else CATEGORIES.get(category, category)


def takes_off(terms: Terms) -> str:
    """Return what a code takes off: 10 %, at most $25.00."""
    currency = terms.currency or ""
    if terms.kind is DiscountKind.FIXED:
        return money_text(terms.amount_minor, currency)
    cap = _(", at most %(cap_minor)s", cap_minor=money_text(terms.cap_minor, currency)) if terms.cap_minor is not None else ""
    return percent(terms.basis_points) + cap


def why_not(code: str, refused: Refused, found: Found | None) -> str:
    """Return why a code does not count now: each rule its own words (S2.23)."""
    if found is None:
        return UNKNOWN.format(code)
    terms = found.terms
    if refused.refusal is Refusal.BELOW_MINIMUM and refused.missing is not None:
        least = money_text(terms.minimum_minor or 0, refused.missing.currency)
        return _("The code %(code)s is for %(found)s from %(least)s on. Add %(missing)s more.", code=code, found=_goods(found), least=least, missing=money(refused.missing))
    words = {
        Refusal.PAUSED: _("is paused at the moment."),
        Refusal.ENDED: _("has ended."),
        Refusal.TOO_EARLY: _("is valid from %(valid_from)s.", valid_from=date_text(terms.valid_from)),
        Refusal.TOO_LATE: _("was valid until %(last_day)s.", last_day=date_text(code_rules.last_day(terms.valid_until or terms.valid_from))),
        Refusal.OTHER_CURRENCY: _("is for prices in %(currency)s.", currency=terms.currency),
        Refusal.OTHER_GOODS: _("is for %(found)s, and nothing of that is in your basket.", found=_goods(found)),
        Refusal.USED_UP: _("has been used as often as it may be."),
        Refusal.USED_BY_BUYER: _("may be used %(times)s by one person, and you have.", times=_times(terms.max_uses_per_buyer or 1)),
        Refusal.NOT_FIRST_ORDER: _("is for a first order %(found)s only.", found=_of_whom(found)),
        Refusal.TOO_LITTLE: _("takes less than the smallest coin off these goods."),
    }
    return _("The code %(code)s %(refusal)s", code=code, refusal=words.get(refused.refusal, 'does not count here.'))


def in_basket(priced: Priced) -> str:
    """Return what an entered code does for a part of a basket, or why it does nothing; "" without a code."""
    code = priced.part.code
    if code is None:
        return ""
    if priced.refused is not None:
        return why_not(code, priced.refused, priced.found)
    if priced.found is None or priced.granted is None:
        return ""
    borne = _("from %(shop_name)s", shop_name=priced.found.shop_name) if priced.found.shop_name else _("from us")
    return _("%(code)s %(borne)s: %(terms)s off %(found)s.", code=code, borne=borne, terms=takes_off(priced.found.terms), found=_goods(priced.found))


def _goods(found: Found) -> str:
    """Return what a code is for, in words."""
    terms = found.terms
    what = _("some listings") if terms.listing_ids else "goods"
    if terms.categories:
        what = " and ".join(category_name(category).lower() for category in terms.categories)
    return _("%(what)s of %(shop_name)s", what=what, shop_name=found.shop_name) if found.shop_name else what


def _of_whom(found: Found) -> str:
    return _("from %(shop_name)s", shop_name=found.shop_name) if found.shop_name else _("in this shop")


def _times(number: int) -> str:
    return "once" if number == 1 else _("%(number)s times", number=number)
