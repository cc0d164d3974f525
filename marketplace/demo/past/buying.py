"""What buyers do: fill a basket, check out, pay or not. Each deed done twice is done once."""

from contextlib import suppress
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.carts import operations as carts
from marketplace.carts.models import Cart, CartLine
from marketplace.checkout import flows
from marketplace.checkout import queries as checkout
from marketplace.checkout.operations import Agreed
from marketplace.demo.customers import Customer
from marketplace.demo.past.stage import Stage, listing_of, payments_of, person_id
from marketplace.errors import Conflict
from marketplace.invoices import operations as invoices
from marketplace.invoices import queries as invoice_queries
from marketplace.payment_records.states import PaymentStatus

# Seller's e-mail address, title, units.
Basket = tuple[tuple[str, str, int], ...]

_UNPAID = (PaymentStatus.PENDING, PaymentStatus.FAILED)


def check_out(
    stage: Stage,
    *,
    purchase: str,
    customer: Customer,
    currency: str,
    basket: Basket,
    code: str = "",
    collected: tuple[str, ...] = (),
) -> None:
    """Fill the basket, enter a discount code if there is one, and go as far as the payment page.

    `collected` are the e-mail addresses of the sellers from whom the buyer collects, where that can be chosen.
    """
    known = payments_of(purchase)
    if known and known[0].provider_session_id:
        return
    buyer_id = person_id(customer.person.email)
    wanted = [(listing_of(seller, title).id, units) for seller, title, units in basket]
    db.atomic(fill_basket, (), user_id=buyer_id, wanted=wanted, code=code or None, now=stage.now)
    address, sellers = asdict(customer.address), tuple(map(person_id, collected))
    agreed = Agreed(
        buyer_id=buyer_id,
        currency=currency,
        token=purchase,
        expected_total_minor=checkout.review(buyer_id, currency, stage.now, collected=sellers).total.minor,
        delivery_address=address,
        billing_address=address,
        buyer_note="",
        shown_country=customer.address.country,
        collected=sellers,
    )
    flows.begin(agreed=agreed, now=stage.now, providers=stage.providers, settings=stage.settings)


def fill_basket(
    session: Session, *, user_id: int, wanted: list[tuple[int, int]], now: datetime, code: str | None = None
) -> None:
    """Make a person's basket hold exactly `wanted`, units by listing, and the discount code `code`."""
    lines = select(CartLine.id).join(Cart, Cart.id == CartLine.cart_id).where(Cart.user_id == user_id)
    for line_id in session.execute(lines).scalars().all():
        carts.remove(session, user_id=user_id, token_hash=None, line_id=line_id)
    session.flush()
    for listing, units in wanted:
        carts.add(session, user_id=user_id, token_hash=None, listing_id=listing, quantity=units, now=now)
    carts.enter_code(session, user_id=user_id, token_hash=None, code=code)


def pay(
    stage: Stage,
    *,
    purchase: str,
    customer: Customer,
    card: str = "4242424242424242",
    account: str = "",
    authenticate: bool | None = True,
    declines: int = 0,
) -> None:
    """Try to pay on the page of the newest attempt, which has been declined `declines` times before."""
    latest = payments_of(purchase)[-1]
    if latest.status not in _UNPAID or (latest.attempts or 0) > declines:
        return
    stage.outside.pay(
        str(latest.provider_session_id),
        card,
        account=account,
        authenticate=authenticate,
        email=customer.person.email,
        name=customer.person.name,
        country=customer.address.country,
    )
    stage.settle()


def go_back(stage: Stage, *, purchase: str, customer: Customer) -> None:
    """Leave the payment page by its way back."""
    latest = payments_of(purchase)[-1]
    if latest.status in _UNPAID:
        buyer_id = person_id(customer.person.email)
        flows.cancel(
            payment_id=latest.id, buyer_id=buyer_id, now=stage.now, providers=stage.providers, settings=stage.settings
        )
        stage.settle()


def try_again(stage: Stage, *, purchase: str, customer: Customer, before: int = 1) -> None:
    """Press "Try again" after `before` attempts; not for a purchase whose buyer has begun another one meanwhile."""
    known = payments_of(purchase)
    if len(known) > before:
        return
    with suppress(Conflict):
        flows.try_again(
            purchase_id=known[-1].purchase_id,
            buyer_id=person_id(customer.person.email),
            now=stage.now,
            providers=stage.providers,
            settings=stage.settings,
        )
    stage.settle()


def leave_in_basket(stage: Stage, *, customer: Customer, basket: Basket) -> None:
    """Put something in the basket and think about it."""
    wanted = [(listing_of(seller, title).id, units) for seller, title, units in basket]
    buyer_id = person_id(customer.person.email)
    db.atomic(fill_basket, (), user_id=buyer_id, wanted=wanted, now=stage.now)


def hear(stage: Stage) -> None:
    """Let the provider do what is due and tell the shop: pages close, debits clear, refunds arrive."""
    stage.hear()


def wait(stage: Stage, *, asks: bool) -> None:
    """Let time do its work on both sides: parcels count as delivered, holds end, sellers are paid."""
    stage.pass_time(asks=asks)


def open_invoices(stage: Stage, *, purchase: str, customer: Customer) -> None:
    """Open what came for a purchase whose payment is still on its way."""
    stage.pass_time(asks=False)
    buyer_id = person_id(customer.person.email)
    for payment in payments_of(purchase)[:1]:
        for invoice_id in invoice_queries.unopened(int(str(payment.purchase_id))):
            db.atomic(invoices.view, (), user_id=buyer_id, invoice_id=invoice_id, now=stage.now)
