"""What the page of credits and the API share: a package as it is priced with a code, and buying it."""

from dataclasses import dataclass

from flask import current_app, request

from marketplace import clock
from marketplace.checkout import package_flows
from marketplace.checkout.flows import Outcome
from marketplace.checkout.packages import AgreedPackage
from marketplace.credits.packages import Package
from marketplace.discounts import code_rules, guessing, pricing
from marketplace.discounts.pricing import PricedPackage
from marketplace.discounts.rules import Refusal
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.web import discount_words
from marketplace.web.providers import providers

LONGEST_CODE = 60


@dataclass(frozen=True, slots=True)
class Offer:
    """A package with what it costs, less what the entered code takes off it."""

    package: Package
    total: Money
    discount: Money | None


def typed_code(text: str | None) -> str:
    """Return a code as it is compared, "" for none; raises Invalid for one that does not exist, NotAllowed for many.

    Who guesses is stopped, as in the basket.
    """
    letters = code_rules.normal((text or "")[: LONGEST_CODE + 1])
    if not letters:
        return ""
    guess = guessing.begin(ip_address=request.remote_addr or "", now=clock.system_now())
    if pricing.find(letters) is None:
        raise Invalid(_(discount_words.UNKNOWN, code=letters), field="code")
    guessing.was_right(guess)
    return letters


def offer(package: Package, code: str, buyer_id: int) -> tuple[Offer, str]:
    """Return a package with what it costs with this code, and why the code does not count for it; "" where it does."""
    priced = pricing.priced_package(code, package.price, buyer_id=buyer_id, now=clock.now())
    off = priced.granted.total if priced.granted else None
    total = package.price - off if off else package.price
    return Offer(package, total, off), why_not(code, priced)


def why_not(code: str, priced: PricedPackage) -> str:
    """Return why a code takes nothing off a package, in words; "" where it does."""
    if priced.refused is None:
        return ""
    if priced.refused.refusal is Refusal.OTHER_GOODS:
        return _("The code %(code)s is not for packages of credits.", code=code)
    return discount_words.why_not(code, priced.refused, priced.found)


def begin(agreed: AgreedPackage) -> Outcome:
    """Record the payment and open its page; raises what `package_flows.begin` raises."""
    return package_flows.begin(
        agreed=agreed,
        now=clock.now(),
        providers=providers(),
        settings=current_app.extensions["settings"],
    )
