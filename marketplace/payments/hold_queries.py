"""What the admin's page of a hold shows: the share, what stands in its way, and what was decided by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.orders.agreed_queries import IS_COLLECTED
from marketplace.orders.models import Order, Shipment
from marketplace.orders.states import DeliveredBy, OrderStatus
from marketplace.payments.models import HoldDecision, PaymentTransaction
from marketplace.payments.states import HoldReason, HoldStep, TransactionStatus


@dataclass(frozen=True, slots=True)
class HeldShare:
    """One share and how far its order is; amounts in minor units."""

    id: int
    payment_id: int
    order_number: str
    order_status: OrderStatus
    is_collected: bool
    """Whether the buyer collects the order."""
    shop_name: str
    currency: str
    left_minor: int
    """What the seller gets or got of it: the net less what refunds took."""
    status: TransactionStatus
    hold_reason: HoldReason | None
    days_to_hold: int | None
    hold_start_date: datetime | None
    planned_release_date: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    delivered_by: DeliveredBy | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision by hand; the dates only where the release moved."""

    step: HoldStep
    reason: str
    admin_name: str
    planned_before: datetime | None
    planned_after: datetime | None
    decided_at: datetime


_SHARE = (
    select(
        PaymentTransaction.id,
        PaymentTransaction.payment_id,
        Order.number,
        Order.status,
        IS_COLLECTED,
        Shop.name,
        PaymentTransaction.currency,
        PaymentTransaction.left_minor,
        PaymentTransaction.status,
        PaymentTransaction.hold_reason,
        PaymentTransaction.days_to_hold,
        PaymentTransaction.hold_start_date,
        PaymentTransaction.planned_release_date,
        Shipment.shipped_at,
        Shipment.delivered_at,
        Shipment.delivered_by,
    )
    .join(Order, Order.id == PaymentTransaction.order_id)
    .join(Shop, Shop.seller_id == PaymentTransaction.seller_id)
    .join(Shipment, Shipment.order_id == Order.id, isouter=True)
    .where(PaymentTransaction.id == bindparam("share_id"), PaymentTransaction.payment_id == bindparam("payment_id"))
)
_DECISIONS = (
    select(
        HoldDecision.step,
        HoldDecision.reason,
        User.name,
        HoldDecision.planned_before,
        HoldDecision.planned_after,
        HoldDecision.decided_at,
    )
    .join(User, User.id == HoldDecision.admin_id)
    .where(HoldDecision.transaction_id == bindparam("share_id"))
    .order_by(HoldDecision.id.desc())
)


def held_share(payment_id: int, share_id: int) -> HeldShare:
    """Return a payment's share; raises NotFound."""
    found = db.read_one(_SHARE, {"payment_id": payment_id, "share_id": share_id})
    if found is None:
        raise NotFound(_("There is no such share."))
    return HeldShare(*tuple(found))


def decisions(share_id: int) -> Sequence[Decision]:
    """Return what admins decided about a share by hand, newest first."""
    return [Decision(*tuple(row)) for row in db.read(_DECISIONS, {"share_id": share_id})]
