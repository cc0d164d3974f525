"""What pages read of money that is to leave the marketplace's account, and of the files for the bank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from marketplace import db
from marketplace.accounts.models import User
from marketplace.bank_policy import BankAccount
from marketplace.bank_transfers import outgoing, pain
from marketplace.bank_transfers.awaited_queries import of_amount
from marketplace.bank_transfers.models import IncomingTransfer, OutgoingTransfer, TransferFile
from marketplace.bank_transfers.rules import Purpose
from marketplace.bank_transfers.states import OutgoingStatus
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.paging import Amounts, Cursor, Listed, Period, read_page


@dataclass(frozen=True, slots=True)
class OutgoingRow:
    """One transfer that is to leave, or has left."""

    id: int
    number: str
    status: OutgoingStatus
    purpose: Purpose
    amount: Money
    payee_name: str
    has_account: bool
    refund_id: int | None
    incoming_id: int | None
    incoming_number: str | None
    payment_id: int | None
    planned_by_id: int | None
    planned_by: str
    account_by_id: int | None
    file_id: int | None
    bank_reference: str
    closed_by: str
    planned_at: datetime
    closed_at: datetime | None


_planner, _closer = aliased(User), aliased(User)
_ROWS = (
    select(
        OutgoingTransfer.id,
        OutgoingTransfer.number,
        OutgoingTransfer.status,
        OutgoingTransfer.purpose,
        OutgoingTransfer.currency,
        OutgoingTransfer.amount_minor,
        OutgoingTransfer.payee_name,
        OutgoingTransfer.account.is_not(None),
        OutgoingTransfer.refund_id,
        OutgoingTransfer.incoming_id,
        IncomingTransfer.number,
        OutgoingTransfer.payment_id,
        OutgoingTransfer.planned_by_id,
        func.coalesce(_planner.name, ""),
        OutgoingTransfer.account_by_id,
        OutgoingTransfer.file_id,
        func.coalesce(OutgoingTransfer.bank_reference, ""),
        func.coalesce(_closer.name, ""),
        OutgoingTransfer.planned_at,
        OutgoingTransfer.closed_at,
    )
    .outerjoin(IncomingTransfer, IncomingTransfer.id == OutgoingTransfer.incoming_id)
    .outerjoin(_planner, _planner.id == OutgoingTransfer.planned_by_id)
    .outerjoin(_closer, _closer.id == OutgoingTransfer.closed_by_id)
)
_COUNTS = select(OutgoingTransfer.status, func.count()).group_by(OutgoingTransfer.status)
_READY = (
    select(OutgoingTransfer.currency, func.count(), func.sum(OutgoingTransfer.amount_minor))
    .where(OutgoingTransfer.status == OutgoingStatus.PLANNED, OutgoingTransfer.account.is_not(None))
    .group_by(OutgoingTransfer.currency)
    .order_by(OutgoingTransfer.currency)
)
_ACCOUNT = select(OutgoingTransfer.account).where(OutgoingTransfer.id == bindparam("transfer_id"))
_FILE = select(TransferFile.account, TransferFile.made_at).where(TransferFile.id == bindparam("file_id"))
_IN_FILE = (
    select(
        OutgoingTransfer.number,
        OutgoingTransfer.amount_minor,
        OutgoingTransfer.currency,
        OutgoingTransfer.payee_name,
        OutgoingTransfer.account,
    )
    .where(OutgoingTransfer.file_id == bindparam("file_id"))
    .order_by(OutgoingTransfer.id)
)
_WANTS_ACCOUNT = select(OutgoingTransfer.id).where(
    OutgoingTransfer.refund_id == bindparam("refund_id"),
    OutgoingTransfer.status == OutgoingStatus.PLANNED,
    OutgoingTransfer.account.is_(None),
)


def listed(status: OutgoingStatus, text: str, period: Period, cursor: Cursor) -> Listed[OutgoingRow]:
    """Return the transfers that are as far as `status` says, newest first."""
    columns = OutgoingTransfer.__table__.c
    statement = _ROWS.where(OutgoingTransfer.status == status, period.of(columns.planned_at), *_named(text))
    return read_page(statement, columns.id, cursor, _row, amounts=Amounts(columns.currency, columns.amount_minor))


def one(transfer_id: int) -> OutgoingRow:
    """Return one transfer; raises NotFound."""
    found = db.read(_ROWS.where(OutgoingTransfer.id == transfer_id))
    if not found:
        raise NotFound(_("There is no such transfer."))
    return _row(*tuple(found[0]))


def account(transfer_id: int) -> str:
    """Return the IBAN to which a transfer goes; "" while nobody has said it."""
    with db.snapshot() as connection:
        return str(connection.execute(_ACCOUNT, {"transfer_id": transfer_id}).scalar_one() or "")


def counts() -> Mapping[OutgoingStatus, int]:
    """Return how many transfers stand in each status."""
    return dict(map(tuple, db.read(_COUNTS)))


def ready() -> Sequence[tuple[int, Money]]:
    """Return what the next file for the bank could hold in each currency: how many, and what they come to."""
    return [(int(count), Money(int(minor), currency)) for currency, count, minor in map(tuple, db.read(_READY))]


def wants_account(refund_id: int) -> bool:
    """Return whether a refund waits for its buyer to say to which account it goes."""
    return bool(db.read(_WANTS_ACCOUNT, {"refund_id": refund_id}))


def file(file_id: int) -> str:
    """Return a file for the bank as it was made; raises NotFound."""
    with db.snapshot() as connection:
        made = connection.execute(_FILE, {"file_id": file_id}).one_or_none()
        if made is None:
            raise NotFound(_("There is no such file."))
        orders = [
            pain.Order(row.number, Money(row.amount_minor, row.currency), row.payee_name, row.account or "", row.number)
            for row in connection.execute(_IN_FILE, {"file_id": file_id})
        ]
    ours: BankAccount = outgoing.account_of(made.account)
    return pain.document(file_id=file_id, account=ours, orders=orders, made_at=made.made_at)


def _named(text: str) -> list[ColumnElement[bool]]:
    if not text:
        return []
    return [
        or_(
            OutgoingTransfer.number == text.upper(),
            OutgoingTransfer.bank_reference == text,
            OutgoingTransfer.payee_name.icontains(text, autoescape=True),
            *of_amount(text, OutgoingTransfer.amount_minor),
        )
    ]


def _row(*row: Any) -> OutgoingRow:
    transfer_id, number, status, purpose, currency, minor, *facts = row
    return OutgoingRow(transfer_id, number, status, purpose, Money(minor, currency), *facts)
