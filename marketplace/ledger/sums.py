"""Kept sums of the ledger: what each account took in on each day, so that no balance has to read all postings.

A trigger notes every INSERT into `posting`; `keep` adds what was noted to the sums and takes the note away, in one
statement. A balance is what is kept plus the postings that are still noted, read together: exact at every moment,
however late the job is. `check-books` adds all postings up and compares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    case,
    func,
    literal,
    select,
    text,
    true,
    union_all,
)

from marketplace import db
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import LedgerEntry, LedgerSum, Posting, UnsummedPostings
from marketplace.paging import ALWAYS, Period

BLOCK_BITS = 17
"""Postings whose ids agree but for their last 17 bits are a block: 131,072 of them."""
NOT_SUMMED = select(UnsummedPostings.first_id)
_AT_ONCE = 500
_AMOUNT = Posting.amount_minor
_MINOR = _AMOUNT.type
_BLOCK = Posting.id.op(">>", return_type=BigInteger())(literal(BLOCK_BITS, Integer))
_SUM, _ENTRY = LedgerSum.__table__.c, LedgerEntry.__table__.c
_KEEP = text(
    """
WITH taken AS (
    DELETE FROM ledger_unsummed WHERE first_id IN (
        SELECT first_id FROM ledger_unsummed ORDER BY first_id LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING entry_id, first_id, last_id),
summed AS (
    INSERT INTO ledger_sum AS kept (account, currency, block, day, debit_minor, credit_minor, postings)
    SELECT p.account, p.currency, p.id >> CAST(:bits AS integer), (e.booked_at AT TIME ZONE 'UTC')::date,
           coalesce(sum(p.amount_minor) FILTER (WHERE p.amount_minor > 0), 0),
           coalesce(-sum(p.amount_minor) FILTER (WHERE p.amount_minor < 0), 0), count(*)
    FROM taken t
    JOIN ledger_entry e ON e.id = t.entry_id
    JOIN posting p ON p.entry_id = t.entry_id AND p.id BETWEEN t.first_id AND t.last_id
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (account, currency, block, day) DO UPDATE SET debit_minor = kept.debit_minor + excluded.debit_minor,
        credit_minor = kept.credit_minor + excluded.credit_minor, postings = kept.postings + excluded.postings)
SELECT count(*) FROM taken
"""
)


@dataclass(frozen=True, slots=True)
class Carried:
    """What some postings of an account make; both sides not negative, minor units."""

    debit_minor: int
    credit_minor: int
    postings: int

    @property
    def balance_minor(self) -> int:
        """Return debits less credits."""
        return self.debit_minor - self.credit_minor

    def and_also(self, other: "Carried") -> "Carried":
        """Return what both make together."""
        return Carried(
            self.debit_minor + other.debit_minor,
            self.credit_minor + other.credit_minor,
            self.postings + other.postings,
        )


def keep() -> int:
    """Add postings that are noted to the sums, oldest first, and return how many INSERTs (at most 500 a call)."""
    [row] = db.append(_KEEP, {"most": _AT_ONCE, "bits": BLOCK_BITS})
    return int(row[0])


@dataclass(frozen=True, slots=True)
class Around:
    """What an account made in all, before a stretch of its postings and after it."""

    whole: Carried
    earlier: Carried
    later: Carried


def are_days(period: Period) -> bool:
    """Return whether `period` is made of whole days, UTC, as the sums are."""
    ends = (end.astimezone(UTC) for end in (period.since, period.until) if end is not None)
    return all(end.time() == time() for end in ends)


def by_account(period: Period) -> Select[*tuple[Any, ...]]:
    """Return the question for each account's currency, account, debits, credits and postings of whole days."""
    parts = _parts(period)
    return (
        select(parts.c.currency, parts.c.account, *_added(parts, true()))
        .group_by(parts.c.currency, parts.c.account)
        .order_by(parts.c.currency, parts.c.account)
    )


def around(connection: Connection, account: Account, currency: str, period: Period, *, first: int, last: int) -> Around:
    """Return what lies around the postings `first` to `last` of an account, of whole days, in a snapshot.

    Whole blocks come from the sums; of the blocks at the edges the postings are read.
    """
    low, high = first >> BLOCK_BITS, last >> BLOCK_BITS
    parts = _parts(period, account, currency)
    outside = (true(), parts.c.block < low, parts.c.block > high)
    kept = connection.execute(select(*(column for where in outside for column in _added(parts, where)))).one()
    edges = (
        (Posting.id >= low << BLOCK_BITS) & (Posting.id < first),
        (Posting.id > last) & (Posting.id < (high + 1) << BLOCK_BITS),
    )
    beside = union_all(*(_edge(place, edge, account, currency, period) for place, edge in enumerate(edges)))
    before, after = (Carried(*row[1:]) for row in sorted(map(tuple, connection.execute(beside))))
    whole, earlier, later = (Carried(*kept[start : start + 3]) for start in (0, 3, 6))
    return Around(whole, earlier.and_also(before), later.and_also(after))


def sides(where: ColumnElement[bool]) -> tuple[ColumnElement[int], ...]:
    """Return debits, credits and number of the postings that `where` picks."""
    debit = func.coalesce(func.sum(case((where & (_AMOUNT > 0), _AMOUNT))), 0)
    credit = func.coalesce(-func.sum(case((where & (_AMOUNT < 0), _AMOUNT))), 0)
    return debit.cast(_MINOR), credit.cast(_MINOR), func.count().filter(where)


def _edge(
    place: int, edge: ColumnElement[bool], account: Account, currency: str, period: Period
) -> Select[*tuple[Any, ...]]:
    found = select(literal(place), *sides(true())).where(edge, Posting.account == account, Posting.currency == currency)
    return found if period == ALWAYS else found.where(_ENTRY.id == Posting.entry_id, period.of(_ENTRY.booked_at))


def _parts(period: Period, account: Account | None = None, currency: str = "") -> Subquery:
    """Return the sums that are kept and the postings that are not in them yet, as one table; both of whole days."""
    kept = select(_SUM.account, _SUM.currency, _SUM.block, _SUM.debit_minor, _SUM.credit_minor, _SUM.postings)
    noted = (
        select(
            Posting.account,
            Posting.currency,
            _BLOCK.label("block"),
            func.greatest(_AMOUNT, 0).label("debit_minor"),
            func.greatest(-_AMOUNT, 0).label("credit_minor"),
            literal(1).label("postings"),
        )
        .join(UnsummedPostings, UnsummedPostings.entry_id == Posting.entry_id)
        .join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
        .where(Posting.id.between(UnsummedPostings.first_id, UnsummedPostings.last_id))
    )
    if account is not None:
        kept = kept.where(_SUM.account == account, _SUM.currency == currency)
        noted = noted.where(Posting.account == account, Posting.currency == currency)
    if period != ALWAYS:
        kept = kept.where(*_days(period))
        noted = noted.where(period.of(_ENTRY.booked_at))
    return union_all(kept, noted).subquery("parts")


def _days(period: Period) -> Sequence[ColumnElement[bool]]:
    def day(moment: datetime) -> Any:
        return moment.astimezone(UTC).date()

    found = []
    if period.since is not None:
        found.append(_SUM.day >= day(period.since))
    if period.until is not None:
        found.append(_SUM.day < day(period.until))
    return found


def _added(parts: Subquery, where: ColumnElement[bool]) -> tuple[ColumnElement[int], ...]:
    columns = (parts.c.debit_minor, parts.c.credit_minor, parts.c.postings)
    return tuple(func.coalesce(func.sum(column).filter(where), 0).cast(_MINOR) for column in columns)
