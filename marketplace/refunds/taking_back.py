"""Taking back what a seller owes for a refund, because an admin says so after it was approved, mirrored or granted."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.payouts import taking_back
from marketplace.refunds import booking, operations, rules


def take_back(
    session: Session, *, admin_id: int, refund_id: int, seen_minor: int, reason: str, now: datetime
) -> tuple[int, ...]:
    """Have what the seller owes for a refund taken back after all, as far as they were paid it; return the calls.

    `seen_minor` is what the admin saw, minor units. Raises NotFound, Invalid without a reason, NotAllowed for a party
    of the order, Conflict when nothing can be taken back, or another amount.
    """
    refund = operations.known(session, refund_id)
    rules.check_approver(admin_id, buyer_id=refund.buyer_id, seller_id=refund.seller_id, first_approver_id=None)
    return taking_back.ask(
        session,
        subject=booking.subject_of(refund),
        seen_minor=seen_minor,
        reason=reason,
        what=f"refund {refund.number}",
        admin_id=admin_id,
        now=now,
    )
