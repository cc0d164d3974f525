"""Payouts as admins see them: the list, one with its lines and calls, and a seller's stops and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from marketplace import counting, db
from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.orders.models import Order
from marketplace.outbound.models import CallKind, OutboundCall
from marketplace.outbound.states import CallStatus
from marketplace.paging import ALWAYS, Amounts, Cursor, Listed, Period, read_page
from marketplace.payments.models import PaymentTransaction
from marketplace.payments.states import TransactionStatus
from marketplace.payouts.models import Payout, PayoutLine, PayoutSkip, PayoutStop, SellerAccount, TransferReversal
from marketplace.payouts.states import PayoutStatus, ReversalStatus

_C = Payout.__table__.c


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """One payout; amounts in minor units."""

    id: int
    number: str
    seller_id: int
    shop_name: str
    currency: str
    amount_minor: int
    rest_minor: int
    reversed_minor: int
    status: PayoutStatus
    is_requested: bool
    bank_name: str | None
    bank_last4: str | None
    transfer_id: str | None
    provider_payout_id: str | None
    account_id: str | None
    failure_code: str | None
    failure_reason: str | None
    next_attempt_at: datetime | None
    arrives_at: datetime | None
    started_at: datetime


@dataclass(frozen=True, slots=True)
class LineRow:
    """What a payout pays of one share; amounts in minor units."""

    share_id: int
    payment_id: int
    order_number: str
    share_status: TransactionStatus
    amount_minor: int
    reversed_minor: int


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call to the provider about a payout."""

    id: int
    kind: CallKind
    attempt: int
    status: CallStatus
    sends: int
    object_id: str | None
    error_code: str | None
    error_message: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReversalRow:
    """Money of a payout that was taken back, or is asked for; minor units."""

    subject: str
    amount_minor: int
    status: ReversalStatus
    provider_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StopRow:
    """One time a seller's payouts were stopped."""

    reason: str
    set_by: str
    set_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lift_reason: str


