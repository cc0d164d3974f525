"""What sellers owe: per seller and currency by age, and each debt with what made it, what paid it, and who bears it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.debts.models import DebtNetting, DebtWriteOff, SellerDebt
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger.models import LedgerEntry
from marketplace.orders.models import Order
from marketplace.paging import Amounts, Cursor, Listed, Period, Sort, read_page
from marketplace.payments.models import PaymentTransaction

_MINOR = SellerDebt.amount_minor.type
_OPEN = SellerDebt.open_minor


class Age(StrEnum):
    """How long something has been owed; `days` is where the bucket begins, and `until` where it ends."""

    label: str
    days: int
    until: int | None

    def __new__(cls, value: str, label: str, days: int, until: int | None) -> Self:
        """Make a bucket."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.days, member.until = label, days, until
        return member

    FRESH = "fresh", Text("0 to 30 days"), 0, 31
    MONTH = "month", Text("31 to 60 days"), 31, 61
    QUARTER = "quarter", Text("61 to 90 days"), 61, 91
    OLD = "old", Text("More than 90 days"), 91, None

    def of(self, now: datetime) -> ColumnElement[bool]:
        """Return the condition that a debt is this old at `now`."""
        created = SellerDebt.__table__.c.created_at
        is_old_enough = created <= now - timedelta(days=self.days)
        return is_old_enough if self.until is None else is_old_enough & (created > now - timedelta(days=self.until))


@dataclass(frozen=True, slots=True)
class Debtor:
    """What one seller owes in one currency, minor units; `key` is their oldest debt shown."""

    key: int
    seller_id: int
    shop_name: str
    currency: str
    debts: int
    open_minor: int
    fresh_minor: int
    month_minor: int
    quarter_minor: int
    old_minor: int
    paid_minor: int
    """What sales have paid of all debts."""
    borne_minor: int
    """What the platform bears, or what fell away with its cause."""
    oldest: datetime | None
    """Since when the oldest open debt is owed."""

    def minor_of(self, age: Age) -> int:
        """Return what has been owed so long."""
        return {
            Age.FRESH: self.fresh_minor,
            Age.MONTH: self.month_minor,
            Age.QUARTER: self.quarter_minor,
            Age.OLD: self.old_minor,
        }[age]


@dataclass(frozen=True, slots=True)
class DebtRow:
    """One debt; minor units of `currency`."""

    id: int
    seller_id: int
    shop_name: str
    order_number: str
    payment_id: int
    subject: str
    currency: str
    amount_minor: int
    netted_minor: int
    forgiven_minor: int
    open_minor: int
    created_at: datetime
    waiting_approver_id: int | None
    """Who has asked to write it off, while a second admin must confirm; as are the next two."""
    waiting_approver: str | None
    waiting_reason: str | None


@dataclass(frozen=True, slots=True)
class PaidBy:
    """One time a sale paid a debt, minor units, with the entry that booked it."""

    debt_id: int
    order_number: str
    amount_minor: int
    undone_minor: int
    netted_at: datetime
    entry_id: int


@dataclass(frozen=True, slots=True)
class BorneBy:
    """One time the platform took over what was open, minor units, with the entry that booked it."""

    debt_id: int
    amount_minor: int
    reason: str
    asked_by: str
    decided_by: str
    decided_at: datetime
    is_undone: bool
    entry_id: int


def debtors(period: Period, now: datetime, cursor: Cursor, *, is_open: bool) -> Listed[Debtor]:
    """Return one page of who owes something, or ever has; of debts made in `period`, the oldest first."""
    made = SellerDebt.__table__.c.created_at
    sums = [func.coalesce(func.sum(_OPEN).filter(age.of(now)), 0).cast(_MINOR).label(age.value) for age in Age]
    grouped = (
        select(
            func.min(SellerDebt.id).label("id"),
            SellerDebt.seller_id,
            SellerDebt.currency,
            func.count().label("debts"),
            func.sum(_OPEN).cast(_MINOR).label("open_minor"),
            *sums,
            func.sum(SellerDebt.netted_minor).cast(_MINOR).label("paid"),
            func.sum(SellerDebt.forgiven_minor).cast(_MINOR).label("borne"),
            func.min(made).filter(_OPEN > 0).label("oldest"),
        )
        .where(period.of(made))
        .group_by(SellerDebt.seller_id, SellerDebt.currency)
        .having(func.sum(_OPEN) > 0 if is_open else func.sum(_OPEN) == 0)
        .cte("debtor")
    )
    columns = grouped.c
    statement = select(
        columns.id,
        columns.seller_id,
        Shop.name,
        columns.currency,
        columns.debts,
        columns.open_minor,
        *(columns[age.value] for age in Age),
        columns.paid,
        columns.borne,
        columns.oldest,
    ).join(Shop, Shop.seller_id == columns.seller_id)
    amounts = Amounts(columns.currency, columns.open_minor)
    return read_page(statement, columns.id, cursor, Debtor, sort=Sort.OLDEST, amounts=amounts)


