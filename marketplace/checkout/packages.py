"""A package of credits: agreed to as a purchase without orders, and handed over when it is paid (S1.11, S1.12)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from marketplace import history
from marketplace.accounts import suspending
from marketplace.checkout import attempts, operations, page, rules
from marketplace.checkout.attempts import Attempt
from marketplace.checkout.operations import Agreed, CartChanged, OpenedElsewhere
from marketplace.checkout.page import Opened
from marketplace.config import Settings
from marketplace.credits import operations as credit_operations
from marketplace.credits import packages
from marketplace.credits.models import CreditSale
from marketplace.credits.packages import Package
from marketplace.discounts import pricing, uses
from marketplace.discounts.pricing import PricedPackage
from marketplace.errors import Conflict
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.orders.models import Purchase
from marketplace.payment_records.models import Payment


class CodeRefused(Conflict):
    """The entered code takes nothing off this package; pages have words for `priced`."""

    def __init__(self, code: str, priced: PricedPackage) -> None:
        super().__init__(_("The code %(code)s does not count here.", code=code))
        self.code, self.priced = code, priced


@dataclass(frozen=True)
class AgreedPackage:
    """What the buyer of a package sent: its code, the total that was shown, and a discount code or "".

    `expected_minor` is None where nobody was shown a total: programs take what it costs.
    """

    buyer_id: int
    package: str
    currency: str
    token: str
    expected_minor: int | None
    discount_code: str = ""


def earlier(session: Session, *, agreed: Agreed | AgreedPackage) -> list[Attempt]:
    """Return the unpaid purchases that are given up by agreeing to this one: of a basket, or of packages."""
    if isinstance(agreed, Agreed):
        return attempts.to_give_up(session, **agreed.form)
    return attempts.to_give_up(
        session, buyer_id=agreed.buyer_id, currency=agreed.currency, token=agreed.token, is_package=True
    )


def open_package(session: Session, *, agreed: AgreedPackage, settings: Settings, now: datetime) -> Opened:
    """Make a purchase of one package and plan its payment, before the redirect; a form sent twice is one purchase.

    Raises NotFound for a package that is not sold, CodeRefused and UsedUp for its code, CartChanged for another total
    than the form showed, OpenedElsewhere when another unpaid package of this buyer is to be given up first.
    """
    actor = Actor.user(agreed.buyer_id)
    known = operations.find_purchase(session, token=agreed.token, buyer_id=agreed.buyer_id)
    if known is not None:
        return Opened(known, 0, agreed.buyer_id, agreed.currency, None, is_known=True)
    if earlier(session, agreed=agreed):
        raise OpenedElsewhere(_("You are buying a package in another window. Please try again."))
    suspending.check_may_buy(session, agreed.buyer_id)
    package = packages.find(session, agreed.package, now)
    priced = pricing.priced_package(
        agreed.discount_code, package.price, buyer_id=agreed.buyer_id, now=now, session=session
    )
    if priced.refused is not None:
        raise CodeRefused(agreed.discount_code, priced)
    total = package.price - (priced.granted.total if priced.granted else package.price * 0)
    if agreed.currency != total.currency or agreed.expected_minor not in {None, total.minor}:
        raise CartChanged(_("The price has changed since you opened this page. Please look at the new one."))
    purchase = _begin(session, agreed, package, priced, total, settings, actor=actor, now=now)
    expires_at = rules.page_expires_at(now, settings.payment_tracking.session_expiry_minutes)
    return page.plan_payment(session, purchase=purchase, expires_at=expires_at, settings=settings, actor=actor, now=now)


def deliver(session: Session, *, payment: Payment, purchase: Purchase, actor: Actor, now: datetime) -> None:
    """Hand over what a payment of a package bought: exactly its credits, in the same transaction as its completion."""
    balance = credit_operations.add(session, payment=payment, actor=actor, now=now)
    history.move(session, purchase, "pay", actor=actor, at=now)
    fact = NewFact(
        user_id=payment.user_id,
        kind=NotificationKind.CREDITS_ADDED,
        subject="payment",
        subject_id=payment.id,
        facts={
            "payment_id": payment.id,
            "number": purchase.number,
            "package": payment.package_name or "",
            "credits": payment.credits_to_add,
            "balance": balance,
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
        },
    )
    notifications.tell_new(session, [fact], now=now)


def keep_use(session: Session, *, purchase_id: int, actor: Actor, now: datetime) -> None:
    """Count the use of the package's code as used: it is paid, however late."""
    uses.take_again(session, purchase_id=purchase_id, actor=actor, now=now, is_paid=True)
    uses.keep(session, purchase_id=purchase_id, actor=actor, now=now)


def _begin(
    session: Session,
    agreed: AgreedPackage,
    package: Package,
    priced: PricedPackage,
    total: Money,
    settings: Settings,
    *,
    actor: Actor,
    now: datetime,
) -> Purchase:
    purchase = Purchase(
        buyer_id=agreed.buyer_id,
        checkout_token=agreed.token,
        currency=total.currency,
        total_minor=total.minor,
        discount_code=priced.found.terms.code if priced.found else None,
        delivery_address={},
        billing_address={},
        created_at=now,
        open_until=now + timedelta(hours=settings.money.unpaid_order_hours),
    )
    session.add(purchase)
    session.flush()
    history.begin(session, Purchase, [purchase.id], actor=actor, at=now, because=Text("The buyer agreed to the price."))
    session.add(_sale(purchase.id, package, total))
    session.flush()
    if priced.found and priced.granted:
        uses.take(
            session,
            discount_id=priced.found.terms.discount_id,
            purchase=purchase,
            amount=priced.granted.total,
            may_return=settings.money.code_use_returns,
            actor=actor,
            now=now,
        )
    return purchase


def _sale(purchase_id: int, package: Package, total: Money) -> CreditSale:
    return CreditSale(
        purchase_id=purchase_id,
        package_id=package.id,
        code=package.code,
        name=package.name,
        credits=package.credits,
        price_minor=package.price.minor,
        discount_minor=package.price.minor - total.minor,
    )
