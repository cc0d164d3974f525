"""A seller's months: those closed, and those that still run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Date, Select, bindparam, cast, func, select

from marketplace import db
from marketplace.ledger.accounts import OF_SELLERS
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.statements import rules
from marketplace.statements.models import SellerStatement

_MINOR = Posting.amount_minor.type
_THEIRS = -Posting.amount_minor  # what stands to the seller's credit is the seller's
_booked_at = LedgerEntry.__table__.c.booked_at


@dataclass(frozen=True, slots=True)
class Month:
    """One seller's month in one currency; minor units, opening + incoming + outgoing = closing."""

    currency: str
    month: date
    opening_minor: int
    incoming_minor: int
    outgoing_minor: int
    closing_minor: int
    lines: int
    closed_at: datetime | None
    """None while it runs, as is the next."""
    language: str | None
    """The code of the language that its print reads in."""


_SELLER: BindParameter[int] = bindparam("seller_id")
CLOSED: Select[*tuple[Any, ...]] = (
    select(
        SellerStatement.currency,
        SellerStatement.month,
        SellerStatement.opening_minor,
        SellerStatement.incoming_minor,
        SellerStatement.outgoing_minor,
        SellerStatement.closing_minor,
        SellerStatement.lines,
        SellerStatement.closed_at,
        SellerStatement.language,
    )
    .where(SellerStatement.seller_id == _SELLER)
    .order_by(SellerStatement.month.desc(), SellerStatement.currency)
)
_OF_SELLERS = Posting.account.in_(bindparam("accounts", OF_SELLERS, expanding=True, literal_execute=True))
_booked_month = cast(func.date_trunc("month", func.timezone("UTC", _booked_at)), Date)
_entries = (
    select(Posting.currency, _booked_month.label("month"), func.sum(_THEIRS).label("amount"))
    .join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
    .where(_OF_SELLERS, Posting.owner_id == _SELLER, _booked_at >= bindparam("since"))
    .group_by(Posting.currency, "month", Posting.entry_id)
    .subquery()
)
_OPEN = (
    select(
        _entries.c.currency,
        _entries.c.month,
        func.coalesce(func.sum(_entries.c.amount).filter(_entries.c.amount > 0), 0).cast(_MINOR),
        func.coalesce(func.sum(_entries.c.amount).filter(_entries.c.amount < 0), 0).cast(_MINOR),
        func.count(),
    )
    .group_by(_entries.c.currency, _entries.c.month)
    .order_by(_entries.c.month, _entries.c.currency)
)


def months(seller_id: int) -> Sequence[Month]:
    """Return all months of a seller in all currencies, newest first: those closed, and what has come since."""
    values = {"seller_id": seller_id}
    with db.snapshot() as connection:
        closed = [Month(*tuple(row)) for row in connection.execute(CLOSED, values)]
        since = rules.end_of(closed[0].month) if closed else rules.start_of(date(2000, 1, 1))
        running = connection.execute(_OPEN, {**values, "since": since}).all()
    balances: dict[str, int] = {}
    for month in reversed(closed):
        balances[month.currency] = month.closing_minor
    found = []
    for currency, day, incoming, outgoing, lines in running:
        opening = balances.get(currency, 0)
        balances[currency] = closing = opening + incoming + outgoing
        found.append(Month(currency, day, opening, incoming, outgoing, closing, lines, None, None))
    return [*reversed(found), *closed]