_asker = aliased(User)
_ROWS = (
    select(
        SellerDebt.id,
        SellerDebt.seller_id,
        Shop.name,
        Order.number,
        PaymentTransaction.payment_id,
        SellerDebt.subject,
        SellerDebt.currency,
        SellerDebt.amount_minor,
        SellerDebt.netted_minor,
        SellerDebt.forgiven_minor,
        _OPEN,
        SellerDebt.__table__.c.created_at,
        DebtWriteOff.first_approver_id,
        _asker.name,
        DebtWriteOff.reason,
    )
    .join(Shop, Shop.seller_id == SellerDebt.seller_id)
    .join(Order, Order.id == SellerDebt.order_id)
    .join(PaymentTransaction, PaymentTransaction.id == SellerDebt.transaction_id)
    .join(
        DebtWriteOff,
        (DebtWriteOff.debt_id == SellerDebt.id)
        & DebtWriteOff.__table__.c.decided_at.is_(None)
        & DebtWriteOff.__table__.c.undone_at.is_(None),
        isouter=True,
    )
    .join(_asker, _asker.id == DebtWriteOff.first_approver_id, isouter=True)
)
_first, _second = aliased(User), aliased(User)
_PAID = (
    select(
        DebtNetting.debt_id,
        Order.number,
        DebtNetting.amount_minor,
        DebtNetting.undone_minor,
        DebtNetting.netted_at,
        LedgerEntry.id,
    )
    .join(PaymentTransaction, PaymentTransaction.id == DebtNetting.transaction_id)
    .join(Order, Order.id == PaymentTransaction.order_id)
    .join(LedgerEntry, LedgerEntry.key == func.concat("netting:", DebtNetting.id))
    .order_by(DebtNetting.id)
)
_BORNE = (
    select(
        DebtWriteOff.debt_id,
        DebtWriteOff.amount_minor,
        DebtWriteOff.reason,
        _first.name,
        _second.name,
        DebtWriteOff.__table__.c.decided_at,
        DebtWriteOff.__table__.c.undone_at.is_not(None),
        LedgerEntry.id,
    )
    .join(_first, _first.id == DebtWriteOff.first_approver_id)
    .join(_second, _second.id == DebtWriteOff.decided_by_id)
    .join(LedgerEntry, LedgerEntry.key == func.concat("debt_write_off:", DebtWriteOff.id))
    .order_by(DebtWriteOff.id)
)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which debts of a seller are wanted: made in a period, and of an age only those still open."""

    seller_id: int
    currency: str
    period: Period
    age: Age | None
    now: datetime

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a debt must meet."""
        created = SellerDebt.__table__.c.created_at
        own = [SellerDebt.seller_id == self.seller_id, SellerDebt.currency == self.currency, self.period.of(created)]
        return [*own, self.age.of(self.now), _OPEN > 0] if self.age is not None else own


def debts_of(sought: Sought, cursor: Cursor) -> Listed[DebtRow]:
    """Return one page of a seller's debts in one currency, the oldest first."""
    statement = _ROWS.where(*sought.conditions())
    return read_page(statement, SellerDebt.__table__.c.id, cursor, DebtRow, sort=Sort.OLDEST)


def open_minor(sought: Sought) -> int:
    """Return what is open of a seller's debts, minor units."""
    statement = select(func.coalesce(func.sum(_OPEN), 0).cast(_MINOR)).where(*sought.conditions())
    return int(db.read(statement)[0][0])


def debt(debt_id: int) -> DebtRow:
    """Return one debt; raises NotFound."""
    found = db.read_one(_ROWS.where(SellerDebt.id == debt_id))
    if found is None:
        raise NotFound(_("There is no such debt."))
    return DebtRow(*tuple(found))


def paid_by(debt_ids: Iterable[int]) -> Sequence[PaidBy]:
    """Return which sales paid some debts, the oldest payment first."""
    ids = list(debt_ids)
    return [PaidBy(*tuple(row)) for row in db.read(_PAID.where(DebtNetting.debt_id.in_(ids)))] if ids else []


def borne_by(debt_ids: Iterable[int]) -> Sequence[BorneBy]:
    """Return what the platform took over of some debts, the oldest decision first."""
    ids = list(debt_ids)
    return [BorneBy(*tuple(row)) for row in db.read(_BORNE.where(DebtWriteOff.debt_id.in_(ids)))] if ids else []
