"""What pages read of the transfers that came in: how far each is, and what stands in its way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from marketplace import db
from marketplace.accounts.models import User
from marketplace.bank_transfers import rules
from marketplace.bank_transfers.awaited_queries import WAITING_COUNT, of_amount
from marketplace.bank_transfers.models import IncomingTransfer, OutgoingTransfer
from marketplace.bank_transfers.rules import Awaited, Doubt, Origin
from marketplace.bank_transfers.states import OPEN, IncomingStatus
from marketplace.errors import NotFound
from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.paging import Amounts, Cursor, Listed, Period, read_page
from marketplace.payment_records.models import Payment

_I = IncomingStatus


class TransferTab(Labelled):
    """How far money that came in is."""

    TO_MATCH = "to_match", Text("To match")
    MATCHED = "matched", Text("Matched")
    RETURNED = "returned", Text("Sent back")


STATUSES: Mapping[TransferTab, tuple[IncomingStatus, ...]] = {
    TransferTab.TO_MATCH: (_I.RECORDED, *OPEN),
    TransferTab.MATCHED: (_I.MATCHED,),
    TransferTab.RETURNED: (_I.TO_RETURN, _I.RETURNED, _I.STRUCK),
}


@dataclass(frozen=True, slots=True)
class IncomingRow:
    """One line of the bank's statement, and what stands in its way."""

    id: int
    number: str
    status: IncomingStatus
    origin: Origin
    line_id: str
    amount: Money
    used: Money
    booked_on: date
    text: str
    payer_name: str
    payment_id: int | None
    recorded_by_id: int
    recorded_by: str
    decided_by: str
    recorded_at: datetime
    doubt: Doubt | None
    """Why it pays nothing by itself; None once it is decided."""
    lacks: Money | None
    """What is missing until the payment it names is covered; None where nothing could be waited for."""


_recorder, _decider, _other = aliased(User), aliased(User), aliased(IncomingTransfer)
_OTHERS = (
    select(func.coalesce(func.sum(_other.amount_minor), 0))
    .where(
        _other.payment_id == IncomingTransfer.payment_id,
        _other.id != IncomingTransfer.id,
        _other.currency == IncomingTransfer.currency,
        _other.status.in_(OPEN),
    )
    .correlate(IncomingTransfer)
    .scalar_subquery()
)
_INCOMING = (
    select(
        IncomingTransfer.id,
        IncomingTransfer.number,
        IncomingTransfer.status,
        IncomingTransfer.origin,
        IncomingTransfer.line_id,
        IncomingTransfer.currency,
        IncomingTransfer.amount_minor,
        IncomingTransfer.used_minor,
        IncomingTransfer.booked_on,
        IncomingTransfer.text,
        IncomingTransfer.payer_name,
        IncomingTransfer.payment_id,
        IncomingTransfer.recorded_by_id,
        _recorder.name,
        func.coalesce(_decider.name, ""),
        IncomingTransfer.recorded_at,
        Payment.status,
        Payment.amount_minor,
        Payment.currency,
        _OTHERS,
    )
    .join(_recorder, _recorder.id == IncomingTransfer.recorded_by_id)
    .outerjoin(_decider, _decider.id == IncomingTransfer.decided_by_id)
    .outerjoin(Payment, Payment.id == IncomingTransfer.payment_id)
)
_COUNTS = select(IncomingTransfer.status, func.count()).group_by(IncomingTransfer.status)
_ACCOUNT = select(IncomingTransfer.payer_account).where(IncomingTransfer.id == bindparam("transfer_id"))
_BACK = (
    select(OutgoingTransfer.id, OutgoingTransfer.number, OutgoingTransfer.status, OutgoingTransfer.amount_minor)
    .where(OutgoingTransfer.incoming_id == bindparam("transfer_id"))
    .order_by(OutgoingTransfer.id)
)


def incoming(tab: TransferTab, text: str, period: Period, cursor: Cursor) -> Listed[IncomingRow]:
    """Return what came in and is as far as `tab` says, newest first."""
    statement = _INCOMING.where(
        IncomingTransfer.status.in_(STATUSES[tab]),
        period.of(IncomingTransfer.__table__.c.recorded_at),
        *_incoming_named(text),
    )
    columns = IncomingTransfer.__table__.c
    return read_page(statement, columns.id, cursor, _row, amounts=Amounts(columns.currency, columns.amount_minor))


def one(transfer_id: int) -> IncomingRow:
    """Return one transfer that came in; raises NotFound."""
    found = db.read(_INCOMING.where(IncomingTransfer.id == transfer_id))
    if not found:
        raise NotFound(_("There is no such transfer."))
    return _row(*tuple(found[0]))


def payer_account(transfer_id: int) -> str:
    """Return the account that a transfer came from, as the bank says; "" where it does not."""
    with db.snapshot() as connection:
        return str(connection.execute(_ACCOUNT, {"transfer_id": transfer_id}).scalar_one() or "")


def going_back(transfer_id: int) -> Sequence[Any]:
    """Return what of a transfer goes back or went: id, number, status and minor units of each try."""
    return db.read(_BACK, {"transfer_id": transfer_id})


def counts() -> tuple[int, Mapping[TransferTab, int]]:
    """Return how many payments wait for a transfer, and how many transfers stand under each tab."""
    by_status = dict(map(tuple, db.read(_COUNTS)))
    waiting_now = db.read_one(WAITING_COUNT)
    tabs = {tab: sum(by_status.get(status, 0) for status in statuses) for tab, statuses in STATUSES.items()}
    return int(waiting_now[0]) if waiting_now else 0, tabs


def _incoming_named(text: str) -> list[ColumnElement[bool]]:
    if not text:
        return []
    like = {"autoescape": True}
    named = rules.payments_named_in(text)
    return [
        or_(
            IncomingTransfer.number == text.upper(),
            IncomingTransfer.line_id == text,
            IncomingTransfer.text.icontains(text, **like),
            IncomingTransfer.payer_name.icontains(text, **like),
            *((IncomingTransfer.payment_id.in_(named),) if named else ()),
            *of_amount(text, IncomingTransfer.amount_minor),
        )
    ]


def _row(*row: Any) -> IncomingRow:
    transfer_id, number, status, origin, line_id, currency, minor, used, *more = row
    *facts, wanted_status, wanted_minor, wanted_currency, others = more
    amount = Money(minor, currency)
    awaited = (
        Awaited(wanted_status, Money(wanted_minor, wanted_currency), int(others)) if wanted_status is not None else None
    )
    doubt, lacks = _doubt(status, facts[1], awaited, amount)
    return IncomingRow(
        transfer_id, number, status, origin, line_id, amount, Money(used, currency), *facts, doubt, lacks
    )


def _doubt(
    status: IncomingStatus, text: str, awaited: Awaited | None, amount: Money
) -> tuple[Doubt | None, Money | None]:
    if status not in OPEN:
        return None, None
    if awaited is None:
        return rules.doubt_of_text(len(rules.payments_named_in(text)), is_known=False), None
    doubt = rules.judge(awaited, amount)
    lacking = awaited.amount.minor - awaited.open_minor - amount.minor
    return doubt, Money(lacking, amount.currency) if doubt is Doubt.TOO_LITTLE else None
