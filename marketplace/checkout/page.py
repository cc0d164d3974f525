"""A purchase's payment page: planned with its payment, attached when it exists, closed when it is not wanted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.config import Settings
from marketplace.credits import packages
from marketplace.credits.models import CreditSale
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.orders.models import Order, OrderLine, Purchase
from marketplace.outbound import operations as outbound
from marketplace.outbound import requests, watching
from marketplace.outbound.flows import NOT_FOUND
from marketplace.outbound.models import CallKind, WatchKind
from marketplace.outbound.requests import Answer
from marketplace.payment_methods import operations as payment_methods
from marketplace.payment_methods.models import ProviderCustomer
from marketplace.payment_records.models import Payment
from marketplace.payment_records.records import NewPayment, PaymentRecord
from marketplace.payment_records.states import PaymentStatus
from marketplace.payment_records.tracker import get_payment_tracker
from marketplace.providers.base import Checkout, CheckoutLine, CheckoutRequest

# Nobody is asked for nothing: a free purchase is settled without a provider.
NO_PROVIDER = "none"
PROVIDER = "stripe"
"""Who is paid where the buyer does not say."""
WITH_PAGE = frozenset({PROVIDER, "paypal"})
"""The providers that send the buyer to a page of their own; whatever else pays a purchase has none."""
_NO_SUCH = "resource_missing"
"""The provider's word for a name that it does not know. The buyer's is the only one that we give it."""
_BUYER = (
    select(User.email, ProviderCustomer.customer_id)
    .join(
        ProviderCustomer,
        and_(ProviderCustomer.user_id == User.__table__.c.id, ProviderCustomer.provider == bindparam("provider")),
        isouter=True,
    )
    .where(User.__table__.c.id == bindparam("buyer_id"))
)


@dataclass(frozen=True)
class Opened:
    """A purchase that waits for its payment: `call_id` opens the page; None when no provider is to be paid."""

    purchase_id: int
    payment_id: int
    buyer_id: int
    currency: str
    call_id: int | None
    is_known: bool = False
    """Whether another request has opened it before this one."""


def plan_payment(
    session: Session,
    *,
    purchase: Purchase,
    expires_at: datetime,
    settings: Settings,
    actor: Actor,
    now: datetime,
    paid_by: str = PROVIDER,
) -> Opened:
    """Record a pending payment (S1.12: before the redirect) and plan the call that opens its page.

    `paid_by` names the provider. A purchase that costs nothing has no page, nor has one that a wallet pays.
    """
    provider = paid_by if purchase.total_minor else NO_PROVIDER
    records = get_payment_tracker("postgresql", session=session, actor=actor, now=now)
    # A purchase of goods has a cart, and needs no look for a package.
    sale = packages.sale_of(session, purchase.id) if purchase.cart_id is None else None
    payment = records.create_pending_payment(
        NewPayment(
            user_id=purchase.buyer_id,
            purchase_id=purchase.id,
            amount_minor=purchase.total_minor,
            currency=purchase.currency,
            provider=provider,
            expires_at=expires_at,
            **_package(sale),
        )
    )
    if provider not in WITH_PAGE:
        return Opened(purchase.id, payment.id, purchase.buyer_id, purchase.currency, None)
    call_id = _plan_opening(session, purchase, payment, settings, expires_at, sale, actor=actor, now=now)
    return Opened(purchase.id, payment.id, purchase.buyer_id, purchase.currency, call_id)


def _plan_opening(
    session: Session,
    purchase: Purchase,
    payment: PaymentRecord,
    settings: Settings,
    expires_at: datetime,
    sale: CreditSale | None,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    watching.begin(session, WatchKind.PAYMENT, payment.id, now=now)
    return outbound.plan(
        session,
        provider=payment.provider,
        kind=CallKind.CREATE_CHECKOUT,
        subject_id=payment.id,
        request=requests.frozen_checkout(_request(session, purchase, payment, settings, expires_at, sale)),
        actor=actor,
        now=now,
    )


def _request(
    session: Session,
    purchase: Purchase,
    payment: PaymentRecord,
    settings: Settings,
    expires_at: datetime,
    sale: CreditSale | None,
) -> CheckoutRequest:
    buyer = session.execute(_BUYER, {"buyer_id": purchase.buyer_id, "provider": payment.provider}).one()
    back = f"{settings.base_url}/{'credits' if sale else 'checkout'}"
    return CheckoutRequest(
        payment_id=payment.id,
        purchase_number=_number(session, purchase.id),
        currency=purchase.currency,
        lines=(_package_line(sale),) if sale else _lines(session, purchase.id),
        customer_email=buyer.email,
        customer_id=buyer.customer_id,
        success_url=f"{back}/return/{payment.id}",
        cancel_url=f"{back}/cancelled/{payment.id}",
        expires_at=expires_at,
    )


def plan_closing(session: Session, *, payment: Payment, actor: Actor, now: datetime) -> int | None:
    """Plan to close a payment's page if it may still take money and nobody is closing it; return the call's id."""
    if payment.provider_session_id is None or payment.session_closed_at is not None:
        return None
    if outbound.is_under_way(session, kind=CallKind.EXPIRE_CHECKOUT, subject_id=payment.id):
        return None
    return outbound.plan(
        session,
        provider=payment.provider,
        kind=CallKind.EXPIRE_CHECKOUT,
        subject_id=payment.id,
        request={"session_id": payment.provider_session_id},
        actor=actor,
        now=now,
    )


def page_opened(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Attach the page to its payment; a page that came too late for its payment is closed again."""
    payment = session.get_one(Payment, subject_id)
    records = get_payment_tracker("postgresql", session=session, actor=outbound.SENDER, now=now)
    if not isinstance(answer, Checkout):
        if code == _NO_SUCH:
            payment_methods.lose(session, user_id=payment.user_id, provider=payment.provider, now=now)
        if payment.machine.can(payment.status, "fail"):
            records.mark_failed(payment.id, code=code, message=Text("The payment page could not be opened."))
        return
    records.attach_session(payment.id, answer.session_id, answer.url, answer.expires_at)
    was_given_up = payment.status == PaymentStatus.FAILED and payment.error_code in {NOT_FOUND, outbound.GIVEN_UP}
    if (was_given_up or payment.status in {PaymentStatus.CANCELLED, PaymentStatus.EXPIRED}) and answer.is_open:
        watching.begin(session, WatchKind.PAYMENT, payment.id, now=now)
        plan_closing(session, payment=payment, actor=outbound.SENDER, now=now)


