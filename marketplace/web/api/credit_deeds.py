"""Packages of credits for programs: what is sold, and the payment page of one (S1.11, S1.16)."""

from marketplace import clock
from marketplace.checkout import queries as checkout
from marketplace.checkout.packages import AgreedPackage, CodeRefused
from marketplace.credits import packages as catalogue
from marketplace.credits import queries
from marketplace.credits.packages import Package
from marketplace.errors import Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.payments import queries as payments
from marketplace.web import guards
from marketplace.web.api import buying
from marketplace.web.api.answers import amount
from marketplace.web.api.credit_shapes import CreditPackage, CreditPackages, NewPackage, PackageCheckout
from marketplace.web.credits import buying as offers


def packages() -> CreditPackages:
    """List the packages that are sold now, and how many credits the viewer holds."""
    return CreditPackages(
        packages=[
            CreditPackage(
                package_id=each.code,
                package_name=each.name,
                credits=each.credits,
                amount=amount(each.price.minor, each.price.currency),
                amount_cents=each.price.minor,
                currency=each.price.currency,
            )
            for each in catalogue.offered(clock.now())
        ],
        balance=queries.balance(guards.viewer().user_id),
    )


def checkout_package(body: NewPackage) -> PackageCheckout:
    """Record the payment of a package and open its payment page; the same Idempotency-Key again is the same purchase.

    Raises Invalid in words for a code that takes nothing off.
    """
    user_id, package = guards.viewer().user_id, _package(body.package_id)
    token = buying.once()
    code = body.coupon_code or body.discount_code or ""
    try:
        letters = offers.typed_code(code)
        outcome = offers.begin(
            AgreedPackage(user_id, package.code, package.price.currency, token, None, discount_code=letters)
        )
    except CodeRefused as error:
        raise Invalid(offers.why_not(error.code, error.priced), field="coupon_code") from error
    except Invalid as error:
        raise Invalid(error.message, field="coupon_code") from error
    attempt = payments.attempt_of_buyer(outcome.payment_id, user_id)
    return PackageCheckout(
        checkout_url=outcome.redirect_url,
        session_id=checkout.session_of(outcome.payment_id, user_id),
        payment_id=outcome.payment_id,
        package_id=package.code,
        package_name=attempt.package_name or package.name,
        credits=attempt.credits_to_add,
        amount=amount(attempt.amount_minor, attempt.currency),
        amount_cents=attempt.amount_minor,
        currency=attempt.currency,
    )


def _package(code: str) -> Package:
    for each in catalogue.offered(clock.now()):
        if each.code == code:
            return each
    raise NotFound(_("There is no such package of credits."))
