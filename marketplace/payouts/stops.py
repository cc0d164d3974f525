"""An admin's word that a seller is not paid for now, and its end (scar S40)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.errors import Conflict, NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.payments import hold_decisions
from marketplace.payouts import calling_off, operations
from marketplace.payouts.models import PayoutStop
from marketplace.reasons import check_reason


@dataclass(frozen=True)
class Stopped:
    """What a stop did to payouts that had begun: called off, or too late, because the provider has been asked."""

    called_off: tuple[str, ...]
    under_way: tuple[str, ...]


def stop(session: Session, *, admin_id: int, seller_id: int, reason: str, now: datetime) -> Stopped:
    """Stop a seller's payouts until an admin lifts it; what was not sent yet is called off.

    No transfer is asked for once this has committed. Raises NotFound, Invalid without a reason, Conflict when they
    are stopped already.
    """
    user = session.get(User, seller_id)
    if user is None or not user.is_seller:
        raise NotFound(_("There is no such seller."))
    why = check_reason(reason)
    if operations.is_stopped(session, seller_id):
        raise Conflict(_("This seller's payouts are stopped already."))
    session.add(PayoutStop(seller_id=seller_id, reason=why, set_by=admin_id, set_at=now))
    session.flush()
    admin = Actor.user(admin_id, "admin")
    because = Text("The seller's payouts were stopped.")
    called_off, under_way = calling_off.call_off_of_seller(session, seller_id, actor=admin, because=because, now=now)
    return Stopped(tuple(called_off), tuple(under_way))


def lift(session: Session, *, admin_id: int, seller_id: int, reason: str, now: datetime) -> None:
    """Let a seller be paid again, with a reason; the next run looks at them.

    Raises Invalid without a reason, Conflict when nothing stops them.
    """
    why = check_reason(reason)
    found = select(PayoutStop).where(PayoutStop.seller_id == seller_id, PayoutStop.lifted_at.is_(None))
    standing = session.execute(found).scalar_one_or_none()
    if standing is None:
        raise Conflict(_("This seller's payouts are not stopped."))
    standing.lifted_by, standing.lifted_at, standing.lift_reason = admin_id, now, why


def stop_share(session: Session, *, admin_id: int, share_id: int, reason: str, now: datetime) -> None:
    """Keep one share from moving, also when a payout has taken it up and not sent it: that payout is called off.

    Raises what `hold_decisions.stop` raises; NotAllowed when its money is on its way.
    """
    calling_off.call_off_for(session, transaction_id=share_id, because=Text("One of its shares was stopped."), now=now)
    hold_decisions.stop(session, admin_id=admin_id, share_id=share_id, reason=reason, now=now)
