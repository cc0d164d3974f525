"""A transfer that an admin has sent at the bank, or that the bank refused: its refund is completed, or walks back."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace import history
from marketplace.bank_policy import BankAccount
from marketplace.bank_transfers import outgoing
from marketplace.bank_transfers.models import OutgoingTransfer
from marketplace.history import Actor
from marketplace.reasons import check_reason
from marketplace.refunds import completing, following
from marketplace.refunds.models import Refund


def export(
    session: Session, *, admin_id: int, currency: str, account: BankAccount, second_above_minor: int, now: datetime
) -> int:
    """Put what is ready to leave in a currency into one file for the bank; return its id. Raises as `outgoing.export`.

    Refunds in it are on their way from then on.
    """
    file_id, rows = outgoing.export(
        session,
        admin_id=admin_id,
        currency=currency,
        account=account,
        second_above_minor=second_above_minor,
        now=now,
    )
    for row in rows:
        if row.refund_id is not None:
            refund = session.get_one(Refund, row.refund_id)
            history.move(session, refund, "process", actor=Actor.user(admin_id, "admin"), at=now)
    return file_id


def sent(
    session: Session, *, transfer_id: int, admin_id: int, bank_reference: str, second_above_minor: int, now: datetime
) -> None:
    """Note that the bank has sent a transfer; a refund is with its buyer then. Raises as `outgoing.close_sent`."""
    row = outgoing.close_sent(
        session,
        transfer_id=transfer_id,
        admin_id=admin_id,
        bank_reference=bank_reference,
        second_above_minor=second_above_minor,
        now=now,
    )
    if row.refund_id is not None:
        refund = _refund(session, row)
        completing.complete(session, refund, actor=Actor.user(admin_id, "admin"), now=now)


def failed(session: Session, *, transfer_id: int, admin_id: int, reason: str, now: datetime) -> None:
    """Note that the bank did not send a transfer: a refund fails, and is to be decided anew; a return is planned anew.

    Raises Invalid without a reason, AlreadyThere for a replay.
    """
    because = check_reason(reason)
    row = outgoing.close_failed(session, transfer_id=transfer_id, admin_id=admin_id, reason=because, now=now)
    if row.refund_id is not None:
        actor = Actor.user(admin_id, "admin")
        following.fail(session, _refund(session, row), because=because, actor=actor, now=now)


def _refund(session: Session, row: OutgoingTransfer) -> Refund:
    return session.get_one(Refund, row.refund_id)
