"""Calling off a paid order: cancelled, its goods for sale again or not, and its money on the way back, in one write."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.cancellations import queries, rules, telling
from marketplace.cancellations.models import Cancellation
from marketplace.cancellations.rules import CancelReason, Side
from marketplace.catalog import stock
from marketplace.config import MoneyPolicy
from marketplace.discounts import uses
from marketplace.errors import NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.orders.models import Order, OrderLine
from marketplace.payments import automatic, subsidies
from marketplace.payments.rules import RefundRule
from marketplace.refunds import granting, standing
from marketplace.refunds.granting import Granted
from marketplace.refunds.rules import FeeBearer, RefundOrigin

_RULES = {
    Side.BUYER: (RefundRule.BUYER_CANCELS, RefundOrigin.BUYER_CANCELLED),
    Side.SELLER: (RefundRule.SELLER_CANCELS, RefundOrigin.SELLER_CANCELLED),
    Side.MARKETPLACE: (RefundRule.PAYMENT_REFUSED, RefundOrigin.PAYMENT_REFUSED),
}
_GIVEN_BACK = Text("The order was cancelled, and the buyer's bank has given back what it had taken for it.")


@dataclass(frozen=True)
class Wanted:
    """What somebody wants who cancels: `is_back_on_sale` None leaves the goods to the reason.

    `expected_minor` is the amount that the button named, in minor units of the order's currency.
    """

    reason: CancelReason
    note: str
    expected_minor: int
    is_back_on_sale: bool | None = None


@dataclass(frozen=True)
class Cancelled:
    """What came of it: the call that sends the money, or None when nothing was left to send."""

    call_id: int | None


def cancel(
    session: Session, *, user_id: int, side: Side, number: str, wanted: Wanted, policy: MoneyPolicy, now: datetime
) -> Cancelled:
    """Cancel a person's own paid order before it is sent, and plan to send back all that is left of its money.

    Requests for a refund of it are closed, because their money is part of that; what was approved before stays.
    Raises NotFound for another's order, AlreadyThere when it was sent, cancelled or refunded, NotAllowed when it is
    not paid, Invalid naming the field, Conflict when another amount is left than the button named.
    """
    own = Order.buyer_id if side is Side.BUYER else Order.seller_id
    order = session.execute(select(Order).where(Order.number == number, own == user_id)).scalar_one_or_none()
    if order is None:
        raise NotFound(_("There is no order with this number among yours."))
    rules.check_can_cancel(side, order.status, buyers_may=policy.buyers_may_cancel)
    note = rules.check_reason(side, wanted.reason, wanted.note)
    is_back = wanted.reason.goods_remain if wanted.is_back_on_sale is None else wanted.is_back_on_sale
    said = _Said(side, user_id, wanted.reason, note, is_back)
    granted = _call_off(session, order, said, policy=policy, now=now)
    left = granted.plan.amount if granted else Money.zero(order.currency)
    rules.check_seen(Money(wanted.expected_minor, order.currency), left)
    return Cancelled(granted.call_id if granted else None)


def refuse(session: Session, *, admin_id: int, order: Order, policy: MoneyPolicy, now: datetime) -> Cancelled:
    """Cancel a paid order because an admin refuses its payment, and plan to send back all that is left of its money.

    It is nobody's fault of those two, so the marketplace bears what the provider keeps. Raises AlreadyThere when it
    was sent, cancelled or refunded, NotAllowed while the buyer's bank takes the payment back.
    """
    rules.check_can_cancel(Side.MARKETPLACE, order.status, buyers_may=True)
    said = _Said(Side.MARKETPLACE, admin_id, CancelReason.REFUSED, "", is_back_on_sale=True)
    ours = replace(policy, refund_fee_bearer=FeeBearer.PLATFORM.value)
    granted = _call_off(session, order, said, policy=ours, now=now)
    return Cancelled(granted.call_id if granted else None)


@dataclass(frozen=True)
class _Said:
    """Who cancels, why, and what becomes of the goods."""

    side: Side
    user_id: int
    reason: CancelReason
    note: str
    is_back_on_sale: bool


def _call_off(session: Session, order: Order, said: _Said, *, policy: MoneyPolicy, now: datetime) -> Granted | None:
    why, actor = rules.reason_text(said.reason, said.note), Actor.user(said.user_id)
    history.move(session, order, "cancel", actor=actor, at=now, because=why)
    words = f"The {said.side.value} cancelled the order. {why}"
    granted = _send_back(session, order, said.side, words, actor=actor, policy=policy, now=now)
    if granted is None:
        subsidies.take_back(session, standing.share_of(session, order.id), actor=actor, because=why, now=now)
    uses.give_back(session, purchase_id=order.purchase_id, actor=actor, now=now)
    _take_back(session, order, is_back_on_sale=said.is_back_on_sale, actor=actor, now=now)
    found = Cancellation(
        order_id=order.id,
        side=said.side,
        user_id=said.user_id,
        reason=said.reason,
        note=said.note,
        is_back_on_sale=said.is_back_on_sale,
        refund_id=granted.refund_id if granted else None,
        cancelled_at=now,
    )
    session.add(found)
    telling.cancelled(session, order=order, cancellation=found, granted=granted, now=now)
    return granted


def send_rest(session: Session, *, order_id: int, policy: MoneyPolicy, now: datetime) -> int | None:
    """Send what a bank has given back of a cancelled order on to its buyer, who has no goods; return the call.

    None when nothing is left, or it is in other hands: a refund that was made when it was cancelled contains it.
    """
    if session.execute(queries.TO_SEND_ON.where(Cancellation.order_id == order_id)).first() is None:
        return None
    found, order = session.get_one(Cancellation, order_id), session.get_one(Order, order_id)
    actor = Actor.job("tick")
    granted = _send_back(session, order, found.side, _GIVEN_BACK, actor=actor, policy=policy, now=now)
    if granted is None:
        return None
    found.refund_id = granted.refund_id
    return granted.call_id


def _take_back(session: Session, order: Order, *, is_back_on_sale: bool, actor: Actor, now: datetime) -> None:
    listings = set(session.execute(select(OrderLine.listing_id).where(OrderLine.order_id == order.id)).scalars())
    stock.take_back(
        session,
        purchase_id=order.purchase_id,
        listing_ids=listings,
        is_back_on_sale=is_back_on_sale,
        actor=actor,
        now=now,
        because=f"Order {order.number} was cancelled.",
    )


def _send_back(
    session: Session, order: Order, side: Side, because: str, *, actor: Actor, policy: MoneyPolicy, now: datetime
) -> Granted | None:
    rule, origin = _RULES[side]
    granted = granting.grant_rest(
        session, order=order, origin=origin, because=because, actor=actor, policy=policy, now=now
    )
    if granted is not None:
        automatic.record(
            session,
            rule=rule,
            payment_id=granted.payment_id,
            order_id=order.id,
            amount=granted.plan.amount,
            now=now,
        )
    return granted
