"""What the past is played on: the shop's own settings and providers, and everything that is not the shop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Row, bindparam, select

from marketplace import clock, db
from marketplace.accounts.models import User
from marketplace.catalog.models import Listing
from marketplace.config import Settings
from marketplace.orders.models import Order, Purchase
from marketplace.payment_records.models import Payment
from marketplace.payments.models import PaymentTracker
from marketplace.provider_events import flows as provider_events
from marketplace.providers.base import Provider
from marketplace.refunds.models import Refund


class Outside(Protocol):
    """The provider's payment page, its clock and its webhooks."""

    def pay(
        self,
        session_id: str,
        card: str = ...,
        *,
        account: str = ...,
        authenticate: bool | None = ...,
        email: str = ...,
        name: str = ...,
        country: str = ...,
    ) -> object:
        """Pay on the page, by card or bank account; a 3-D Secure question is passed, failed or left open (None)."""

    def save_card(self, session_id: str, card: str = ..., *, expiry: str = ..., email: str = ...) -> object:
        """Save a card on the page for it."""

    def set_up(self, account_id: str) -> object:
        """Give a seller's account all that the provider asks for, with a bank account."""

    def press(self, object_id: str, deed: str, **form: str) -> object:
        """Press a button on the page of an account, a transfer or a payout at the provider."""

    def refuse(self, method: str, path: str, *, times: int, code: str, words: str) -> object:
        """Let the provider refuse the next requests of a kind, `times` of them; the same `words` mean the same."""

    def advance_clock(self, seconds: int) -> object:
        """Move virtual time forward for provider and shop."""

    def run_due(self) -> object:
        """Let the provider do what is due, and send its webhooks."""

    def deliver_pending(self) -> object:
        """Send every webhook that is due."""


@dataclass(frozen=True)
class Stage:
    """All that a deed needs; ids are looked up when they are needed, so that nothing is remembered between starts."""

    outside: Outside
    providers: Mapping[str, Provider]
    settings: Settings
    tick: Callable[[frozenset[str]], object]
    """The shop's own tick, without the steps that are named."""
    recovery: frozenset[str]
    """The steps of the tick that ask the provider in case a message of its was lost."""

    @property
    def now(self) -> datetime:
        """Business time."""
        return clock.now()

    @property
    def provider(self) -> Provider:
        """The provider whose page the buyers see."""
        return self.providers["stripe"]

    def settle(self) -> None:
        """Deliver the provider's messages, and read again those that need its word."""
        self.outside.deliver_pending()
        provider_events.apply_due(providers=self.providers, settings=self.settings, now=self.now)

    def hear(self) -> None:
        """Let the provider do what is due, and take in what it says; the shop's own nights are `pass_time`."""
        self.outside.run_due()
        provider_events.apply_due(providers=self.providers, settings=self.settings, now=self.now)

    def pass_time(self, *, asks: bool = False) -> None:
        """Let provider and shop do everything that is due.

        None of the provider's messages is lost here, so the shop only `asks` about them now and then.
        """
        self.outside.run_due()
        self.tick(frozenset() if asks else self.recovery)


_PERSON = select(User.id).where(User.email == bindparam("email"))
_LISTING = (
    select(Listing.id, Listing.seller_id, Listing.in_stock)
    .join(User, User.id == Listing.seller_id)
    .where(User.email == bindparam("email"), Listing.title == bindparam("title"))
)
_PAYMENTS = (
    select(
        Payment.id,
        Payment.status,
        Payment.provider_session_id,
        Payment.provider_payment_id,
        Payment.purchase_id,
        PaymentTracker.attempts,
        PaymentTracker.status.label("tracker"),
    )
    .join(Purchase, Purchase.id == Payment.purchase_id)
    .outerjoin(PaymentTracker, PaymentTracker.payment_id == Payment.id)
    .where(Purchase.checkout_token == bindparam("token"))
    .order_by(Payment.id)
)
_ORDER = (
    select(Order.id, Order.number, Order.status, Order.total_minor, Order.buyer_id, Order.seller_id)
    .join(Purchase, Purchase.id == Order.purchase_id)
    .join(User, User.id == Order.seller_id)
    .where(Purchase.checkout_token == bindparam("token"), User.email == bindparam("email"))
)
_REFUND = (
    select(Refund.id, Refund.status, Refund.asked_minor, Refund.first_approver_id, Refund.description, Refund.attempt)
    .where(Refund.order_id == bindparam("order_id"))
    .order_by(Refund.id.desc())
    .limit(1)
)


def person_id(email: str) -> int:
    """Return the id of one of the demo's people."""
    return int(db.read(_PERSON, {"email": email})[0][0])


def listing_of(seller: str, title: str) -> Row[*tuple[object, ...]]:
    """Return id, seller_id and in_stock of a listing of the seller with this e-mail address."""
    return db.read(_LISTING, {"email": seller, "title": title})[0]


def payments_of(purchase: str) -> list[Row[*tuple[object, ...]]]:
    """Return the attempts to pay a purchase, oldest first; [] before it exists."""
    return list(db.read(_PAYMENTS, {"token": purchase}))


def order_of(purchase: str, seller: str) -> Row[*tuple[object, ...]] | None:
    """Return one seller's order of a purchase."""
    return db.read_one(_ORDER, {"token": purchase, "email": seller})


def refund_of(order_id: int) -> Row[*tuple[object, ...]] | None:
    """Return the newest refund of an order."""
    return db.read_one(_REFUND, {"order_id": order_id})
