"""A seller's payouts: the list, and one with its lines, the debts that were paid before it, and what came back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import Connection, Select, bindparam, func, or_, select

from marketplace import db
from marketplace.debts.models import DebtNetting, SellerDebt
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.models import Order
from marketplace.paging import Amounts, Cursor, Listed, Period, read_page
from marketplace.payments.models import PaymentTransaction
from marketplace.payouts.models import Payout, PayoutLine
from marketplace.payouts.states import PayoutStatus

_P = PayoutStatus


class PayoutTab(StrEnum):
    """A tab of the list, with the statuses under it."""

    label: str
    statuses: tuple[PayoutStatus, ...]

    def __new__(cls, value: str, label: str = "", statuses: tuple[PayoutStatus, ...] = ()) -> Self:
        """Make a tab from its word, its label and its statuses."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.statuses = label, statuses
        return member

    ALL = "all", Text("All"), tuple(_P)
    ON_ITS_WAY = "on-its-way", Text("On its way"), (_P.PENDING, _P.IN_TRANSIT)
    PAID = "paid", Text("Paid out"), (_P.PAID,)
    PROBLEM = "problem", Text("Not arrived"), (_P.REFUSED, _P.FAILED)
    OVER = "over", Text("Called off"), (_P.CANCELED, _P.REVERSED)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which payouts of a seller; currency "" for all."""

    seller_id: int
    tab: PayoutTab
    currency: str
    period: Period


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """One payout, minor units."""

    id: int
    number: str
    currency: str
    amount_minor: int
    rest_minor: int
    """What was ready as well and waits for the next payout, because banks take whole units only."""
    reversed_minor: int
    status: PayoutStatus
    is_requested: bool
    transfer_id: str | None
    bank_name: str | None
    bank_last4: str | None
    failure_code: str | None
    failure_reason: str | None
    next_attempt_at: datetime | None
    arrives_at: datetime | None
    started_at: datetime
    shares: int


@dataclass(frozen=True, slots=True)
class Line:
    """What a payout pays of one order, minor units: net less what had gone before is the amount."""

    id: int
    order_number: str
    net_minor: int
    amount_minor: int
    reversed_minor: int

    @property
    def before_minor(self) -> int:
        """Return what refunds, disputes, debts and earlier payouts had taken of the net; not positive."""
        return self.amount_minor - self.net_minor


@dataclass(frozen=True, slots=True)
class Netted:
    """A debt that was paid out of a share before this payout and after the one before, minor units."""

    debt_order: str
    paid_by_order: str
    amount_minor: int
    netted_at: datetime


@dataclass(frozen=True, slots=True)
class PayoutDetail:
    """One payout, its lines, and the debts that were paid since the payout before it."""

    payout: PayoutRow
    lines: Sequence[Line]
    netted: Sequence[Netted]

    @property
    def lines_minor(self) -> int:
        """Return what the lines make, minor units: the amount."""
        return sum(line.amount_minor for line in self.lines)


_shares = select(func.count()).where(PayoutLine.payout_id == Payout.id).scalar_subquery()
_PAYOUTS = select(
    Payout.id,
    Payout.number,
    Payout.currency,
    Payout.amount_minor,
    Payout.rest_minor,
    Payout.reversed_minor,
    Payout.status,
    Payout.is_requested,
    Payout.transfer_id,
    Payout.bank_name,
    Payout.bank_last4,
    Payout.failure_code,
    Payout.failure_reason,
    Payout.next_attempt_at,
    Payout.arrives_at,
    Payout.started_at,
    _shares,
).where(Payout.seller_id == bindparam("seller_id"))
_COUNTS = (
    select(Payout.status.label("status"), func.count().label("payouts"))
    .where(Payout.seller_id == bindparam("seller_id"))
    .group_by(Payout.status)
)
_LINES: Select[*tuple[Any, ...]] = (
    select(
        PayoutLine.id,
        Order.number,
        PaymentTransaction.net_minor,
        PayoutLine.amount_minor,
        PayoutLine.reversed_minor,
    )
    .join(PaymentTransaction, PaymentTransaction.id == PayoutLine.transaction_id)
    .join(Order, Order.id == PaymentTransaction.order_id)
    .where(PayoutLine.payout_id == bindparam("payout_id"))
    .order_by(PayoutLine.id)
)
_paid_by, _owed = Order.__table__.alias("paid_by"), Order.__table__.alias("owed")
_before = (
    select(func.max(Payout.started_at))
    .where(
        Payout.seller_id == bindparam("seller_id"),
        Payout.currency == bindparam("currency"),
        Payout.id < bindparam("payout_id"),
    )
    .scalar_subquery()
)
_NETTED = (
    select(
        _owed.c.number, _paid_by.c.number, DebtNetting.amount_minor - DebtNetting.undone_minor, DebtNetting.netted_at
    )
    .join(SellerDebt, SellerDebt.id == DebtNetting.debt_id)
    .join(PaymentTransaction, PaymentTransaction.id == DebtNetting.transaction_id)
    .join(_owed, _owed.c.id == SellerDebt.order_id)
    .join(_paid_by, _paid_by.c.id == PaymentTransaction.order_id)
    .where(
        SellerDebt.seller_id == bindparam("seller_id"),
        SellerDebt.currency == bindparam("currency"),
        DebtNetting.amount_minor > DebtNetting.undone_minor,
        or_(_before.is_(None), DebtNetting.netted_at > _before),
        DebtNetting.netted_at <= bindparam("started_at"),
    )
    .order_by(DebtNetting.id)
)


def payouts(sought: Sought, cursor: Cursor) -> Listed[PayoutRow]:
    """Return one page of a seller's payouts, newest first unless the cursor says otherwise."""
    columns = Payout.__table__.c
    statement = _matching(_PAYOUTS, sought).where(columns.status.in_(sought.tab.statuses))
    amounts = Amounts(columns.currency, columns.amount_minor)
    return read_page(statement.params(seller_id=sought.seller_id), columns.id, cursor, PayoutRow, amounts=amounts)


def counts(sought: Sought) -> Mapping[PayoutStatus, int]:
    """Return how many payouts the filters leave, by status, whatever the tab."""
    rows = db.read(_matching(_COUNTS, sought), {"seller_id": sought.seller_id})
    return {row.status: int(row.payouts) for row in rows}


def payout(seller_id: int, number: str) -> PayoutDetail:
    """Return a seller's own payout; raises NotFound."""
    with db.snapshot() as connection:
        found = connection.execute(_PAYOUTS.where(Payout.number == number), {"seller_id": seller_id}).one_or_none()
        if found is None:
            raise NotFound(_("There is no payout with this number among yours."))
        row = PayoutRow(*tuple(found))
        lines = connection.execute(_LINES, {"payout_id": row.id}).all()
        return PayoutDetail(row, [Line(*tuple(line)) for line in lines], _netted(connection, seller_id, row))


def _netted(connection: Connection, seller_id: int, row: PayoutRow) -> Sequence[Netted]:
    values = {
        "seller_id": seller_id, "currency": row.currency, "payout_id": row.id, "started_at": row.started_at,
    }  # fmt: skip
    return [Netted(*tuple(each)) for each in connection.execute(_NETTED, values)]


def _matching(statement: Select[*tuple[Any, ...]], sought: Sought) -> Select[*tuple[Any, ...]]:
    columns = Payout.__table__.c
    statement = statement.where(sought.period.of(columns.started_at))
    return statement.where(columns.currency == sought.currency) if sought.currency else statement
