"""Where a seller's money is and when it comes: from the ledger, all read at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Date,
    bindparam,
    case,
    cast,
    column,
    func,
    nulls_first,
    or_,
    select,
)

from marketplace import db
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import OF_SELLERS, Account
from marketplace.ledger.models import Posting
from marketplace.payments.explain_queries import Explanation
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import TransactionStatus

_MINOR = Posting.amount_minor.type
_LEFT = PaymentTransaction.left_minor
_NEXT_DAYS = 6


class Pot(StrEnum):
    """A part of a seller's money. The first four make the balance: every posting is in exactly one of them."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        """Make a pot from its word and its label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    WAITING = "waiting", "Held until release"
    BLOCKED = "blocked", "In refund or dispute"
    AVAILABLE = "available", "Available"
    DEBT = "debt", "You owe"
    BALANCE = "balance", "Your balance"


@dataclass(frozen=True, slots=True)
class Pots:
    """Where a seller's money of one currency is; minor units, debt negative."""

    currency: str
    waiting_minor: int
    blocked_minor: int
    """Held or available, of orders with an open refund or dispute."""
    available_minor: int
    debt_minor: int
    blocked_orders: int

    @property
    def balance_minor(self) -> int:
        """Return what all of it makes."""
        return self.waiting_minor + self.blocked_minor + self.available_minor + self.debt_minor

    def minor_of(self, pot: Pot) -> int:
        """Return what is in `pot`."""
        return {
            Pot.WAITING: self.waiting_minor,
            Pot.BLOCKED: self.blocked_minor,
            Pot.AVAILABLE: self.available_minor,
            Pot.DEBT: self.debt_minor,
            Pot.BALANCE: self.balance_minor,
        }[pot]


@dataclass(frozen=True, slots=True)
class PotStatement:
    """What is in a pot and the postings that make it; minor units."""

    figure_minor: int
    statement: ledger.AccountStatement

    @property
    def ledger_minor(self) -> int:
        """Return the ledger's answer; a credit balance is the seller's."""
        return -self.statement.total_minor


@dataclass(frozen=True, slots=True)
class Sales:
    """What was paid on one day, UTC, minor units: gross by buyers, net to the seller."""

    day: date
    gross_minor: int
    net_minor: int
    orders: int


@dataclass(frozen=True, slots=True)
class Release:
    """What is planned to be released on one day, UTC, minor units; `day` None is what is due since earlier days."""

    day: date | None
    amount_minor: int
    orders: int


@dataclass(frozen=True, slots=True)
class Held:
    """What is held for a seller in one currency, minor units."""

    amount_minor: int
    orders: int
    next_release: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A seller's money in one currency at one moment."""

    pots: Sequence[Pots]
    """One per currency in which the seller has ever had any."""
    held: Held
    sales: Sequence[Sales]
    """Days without a sale are left out."""
    releases: Sequence[Release]
    """What is due, and the next days on which something is planned; at most six rows."""


def _day(moment: ColumnElement[datetime]) -> ColumnElement[date]:
    return cast(func.timezone("UTC", moment), Date)


_SELLER: BindParameter[int] = bindparam("seller_id")
_ON_SHARES = (Account.SELLER_HELD, Account.SELLER_PAYABLE)


