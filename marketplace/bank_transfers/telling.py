"""What people are told about transfers: what to transfer, that it is nearly due, and what goes back."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.bank_transfers.models import OutgoingTransfer, TransferRequest
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.payment_records.models import Payment


def awaited(session: Session, *, payment: Payment, request: TransferRequest, number: str, now: datetime) -> None:
    """Tell the buyer of purchase `number` what to transfer, where and by when."""
    facts = {**_facts(payment, request), "number": number}
    _tell(session, payment.user_id, NotificationKind.TRANSFER_AWAITED, "payment", payment.id, facts, now)


def nearly_due(session: Session, *, payment: Payment, request: TransferRequest, now: datetime) -> None:
    """Remind a buyer of a transfer that has not come."""
    facts = _facts(payment, request)
    _tell(session, payment.user_id, NotificationKind.TRANSFER_NEARLY_DUE, "payment", payment.id, facts, now)


def account_wanted(session: Session, transfer: OutgoingTransfer, *, refund_number: str, now: datetime) -> None:
    """Ask a buyer for the account to which a refund goes."""
    facts = {"number": refund_number, "amount_minor": transfer.amount_minor, "currency": transfer.currency}
    kind = NotificationKind.REFUND_ACCOUNT_WANTED
    if transfer.user_id is not None:
        _tell(session, transfer.user_id, kind, "outgoing_transfer", transfer.id, facts, now)


def returned(session: Session, transfer: OutgoingTransfer, *, now: datetime) -> None:
    """Tell a buyer whom we know that what could not be used of a transfer has gone back."""
    facts = {
        "payment_id": transfer.payment_id,
        "amount_minor": transfer.amount_minor,
        "currency": transfer.currency,
    }
    kind = NotificationKind.TRANSFER_SENT_BACK
    if transfer.user_id is not None and transfer.payment_id is not None:
        _tell(session, transfer.user_id, kind, "outgoing_transfer", transfer.id, facts, now)


def _facts(payment: Payment, request: TransferRequest) -> dict[str, Any]:
    return {
        "payment_id": payment.id,
        "purchase_id": payment.purchase_id,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "reference": request.reference,
        "due_on": request.due_at.date().isoformat(),
        **{name: text for name, text in request.account.items() if name != "number"},
        "number_of_account": request.account["number"],
    }


def _tell(
    session: Session, user_id: int, kind: NotificationKind, subject: str, subject_id: int, facts: Any, now: datetime
) -> None:
    notifications.tell(
        session, user_id=user_id, kind=kind, subject=subject, subject_id=subject_id, facts=facts, now=now
    )
