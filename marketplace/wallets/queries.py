"""What pages read of wallets: what they hold, what came in and was spent, and every movement (S2.19, S2.20)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import aliased

from marketplace import db
from marketplace.accounts.models import User
from marketplace.language import Text
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import Posting
from marketplace.orders.models import Order, Purchase
from marketplace.paging import Amounts, Cursor, Listed, Period, read_page
from marketplace.payment_records.models import Payment
from marketplace.wallets.models import WalletBalance, WalletMovement
from marketplace.wallets.rules import WalletKind

_MINOR = WalletMovement.amount_minor.type


class WalletFigure(StrEnum):
    """A figure of a wallet: label, sign (+1 counts debits, -1 credits), and the movements that make it."""

    label: str
    sign: int
    kinds: Sequence[WalletKind]

    def __new__(cls, value: str, label: str, sign: int, kinds: Sequence[WalletKind]) -> Self:
        """Make a figure."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.sign, member.kinds = label, sign, kinds
        return member

    BALANCE = "balance", Text("In the wallet"), -1, tuple(WalletKind)
    EARNED = "earned", Text("Total earned"), -1, (WalletKind.ADDED, WalletKind.TAKEN_BACK)
    """What was added, less what was taken back."""
    SPENT = "spent", Text("Total spent"), 1, (WalletKind.SPENT, WalletKind.REFUNDED)
    """What it paid, less what of it came back: earned - spent = balance."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a wallet holds in one currency, minor units, and how it came to that: balance = earned - spent."""

    currency: str
    balance_minor: int
    earned_minor: int
    spent_minor: int
    movements: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One movement, minor units; what came in is positive."""

    id: int
    at: datetime
    kind: WalletKind
    currency: str
    amount_minor: int
    balance_minor: int
    reason: str
    order_number: str | None
    """The order that is meant; of a payment for one order, that one."""
    purchase_number: str | None
    payment_id: int | None
    refund_id: int | None
    entry_id: int
    by: str | None
    """Who did it; None for a rule."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Whose movements: in one currency or "" for all, of one kind or None for all, and when."""

    user_id: int
    currency: str
    kind: WalletKind | None
    period: Period


@dataclass(frozen=True, slots=True)
class WalletStatement:
    """A figure as the wallet's own rows have it, and a stretch of the postings that make it; minor units."""

    figure_minor: int
    statement: ledger.AccountStatement


def _sum_of(figure: WalletFigure) -> ColumnElement[int]:
    total = func.sum(WalletMovement.amount_minor).filter(WalletMovement.kind.in_(figure.kinds))
    return (-figure.sign * func.coalesce(total, 0)).cast(_MINOR)


_HELD = (
    select(
        WalletBalance.currency,
        WalletBalance.balance_minor,
        _sum_of(WalletFigure.EARNED),
        _sum_of(WalletFigure.SPENT),
        WalletBalance.movements,
        WalletBalance.updated_at,
    )
    .join(
        WalletMovement,
        (WalletMovement.user_id == WalletBalance.user_id) & (WalletMovement.currency == WalletBalance.currency),
    )
    .where(WalletBalance.user_id == bindparam("user_id"))
    .group_by(WalletBalance.user_id, WalletBalance.currency)
    .order_by(WalletBalance.movements.desc(), WalletBalance.currency)
)
_BALANCE = select(WalletBalance.balance_minor).where(
    WalletBalance.user_id == bindparam("user_id"), WalletBalance.currency == bindparam("currency")
)
_own = aliased(Order)
# The number of a purchase's order, where it has only one.
_ONLY_ORDER = (
    select(func.min(_own.number))
    .where(_own.purchase_id == Payment.purchase_id)
    .having(func.count() == 1)
    .correlate(Payment)
    .scalar_subquery()
)
_MOVEMENTS = (
    select(
        WalletMovement.id,
        WalletMovement.at,
        WalletMovement.kind,
        WalletMovement.currency,
        WalletMovement.amount_minor,
        WalletMovement.balance_minor,
        WalletMovement.reason,
        func.coalesce(Order.number, _ONLY_ORDER),
        Purchase.number,
        WalletMovement.payment_id,
        WalletMovement.refund_id,
        WalletMovement.entry_id,
        User.name,
    )
    .join(Order, Order.id == WalletMovement.order_id, isouter=True)
    .join(Payment, Payment.id == WalletMovement.payment_id, isouter=True)
    .join(Purchase, Purchase.id == Payment.purchase_id, isouter=True)
    .join(User, User.id == WalletMovement.by_id, isouter=True)
)


def held(user_id: int) -> Sequence[Held]:
    """Return what a wallet holds, per currency, the most used first; nothing for one that was never moved."""
    return [Held(*tuple(row)) for row in db.read(_HELD, {"user_id": user_id})]


def balance_minor(user_id: int, currency: str) -> int:
    """Return what a wallet holds in one currency, minor units."""
    found = db.read_one(_BALANCE, {"user_id": user_id, "currency": currency})
    return int(found.balance_minor) if found else 0


def movements(sought: Sought, cursor: Cursor) -> Listed[MovementRow]:
    """Return one page of a wallet's movements, newest first unless the cursor says otherwise."""
    columns = WalletMovement.__table__.c
    statement = _MOVEMENTS.where(columns.user_id == sought.user_id, sought.period.of(columns.at))
    if sought.currency:
        statement = statement.where(columns.currency == sought.currency)
    if sought.kind is not None:
        statement = statement.where(columns.kind == sought.kind)
    amounts = Amounts(columns.currency, columns.amount_minor)
    return read_page(statement, columns.id, cursor, MovementRow, amounts=amounts)


def counts(sought: Sought) -> dict[WalletKind, int]:
    """Return how many movements of each kind there are, whatever kind is asked for."""
    columns = WalletMovement.__table__.c
    statement = select(columns.kind, func.count()).where(
        columns.user_id == sought.user_id, sought.period.of(columns.at)
    )
    if sought.currency:
        statement = statement.where(columns.currency == sought.currency)
    return dict(map(tuple, db.read(statement.group_by(columns.kind))))


def explain(user_id: int, figure: WalletFigure, currency: str, before: int | None, size: int) -> WalletStatement:
    """Return a figure of a wallet with a stretch of its postings, read in one snapshot."""
    mine = (WalletMovement.user_id == user_id, WalletMovement.currency == currency)
    entries = select(WalletMovement.entry_id).where(*mine, WalletMovement.kind.in_(figure.kinds))
    scope = [Posting.account == Account.WALLET, Posting.owner_id == user_id, Posting.currency == currency]
    if figure is not WalletFigure.BALANCE:
        scope.append(Posting.entry_id.in_(entries))
    with db.snapshot() as connection:
        found = ledger.statement(connection, *scope, before=before, size=size)
        if figure is WalletFigure.BALANCE:
            row = connection.execute(_BALANCE, {"user_id": user_id, "currency": currency}).one_or_none()
            return WalletStatement(int(row.balance_minor) if row else 0, found)
        own = select(func.coalesce(func.sum(WalletMovement.amount_minor), 0).cast(_MINOR))
        total = connection.execute(own.where(*mine, WalletMovement.kind.in_(figure.kinds))).scalar_one()
    return WalletStatement(-figure.sign * total, found)
