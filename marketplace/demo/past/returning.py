"""Money back: what buyers ask, what admins decide, what happens at the provider. Each deed done twice is done once."""

from dataclasses import replace

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.cancellations.flows import cancel_and_refund
from marketplace.cancellations.operations import Wanted
from marketplace.cancellations.rules import CancelReason, Side
from marketplace.demo.past.stage import Stage, order_of, payments_of, person_id, refund_of
from marketplace.orders.models import OrderLine
from marketplace.orders.states import ORDER
from marketplace.providers.stripe import StripeProvider
from marketplace.refunds import flows
from marketplace.refunds import operations as refunds
from marketplace.refunds.rules import RefundReason
from marketplace.refunds.states import REFUND
from marketplace.refunds.wishes import Wish

# Nobody listens here: the provider can't be reached, as on a bad evening.
_NOWHERE = "http://127.0.0.1:9"
_FIRST_LINE = (
    select(OrderLine.id).where(OrderLine.order_id == bindparam("order_id")).order_by(OrderLine.id).limit(1)
)  # fmt: skip


def ask(
    stage: Stage, *, purchase: str, seller: str, reason: RefundReason, words: str, percent: int = 0, minor: int = 0
) -> None:
    """Ask for a part of an order in per cent or minor units; for one unit of its first line without either."""
    order = order_of(purchase, seller)
    if order is None or _has_asked(order.id, words):
        return
    wish = {"buyer_id": order.buyer_id, "reason": reason, "description": words}
    db.atomic(refunds.request, (), order_id=order.id, wish=_wish(order.id, percent, minor), now=stage.now, **wish)


def start(stage: Stage, *, purchase: str, seller: str, admin: str, words: str, percent: int) -> None:
    """Let an admin open a refund without being asked."""
    order = order_of(purchase, seller)
    if order is not None and not _has_asked(order.id, words):
        db.atomic(
            refunds.start,
            (),
            admin_id=person_id(admin),
            order_id=order.id,
            reason=RefundReason.OTHER,
            description=words,
            wish=Wish(percent=percent),
            now=stage.now,
        )


def withdraw(stage: Stage, *, purchase: str, seller: str) -> None:
    """Take the request back."""
    order = order_of(purchase, seller)
    refund = refund_of(order.id) if order else None
    if order is not None and refund is not None and REFUND.can(refund.status, "withdraw"):
        db.atomic(refunds.withdraw, (), buyer_id=order.buyer_id, refund_id=refund.id, now=stage.now)


def reject(stage: Stage, *, purchase: str, seller: str, admin: str, notes: str) -> None:
    """Refuse the request with a reason."""
    order = order_of(purchase, seller)
    refund = refund_of(order.id) if order else None
    if refund is not None and REFUND.can(refund.status, "reject"):
        db.atomic(refunds.reject, (), admin_id=person_id(admin), refund_id=refund.id, notes=notes, now=stage.now)


def approve(
    stage: Stage,
    *,
    purchase: str,
    seller: str,
    admin: str,
    percent: int = 100,
    notes: str = "",
    attempt: int = 0,
    is_heard: bool = True,
) -> None:
    """Approve `percent` of what was asked for, after `attempt` attempts; unheard, the provider can't be reached."""
    order = order_of(purchase, seller)
    refund = refund_of(order.id) if order else None
    admin_id = person_id(admin)
    if refund is None or not REFUND.can(refund.status, "approve") or refund.attempt != attempt:
        return
    if refund.first_approver_id == admin_id:
        return
    deaf = {"stripe": StripeProvider(replace(stage.settings, stripe_api_base=_NOWHERE))}
    flows.approve_and_send(
        admin_id=admin_id,
        refund_id=refund.id,
        amount_minor=refund.asked_minor * percent // 100,
        notes=notes,
        policy=stage.settings.money,
        providers=stage.providers if is_heard else deaf,
        now=stage.now,
    )
    if is_heard:
        stage.settle()


def cancel(stage: Stage, *, purchase: str, seller: str, side: Side, reason: CancelReason, note: str) -> None:
    """Cancel an order that is paid and not sent; its money goes back by itself."""
    order = order_of(purchase, seller)
    if order is None or not ORDER.can(order.status, "ship"):
        return
    cancel_and_refund(
        user_id=order.buyer_id if side is Side.BUYER else order.seller_id,
        side=side,
        number=str(order.number),
        wanted=Wanted(reason, note, int(order.total_minor)),
        policy=stage.settings.money,
        providers=stage.providers,
        now=stage.now,
    )
    stage.settle()


def refund_at_provider(stage: Stage, *, purchase: str, minor: int) -> None:
    """Refund in the provider's dashboard, without telling the shop first; the key makes it happen once."""
    paid = payments_of(purchase)[-1]
    stage.provider.refund(
        intent_id=str(paid.provider_payment_id), amount_minor=minor, reference="dashboard", key=f"dashboard/{purchase}"
    )
    stage.settle()


def _has_asked(order_id: int, words: str) -> bool:
    refund = refund_of(order_id)
    return refund is not None and refund.description == words


def _wish(order_id: int, percent: int, minor: int) -> Wish:
    if percent:
        return Wish(percent=percent)
    if minor:
        return Wish(amount_minor=minor)
    return Wish(units={int(db.read(_FIRST_LINE, {"order_id": order_id})[0][0]): 1})