def _in_pot(pot: Pot, seller: int | BindParameter[int] = _SELLER) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a posting of the seller is in `pot`."""
    blocked = (
        select(PaymentTransaction.order_id)
        .join(PaymentBlock, PaymentBlock.transaction_id == PaymentTransaction.id)
        .where(PaymentTransaction.seller_id == seller, PaymentBlock.lifted_at.is_(None))
    )
    # A posting of no order, such as a payout, is never blocked.
    is_free = or_(Posting.order_id.is_(None), Posting.order_id.not_in(blocked))
    return {
        Pot.WAITING: (Posting.account == Account.SELLER_HELD, is_free),
        Pot.BLOCKED: (Posting.account.in_(_ON_SHARES), Posting.order_id.in_(blocked)),
        Pot.AVAILABLE: (Posting.account == Account.SELLER_PAYABLE, is_free),
        Pot.DEBT: (Posting.account == Account.SELLER_DEBT,),
        Pot.BALANCE: (),
    }[pot]


def _sum(pot: Pot) -> ColumnElement[int]:
    # What stands to the seller's credit is the seller's.
    total = func.sum(-Posting.amount_minor)
    conditions = _in_pot(pot)
    return func.coalesce(total.filter(*conditions) if conditions else total, 0).cast(_MINOR)


_ALL = (
    Posting.account.in_(bindparam("accounts", OF_SELLERS, expanding=True, literal_execute=True)),
    Posting.owner_id == _SELLER,
)
_POTS = (
    select(
        Posting.currency,
        *(_sum(pot) for pot in (Pot.WAITING, Pot.BLOCKED, Pot.AVAILABLE, Pot.DEBT)),
        func.count(Posting.order_id.distinct()).filter(*_in_pot(Pot.BLOCKED)),
    )
    .where(*_ALL)
    .group_by(Posting.currency)
    .order_by(Posting.currency)
)
_CURRENCIES = select(Posting.currency).where(*_ALL).distinct().order_by(Posting.currency)
_OWN = (PaymentTransaction.seller_id == _SELLER, PaymentTransaction.currency == bindparam("currency"))
_IS_HELD = (*_OWN, PaymentTransaction.status == TransactionStatus.HELD)
_HELD = select(
    func.coalesce(func.sum(_LEFT), 0).cast(_MINOR), func.count(), func.min(PaymentTransaction.planned_release_date)
).where(*_IS_HELD)
_RECEIVED = PaymentTransaction.__table__.c.payment_received_date
_SALES = (
    select(
        _day(_RECEIVED).label("day"),
        func.sum(PaymentTransaction.gross_minor).cast(_MINOR),
        func.sum(PaymentTransaction.net_minor).cast(_MINOR),
        func.count(),
    )
    .where(*_OWN, PaymentTransaction.payment_received_date >= bindparam("since"))
    .group_by("day")
    .order_by("day")
)
_planned_day = _day(PaymentTransaction.__table__.c.planned_release_date)
_release_day = case((_planned_day >= bindparam("today"), _planned_day))
_RELEASES = (
    select(_release_day.label("day"), func.sum(_LEFT).cast(_MINOR), func.count())
    .where(*_IS_HELD, _LEFT > 0)
    .group_by("day")
    .order_by(nulls_first(column("day")))
    .limit(_NEXT_DAYS)
)
_RELEASED_ON = (*_IS_HELD, _planned_day.between(bindparam("first"), bindparam("last")))
_RELEASE = select(func.coalesce(func.sum(_LEFT), 0).cast(_MINOR)).where(*_RELEASED_ON)
_RELEASE_ORDERS = select(PaymentTransaction.order_id).where(*_RELEASED_ON)


def currencies(seller_id: int) -> Sequence[str]:
    """Return the currencies in which a seller has ever had money, by their codes."""
    return [currency for (currency,) in db.read(_CURRENCIES, {"seller_id": seller_id})]


def pots_of(seller_id: int) -> Sequence[Pots]:
    """Return where a seller's money is, one row per currency in which they have ever had any."""
    return [Pots(*tuple(row)) for row in db.read(_POTS, {"seller_id": seller_id})]


def standing(seller_id: int, currency: str, *, since: datetime, today: date) -> Standing:
    """Return a seller's money: all pots, and of `currency` what is held, sold since `since` and to be released."""
    values = {"seller_id": seller_id, "currency": currency, "today": today}
    with db.snapshot() as connection:
        pots = connection.execute(_POTS, {"seller_id": seller_id}).all()
        held = connection.execute(_HELD, values).one()
        sales = connection.execute(_SALES, {**values, "since": since}).all()
        releases = connection.execute(_RELEASES, values).all()
    return Standing(
        pots=tuple(Pots(*tuple(row)) for row in pots),
        held=Held(*tuple(held)),
        sales=tuple(Sales(*tuple(row)) for row in sales),
        releases=tuple(Release(*tuple(row)) for row in releases),
    )


def pot_statement(seller_id: int, currency: str, pot: Pot, before: int | None, size: int) -> PotStatement:
    """Return what is in one pot, as the overview says it, and a stretch of its postings, read in one snapshot."""
    with db.snapshot() as connection:
        pots = {row.currency: Pots(*tuple(row)) for row in connection.execute(_POTS, {"seller_id": seller_id})}
        own = ledger.of_seller(seller_id, currency)
        stretch = ledger.statement(connection, own, *_in_pot(pot, seller_id), before=before, size=size)
    return PotStatement(pots[currency].minor_of(pot) if currency in pots else 0, stretch)


def explain_release(seller_id: int, currency: str, first: date, last: date) -> Explanation:
    """Return the rows behind what is planned to be released on these days: all postings of its orders on hold."""
    values = {"seller_id": seller_id, "currency": currency, "first": first, "last": last}
    with db.snapshot() as connection:
        planned = connection.execute(_RELEASE, values).scalar_one()
        orders = connection.execute(_RELEASE_ORDERS, values).scalars().all()
        postings = _held_postings(connection, seller_id, currency, orders)
    return Explanation("Planned release", currency, planned, -1, postings, ())


def _held_postings(
    connection: Connection, seller_id: int, currency: str, orders: Sequence[int]
) -> tuple[ledger.PostingRow, ...]:
    own = ledger.of_seller(seller_id, currency)
    return ledger.postings(connection, own, Posting.account == Account.SELLER_HELD, Posting.order_id.in_(orders))
