"""A purchase's attempts to pay: which one counts now, what may be done to it, and taking it back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from marketplace.auctions.models import AuctionPurchase
from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.checkout import page, set_aside
from marketplace.credits.models import CreditSale
from marketplace.errors import NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.models import Purchase
from marketplace.orders.states import PurchaseStatus
from marketplace.outbound import operations as outbound
from marketplace.outbound.models import CallKind
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PAYMENT, PaymentStatus
from marketplace.payment_records.tracker import get_payment_tracker
from marketplace.prepared import is_any

PAGE = select(Payment.checkout_url).where(Payment.id == bindparam("payment_id"))


@dataclass(frozen=True)
class Attempt:
    """One payment of a purchase, and whose it is."""

    payment_id: int
    purchase_id: int
    buyer_id: int
    provider: str
    status: PaymentStatus
    session_id: str | None
    checkout_url: str | None
    session_closed_at: datetime | None
    expires_at: datetime | None

    @property
    def is_settled(self) -> bool:
        """Return whether the provider has or had the money."""
        return self.status in {PaymentStatus.COMPLETED, PaymentStatus.REFUNDED, PaymentStatus.PARTIALLY_REFUNDED}

    @property
    def is_clearing(self) -> bool:
        """Return whether a delayed method is on its way."""
        return self.status == PaymentStatus.PROCESSING

    @property
    def awaits_transfer(self) -> bool:
        """Return whether its buyer was told to transfer the money, which may be on its way."""
        return self.status == PaymentStatus.PENDING and self.provider == BANK_TRANSFER

    @property
    def awaits_page(self) -> bool:
        """Return whether its page is being opened right now."""
        return self.status == PaymentStatus.PENDING and self.session_id is None and not self.awaits_transfer

    @property
    def can_be_withdrawn(self) -> bool:
        """Return whether it is unpaid and may still take money."""
        return PAYMENT.can(self.status, "cancel") and self.session_closed_at is None

    def is_page_open(self, now: datetime) -> bool:
        """Return whether the buyer can pay on its page at `now`; after a decline a new page is opened instead."""
        in_time = self.expires_at is not None and now < self.expires_at
        usable = self.checkout_url is not None and self.session_closed_at is None
        return self.status == PaymentStatus.PENDING and usable and in_time


_ATTEMPT = select(
    Payment.id,
    Payment.purchase_id,
    Payment.user_id,
    Payment.provider,
    Payment.status,
    Payment.provider_session_id,
    Payment.checkout_url,
    Payment.session_closed_at,
    Payment.expires_at,
)
OVERDUE = _ATTEMPT.where(
    is_any(Payment.status, (PaymentStatus.PENDING, PaymentStatus.FAILED)),
    Payment.expires_at <= bindparam("now"),
    Payment.session_closed_at.is_(None),
).order_by(Payment.expires_at)
"""Unpaid attempts whose page is past its time and not known to be closed."""


def latest(session: Session, *, purchase_id: int) -> Attempt:
    """Return the newest attempt to pay a purchase."""
    statement = _ATTEMPT.where(Payment.purchase_id == purchase_id).order_by(Payment.id.desc()).limit(1)
    return _attempt(session.execute(statement).one())


def of_buyer(session: Session, *, payment_id: int, buyer_id: int) -> Attempt:
    """Return a buyer's own attempt; raises NotFound for anybody else's."""
    row = session.execute(_ATTEMPT.where(Payment.id == payment_id, Payment.user_id == buyer_id)).one_or_none()
    if row is None:
        raise NotFound(_("There is no such payment."))
    return _attempt(row)


def to_give_up(
    session: Session,
    *,
    buyer_id: int,
    currency: str,
    token: str,
    auction_id: int | None = None,
    is_package: bool = False,
) -> list[Attempt]:
    """Return the newest attempt of each open purchase that a buyer gives up by sending the review form `token`.

    Those are all of a basket in `currency`, or all of `auction_id`, or all packages of credits, except the form's own,
    made by an earlier press, those that are clearing, and those that wait for a transfer: what they are for is not in
    the basket any more.
    """
    statement = select(Purchase.id).where(
        Purchase.buyer_id == buyer_id,
        Purchase.status == PurchaseStatus.OPEN,
        Purchase.currency == currency,
        Purchase.checkout_token != token,
    )
    if is_package:
        statement = statement.join(CreditSale, CreditSale.purchase_id == Purchase.id)
    elif auction_id is not None:
        statement = statement.join(AuctionPurchase, AuctionPurchase.purchase_id == Purchase.id)
        statement = statement.where(AuctionPurchase.auction_id == auction_id)
    else:
        statement = statement.where(Purchase.cart_id.is_not(None))
    found = [latest(session, purchase_id=purchase_id) for purchase_id in session.execute(statement).scalars().all()]
    return [attempt for attempt in found if not (attempt.is_clearing or attempt.awaits_transfer)]


def overdue(session: Session, *, now: datetime, limit: int) -> list[Attempt]:
    """Return unpaid attempts whose page is past its time and not known to be closed."""
    return [_attempt(row) for row in session.execute(OVERDUE.limit(limit), {"now": now}).all()]


def check_buyer(session: Session, *, purchase_id: int, buyer_id: int) -> None:
    """Raise NotFound unless the purchase is this buyer's."""
    statement = select(Purchase.id).where(Purchase.id == purchase_id, Purchase.buyer_id == buyer_id)
    if session.execute(statement).first() is None:
        raise NotFound(_("There is no such purchase."))


