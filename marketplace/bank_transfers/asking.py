"""What the buyer of a purchase is told to transfer: written once, with the payment (S2.27)."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from marketplace.bank_policy import BankTransferPolicy
from marketplace.bank_transfers import rules, telling
from marketplace.bank_transfers.models import TransferRequest
from marketplace.errors import Conflict
from marketplace.language import gettext as _
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus

_BATCH = 50
TO_REMIND = (
    select(TransferRequest.payment_id)
    .join(Payment, Payment.id == TransferRequest.payment_id)
    .where(
        TransferRequest.reminded_at.is_(None),
        TransferRequest.due_at <= bindparam("remind_until"),
        Payment.status == PaymentStatus.PENDING,
    )
    .order_by(TransferRequest.due_at)
    .limit(_BATCH)
)
"""Payments that wait for their transfer and are nearly due, and whose buyers have not been reminded."""


def ask(
    session: Session, *, payment_id: int, number: str, policy: BankTransferPolicy, now: datetime
) -> TransferRequest:
    """Keep what the buyer of purchase `number` is to transfer, and tell them; raises Conflict without an account."""
    payment = session.get_one(Payment, payment_id)
    account = policy.account(payment.currency)
    if account is None:
        raise Conflict(_("There is no bank account for this currency. Choose another way to pay."))
    row = TransferRequest(
        payment_id=payment.id,
        reference=rules.reference_of(payment.id),
        account=asdict(account),
        due_at=rules.due_at(now, policy.due_days),
        created_at=now,
    )
    session.add(row)
    session.flush()
    telling.awaited(session, payment=payment, request=row, number=number, now=now)
    return row


def remind_until(now: datetime, policy: BankTransferPolicy) -> Mapping[str, datetime]:
    """Return the parameters of TO_REMIND."""
    return {"remind_until": now + timedelta(days=policy.reminder_days)}


def remind(session: Session, *, policy: BankTransferPolicy, now: datetime) -> int:
    """Remind buyers whose transfer is nearly due and not here, once each; return how many."""
    found = list(session.execute(TO_REMIND, dict(remind_until(now, policy))).scalars())
    for payment_id in found:
        row = session.get_one(TransferRequest, payment_id)
        row.reminded_at = now
        telling.nearly_due(session, payment=session.get_one(Payment, payment_id), request=row, now=now)
    session.flush()
    return len(found)


def payment_of(session: Session, reference: str) -> int | None:
    """Return the payment that a reference stands for, if it was ever asked for; blanks and case do not matter."""
    named = rules.payments_named_in(reference)
    known = select(TransferRequest.payment_id).where(TransferRequest.payment_id.in_(named))
    found = list(session.execute(known).scalars())
    return found[0] if len(found) == 1 else None
