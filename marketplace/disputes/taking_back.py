"""Taking back what was paid out for a share that is lost to the bank: chosen before the loss, or asked for after it.

Never by itself. Without it, or when the provider refuses, the seller owes the money, and coming sales pay it.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.disputes import booking, operations
from marketplace.disputes.models import Dispute
from marketplace.disputes.states import TAKEN
from marketplace.errors import Conflict, NotAllowed
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.payouts import taking_back
from marketplace.reasons import check_reason


def choose(session: Session, *, admin_id: int, dispute_id: int, reason: str, now: datetime) -> None:
    """Have what was paid out taken back as soon as the dispute is lost. Nothing moves before.

    Raises NotFound, Invalid without a reason, NotAllowed when the bank does not decide about it now, Conflict when
    somebody has said so already.
    """
    dispute = operations.known(session, dispute_id)
    why = check_reason(reason)
    if dispute.status not in TAKEN:
        raise NotAllowed(
            _(
                "This dispute is %(status)s. Nothing waits for the bank's decision.",
                status=dispute.status.label.lower(),
            )
        )
    if is_chosen(dispute):
        raise Conflict(_("It is to be taken back already, if it is lost."))
    dispute.take_back_for = dispute.losses + 1
    dispute.take_back_by_id, dispute.take_back_at, dispute.take_back_reason = admin_id, now, why


def leave(session: Session, *, dispute_id: int) -> None:
    """Leave what was paid out with its seller after all: they owe it if it is lost. Raises NotFound, Conflict."""
    dispute = operations.known(session, dispute_id)
    if not is_chosen(dispute):
        raise Conflict(_("It is left with the seller already."))
    dispute.take_back_for = dispute.take_back_by_id = dispute.take_back_at = None
    dispute.take_back_reason = ""


def is_chosen(dispute: Dispute) -> bool:
    """Return whether the coming loss has what was paid out taken back."""
    return dispute.take_back_for == dispute.losses + 1


def agree(session: Session, dispute: Dispute, *, now: datetime) -> None:
    """Plan what an admin has chosen for the loss that was booked just now; the calls go out with the next tick."""
    if dispute.take_back_for == dispute.losses and dispute.take_back_by_id is not None:
        taking_back.plan(
            session,
            subject=booking.debt_of(dispute),
            because=f"For dispute {dispute.number}: {dispute.take_back_reason}",
            actor=Actor.user(dispute.take_back_by_id, "admin"),
            now=now,
        )


def after_loss(
    session: Session, *, admin_id: int, dispute_id: int, seen_minor: int, reason: str, now: datetime
) -> tuple[int, ...]:
    """Have what sellers owe for a lost dispute taken back, as far as they were paid it; return the calls.

    `seen_minor` is what the admin saw, minor units. Raises NotFound, Invalid without a reason, Conflict when nothing
    can be taken back, or another amount.
    """
    dispute = operations.known(session, dispute_id)
    return taking_back.ask(
        session,
        subject=booking.debt_of(dispute),
        seen_minor=seen_minor,
        reason=reason,
        what=f"dispute {dispute.number}",
        admin_id=admin_id,
        now=now,
    )