def withdraw(session: Session, *, payment_id: int, actor: Actor, because: str, now: datetime) -> int | None:
    """Cancel an unpaid attempt, give its goods back and plan to close its page; return the call's id."""
    payment = session.get_one(Payment, payment_id)
    if not payment.machine.can(payment.status, "cancel"):
        return None
    get_payment_tracker("postgresql", session=session, actor=actor, now=now).mark_cancelled(payment_id, because=because)
    set_aside.give_back(session, purchase_id=_purchase_id(payment), actor=actor, now=now, because=because)
    return page.plan_closing(session, payment=payment, actor=actor, now=now)


def close(session: Session, *, payment_id: int, actor: Actor, now: datetime) -> int | None:
    """Plan to close the page of an attempt that ran out of time by our clock; return the call's id."""
    return page.plan_closing(session, payment=session.get_one(Payment, payment_id), actor=actor, now=now)


def abandon(session: Session, *, payment_id: int, actor: Actor, now: datetime) -> None:
    """Cancel an attempt whose page nobody knows to exist; if it does, the janitor finds and closes it (DESIGN 4.3)."""
    payment = session.get_one(Payment, payment_id)
    if payment.machine.can(payment.status, "cancel"):
        because = Text("The provider did not answer in time.")
        outbound.call_off(session, kind=CallKind.CREATE_CHECKOUT, subject_id=payment_id, because=because, now=now)
        get_payment_tracker("postgresql", session=session, actor=actor, now=now).mark_cancelled(
            payment_id, because=because
        )
        set_aside.give_back(session, purchase_id=_purchase_id(payment), actor=actor, now=now, because=because)


def count_verification(session: Session, *, payment_id: int, now: datetime) -> None:
    """Count one question to the provider about this payment (S1.7)."""
    session.execute(
        update(Payment)
        .where(Payment.id == payment_id)
        .values(verification_attempts=Payment.verification_attempts + 1, updated_at=now)
    )


def _purchase_id(payment: Payment) -> int:
    if payment.purchase_id is None:
        raise NotFound(_("There is no purchase to this payment."))
    return payment.purchase_id


def _attempt(row: Row[*tuple[object, ...]]) -> Attempt:
    return Attempt(*row)  # type: ignore[arg-type]
