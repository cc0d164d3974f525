"""What pages read about suspensions: those that stand, and how they came about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from marketplace import db
from marketplace.accounts.models import User
from marketplace.accounts.suspension_models import Side, Suspension

__all__ = ["Side", "SuspensionRow", "history_of", "open_of"]

_MOST = 20
_SET_BY, _LIFTED_BY = aliased(User), aliased(User)


@dataclass(frozen=True, slots=True)
class SuspensionRow:
    """One suspension; the last three are None while it stands."""

    side: Side
    reason: str
    admin: str
    suspended_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lift_reason: str | None


_ROWS = (
    select(
        Suspension.side,
        Suspension.reason,
        _SET_BY.name,
        Suspension.suspended_at,
        _LIFTED_BY.name,
        Suspension.lifted_at,
        Suspension.lift_reason,
    )
    .join(_SET_BY, _SET_BY.id == Suspension.admin_id)
    .outerjoin(_LIFTED_BY, _LIFTED_BY.id == Suspension.lifted_by_id)
    .where(Suspension.user_id == bindparam("user_id"))
    .order_by(Suspension.id.desc())
    .limit(_MOST)
)
_OPEN = _ROWS.where(Suspension.lifted_at.is_(None))


def history_of(user_id: int) -> Sequence[SuspensionRow]:
    """Return the latest suspensions of a person, newest first."""
    return [SuspensionRow(*tuple(row)) for row in db.read(_ROWS, {"user_id": user_id})]


def open_of(user_id: int) -> Sequence[SuspensionRow]:
    """Return the suspensions of a person that stand."""
    return [SuspensionRow(*tuple(row)) for row in db.read(_OPEN, {"user_id": user_id})]