@dataclass(frozen=True, slots=True)
class SkipRow:
    """Why a seller was not paid for some time; minor units."""

    currency: str
    cause: str
    amount_minor: int
    since: datetime
    planned_run: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sought:
    """Which payouts are wanted: `text` is a number, a provider's id, or the shop's name; "" for all."""

    text: str = ""
    status: PayoutStatus | None = None
    period: Period = ALWAYS
    seller_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a payout must meet, its status aside."""
        found = [self.period.of(_C.started_at)]
        if self.seller_id is not None:
            found.append(Payout.seller_id == self.seller_id)
        if self.text:
            ids = (Payout.number, Payout.transfer_id, Payout.provider_payout_id)
            named = Payout.seller_id.in_(select(Shop.seller_id).where(func.lower(Shop.name) == self.text.lower()))
            found.append(or_(named, *(column == self.text for column in ids)))
        return found


_ROW = (
    select(
        Payout.id,
        Payout.number,
        Payout.seller_id,
        Shop.name,
        Payout.currency,
        Payout.amount_minor,
        Payout.rest_minor,
        Payout.reversed_minor,
        Payout.status,
        Payout.is_requested,
        Payout.bank_name,
        Payout.bank_last4,
        Payout.transfer_id,
        Payout.provider_payout_id,
        SellerAccount.account_id,
        Payout.failure_code,
        Payout.failure_reason,
        Payout.next_attempt_at,
        Payout.arrives_at,
        Payout.started_at,
    )
    .join(Shop, Shop.seller_id == Payout.seller_id)
    .join(SellerAccount, SellerAccount.id == Payout.seller_account_id)
)
_LINES = (
    select(
        PaymentTransaction.id,
        PaymentTransaction.payment_id,
        Order.number,
        PaymentTransaction.status,
        PayoutLine.amount_minor,
        PayoutLine.reversed_minor,
    )
    .join(PaymentTransaction, PaymentTransaction.id == PayoutLine.transaction_id)
    .join(Order, Order.id == PaymentTransaction.order_id)
    .where(PayoutLine.payout_id == bindparam("payout_id"))
    .order_by(PayoutLine.id)
)
_CALLS = (
    select(
        OutboundCall.id,
        OutboundCall.kind,
        OutboundCall.attempt,
        OutboundCall.status,
        OutboundCall.sends,
        OutboundCall.provider_object_id,
        OutboundCall.error_code,
        OutboundCall.error_message,
        OutboundCall.created_at,
    )
    .where(
        OutboundCall.kind.in_((CallKind.TRANSFER, CallKind.BANK_PAYOUT)),
        OutboundCall.subject_id == bindparam("payout_id"),
    )
    .order_by(OutboundCall.id)
)
_REVERSALS = (
    select(
        TransferReversal.subject,
        TransferReversal.amount_minor,
        TransferReversal.status,
        TransferReversal.provider_reversal_id,
        TransferReversal.created_at,
    )
    .where(TransferReversal.payout_id == bindparam("payout_id"))
    .order_by(TransferReversal.id)
)
_ENTRIES = (
    select(LedgerEntry.id, LedgerEntry.description, LedgerEntry.booked_at)
    .where(
        LedgerEntry.id.in_(select(Posting.entry_id).where(Posting.order_id.in_(bindparam("orders", expanding=True)))),
        LedgerEntry.description.in_(bindparam("descriptions", expanding=True)),
    )
    .order_by(LedgerEntry.id)
)
_setter, _lifter = aliased(User), aliased(User)
_STOPS = (
    select(
        PayoutStop.reason, _setter.name, PayoutStop.set_at, _lifter.name, PayoutStop.lifted_at, PayoutStop.lift_reason
    )
    .join(_setter, _setter.id == PayoutStop.set_by)
    .outerjoin(_lifter, _lifter.id == PayoutStop.lifted_by)
    .where(PayoutStop.seller_id == bindparam("seller_id"))
    .order_by(PayoutStop.id.desc())
    .limit(20)
)
_SKIPS = (
    select(
        PayoutSkip.currency,
        PayoutSkip.cause,
        PayoutSkip.amount_minor,
        PayoutSkip.since,
        PayoutSkip.planned_run,
        PayoutSkip.ended_at,
    )
    .where(PayoutSkip.seller_id == bindparam("seller_id"))
    .order_by(PayoutSkip.id.desc())
    .limit(20)
)


def payouts(sought: Sought, cursor: Cursor) -> Listed[PayoutRow]:
    """Return one page of payouts, newest first unless the cursor says otherwise."""
    statement = _ROW.where(*sought.conditions())
    if sought.status is not None:
        statement = statement.where(Payout.status == sought.status)
    return read_page(statement, _C.id, cursor, PayoutRow, amounts=Amounts(_C.currency, _C.amount_minor))


def counts(sought: Sought) -> Mapping[PayoutStatus, int]:
    """Return how many payouts there are of each status, up to a thousand each."""
    return counting.by_value(select(Payout.id).where(*sought.conditions()), _C.status, PayoutStatus)


def payout(number: str) -> PayoutRow:
    """Return one payout by its number; raises NotFound."""
    row = db.read_one(_ROW.where(Payout.number == number))
    if row is None:
        raise NotFound(_("There is no payout with this number."))
    return PayoutRow(*tuple(row))


def lines_of(payout_id: int) -> Sequence[LineRow]:
    """Return what a payout is made of, in the order of its lines."""
    return [LineRow(*tuple(row)) for row in db.read(_LINES, {"payout_id": payout_id})]


def calls_of(payout_id: int) -> Sequence[CallRow]:
    """Return every call to the provider about a payout, oldest first."""
    return [CallRow(*tuple(row)) for row in db.read(_CALLS, {"payout_id": payout_id})]


def reversals_of(payout_id: int) -> Sequence[ReversalRow]:
    """Return what was taken back of a payout, or asked for, oldest first."""
    return [ReversalRow(*tuple(row)) for row in db.read(_REVERSALS, {"payout_id": payout_id})]


def entries_of(payout_id: int, number: str) -> Sequence[Row[Any]]:
    """Return id, words and time of the ledger entries of a payout."""
    orders = select(PaymentTransaction.order_id).join(PayoutLine, PayoutLine.transaction_id == PaymentTransaction.id)
    order_ids = [row.order_id for row in db.read(orders.where(PayoutLine.payout_id == payout_id))]
    descriptions = [f"Payout {number} transferred", f"Taken back of payout {number}"]
    return db.read(_ENTRIES, {"orders": order_ids, "descriptions": descriptions})


def stops_of(seller_id: int) -> Sequence[StopRow]:
    """Return when a seller's payouts were stopped, newest first."""
    return [StopRow(*tuple(row)) for row in db.read(_STOPS, {"seller_id": seller_id})]


def skips_of(seller_id: int) -> Sequence[SkipRow]:
    """Return why a seller was not paid, newest first."""
    return [SkipRow(*tuple(row)) for row in db.read(_SKIPS, {"seller_id": seller_id})]


def shop_names(seller_ids: Sequence[int]) -> Mapping[int, str]:
    """Return the names of sellers' shops."""
    statement = select(Shop.seller_id, Shop.name).where(Shop.seller_id.in_(list(seller_ids)))
    return {row.seller_id: row.name for row in db.read(statement)}
