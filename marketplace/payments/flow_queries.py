"""Money that flowed in some time, for the house and for one buyer: each figure is a sum of ledger rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from marketplace import db
from marketplace.language import Text
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import PAID_FROM, Account
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.orders.models import Order
from marketplace.paging import ALWAYS, Period
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import HAS_MONEY
from marketplace.payments.models import PaymentTransaction
from marketplace.payments.states import TransactionStatus

_MINOR = Posting.amount_minor.type
_CAPTURED = "payment:%:captured"
_UNAPPLIED = "payment:%:unapplied"
_REFUND = "refund:%"
_PACKAGE = "credit_return:%"
_Part = tuple[Account, str]
"""An account, and the keys of the entries that count."""
_PAID: tuple[_Part, ...] = tuple((account, _CAPTURED) for account in PAID_FROM)
_IN: tuple[_Part, ...] = (*_PAID, *((account, _UNAPPLIED) for account in PAID_FROM))
_BACK: tuple[_Part, ...] = (
    (Account.REFUND_PENDING, _REFUND),
    (Account.UNAPPLIED_RECEIPTS, _UNAPPLIED),
    (Account.REFUND_PENDING, _PACKAGE),
    (Account.UNAPPLIED_RECEIPTS, _PACKAGE),
)


class Flow(StrEnum):
    """A figure: label, sign (+1 counts debits, -1 credits), and which postings make it."""

    label: str
    sign: int
    parts: tuple[_Part, ...]

    def __new__(cls, value: str, label: str, sign: int, parts: tuple[_Part, ...]) -> Self:
        """Make a figure."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.sign, member.parts = label, sign, parts
        return member

    @property
    def condition(self) -> ColumnElement[bool]:
        """Return the condition that a posting, joined to its entry, is part of this figure."""
        return or_(*(and_(Posting.account == account, LedgerEntry.key.like(keys)) for account, keys in self.parts))


class HouseFlow(Flow):
    """What admins watch."""

    VOLUME = "volume", Text("Volume"), 1, _PAID
    TAKE = "take", Text("Platform fees"), -1, ((Account.PLATFORM_FEE, "%"),)
    REFUNDED = (
        "refunded",
        Text("Refunded"),
        -1,
        ((Account.REFUND_PENDING, _REFUND), (Account.REFUND_PENDING, _PACKAGE), (Account.UNAPPLIED_RECEIPTS, _PACKAGE)),
    )


class BuyerFlow(Flow):
    """What a buyer paid, got back and has spent; money that could not be used counts on both sides."""

    PAID = "paid", Text("Paid"), 1, _IN
    REFUNDED = "refunded", Text("Refunded"), -1, _BACK
    SPENT = "spent", Text("Spent"), 1, _IN + _BACK
    HELD = "held", Text("Held for you"), 1, (*_PAID, (Account.REFUND_PENDING, _REFUND))
    """Paid for orders whose money no seller has yet, less what goes back."""


@dataclass(frozen=True, slots=True)
class HouseTotals:
    """What flowed through the house in one currency, minor units."""

    currency: str
    volume_minor: int
    take_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class BuyerTotals:
    """What one buyer paid in one currency, minor units, and with how many payments."""

    currency: str
    paid_minor: int
    refunded_minor: int
    payments: int

    @property
    def spent_minor(self) -> int:
        """Return what was paid and did not go back."""
        return self.paid_minor - self.refunded_minor

    @property
    def average_minor(self) -> int:
        """Return what one payment was on average, rounded down."""
        return self.paid_minor // self.payments if self.payments else 0


@dataclass(frozen=True, slots=True)
class HeldForBuyer:
    """What is held for a buyer in one currency, minor units, of how many orders."""

    currency: str
    held_minor: int
    orders: int


@dataclass(frozen=True, slots=True)
class FlowStatement:
    """A figure as our tables have it, and a stretch of the postings that make it; minor units."""

    figure_minor: int
    statement: ledger.AccountStatement


def _sum_of(flow: Flow) -> ColumnElement[int]:
    total = func.coalesce(func.sum(Posting.amount_minor).filter(flow.condition), 0)
    return (flow.sign * total).cast(_MINOR)


_OF_BUYER = LedgerEntry.payment_id.in_(select(Payment.id).where(Payment.user_id == bindparam("buyer_id")))
_FLOWED = Posting.__table__.join(LedgerEntry.__table__, LedgerEntry.id == Posting.entry_id)
_HOUSE_TOTALS = (
    select(Posting.currency, *(_sum_of(flow) for flow in HouseFlow))
    .select_from(_FLOWED)
    .where(or_(*(flow.condition for flow in HouseFlow)))
    .group_by(Posting.currency)
    .order_by(_sum_of(HouseFlow.VOLUME).desc(), Posting.currency)
)
_BUYER_REFUNDED = (
    select(Posting.currency, _sum_of(BuyerFlow.REFUNDED).label("refunded"))
    .select_from(_FLOWED)
    .where(_OF_BUYER)
    .group_by(Posting.currency)
    .subquery()
)
_BUYER_TOTALS = (
    select(
        Payment.currency,
        func.sum(Payment.amount_minor).cast(_MINOR),
        func.coalesce(func.max(_BUYER_REFUNDED.c.refunded), 0),
        func.count(),
    )
    .join(_BUYER_REFUNDED, _BUYER_REFUNDED.c.currency == Payment.currency, isouter=True)
    .where(Payment.user_id == bindparam("buyer_id"), Payment.status.in_(HAS_MONEY))
    .group_by(Payment.currency)
    .order_by(func.count().desc(), Payment.currency)
)
_HELD_ORDERS = (
    select(PaymentTransaction.order_id)
    .join(Order, Order.id == PaymentTransaction.order_id)
    .where(Order.buyer_id == bindparam("buyer_id"), PaymentTransaction.status == TransactionStatus.HELD)
)
_HELD = (
    select(
        PaymentTransaction.currency,
        func.sum(PaymentTransaction.gross_minor - PaymentTransaction.refunded_minor).cast(_MINOR),
        func.count(),
    )
    .join(Order, Order.id == PaymentTransaction.order_id)
    .where(Order.buyer_id == bindparam("buyer_id"), PaymentTransaction.status == TransactionStatus.HELD)
    .group_by(PaymentTransaction.currency)
    .order_by(func.count().desc(), PaymentTransaction.currency)
)
_MONTH = func.date_trunc("month", LedgerEntry.booked_at)
_BUYER_MONTHS = (
    select(Posting.currency, _MONTH, _sum_of(BuyerFlow.PAID), _sum_of(BuyerFlow.REFUNDED))
    .select_from(_FLOWED)
    .where(_OF_BUYER)
    .group_by(Posting.currency, _MONTH)
)


