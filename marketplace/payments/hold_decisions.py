"""What an admin may do to a hold by hand, each time with a reason: stop it, let it go on, extend it, end it."""

from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.payments import holds, rules
from marketplace.payments.models import HoldDecision, PaymentBlock, PaymentTransaction
from marketplace.payments.states import BlockReason, HoldReason, HoldStep, TransactionStatus
from marketplace.reasons import check_reason


def stop(session: Session, *, admin_id: int, share_id: int, reason: str, now: datetime) -> None:
    """Keep a share from moving until an admin lets it go, whatever its dates say.

    Raises NotFound, Invalid without a reason, NotAllowed once it has left, Conflict when it is stopped already.
    """
    share, why = _share(session, share_id), check_reason(reason)
    if share.status not in {TransactionStatus.HELD, TransactionStatus.AVAILABLE}:
        raise NotAllowed(
            _("This share is %(status)s; it can't be stopped any more.", status=share.status.label.lower())
        )
    if session.execute(_stops(share_id)).first() is not None:
        raise Conflict(_("This share is stopped already."))
    session.add(
        PaymentBlock(transaction_id=share_id, reason=BlockReason.MANUAL, subject_id=admin_id, note=why, set_at=now)
    )
    _keep(session, share, HoldStep.STOP, why, admin_id=admin_id, now=now)


def let_go(session: Session, *, admin_id: int, share_id: int, reason: str, now: datetime) -> None:
    """Lift the stop that an admin has set; dates and other blocks count again. Raises Conflict when there is none."""
    share, why = _share(session, share_id), check_reason(reason)
    lifted = update(PaymentBlock).where(PaymentBlock.id.in_(_stops(share_id))).values(lifted_at=now)
    if not session.execute(lifted.returning(PaymentBlock.id)).all():
        raise Conflict(_("This share is not stopped."))
    _keep(session, share, HoldStep.LET_GO, why, admin_id=admin_id, now=now)


def extend(session: Session, *, admin_id: int, share_id: int, days: int, reason: str, now: datetime) -> None:
    """Plan the release `days` later than now planned. Raises NotAllowed when it is not held, Invalid for the days."""
    share, why = _held(session, share_id), check_reason(reason)
    rules.check_extension(days)
    before = share.planned_release_date or now
    share.planned_release_date = max(before, now) + timedelta(days=days)
    share.days_to_hold = (share.days_to_hold or 0) + days
    share.hold_reason = HoldReason.MANUAL
    session.flush()
    _keep(session, share, HoldStep.EXTEND, why, admin_id=admin_id, now=now, before=before)


def release(session: Session, *, admin_id: int, share_id: int, reason: str, now: datetime) -> None:
    """End a hold before its day, or before the goods have arrived. Open refunds and other blocks must end first.

    Raises NotAllowed when it is not held or something blocks it.
    """
    share, why = _held(session, share_id), check_reason(reason)
    if session.execute(_open_blocks(share_id)).first() is not None:
        raise NotAllowed(_("Something still blocks this share: an open refund, a dispute or a stop. End that first."))
    holds.release(session, share, actor=Actor.user(admin_id, "admin"), because=why, now=now)
    _keep(session, share, HoldStep.RELEASE, why, admin_id=admin_id, now=now)


def _share(session: Session, share_id: int) -> PaymentTransaction:
    share = session.get(PaymentTransaction, share_id)
    if share is None:
        raise NotFound(_("There is no such share."))
    return share


def _held(session: Session, share_id: int) -> PaymentTransaction:
    share = _share(session, share_id)
    if share.status is not TransactionStatus.HELD:
        raise NotAllowed(_("This share is %(status)s, not held.", status=share.status.label.lower()))
    return share


def _open_blocks(share_id: int) -> Select[int]:
    return select(PaymentBlock.id).where(PaymentBlock.transaction_id == share_id, PaymentBlock.lifted_at.is_(None))


def _stops(share_id: int) -> Select[int]:
    return _open_blocks(share_id).where(PaymentBlock.reason == BlockReason.MANUAL)


def _keep(
    session: Session,
    share: PaymentTransaction,
    step: HoldStep,
    reason: str,
    *,
    admin_id: int,
    now: datetime,
    before: datetime | None = None,
) -> None:
    session.add(
        HoldDecision(
            transaction_id=share.id,
            step=step,
            reason=reason,
            admin_id=admin_id,
            planned_before=before,
            planned_after=share.planned_release_date if before else None,
            decided_at=now,
        )
    )
