"""What the provider reports about a payment, put into the books. Every road ends here (DESIGN 4.5).

Webhook, return page, "check my payment" and the sweeper call the same operations; whoever comes second changes nothing.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.auctions import keeping as auctions
from marketplace.carts.models import Cart, CartLine
from marketplace.catalog import stock
from marketplace.checkout import operations, ordinary, packages, rivals, rules, set_aside, telling
from marketplace.checkout.reports import Contradiction as Contradiction  # noqa: PLC0414  its name is known from here
from marketplace.checkout.reports import PaidReport as PaidReport  # noqa: PLC0414
from marketplace.checkout.reports import Settled as Settled  # noqa: PLC0414
from marketplace.config import MoneyPolicy
from marketplace.history import Actor, StatusChange
from marketplace.language import Text
from marketplace.orders.models import Order, OrderLine, Purchase
from marketplace.orders.states import PurchaseStatus
from marketplace.outbound import operations as calls
from marketplace.outbound.models import CallKind
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus
from marketplace.payment_records.tracker import PaymentRecords, get_payment_tracker
from marketplace.payments import balance, trackers
from marketplace.payments import operations as payments
from marketplace.payments.models import PaymentTracker
from marketplace.providers.base import Decline
from marketplace.transitions import Impossible

_BOUGHT = (
    select(OrderLine.listing_id)
    .join(Order, Order.id == OrderLine.order_id)
    .where(Order.purchase_id == bindparam("purchase"))
)
_EMPTY_CART = delete(CartLine).where(CartLine.cart_id == bindparam("cart"), CartLine.listing_id.in_(_BOUGHT))
_FORGET_CODE = (
    update(Cart).where(Cart.id == bindparam("cart"), Cart.discount_code == bindparam("code")).values(discount_code=None)
)
_WITH_MONEY = frozenset({PaymentStatus.COMPLETED, PaymentStatus.REFUNDED, PaymentStatus.PARTIALLY_REFUNDED})


def settle(session: Session, *, paid: PaidReport, actor: Actor, policy: MoneyPolicy, now: datetime) -> Settled:
    """Count a payment, once: shares held, capture booked, orders confirmed, goods sold, both sides told.

    A payment that can't be used (a second one, or its goods are gone) is booked as owed back to the buyer. Raises
    Contradiction when payment, amount or currency are not what was agreed.
    """
    if ordinary.count(session, paid, actor=actor, policy=policy, now=now):
        return Settled.COUNTED
    payment = _payment(session, paid.payment_id)
    settled = _settle(session, payment, paid, actor=actor, policy=policy, now=now)
    if paid.line is not None:
        balance.book_charge(session, payment_id=payment.id, line=paid.line, now=now)
    return settled


def _settle(
    session: Session, payment: Payment, paid: PaidReport, *, actor: Actor, policy: MoneyPolicy, now: datetime
) -> Settled:
    if (paid.amount_minor, paid.currency) != (payment.amount_minor, payment.currency):
        raise Contradiction(f"payment {payment.id} is about another amount")
    records = get_payment_tracker("postgresql", session=session, actor=actor, now=now)
    if paid.session_id is not None:
        _attach_session(session, payment, paid.session_id, records, now)
    already = payment.status in _WITH_MONEY
    tracker = _tracker(session, payment, paid.intent_id, actor, now) if paid.intent_id else None
    if paid.intent_id:
        kind = CallKind.CAPTURE_CHECKOUT
        calls.found_later(session, kind=kind, subject_id=payment.id, object_id=paid.intent_id, now=now)
    if tracker is not None:
        trackers.succeed(session, tracker, session_id=payment.provider_session_id, actor=actor, now=now)
    if already:
        return Settled.ALREADY
    records.mark_completed(payment.id, session_closed_at=now)
    purchase = session.get_one(Purchase, payment.purchase_id)
    obstacle = rivals.obstacle(session, payment, purchase, actor=actor, now=now)
    if obstacle:
        rule, cause = obstacle
        payments.receive_unapplied(session, payment=payment, rule=rule, cause=cause, actor=actor, now=now)
        return Settled.UNAPPLIED
    _count(
        session, payment, purchase, has_shares=bool(tracker and tracker.attempts), actor=actor, policy=policy, now=now
    )
    return Settled.COUNTED


def processing(
    session: Session,
    *,
    payment_id: int | None,
    intent_id: str | None,
    session_id: str | None,
    actor: Actor,
    now: datetime,
    is_fresh: bool = False,
) -> str:
    """Record that a method was accepted that clears later; the goods stay set aside (C10).

    `is_fresh`: the provider was asked just now. A message may be older than the failure of that method, and a page
    that is closed takes no further try, so Contradiction is raised where only the provider can tell.
    """
    payment = _payment(session, payment_id)
    if payment.status is PaymentStatus.FAILED and payment.session_closed_at is not None and not is_fresh:
        raise Contradiction(f"payment {payment.id} has failed since; the report may be old")
    records = get_payment_tracker("postgresql", session=session, actor=actor, now=now)
    if session_id is not None:
        _attach_session(session, payment, session_id, records, now)
    tracker = _tracker(session, payment, intent_id, actor, now) if intent_id else None
    if tracker is not None:
        trackers.advance(session, tracker, "process", actor=actor, now=now)
    if not payment.machine.can(payment.status, "process"):
        return f"The payment is {str.lower(payment.status.label)} already."
    was_closed = payment.status in {PaymentStatus.CANCELLED, PaymentStatus.EXPIRED}
    records.mark_processing(payment.id)
    payment.session_closed_at = now
    keep_until = rules.goods_kept_while_clearing(now)
    if was_closed and not _has_newer(session, payment):
        set_aside.renew(session, purchase_id=_purchase_id(payment), expires_at=keep_until, actor=actor, now=now)
    stock.keep_until(session, purchase_id=_purchase_id(payment), expires_at=keep_until)
    return Text("The payment clears later.")


def declined(session: Session, *, decline: Decline, actor: Actor, now: datetime) -> str:
    """Record one refused attempt (S0.4 to S0.7): tracker failed, shares pending and at a further one failed."""
    payment = _payment(session, decline.payment_id)
    tracker = _tracker(session, payment, decline.intent_id, actor, now)
    if not trackers.record_decline(session, tracker, decline, actor=actor, now=now):
        return Text("This decline is known already.")
    if payment.status in _WITH_MONEY:
        payments.note_decline(session, payment_id=payment.id, decline=decline)
    else:
        orders = operations.purchase_orders(session, _purchase_id(payment))
        payments.decline_shares(session, payment=payment, orders=orders, decline=decline, actor=actor, now=now)
    records = get_payment_tracker("postgresql", session=session, actor=actor, now=now)
    record = records.mark_failed if payment.machine.can(payment.status, "fail") else records.note_error
    record(payment.id, code=decline.decline_code or decline.code, message=decline.reason)
    return Text("The decline is recorded.")


def reported(
    session: Session, *, payment_id: int | None, intent_id: str, verb: str | None, actor: Actor, now: datetime
) -> str:
    """Record what the provider reports of an intent: `verb` moves its tracker, None only makes it known."""
    payment = _payment(session, payment_id)
    tracker = _tracker(session, payment, intent_id, actor, now)
    if verb is not None and not trackers.advance(session, tracker, verb, actor=actor, now=now):
        return Text("The tracker has moved on already.")
    return Text("The tracker is up to date.")


def not_cleared(
    session: Session, *, payment_id: int | None, reason: str, actor: Actor, policy: MoneyPolicy, now: datetime
) -> str:
    """Record that a delayed method failed for good; the goods go back, the buyer may pay another way."""
    payment = _payment(session, payment_id)
    records = get_payment_tracker("postgresql", session=session, actor=actor, now=now)
    if payment.status in _WITH_MONEY:
        raise Contradiction(f"payment {payment.id} has its money already")
    failed_at = now
    if payment.machine.can(payment.status, "fail"):
        records.mark_failed(payment.id, code="async_payment_failed", message=reason)
    else:
        failed_at = _failed_at(session, payment) or now
    payment.session_closed_at = payment.session_closed_at or now
    if not _has_newer(session, payment):
        set_aside.give_back(session, purchase_id=_purchase_id(payment), actor=actor, now=now)
    # The days it took to fail were not the buyer's: the time to try again begins now.
    purchase = session.get_one(Purchase, _purchase_id(payment))
    purchase.open_until = max(purchase.open_until, failed_at + timedelta(hours=policy.unpaid_order_hours))
    session.flush()
    telling.not_paid(session, payment=payment, is_expired=False, now=now)
    return Text("The payment did not clear.")


def expired(session: Session, *, payment_id: int | None, actor: Actor, now: datetime) -> str:
    """Record that a payment page closed unpaid: the goods go back, the purchase may be tried again (S1.22, S61)."""
    payment = _payment(session, payment_id)
    payment.session_closed_at = payment.session_closed_at or now
    session.flush()
    if payment.status in _WITH_MONEY or payment.status == PaymentStatus.PROCESSING:
        return f"The payment is {str.lower(payment.status.label)}; that wins."
    if not _has_newer(session, payment):
        set_aside.give_back(session, purchase_id=_purchase_id(payment), actor=actor, now=now)
    if not payment.machine.can(payment.status, "expire"):
        return f"The payment is {str.lower(payment.status.label)} already."
    records = get_payment_tracker("postgresql", session=session, actor=actor, now=now)
    records.mark_expired(payment.id)
    telling.not_paid(session, payment=payment, is_expired=True, now=now)
    return Text("The payment page closed unpaid.")


def _count(
    session: Session,
    payment: Payment,
    purchase: Purchase,
    *,
    has_shares: bool,
    actor: Actor,
    policy: MoneyPolicy,
    now: datetime,
) -> None:
    if payment.credits_to_add:
        packages.deliver(session, payment=payment, purchase=purchase, actor=actor, now=now)
        return
    orders = operations.purchase_orders(session, purchase.id)
    revived = purchase.status == PurchaseStatus.GIVEN_UP
    ids = (
        payments.share_ids(session, payment.id)
        if has_shares
        else payments.share_out(session, payment=payment, orders=orders, actor=actor, now=now)
    )
    payments.hold_shares(
        session, payment=payment, orders=orders, ids=ids, hold_days=policy.hold_days, actor=actor, now=now
    )
    order_ids = [order.id for order in orders]
    history.move_many(session, Order, order_ids, "revive" if revived else "confirm", actor=actor, at=now)
    telling.paid(session, purchase=purchase, orders=orders, now=now)
    if purchase.cart_id is not None:
        session.connection().execute(_EMPTY_CART, {"cart": purchase.cart_id, "purchase": purchase.id})
        if purchase.discount_code is not None:
            session.connection().execute(_FORGET_CODE, {"cart": purchase.cart_id, "code": purchase.discount_code})
    else:
        auctions.paid(session, purchase_id=purchase.id, actor=actor, now=now)
    history.move(session, purchase, "pay", actor=actor, at=now)


def _has_newer(session: Session, payment: Payment) -> bool:
    newer = select(Payment.id).where(Payment.purchase_id == payment.purchase_id, Payment.id > payment.id)
    return session.execute(newer).first() is not None


def _payment(session: Session, payment_id: int | None) -> Payment:
    payment = session.get(Payment, payment_id) if payment_id is not None else None
    if payment is None:
        raise Contradiction("the report matches no payment of ours")
    return payment


def _attach_session(
    session: Session, payment: Payment, session_id: str, records: PaymentRecords, now: datetime
) -> None:
    if payment.provider_session_id is None and payment.expires_at is not None:
        records.attach_session(payment.id, session_id, None, payment.expires_at)
        calls.found_later(session, kind=CallKind.CREATE_CHECKOUT, subject_id=payment.id, object_id=session_id, now=now)
    elif payment.provider_session_id != session_id:
        raise Contradiction(f"payment {payment.id} belongs to another session")


def _tracker(session: Session, payment: Payment, intent_id: str, actor: Actor, now: datetime) -> PaymentTracker:
    try:
        return trackers.known(session, payment=payment, intent_id=intent_id, actor=actor, now=now)
    except Impossible as error:
        raise Contradiction(str(error)) from error


def _failed_at(session: Session, payment: Payment) -> datetime | None:
    """Return when a payment failed last, however often that is reported; None when it never did."""
    failed = select(func.max(StatusChange.at)).where(
        StatusChange.subject == payment.machine.name, StatusChange.subject_id == payment.id, StatusChange.verb == "fail"
    )
    return session.execute(failed).scalar_one()


def _purchase_id(payment: Payment) -> int:
    if payment.purchase_id is None:
        raise Contradiction(f"payment {payment.id} is for no purchase")
    return payment.purchase_id
