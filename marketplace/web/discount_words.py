"""What codes do and why they do not count, in words for buyers, sellers and admins."""

from marketplace.catalog.rules import CARS, CATEGORIES
from marketplace.discounts import code_rules
from marketplace.discounts.pricing import Found, Priced
from marketplace.discounts.rules import DiscountKind, Refusal, Refused, Terms
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.numerals import percent
from marketplace.web.pages import date_text, money, money_text

UNKNOWN = Text("There is no code %(code)s. Check how it is spelt.")


def category_name(category: str) -> str:
    """Return the name of a category, that of cars included."""
    return _("Cars") if category == CARS else str(CATEGORIES.get(category, category))


def takes_off(terms: Terms) -> str:
    """Return what a code takes off: 10 %, at most $25.00."""
    currency = terms.currency or ""
    if terms.kind is DiscountKind.FIXED:
        return money_text(terms.amount_minor, currency)
    rate = percent(terms.basis_points)
    if terms.cap_minor is None:
        return rate
    return _("%(rate)s, at most %(cap)s", rate=rate, cap=money_text(terms.cap_minor, currency))


def why_not(code: str, refused: Refused, found: Found | None) -> str:
    """Return why a code does not count now: each rule its own words (S2.23)."""
    if found is None:
        return _(UNKNOWN, code=code)
    if refused.refusal is Refusal.BELOW_MINIMUM and refused.missing is not None:
        least = money_text(found.terms.minimum_minor or 0, refused.missing.currency)
        return _(
            "The code %(code)s is for %(goods)s from %(least)s on. Add %(missing)s more.",
            code=code,
            goods=_goods(found),
            least=least,
            missing=money(refused.missing),
        )
    words = {
        Refusal.PAUSED: _("The code %(code)s is paused at the moment.", code=code),
        Refusal.ENDED: _("The code %(code)s has ended.", code=code),
        **_of_its_days(code, found.terms),
        Refusal.OTHER_CURRENCY: _(
            "The code %(code)s is for prices in %(currency)s.", code=code, currency=found.terms.currency
        ),
        Refusal.OTHER_GOODS: _(
            "The code %(code)s is for %(goods)s, and nothing of that is in your basket.", code=code, goods=_goods(found)
        ),
        Refusal.USED_UP: _("The code %(code)s has been used as often as it may be.", code=code),
        Refusal.USED_BY_BUYER: _of_one_person(code, found.terms.max_uses_per_buyer or 1),
        Refusal.NOT_FIRST_ORDER: _of_first_orders(code, found),
        Refusal.TOO_LITTLE: _("The code %(code)s takes less than the smallest coin off these goods.", code=code),
    }
    return words.get(refused.refusal) or _("The code %(code)s does not count here.", code=code)


def in_basket(priced: Priced) -> str:
    """Return what an entered code does for a part of a basket, or why it does nothing; "" without a code."""
    code = priced.part.code
    if code is None:
        return ""
    if priced.refused is not None:
        return why_not(code, priced.refused, priced.found)
    if priced.found is None or priced.granted is None:
        return ""
    facts = {"code": code, "discount": takes_off(priced.found.terms), "goods": _goods(priced.found)}
    if priced.found.shop_name:
        return _("%(code)s from %(shop)s: %(discount)s off %(goods)s.", shop=priced.found.shop_name, **facts)
    return _("%(code)s from us: %(discount)s off %(goods)s.", **facts)


def _goods(found: Found) -> str:
    """Return what a code is for, in words."""
    terms = found.terms
    what = _("some listings") if terms.listing_ids else _("goods")
    if terms.categories:
        conjunction = _("and")
        what = f" {conjunction} ".join(category_name(category).lower() for category in terms.categories)
    return _("%(goods)s of %(shop)s", goods=what, shop=found.shop_name) if found.shop_name else what


def _of_its_days(code: str, terms: Terms) -> dict[Refusal, str]:
    first, last = terms.valid_from, code_rules.last_day(terms.valid_until or terms.valid_from)
    return {
        Refusal.TOO_EARLY: _("The code %(code)s is valid from %(day)s.", code=code, day=date_text(first)),
        Refusal.TOO_LATE: _("The code %(code)s was valid until %(day)s.", code=code, day=date_text(last)),
    }


def _of_first_orders(code: str, found: Found) -> str:
    if found.shop_name:
        return _("The code %(code)s is for a first order from %(shop)s only.", code=code, shop=found.shop_name)
    return _("The code %(code)s is for a first order in this shop only.", code=code)


def _of_one_person(code: str, most: int) -> str:
    return ngettext(
        "The code %(code)s may be used once by one person, and you have.",
        "The code %(code)s may be used %(number)s times by one person, and you have.",
        most,
        code=code,
        number=most,
    )
