"""Suspend a seller or a buyer, and end it: shop, payouts, and the person's being told follow in one transaction."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts import suspending
from marketplace.accounts.suspension_models import Side, Suspension
from marketplace.catalog import shop_operations as shops
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.payouts import account_rules, operations, stops
from marketplace.payouts.models import PayoutStop, SellerAccount


def suspend(session: Session, *, admin_id: int, user_id: int, side: Side, reason: str, now: datetime) -> None:
    """Suspend a person on one side. A seller's shop takes no orders then and payouts are stopped; orders go on.

    Raises what `accounts.suspending.begin` raises.
    """
    row = suspending.begin(session, admin_id=admin_id, user_id=user_id, side=side, reason=reason, now=now)
    if side is Side.SELLER:
        shops.pause_selling(session, seller_id=user_id, is_paused=True)
        if not operations.is_stopped(session, user_id):
            stops.stop(session, admin_id=admin_id, seller_id=user_id, reason=row.reason, now=now)
    _tell(session, row, NotificationKind.SUSPENDED, row.reason, now)


def lift(session: Session, *, admin_id: int, user_id: int, side: Side, reason: str, now: datetime) -> None:
    """Let a person sell or buy again. A stop of payouts that was there before, or came since, stays.

    Raises what `accounts.suspending.end` raises.
    """
    row = suspending.end(session, admin_id=admin_id, user_id=user_id, side=side, reason=reason, now=now)
    if side is Side.SELLER:
        account = select(SellerAccount.status).where(SellerAccount.seller_id == user_id)
        is_paused = account_rules.is_paused(session.execute(account).scalar_one_or_none())
        shops.pause_selling(session, seller_id=user_id, is_paused=is_paused)
        own = select(PayoutStop.id).where(
            PayoutStop.seller_id == user_id, PayoutStop.lifted_at.is_(None), PayoutStop.set_at == row.suspended_at
        )
        if session.execute(own).first() is not None:
            stops.lift(session, admin_id=admin_id, seller_id=user_id, reason=reason, now=now)
    _tell(session, row, NotificationKind.SUSPENSION_LIFTED, reason.strip(), now)


def _tell(session: Session, row: Suspension, kind: NotificationKind, reason: str, now: datetime) -> None:
    facts = {"side": row.side.value, "reason": reason}
    notifications.tell(
        session, user_id=row.user_id, kind=kind, subject="suspension", subject_id=row.id, facts=facts, now=now
    )
