"""What the books say: trial balance, entries, and the postings behind a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, select, true

from marketplace import db
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.ledger import sums
from marketplace.ledger.accounts import BALANCES, OF_SELLERS, PAID_FROM, Account
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.ledger.sums import Carried
from marketplace.paging import ALWAYS, Cursor, Listed, Period, read_page

_AMOUNT = Posting.amount_minor
_MINOR = _AMOUNT.type
_ACCOUNT = Posting.__table__.c.account.type
_LARGEST_ID = 2**63 - 1


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
class EntrySummary:
    """One entry in a list; what it moves is the sum of its debits, minor units."""

    id: int
    key: str
    description: str
    payment_id: int | None
    booked_at: datetime
    currency: str
    debit_minor: int


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
_TRIAL_BALANCE = sums.by_account(ALWAYS)
_ENTRY = select(
    LedgerEntry.id,
    LedgerEntry.key,
    LedgerEntry.description,
    LedgerEntry.payment_id,
    LedgerEntry.booked_at,
    LedgerEntry.hash,
)
_MOVED = (
    select(func.min(Posting.currency).label("currency"), func.sum(case((_AMOUNT > 0, _AMOUNT), else_=0)).label("debit"))
    .where(Posting.entry_id == LedgerEntry.id)
    .lateral("moved")
)
_ENTRIES = select(
    LedgerEntry.id,
    LedgerEntry.key,
    LedgerEntry.description,
    LedgerEntry.payment_id,
    LedgerEntry.booked_at,
    _MOVED.c.currency,
    _MOVED.c.debit.cast(_MINOR),
).join(_MOVED, true())
_OF_ENTRY = _POSTING.where(Posting.entry_id == bindparam("entry_id")).order_by(Posting.id)
_OF_PAYMENT = _POSTING.where(LedgerEntry.payment_id == bindparam("payment_id")).order_by(Posting.entry_id, Posting.id)


def trial_balance(until: datetime | None = None) -> Sequence[Balance]:
    """Return every account that has postings, per currency; with `until`, what was booked before that day, UTC.

    One statement, so the balances are of one moment.
    """
    statement = _TRIAL_BALANCE if until is None else sums.by_account(Period(until=until))
    return [Balance(*tuple(row)) for row in db.read(statement)]


def entry(entry_id: int) -> Entry:
    """Return one entry with its postings; raises NotFound."""
    with db.snapshot() as connection:
        found = connection.execute(_ENTRY.where(LedgerEntry.id == entry_id)).one_or_none()
        if found is None:
            raise NotFound(_("There is no ledger entry with this number."))
        rows = connection.execute(_OF_ENTRY, {"entry_id": entry_id}).all()
    columns: tuple[Any, ...] = (*found, tuple(PostingRow(*tuple(row)) for row in rows))
    return Entry(*columns)


def entries(text: str, period: Period, cursor: Cursor) -> Listed[EntrySummary]:
    """Return one page of the entries booked in `period`, newest first; `text` begins a key or is a payment's number."""
    columns = LedgerEntry.__table__.c
    statement = _ENTRIES.where(period.of(columns.booked_at))
    if text.isascii() and text.isdigit():
        statement = statement.where(LedgerEntry.payment_id == min(int(text), _LARGEST_ID))
    elif text:
        statement = statement.where(LedgerEntry.key.startswith(text, autoescape=True))
    return read_page(statement, columns.id, cursor, EntrySummary)


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
    found = _stretch(connection, shown, size)
    first, last = _ends(found, before)
    balance = connection.execute(select(func.coalesce(func.sum(_AMOUNT), 0).cast(_MINOR)).where(*scope)).scalar_one()
    asked = select(*sums.sides(Posting.id < first), *sums.sides(Posting.id > last)).where(*scope)
    outside = list(connection.execute(asked).one())
    return AccountStatement(balance, found, Carried(*outside[:3]), Carried(*outside[3:]))


def _stretch(connection: Connection, shown: Sequence[ColumnElement[bool]], size: int) -> tuple[PostingRow, ...]:
    rows = connection.execute(_POSTING.where(*shown).order_by(Posting.id.desc()).limit(size)).all()
    return tuple(PostingRow(*tuple(row)) for row in reversed(rows))


def _ends(found: Sequence[PostingRow], before: int | None) -> tuple[int, int]:
    """Return the first and the last posting of a stretch; of an empty one, so that all lies outside it."""
    return (found[0].id, found[-1].id) if found else (before or 0, (before or 1) - 1)


@dataclass(frozen=True, slots=True)
class Scope:
    """Some postings of an account in one currency: of one owner or all, of some time or all."""

    account: Account
    currency: str
    owner_id: int | None = None
    period: Period = ALWAYS

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a posting must meet."""
        found = [Posting.account == self.account, Posting.currency == self.currency]
        if self.owner_id is not None:
            found.append(Posting.owner_id == self.owner_id)
        return found if self.period == ALWAYS else [*found, booked(self.period)]


def statement_page(scope: Scope, before: int | None, size: int) -> AccountStatement:
    """Return a stretch of an account, read in one snapshot; what lies outside it comes from the kept sums."""
    conditions = scope.conditions()
    with db.snapshot() as connection:
        if scope.owner_id is not None or not sums.are_days(scope.period):
            return statement(connection, *conditions, before=before, size=size)
        found = _stretch(connection, [*conditions, Posting.id < before] if before is not None else conditions, size)
        first, last = _ends(found, before)
        rest = sums.around(connection, scope.account, scope.currency, scope.period, first=first, last=last)
    return AccountStatement(rest.whole.balance_minor, found, rest.earlier, rest.later)


def postings_in(scope: Scope, cursor: Cursor) -> Listed[PostingRow]:
    """Return one page of an account's postings, for its file."""
    return read_page(_POSTING.where(*scope.conditions()), Posting.__table__.c.id, cursor, PostingRow)


def booked(period: Period) -> ColumnElement[bool]:
    """Return the condition that a posting was booked in `period`."""
    return Posting.entry_id.in_(select(LedgerEntry.id).where(period.of(LedgerEntry.__table__.c.booked_at)))


def on(account: Account) -> ColumnElement[bool]:
    """Return the condition that a posting stands on `account`; what a buyer paid comes from one of several."""
    meant = {Account.PROVIDER_CLEARING: PAID_FROM, Account.PROVIDER_BALANCE: BALANCES}.get(account)
    return Posting.account.in_(meant) if meant is not None else Posting.account == account


def of_seller(seller_id: int, currency: str) -> ColumnElement[bool]:
    """Return the condition that a posting moves this seller's money, whichever of the three accounts it stands on."""
    accounts = bindparam("seller_accounts", OF_SELLERS, expanding=True, literal_execute=True, type_=_ACCOUNT)
    return and_(Posting.account.in_(accounts), Posting.owner_id == seller_id, Posting.currency == currency)
