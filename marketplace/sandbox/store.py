"""Where the sandbox keeps its objects: PostgreSQL tables of JSON, and one transaction at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb
from psycopg.types.numeric import Int8Dumper
from psycopg_pool import ConnectionPool

from marketplace.sandbox.ids import PREFIX_OF_KIND, Ids
from marketplace.sandbox.schema import SCHEMA
from marketplace.sandbox.wire import JSON

LOOK_UPS = (
    "status", "customer", "payment_intent", "charge", "source", "type", "currency", "account", "destination",
    "transfer", "transfer_group", "source_transaction",
)  # fmt: skip

_STATEMENTS = 500


@dataclass
class Stored:
    """One object: what the API shows (`data`) and what it never shows (`private`).

    `account` is the connected account it belongs to, empty for the platform.
    """

    id: str
    kind: str
    created: int
    data: JSON
    private: JSON
    account: str = ""


@dataclass(frozen=True)
class Origin:
    """Which API request caused a change; both are None when the buyer or the clock did."""

    request_id: str | None = None
    idempotency_key: str | None = None


NOBODY = Origin()


@dataclass
class Work:
    """One transaction and who asked for it, in virtual Unix seconds.

    `now` is the moment of the fact, `present` the time on the clock. They differ when a jump of the clock lets
    something happen that was due in between. `account` is the connected account an API request acts for, empty for
    the platform itself.
    """

    connection: Connection[DictRow]
    now: int
    present: int
    ids: Ids
    origin: Origin = NOBODY
    account: str = ""
    emitted: list[str] = field(default_factory=list)
    strikes_follow: bool = False
    """Whether a fault is on that may strike the objects of these events, in a transaction of its own."""
    read_once: dict[str, Any] = field(default_factory=dict)
    """What every event of the transaction needs and is read with the first one: switches, endpoints."""

    def rows(self, statement: str, **values: Any) -> list[DictRow]:
        """Run `statement` and return its rows."""
        cursor = self.connection.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []

    def row(self, statement: str, **values: Any) -> DictRow | None:
        """Run `statement` and return its first row, if any."""
        found = self.rows(statement, **values)
        return found[0] if found else None

    def get(self, kind: str, object_id: str | None) -> Stored | None:
        """Return the object, or None."""
        return self._one("SELECT * FROM objects WHERE id = %(id)s AND kind = %(kind)s", kind, object_id)

    def lock(self, kind: str, object_id: str | None) -> Stored | None:
        """Return the object with its row locked until the transaction ends, or None.

        Rows are locked in the order session, payment or setup intent, charge, customer, payment method, refund or
        dispute, transfer, account, payout, and balances (`hold_balance`) last, so that two requests never wait in a
        ring.
        """
        return self._one("SELECT * FROM objects WHERE id = %(id)s AND kind = %(kind)s FOR UPDATE", kind, object_id)

    def need(self, kind: str, object_id: str | None, *, lock: bool = False) -> Stored:
        """Return an object that must be there; LookupError means that the sandbox itself is wrong."""
        found = self.lock(kind, object_id) if lock else self.get(kind, object_id)
        if found is None:
            raise LookupError(f"{kind} {object_id} has vanished")
        return found

    def find(self, kind: str, **look_ups: str) -> list[Stored]:
        """Return the objects whose look-up columns have these values, oldest first, without deleted ones."""
        where = " AND ".join(f"{name} = %({name})s" for name in look_ups if name in LOOK_UPS)
        found = self.rows(
            f"SELECT * FROM objects WHERE kind = %(kind)s AND {where} AND NOT private ? 'deleted' ORDER BY seq",  # noqa: S608  # names are ours
            kind=kind,
            **look_ups,
        )
        return [stored_from(row) for row in found]

    def add(self, kind: str, data: JSON, private: JSON | None = None, prefix: str = "", account: str = "") -> Stored:
        """Store a new object of `account` (empty for the platform); gives it `id` and `created`."""
        object_id = self.ids.new(prefix or PREFIX_OF_KIND[kind])
        data = {"id": object_id, "object": kind, "created": self.now, **data}
        stored = Stored(object_id, kind, self.now, data, private or {}, account)
        self.rows(
            "INSERT INTO objects (id, kind, created, data, private, account)"
            " VALUES (%(id)s, %(kind)s, %(created)s, %(data)s, %(private)s, %(account)s)",
            id=object_id, kind=kind, created=self.now, data=Jsonb(data), private=Jsonb(stored.private), account=account,
        )  # fmt: skip
        return stored

    def save(self, stored: Stored) -> None:
        """Write an object back after its data or private part changed."""
        self.rows(
            "UPDATE objects SET data = %(data)s, private = %(private)s WHERE id = %(id)s",
            id=stored.id, data=Jsonb(stored.data), private=Jsonb(stored.private),
        )  # fmt: skip

    def remove(self, stored: Stored) -> None:
        """Delete an object."""
        self.rows("DELETE FROM objects WHERE id = %(id)s", id=stored.id)

    def plan(self, what: str, object_id: str, at: int) -> None:
        """Let `what` happen to the object at virtual time `at`."""
        self.rows(
            "INSERT INTO due (what, object_id, at) VALUES (%(what)s, %(id)s, %(at)s)", what=what, id=object_id, at=at
        )

    def unplan(self, what: str, object_id: str) -> None:
        """Forget what was planned."""
        self.rows("DELETE FROM due WHERE what = %(what)s AND object_id = %(id)s", what=what, id=object_id)

    def planned(self, what: str, object_id: str) -> bool:
        """Return whether `what` is planned for the object."""
        found = self.row("SELECT 1 FROM due WHERE what = %(what)s AND object_id = %(id)s", what=what, id=object_id)
        return found is not None

    def hold_balance(self, account: str) -> None:
        """Let nobody else spend from the balance of `account` until the transaction ends.

        Whoever needs two takes the connected account's first and the platform's (empty) last.
        """
        self.rows("SELECT pg_advisory_xact_lock(7215804, hashtext(%(account)s))", account=account)

    def _one(self, statement: str, kind: str, object_id: str | None) -> Stored | None:
        row = self.row(statement, kind=kind, id=object_id or "")
        return stored_from(row) if row else None


class Store:
    """The database of one sandbox."""

    def __init__(self, database_url: str, ids: Ids, *, waits_for_disk: bool = True) -> None:
        self._ids = ids
        commit = "" if waits_for_disk else " -c synchronous_commit=off"
        self._pool: ConnectionPool[Connection[DictRow]] = ConnectionPool(
            database_url,
            kwargs={"row_factory": dict_row, "options": f"-c lock_timeout=8s{commit}"},
            configure=_remember_statements,
            min_size=1,
            max_size=14,
            timeout=30,
            open=True,
        )
        with self._pool.connection() as connection:
            # Two processes that start together must not both create a table: the lock makes the second one wait.
            connection.execute("SELECT pg_advisory_xact_lock(7215803)")
            connection.execute(SCHEMA)

    @contextmanager
    def work(self, now: int, origin: Origin = NOBODY, after: Callable[[Work], None] | None = None) -> Iterator[Work]:
        """Open one transaction; commits at the end, rolls back on any exception, then calls `after`."""
        with self._pool.connection() as connection:
            unit = Work(connection, now, now, self._ids, origin)
            yield unit
        if after:
            after(unit)

    @contextmanager
    def singly(self, now: int) -> Iterator[Work]:
        """Let each statement stand for itself: without a transaction around them, one costs a third."""
        with self._pool.connection() as connection:
            connection.autocommit = True
            try:
                yield Work(connection, now, now, self._ids)
            finally:
                if not connection.closed:
                    connection.autocommit = False

    def close(self) -> None:
        """Give all connections back."""
        self._pool.close()


def _remember_statements(connection: Connection[DictRow]) -> None:
    """Keep every statement of the sandbox prepared; psycopg's hundred are too few, and each one more costs a trip."""
    connection.prepare_threshold = 1
    connection.prepared_max = _STATEMENTS
    connection.adapters.register_dumper(int, Int8Dumper)


def stored_from(row: DictRow) -> Stored:
    """Return the object in a row of `objects`."""
    return Stored(row["id"], row["kind"], row["created"], row["data"], row["private"], row["account"])
