"""Booking: every money fact posts one entry, once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from marketplace.batches import Write
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import LedgerChain, LedgerEntry

_CHAIN_BATCH = 500
_newest = select(LedgerEntry.id).order_by(LedgerEntry.id.desc()).limit(1_000).subquery()
NOT_LINKED = select(_newest.c.id).where(~exists().where(LedgerChain.entry_id == _newest.c.id))
"""Among the newest entries those that are not in the chain; one that was committed later than so many after it is
linked with the next."""


@dataclass(frozen=True)
class Line:
    """One posting to be: minor units, positive for a debit and negative for a credit."""

    account: Account
    amount_minor: int
    owner_id: int | None = None
    order_id: int | None = None


def book(
    session: Session,
    *,
    key: str,
    description: str,
    currency: str,
    lines: Sequence[Line],
    payment_id: int | None,
    now: datetime,
) -> int:
    """Book one entry in `currency` and return its id; lines of zero are left out.

    The caller knows from the state of its own row that the fact is new; the unique key is the last guard, and the
    database refuses an entry that does not balance.
    """
    session.flush()
    statement, values = booking(
        key=key, description=description, currency=currency, lines=lines, payment_id=payment_id, now=now
    )
    booked = session.connection().exec_driver_sql(f"{statement} RETURNING entry_id", dict(values))
    entry_id: int = booked.scalars().all()[0]
    return entry_id


_BOOK = """
WITH entry AS (
    INSERT INTO ledger_entry (key, description, payment_id, booked_at, hash)
    VALUES (%(key)s, %(description)s, %(payment_id)s, %(booked_at)s, %(hash)s) RETURNING id)
INSERT INTO posting (entry_id, account, owner_id, order_id, currency, amount_minor)
SELECT entry.id, line.* FROM entry,
       unnest(%(accounts)s::text[], %(owners)s::bigint[], %(orders)s::bigint[], %(currencies)s::text[],
              %(amounts)s::bigint[]) AS line
"""


def booking(
    *, key: str, description: str, currency: str, lines: Sequence[Line], payment_id: int | None, now: datetime
) -> Write:
    """Return the one statement that books an entry as `book` does, for a batch."""
    columns = [_columns(line, currency) for line in lines if line.amount_minor]
    accounts, owners, orders, currencies, amounts = (list(column) for column in zip(*columns, strict=True))
    return _BOOK, {
        "key": key,
        "description": description,
        "payment_id": payment_id,
        "booked_at": now,
        "hash": entry_hash(key, description, payment_id, now, columns),
        "accounts": [account.value for account in accounts],
        "owners": owners,
        "orders": orders,
        "currencies": currencies,
        "amounts": amounts,
    }


def is_booked(session: Session, key: str) -> bool:
    """Return whether the fact named `key` is in the books."""
    return session.execute(select(LedgerEntry.id).where(LedgerEntry.key == key)).first() is not None


def entry_hash(
    key: str,
    description: str,
    payment_id: int | None,
    booked_at: datetime,
    postings: Sequence[tuple[Account, int | None, int | None, str, int]],
) -> bytes:
    """Return SHA-256 over an entry and its postings (account, owner, order, currency, minor units) in order."""
    parts = [key, description, str(payment_id), booked_at.astimezone(UTC).isoformat()]
    parts += ["|".join((posting[0].value, *map(str, posting[1:]))) for posting in postings]
    return hashlib.sha256("\n".join(parts).encode()).digest()


def extend_chain(session: Session) -> int:
    """Link the next entries into the chain, oldest first; return how many (at most 500 a call)."""
    last = session.execute(select(LedgerChain).order_by(LedgerChain.position.desc()).limit(1)).scalar_one_or_none()
    linked = select(LedgerChain.entry_id)
    waiting = session.execute(
        select(LedgerEntry.id, LedgerEntry.hash)
        .where(LedgerEntry.id.not_in(linked))
        .order_by(LedgerEntry.id)
        .limit(_CHAIN_BATCH)
    ).all()
    position, digest = (last.position, last.hash) if last else (0, b"")
    links = []
    for entry in waiting:
        position, digest = position + 1, link_hash(digest, entry.hash)
        links.append({"position": position, "entry_id": entry.id, "hash": digest})
    if links:
        session.execute(insert(LedgerChain), links)
    return len(links)


def link_hash(previous: bytes, entry: bytes) -> bytes:
    """Return the hash of a chain's link over an entry's hash."""
    return hashlib.sha256(previous + entry).digest()


def _columns(line: Line, currency: str) -> tuple[Account, int | None, int | None, str, int]:
    return line.account, line.owner_id, line.order_id, currency, line.amount_minor
