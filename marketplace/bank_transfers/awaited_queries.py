"""What pages read of the transfers that are awaited: what one buyer was told, and all that wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.bank_transfers.models import IncomingTransfer, TransferRequest
from marketplace.bank_transfers.states import OPEN
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.orders.models import Purchase
from marketplace.paging import Amounts, Cursor, Listed, Period, Sort, read_page
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus


@dataclass(frozen=True, slots=True)
class Instructions:
    """What a buyer was told to transfer for one payment."""

    payment_id: int
    purchase_id: int
    purchase_number: str
    amount: Money
    status: PaymentStatus
    reference: str
    account: Mapping[str, str]
    due_at: datetime
    has_come: Money
    """What has come for it and does not pay it yet."""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A payment that waits for its transfer."""

    payment_id: int
    purchase_number: str
    buyer_name: str
    amount: Money
    reference: str
    due_at: datetime
    expires_at: datetime
    has_come: Money


_HAS_COME = (
    select(func.coalesce(func.sum(IncomingTransfer.amount_minor), 0))
    .where(
        IncomingTransfer.payment_id == TransferRequest.payment_id,
        IncomingTransfer.currency == Payment.currency,
        IncomingTransfer.status.in_(OPEN),
    )
    .correlate(TransferRequest, Payment)
    .scalar_subquery()
)
_OWN = (
    select(
        Payment.id,
        Purchase.id,
        Purchase.number,
        Payment.amount_minor,
        Payment.currency,
        Payment.status,
        TransferRequest.reference,
        TransferRequest.account,
        TransferRequest.due_at,
        _HAS_COME,
    )
    .join(TransferRequest, TransferRequest.payment_id == Payment.id)
    .join(Purchase, Purchase.id == Payment.purchase_id)
    .where(Payment.id == bindparam("payment_id"), Payment.user_id == bindparam("buyer_id"))
)
_WAITING = (
    select(
        Payment.id,
        Purchase.number,
        User.name,
        Payment.amount_minor,
        Payment.currency,
        TransferRequest.reference,
        TransferRequest.due_at,
        Payment.expires_at,
        _HAS_COME,
    )
    .join(TransferRequest, TransferRequest.payment_id == Payment.id)
    .join(Purchase, Purchase.id == Payment.purchase_id)
    .join(User, User.id == Payment.user_id)
    .where(Payment.status == PaymentStatus.PENDING)
)
WAITING_COUNT = (
    select(func.count())
    .select_from(TransferRequest)
    .join(Payment, Payment.id == TransferRequest.payment_id)
    .where(Payment.status == PaymentStatus.PENDING)
)
"""How many payments wait for a transfer."""


def instructions(payment_id: int, buyer_id: int) -> Instructions:
    """Return what a buyer was told to transfer; raises NotFound for anybody else's payment, or another way to pay."""
    row = db.read_one(_OWN, {"payment_id": payment_id, "buyer_id": buyer_id})
    if row is None:
        raise NotFound(_("There is no such payment."))
    found, purchase_id, number, minor, currency, status, reference, account, due_at, come = tuple(row)
    return Instructions(
        found,
        purchase_id,
        number,
        Money(minor, currency),
        status,
        reference,
        account,
        due_at,
        Money(int(come), currency),
    )


def waiting(text: str, period: Period, cursor: Cursor) -> Listed[WaitingRow]:
    """Return the payments that wait for their transfer, first due first."""
    statement = _WAITING.where(period.of(TransferRequest.__table__.c.due_at), *_waiting_named(text))
    amounts = Amounts(Payment.__table__.c.currency, Payment.__table__.c.amount_minor)
    due = Payment.__table__.c.expires_at
    return read_page(statement, Payment.__table__.c.id, cursor, _waiting, sort=Sort.DUE, amounts=amounts, due=due)


def _waiting_named(text: str) -> list[ColumnElement[bool]]:
    if not text:
        return []
    like = {"autoescape": True}
    signs = "".join(text.upper().split())
    return [
        or_(
            TransferRequest.reference == signs,
            Purchase.number == text.upper(),
            User.name.icontains(text, **like),
            *of_amount(text, Payment.amount_minor),
        )
    ]


def of_amount(text: str, minor: Any) -> list[ColumnElement[bool]]:
    """Return the condition that an amount is the one that was typed, in a currency with two digits or none."""
    whole, _sign, part = text.replace(",", ".").partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 15 and (not part or part.isdigit())):
        return []
    hundredths = int(whole + part.ljust(2, "0")) if len(part) <= 2 else None
    return [minor == hundredths] if hundredths is not None else []


def _waiting(*row: Any) -> WaitingRow:
    payment_id, number, name, minor, currency, reference, due_at, expires_at, come = row
    money = Money(minor, currency), Money(int(come), currency)
    return WaitingRow(payment_id, number, name, money[0], reference, due_at, expires_at, money[1])