def house_totals(period: Period) -> Sequence[HouseTotals]:
    """Return what flowed in `period`, per currency, the largest volume first."""
    return [HouseTotals(*tuple(row)) for row in db.read(_HOUSE_TOTALS.where(_in(period)))]


def volume_by_day(currency: str, period: Period) -> dict[date, int]:
    """Return the volume of each UTC day of `period` that has any, minor units."""
    day = func.date_trunc("day", LedgerEntry.booked_at)
    statement = (
        select(day, func.sum(Posting.amount_minor).cast(_MINOR))
        .select_from(_FLOWED)
        .where(HouseFlow.VOLUME.condition, Posting.currency == currency, _in(period))
        .group_by(day)
    )
    rows: list[tuple[Any, ...]] = [tuple(row) for row in db.read(statement)]
    return {moment.date(): amount for moment, amount in rows}


def buyer_totals(buyer_id: int) -> Sequence[BuyerTotals]:
    """Return what a buyer paid in all, per currency, the most used first (S1.20)."""
    return [BuyerTotals(*tuple(row)) for row in db.read(_BUYER_TOTALS, {"buyer_id": buyer_id})]


def buyer_months(buyer_id: int) -> dict[tuple[str, date], tuple[int, int]]:
    """Return what a buyer paid and got back, by currency and first day of the month; minor units."""
    rows: list[tuple[Any, ...]] = [tuple(row) for row in db.read(_BUYER_MONTHS, {"buyer_id": buyer_id})]
    return {(currency, moment.date()): (paid, refunded) for currency, moment, paid, refunded in rows}


def held_for_buyer(buyer_id: int) -> Sequence[HeldForBuyer]:
    """Return what is held for a buyer, per currency."""
    return [HeldForBuyer(*tuple(row)) for row in db.read(_HELD, {"buyer_id": buyer_id})]


def explain_house(flow: HouseFlow, currency: str, period: Period, before: int | None, size: int) -> FlowStatement:
    """Return a figure of the house with a stretch of its postings, read in one snapshot."""
    scope = [Posting.currency == currency, _entries(flow, period)]
    with db.snapshot() as connection:
        found = ledger.statement(connection, *scope, before=before, size=size)
    return FlowStatement(flow.sign * found.balance_minor, found)


def explain_buyer(
    flow: BuyerFlow, buyer_id: int, currency: str, period: Period, before: int | None, size: int
) -> FlowStatement:
    """Return one of a buyer's own figures with a stretch of its postings, read in one snapshot.

    What was paid and what is held is read from payments and shares, so that the ledger is asked a second time.
    """
    values = {"buyer_id": buyer_id}
    own: ColumnElement[bool] = Posting.order_id.in_(_HELD_ORDERS.params(values))
    if flow is not BuyerFlow.HELD:
        payments = select(Payment.id).where(Payment.user_id == buyer_id)
        own = Posting.entry_id.in_(select(LedgerEntry.id).where(LedgerEntry.payment_id.in_(payments)))
    scope = [Posting.currency == currency, _entries(flow, period), own]
    with db.snapshot() as connection:
        found = ledger.statement(connection, *scope, before=before, size=size)
        figure = flow.sign * found.balance_minor
        if flow is BuyerFlow.HELD:
            held = {row.currency: row for row in connection.execute(_HELD, values)}
            figure = held[currency][1] if currency in held else 0
        elif flow is BuyerFlow.PAID:
            paid = select(func.coalesce(func.sum(Payment.amount_minor), 0).cast(_MINOR)).where(
                Payment.user_id == buyer_id,
                Payment.currency == currency,
                Payment.status.in_(HAS_MONEY),
                period.of(Payment.__table__.c.completed_at),
            )
            figure = connection.execute(paid).scalar_one()
    return FlowStatement(figure, found)


def _in(period: Period) -> ColumnElement[bool]:
    return period.of(LedgerEntry.__table__.c.booked_at)


def _entries(flow: Flow, period: Period) -> ColumnElement[bool]:
    """Return the condition that a posting alone is part of `flow` in `period`."""
    booked = [_in(period)] if period != ALWAYS else []
    return or_(
        *(
            and_(
                Posting.account == account,
                Posting.entry_id.in_(select(LedgerEntry.id).where(LedgerEntry.key.like(keys), *booked)),
            )
            for account, keys in flow.parts
        )
    )