def page_closed(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Note that a payment's page is closed. A refusal means it was closed or paid before: its event tells which."""
    if isinstance(answer, Checkout) and not answer.is_open and not answer.is_paid:
        get_payment_tracker("postgresql", session=session, actor=outbound.SENDER, now=now).close_session(subject_id)


def _number(session: Session, purchase_id: int) -> str:
    return session.execute(select(Purchase.number).where(Purchase.id == purchase_id)).scalar_one()


def _line(title: str, unit_price_minor: int, quantity: int, discount_minor: int) -> CheckoutLine:
    """Return a line as the buyer pays it: the provider adds up whole lines only, and takes none below zero."""
    if not discount_minor:
        return CheckoutLine(title, unit_price_minor, quantity)
    units = f"{quantity} × " if quantity > 1 else ""  # noqa: RUF001  a times sign is meant
    return CheckoutLine(f"{units}{title}, reduced", unit_price_minor * quantity - discount_minor, 1)


def _package(sale: CreditSale | None) -> dict[str, Any]:
    """Return what a payment records of a package; nothing for goods."""
    return {"credits_to_add": sale.credits, "package_id": sale.code, "package_name": sale.name} if sale else {}


def _package_line(sale: CreditSale) -> CheckoutLine:
    return _line(f"{sale.name}, {sale.credits} credits", sale.price_minor, 1, sale.discount_minor)


def _lines(session: Session, purchase_id: int) -> tuple[CheckoutLine, ...]:
    goods = session.execute(
        select(OrderLine.title, OrderLine.unit_price_minor, OrderLine.quantity, OrderLine.discount_minor)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.purchase_id == purchase_id)
        .order_by(OrderLine.id)
    ).all()
    extras = session.execute(
        select(Shop.name, Order.delivery_minor, Order.tax_minor, Order.tax_included)
        .join(Shop, Shop.seller_id == Order.seller_id)
        .where(Order.purchase_id == purchase_id)
        .order_by(Order.id)
    ).all()
    lines = [_line(*row) for row in goods]
    lines += [CheckoutLine(f"Delivery, {row.name}", row.delivery_minor, 1) for row in extras]
    lines += [CheckoutLine(f"Tax, {row.name}", row.tax_minor, 1) for row in extras if not row.tax_included]
    return tuple(line for line in lines if line.amount_minor)
