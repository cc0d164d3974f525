"""What codes do and why they do not count, in words for buyers, sellers and admins."""

from marketplace.catalog.rules import CARS, CATEGORIES
from marketplace.discounts import code_rules
from marketplace.discounts.pricing import Found, Priced
from marketplace.discounts.rules import DiscountKind, Refusal, Refused, Terms
from marketplace.numerals import percent
from marketplace.web.pages import date_text, money, money_text

UNKNOWN = "There is no code {}. Check how it is spelt."


def category_name(category: str) -> str:
    """Return the name of a category, that of cars included."""
    return "Cars" if category == CARS else CATEGORIES.get(category, category)


def takes_off(terms: Terms) -> str:
    """Return what a code takes off: 10 %, at most $25.00."""
    currency = terms.currency or ""
    if terms.kind is DiscountKind.FIXED:
        return money_text(terms.amount_minor, currency)
    cap = f", at most {money_text(terms.cap_minor, currency)}" if terms.cap_minor is not None else ""
    return percent(terms.basis_points) + cap


def why_not(code: str, refused: Refused, found: Found | None) -> str:
    """Return why a code does not count now: each rule its own words (S2.23)."""
    if found is None:
        return UNKNOWN.format(code)
    terms = found.terms
    if refused.refusal is Refusal.BELOW_MINIMUM and refused.missing is not None:
        least = money_text(terms.minimum_minor or 0, refused.missing.currency)
        return f"The code {code} is for {_goods(found)} from {least} on. Add {money(refused.missing)} more."
    words = {
        Refusal.PAUSED: "is paused at the moment.",
        Refusal.ENDED: "has ended.",
        Refusal.TOO_EARLY: f"is valid from {date_text(terms.valid_from)}.",
        Refusal.TOO_LATE: f"was valid until {date_text(code_rules.last_day(terms.valid_until or terms.valid_from))}.",
        Refusal.OTHER_CURRENCY: f"is for prices in {terms.currency}.",
        Refusal.OTHER_GOODS: f"is for {_goods(found)}, and nothing of that is in your basket.",
        Refusal.USED_UP: "has been used as often as it may be.",
        Refusal.USED_BY_BUYER: f"may be used {_times(terms.max_uses_per_buyer or 1)} by one person, and you have.",
        Refusal.NOT_FIRST_ORDER: f"is for a first order {_of_whom(found)} only.",
        Refusal.TOO_LITTLE: "takes less than the smallest coin off these goods.",
    }
    return f"The code {code} {words.get(refused.refusal, 'does not count here.')}"


def in_basket(priced: Priced) -> str:
    """Return what an entered code does for a part of a basket, or why it does nothing; "" without a code."""
    code = priced.part.code
    if code is None:
        return ""
    if priced.refused is not None:
        return why_not(code, priced.refused, priced.found)
    if priced.found is None or priced.granted is None:
        return ""
    borne = f"from {priced.found.shop_name}" if priced.found.shop_name else "from us"
    return f"{code} {borne}: {takes_off(priced.found.terms)} off {_goods(priced.found)}."


def _goods(found: Found) -> str:
    """Return what a code is for, in words."""
    terms = found.terms
    what = "some listings" if terms.listing_ids else "goods"
    if terms.categories:
        what = " and ".join(category_name(category).lower() for category in terms.categories)
    return f"{what} of {found.shop_name}" if found.shop_name else what


def _of_whom(found: Found) -> str:
    return f"from {found.shop_name}" if found.shop_name else "in this shop"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
