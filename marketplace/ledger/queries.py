"""What the books say: trial balance, entries, and the postings behind a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, select

from marketplace import db
from marketplace.errors import NotFound
from marketplace.ledger.accounts import OF_SELLERS, Account
from marketplace.ledger.models import LedgerEntry, Posting

_AMOUNT = Posting.amount_minor
_MINOR = _AMOUNT.type
_ACCOUNT = Posting.__table__.c.account.type


@dataclass(frozen=True, slots=True)
class Balance:
    """What one account holds in one currency; both sides not negative, minor units."""

    currency: str
    account: Account
    debit_minor: int
    credit_minor: int
    postings: int

    @property
    def balance_minor(self) -> int:
        """Return debits less credits; the balances of one currency sum to zero."""
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One posting with its entry; a positive amount is a debit, minor units."""

    id: int
    entry_id: int
    key: str
    description: str
    account: Account
    currency: str
    amount_minor: int
    owner_id: int | None
    order_id: int | None
    payment_id: int | None
    booked_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One money fact with its postings, which sum to zero."""

    id: int
    key: str
    description: str
    payment_id: int | None
    booked_at: datetime
    hash: bytes
    postings: tuple[PostingRow, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """What the postings outside a stretch of an account make; both sides not negative, minor units."""

    debit_minor: int
    credit_minor: int
    postings: int

    @property
    def balance_minor(self) -> int:
        """Return debits less credits."""
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """A stretch of one account, oldest first, between what came before and what came later."""

    balance_minor: int
    """The database's own sum over all postings of the account: debits less credits, minor units."""
    rows: tuple[PostingRow, ...]
    earlier: Carried
    later: Carried

    @property
    def total_minor(self) -> int:
        """Return what the stretch and what lies outside it make together: debits less credits, minor units."""
        return self.earlier.balance_minor + sum(row.amount_minor for row in self.rows) + self.later.balance_minor


_POSTING = select(
    Posting.id,
    Posting.entry_id,
    LedgerEntry.key,
    LedgerEntry.description,
    Posting.account,
    Posting.currency,
    Posting.amount_minor,
    Posting.owner_id,
    Posting.order_id,
    LedgerEntry.payment_id,
    LedgerEntry.booked_at,
).join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
_TRIAL_BALANCE = (
    select(
        Posting.currency,
        Posting.account,
        func.coalesce(func.sum(case((_AMOUNT > 0, _AMOUNT))), 0).cast(_MINOR),
        func.coalesce(-func.sum(case((_AMOUNT < 0, _AMOUNT))), 0).cast(_MINOR),
        func.count(),
    )
    .group_by(Posting.currency, Posting.account)
    .order_by(Posting.currency, Posting.account)
)
_ENTRY = select(
    LedgerEntry.id,
    LedgerEntry.key,
    LedgerEntry.description,
    LedgerEntry.payment_id,
    LedgerEntry.booked_at,
    LedgerEntry.hash,
)
_OF_ENTRY = _POSTING.where(Posting.entry_id == bindparam("entry_id")).order_by(Posting.id)
_OF_PAYMENT = _POSTING.where(LedgerEntry.payment_id == bindparam("payment_id")).order_by(Posting.entry_id, Posting.id)


def trial_balance() -> Sequence[Balance]:
    """Return every account that has postings, per currency. One statement, so the balances are of one moment."""
    return [Balance(*tuple(row)) for row in db.read(_TRIAL_BALANCE)]


def entry(entry_id: int) -> Entry:
    """Return one entry with its postings; raises NotFound."""
    with db.snapshot() as connection:
        found = connection.execute(_ENTRY.where(LedgerEntry.id == entry_id)).one_or_none()
        if found is None:
            raise NotFound("There is no ledger entry with this number.")
        rows = connection.execute(_OF_ENTRY, {"entry_id": entry_id}).all()
    columns: tuple[Any, ...] = (*found, tuple(PostingRow(*tuple(row)) for row in rows))
    return Entry(*columns)


def postings_of_payment(payment_id: int) -> Sequence[PostingRow]:
    """Return the postings of all entries about one payment, entry by entry."""
    return [PostingRow(*tuple(row)) for row in db.read(_OF_PAYMENT, {"payment_id": payment_id})]


def postings(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[PostingRow, ...]:
    """Return the postings that meet all `conditions`, oldest first, as `connection`'s snapshot sees them."""
    rows = connection.execute(_POSTING.where(*conditions).order_by(Posting.id)).all()
    return tuple(PostingRow(*tuple(row)) for row in rows)


def statement(connection: Connection, *scope: ColumnElement[bool], before: int | None, size: int) -> AccountStatement:
    """Return the last `size` of the postings that `scope` picks older than posting `before` (None: the newest).

    All is read in `connection`'s snapshot.
    """
    shown = [*scope, Posting.id < before] if before is not None else scope
    rows = connection.execute(_POSTING.where(*shown).order_by(Posting.id.desc()).limit(size)).all()
    found = tuple(PostingRow(*tuple(row)) for row in reversed(rows))
    first, last = (found[0].id, found[-1].id) if found else (before or 0, (before or 1) - 1)
    balance = connection.execute(select(func.coalesce(func.sum(_AMOUNT), 0).cast(_MINOR)).where(*scope)).scalar_one()
    sides = select(*_sides(Posting.id < first), *_sides(Posting.id > last)).where(*scope)
    outside = list(connection.execute(sides).one())
    return AccountStatement(balance, found, Carried(*outside[:3]), Carried(*outside[3:]))


def statement_page(account: Account, currency: str, before: int | None, size: int) -> AccountStatement:
    """Return a stretch of an account, everybody's postings, read in one snapshot."""
    with db.snapshot() as connection:
        scope = (Posting.account == account, Posting.currency == currency)
        return statement(connection, *scope, before=before, size=size)


def of_seller(seller_id: int, currency: str) -> ColumnElement[bool]:
    """Return the condition that a posting moves this seller's money, whichever of the three accounts it stands on."""
    accounts = bindparam("seller_accounts", OF_SELLERS, expanding=True, literal_execute=True, type_=_ACCOUNT)
    return and_(Posting.account.in_(accounts), Posting.owner_id == seller_id, Posting.currency == currency)


def _sides(where: ColumnElement[bool]) -> tuple[ColumnElement[int], ...]:
    """Return debits, credits and number of the postings that `where` picks."""
    debit = func.coalesce(func.sum(case((where & (_AMOUNT > 0), _AMOUNT))), 0)
    credit = func.coalesce(-func.sum(case((where & (_AMOUNT < 0), _AMOUNT))), 0)
    return debit.cast(_MINOR), credit.cast(_MINOR), func.count().filter(where)
