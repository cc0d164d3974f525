"""The photocopier: every row that the seed's purchases made, again and again, with other ids, people and times.

Copies are laid down in the order of time. What happened to an old purchase a month later, its release and its payout,
stands where that month is, so that ids grow with time as in a shop that has lived. All of it is one transaction that
empties the tables first: PostgreSQL then writes no log of it. Indexes come back at the end.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg

from bench.bulk_columns import PLAIN_KEYS, TABLES, Columns, Place
from bench.bulk_seed import Seed
from bench.bulk_shelf import Crowd
from marketplace.ledger import sums
from marketplace.ledger.operations import link_hash

_NEW_SHARE = 0.08
"""Of all purchases those of the last 32 days."""
_SLOTS_AT_ONCE = 500
_COLUMNS = """SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s
    AND is_generated = 'NEVER' ORDER BY ordinal_position"""
_CONSTRAINTS = """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'u' AND conrelid = ANY (%s::regclass[])"""
_INDEXES = """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE NOT indisprimary AND indrelid = ANY (%s::regclass[])"""
_RECEIVED = """UPDATE listing l SET received_units = l.in_stock + coalesce(sold.units, 0)
    FROM listing x LEFT JOIN (SELECT listing_id, sum(quantity) AS units FROM stock_reservation
        WHERE status <> 'returned' GROUP BY 1) sold ON sold.listing_id = x.id
    WHERE x.id = l.id"""
_SUMS = """INSERT INTO ledger_sum (account, currency, block, day, debit_minor, credit_minor, postings)
    SELECT p.account, p.currency, p.id >> %s, (e.booked_at AT TIME ZONE 'UTC')::date,
        coalesce(sum(p.amount_minor) FILTER (WHERE p.amount_minor > 0), 0),
        coalesce(-sum(p.amount_minor) FILTER (WHERE p.amount_minor < 0), 0), count(*)
    FROM posting p JOIN ledger_entry e ON e.id = p.entry_id GROUP BY 1, 2, 3, 4"""
_TAKEN = """UPDATE invoice_series s
    SET last_position = (SELECT coalesce(max(position), 0) FROM invoice i WHERE i.series_id = s.id)"""


@dataclass(frozen=True)
class Copies:
    """How many copies of the old and of the new purchases there are; the new ones are the last."""

    old: int
    new: int

    @property
    def all(self) -> int:
        """Return how many places in time there are."""
        return self.old + self.new


def copies_for(orders: int, seed: Seed) -> Copies:
    """Return how often to copy each kind for at least `orders` orders."""
    count = max(4, -(-orders // seed.orders))
    new = max(2, round(count * _NEW_SHARE))
    return Copies(count - new, new)


def copy(owner: psycopg.Connection, seed: Seed, crowd: Crowd, copies: Copies) -> None:
    """Replace the seed's purchases by their copies. `owner` is the superuser: triggers and foreign keys are off."""
    names = [table.name for table in TABLES]
    quoted = ", ".join(f'"{name}"' for name in names)
    with owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica; SET LOCAL maintenance_work_mem = '512MB'")
        owner.execute("CREATE SCHEMA bulk")
        regclasses = [f'"{name}"' for name in names]
        unique = owner.execute(_CONSTRAINTS, (regclasses,)).fetchall()
        for table, name, _ in unique:
            owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
        indexes = owner.execute(_INDEXES, (regclasses,)).fetchall()
        for name, _ in indexes:
            owner.execute(f"DROP INDEX {name}".encode())
        places = _set_aside(owner, seed)
        owner.execute(f"TRUNCATE {quoted}, ledger_chain CASCADE".encode())
        for table in TABLES:
            listed = ", ".join(f'"{name}"' for name in _columns(owner, table.name))
            others = f'SELECT {listed} FROM bulk."{table.name}" WHERE NOT ({table.is_seed(seed)})'
            owner.execute(f'INSERT INTO "{table.name}" ({listed}) OVERRIDING SYSTEM VALUE {others}'.encode())
        columns = Columns(seed, crowd, places, copies.old, copies.all)
        for table in TABLES:
            for statement in columns.statements(table, _columns(owner, table.name), _ranges(copies.all)):
                owner.execute(statement.encode())
        for _, definition in indexes:
            owner.execute(str(definition).encode())
        for table, name, definition in unique:
            owner.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}".encode())
        _finish(owner, names)


def chain(owner: psycopg.Connection) -> int:
    """Link all entries into the chain as the product's job does, only faster, and return how many there are."""
    digest, count = b"", 0
    with (
        psycopg.connect(owner.info.dsn, password=owner.info.password) as reader,
        reader.cursor("entries") as entries,
        owner.transaction(),
        owner.cursor().copy("COPY ledger_chain (position, entry_id, hash) FROM STDIN") as copying,
    ):
        entries.itersize = 20_000
        found = entries.execute("SELECT id, hash FROM ledger_entry ORDER BY id")
        for count, (entry_id, own) in enumerate(found, start=1):
            digest = link_hash(digest, own)
            copying.write_row((count, entry_id, digest))
    return count


def tidy(owner: psycopg.Connection) -> None:
    """Let PostgreSQL look at everything, as its own housekeeping would in a night."""
    owner.execute("VACUUM (ANALYZE)")


def _set_aside(owner: psycopg.Connection, seed: Seed) -> Mapping[str, Place]:
    """Keep all rows of the copied tables in the schema `bulk`, and return how the ids of copies are spread."""
    places = {}
    for table in TABLES:
        owner.execute(f'CREATE TABLE bulk."{table.name}" AS SELECT * FROM "{table.name}"'.encode())
        if table.name not in PLAIN_KEYS:
            [(top,)] = owner.execute(f'SELECT coalesce(max(id), 0) FROM "{table.name}"'.encode()).fetchall()
            low, high = seed.empty[table.name], seed.done[table.name]
            places[table.name] = Place(int(top), low, high, seed.paid[table.name], seed.paid_out[table.name])
    owner.execute("CREATE INDEX ON bulk.posting (entry_id); CREATE INDEX ON bulk.posting (order_id)")
    owner.execute("ANALYZE bulk.posting")
    return places


def _columns(owner: psycopg.Connection, table: str) -> list[str]:
    return [str(name) for (name,) in owner.execute(_COLUMNS, (table,)).fetchall()]


def _ranges(count: int) -> Iterator[tuple[int, int]]:
    for first in range(0, count, _SLOTS_AT_ONCE):
        yield first, min(first + _SLOTS_AT_ONCE, count) - 1


def _finish(owner: psycopg.Connection, names: list[str]) -> None:
    """Bring sums and sequences up to the rows."""
    owner.execute(_RECEIVED)
    owner.execute(_TAKEN)
    owner.execute("TRUNCATE ledger_sum, ledger_unsummed")
    owner.execute(_SUMS, (sums.BLOCK_BITS,))
    for name in names:
        if name not in PLAIN_KEYS:
            owner.execute(
                f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), max(id)) FROM \"{name}\"".encode()
            )
    owner.execute("DROP SCHEMA bulk CASCADE")
