"""Suspend a person as a seller or as a buyer, let them go on, and ask whether they may."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.accounts.suspension_models import Side, Suspension
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.language import gettext as _
from marketplace.reasons import check_reason


def begin(session: Session, *, admin_id: int, user_id: int, side: Side, reason: str, now: datetime) -> Suspension:
    """Suspend a person on one side. What follows for shop and payouts is the caller's.

    Raises NotFound, NotAllowed for oneself, Invalid without a reason, Conflict when they are suspended already.
    """
    _check_is_there(session, user_id, side)
    if admin_id == user_id:
        raise NotAllowed(_("You can't suspend yourself."))
    why = check_reason(reason)
    if standing(session, user_id, side) is not None:
        raise Conflict(_("They are suspended already."))
    row = Suspension(user_id=user_id, side=side, reason=why, admin_id=admin_id, suspended_at=now)
    session.add(row)
    session.flush()
    return row


def end(session: Session, *, admin_id: int, user_id: int, side: Side, reason: str, now: datetime) -> Suspension:
    """Let a person sell or buy again. Raises NotFound, Invalid without a reason, Conflict when nothing stands."""
    _check_is_there(session, user_id, side)
    why = check_reason(reason)
    row = standing(session, user_id, side)
    if row is None:
        raise Conflict(_("They are not suspended."))
    row.lifted_by_id, row.lifted_at, row.lift_reason = admin_id, now, why
    session.flush()
    return row


def standing(session: Session, user_id: int, side: Side) -> Suspension | None:
    """Return the suspension of a person on one side that is not lifted."""
    found = select(Suspension).where(
        Suspension.user_id == user_id, Suspension.side == side, Suspension.lifted_at.is_(None)
    )
    return session.execute(found).scalar_one_or_none()


def is_open_for(user_id: ColumnElement[int], side: Side) -> ColumnElement[bool]:
    """Return the condition that a person is suspended on one side."""
    rows = select(Suspension.id).where(
        Suspension.user_id == user_id, Suspension.side == side, Suspension.lifted_at.is_(None)
    )
    return rows.exists()


def check_may_buy(session: Session, user_id: int) -> None:
    """Raise NotAllowed, with the reason, for a person who is suspended as a buyer."""
    row = standing(session, user_id, Side.BUYER)
    if row is not None:
        raise NotAllowed(_("Your account is suspended for buying. The reason: %(reason)s", reason=row.reason))


def _check_is_there(session: Session, user_id: int, side: Side) -> None:
    user = session.get(User, user_id)
    if user is None or (side is Side.SELLER and not user.is_seller):
        raise NotFound(_("There is no such person."))
